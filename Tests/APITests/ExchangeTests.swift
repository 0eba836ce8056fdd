@testable import Access
import JSON
import HTTP
import Model
import Support
import Testing

@testable import API
@testable import Resources

/// The API as its clients see it: whole exchanges, request and answer. Read them to learn it.
@Suite("Exchanges")
struct ExchangeTests {
    // MARK: The two printed examples

    @Test("a short link is created, as on the page of the API reference")
    func reference() throws {
        let stage = try Stage()
        stage.expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {
              "url": "https://example.com/long-page",
              "slug": "my-link",
              "domain": "$HOST",
              "tags": ["campaign-q1"],
              "utm_source": "twitter",
              "utm_medium": "social",
              "expires_at": "2026-12-31T23:59:59Z"
            }

            HTTP/1.1 201 Created
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-0"
            Location: /v1/links/lnk_…
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "id": "lnk_…",
              "url": "https://example.com/long-page",
              "short_url": "https://$HOST/my-link",
              "slug": "my-link",
              "domain": "$HOST",
              "tags": [
                "campaign-q1"
              ],
              "clicks": 0,
              "human_clicks": 0,
              "title": null,
              "utm_source": "twitter",
              "utm_medium": "social",
              "utm_campaign": null,
              "utm_term": null,
              "utm_content": null,
              "starts_at": null,
              "expires_at": "2026-12-31T23:59:59Z",
              "max_clicks": null,
              "expired_url": null,
              "password_protected": false,
              "redirect_status": 302,
              "disabled": false,
              "indexable": false,
              "archived": false,
              "external_id": null,
              "notes": null,
              "created_at": "<time>",
              "updated_at": "<time>",
              "last_clicked_at": null,
              "deleted_at": null
            }
            """)
    }

    @Test("a short link is created in one request, as in the quick start")
    func quickStart() throws {
        let stage = try Stage()
        stage.expect("""
            POST /api/v1/links HTTP/1.1
            Host: mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"url": "https://example.com/long-url"}

            HTTP/1.1 201 Created
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-0"
            Location: /api/v1/links/lnk_…
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "data": {
                "id": "lnk_…",
                "originalUrl": "https://example.com/long-url",
                "shortUrl": "https://mask.test/<random>",
                "slug": "<random>",
                "domain": "mask.test",
                "tags": [],
                "clicks": 0,
                "humanClicks": 0,
                "title": null,
                "utmSource": null,
                "utmMedium": null,
                "utmCampaign": null,
                "utmTerm": null,
                "utmContent": null,
                "startsAt": null,
                "expiresAt": null,
                "maxClicks": null,
                "expiredUrl": null,
                "passwordProtected": false,
                "redirectStatus": 302,
                "disabled": false,
                "indexable": false,
                "archived": false,
                "externalId": null,
                "notes": null,
                "createdAt": "<time>",
                "updatedAt": "<time>",
                "lastClickedAt": null,
                "deletedAt": null
              }
            }
            """)
    }

    // MARK: Refusals

    @Test("without a key: 401, and how to send one")
    func unauthorized() throws {
        try Stage().expect("""
            GET /v1/links HTTP/1.1
            Host: api.mask.test

            HTTP/1.1 401 Unauthorized
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=600;w=60
            RateLimit: "default";r=599;t=<seconds>
            Request-Id: req_…
            WWW-Authenticate: Bearer realm="MASK"
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 600
            X-RateLimit-Remaining: 599
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#unauthorized",
              "title": "Missing or invalid API key",
              "status": 401,
              "detail": "Send a valid API key in the header: Authorization: Bearer mk_live_…",
              "code": "unauthorized",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#unauthorized"
            }
            """)
    }

    @Test("with a key that lacks the scope: 403, and which one it would take")
    func scope() throws {
        let stage = try Stage()
        stage.expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $READER
            Content-Type: application/json

            {"url": "https://example.com/"}

            HTTP/1.1 403 Forbidden
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            WWW-Authenticate: Bearer realm="MASK", error="insufficient_scope", scope="links:write"
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#insufficient_scope",
              "title": "Insufficient scope",
              "status": 403,
              "detail": "Use an API key that has the scope links:write.",
              "code": "insufficient_scope",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#insufficient_scope",
              "required_scope": "links:write"
            }
            """, with: ["READER": try stage.newKey([.linksRead]).text])
    }

    @Test("what is not there, or not yours: 404")
    func notFound() throws {
        try Stage().expect("""
            GET /v1/links/lnk_01hzzzzzzzzzzzzzzzzzzzzzzz HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 404 Not Found
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#not_found",
              "title": "Not found",
              "status": 404,
              "detail": "Check the address and the id; there is nothing here that you can see.",
              "code": "not_found",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#not_found"
            }
            """)
    }

    @Test("a method that the address does not have: 405, and those that it has")
    func method() throws {
        try Stage().expect("""
            PUT /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 405 Method Not Allowed
            Allow: POST, GET
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#method_not_allowed",
              "title": "Method not allowed",
              "status": 405,
              "detail": "Use one of the methods of this address: POST, GET.",
              "code": "method_not_allowed",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#method_not_allowed"
            }
            """)
    }

    @Test("a slug that is taken: 409")
    func slugTaken() throws {
        let stage = try Stage()
        try stage.create(["slug": "my-link"])
        stage.expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"url": "https://example.com/", "domain": "$HOST", "slug": "my-link"}

            HTTP/1.1 409 Conflict
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#slug_taken",
              "title": "Slug already taken",
              "status": 409,
              "detail": "Choose another slug; my-link is taken on this domain.",
              "code": "slug_taken",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#slug_taken"
            }
            """)
    }

    @Test("a body that is not called JSON: 415")
    func mediaType() throws {
        try Stage().expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: text/plain

            {"url": "https://example.com/"}

            HTTP/1.1 415 Unsupported Media Type
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#unsupported_media_type",
              "title": "Unsupported media type",
              "status": 415,
              "detail": "Send the body as JSON, with the header: Content-Type: application/json",
              "code": "unsupported_media_type",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#unsupported_media_type"
            }
            """)
    }

    @Test("a body that is not JSON: 400, and where it goes wrong")
    func invalidJSON() throws {
        try Stage().expect("""
            POST /v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"url": "https://example.com/",}

            HTTP/1.1 400 Bad Request
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#invalid_json",
              "title": "Body is not valid JSON",
              "status": 400,
              "detail": "Correct the JSON at byte offset 31. Write a member name in double quotes here.",
              "code": "invalid_json",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#invalid_json",
              "offset": 31
            }
            """)
    }

    @Test("a body with mistakes: 422, with all of them, under the names of the dialect")
    func validation() throws {
        try Stage().expect("""
            POST /api/v1/links HTTP/1.1
            Host: mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"url": "javascript:alert(1)", "slug": "a b", "expiresAt": "tomorrow", "redirectStatus": 303, "colour": "red"}

            HTTP/1.1 422 Unprocessable Content
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#validation_failed",
              "title": "Validation failed",
              "status": 422,
              "detail": "Correct the fields listed in errors.",
              "code": "validation_failed",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#validation_failed",
              "errors": [
                {
                  "pointer": "/url",
                  "code": "invalid_url",
                  "message": "The URL has to begin with http:// or https:// and a host."
                },
                {
                  "pointer": "/slug",
                  "code": "invalid_slug",
                  "message": "The slug has a space. Use letters, digits, emoji and - _ . ~"
                },
                {
                  "pointer": "/expiresAt",
                  "code": "invalid_time",
                  "message": "Send an RFC 3339 time with an offset, such as 2026-12-31T23:59:59Z."
                },
                {
                  "pointer": "/redirectStatus",
                  "code": "invalid_choice",
                  "message": "Send one of 301, 302, 307, 308."
                },
                {
                  "pointer": "/colour",
                  "code": "unknown_field",
                  "message": "Remove this field or correct its name; it is not known here."
                }
              ]
            }
            """)
    }

    @Test("more requests than the limit: 429, and when to come back")
    func rateLimited() throws {
        let stage = try Stage(limit: 1)
        #expect(stage.ask(.get, "/workspace").status == 200)
        stage.expect("""
            GET /v1/workspace HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 429 Too Many Requests
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=1;w=60
            RateLimit: "default";r=0;t=<seconds>
            Request-Id: req_…
            Retry-After: <seconds>
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 1
            X-RateLimit-Remaining: 0
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#rate_limited",
              "title": "Rate limit exceeded",
              "status": 429,
              "detail": "Wait <seconds> s before the next request.",
              "code": "rate_limited",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#rate_limited"
            }
            """)
    }

    @Test("plain HTTP: 403, never a redirect")
    func plainHTTP() throws {
        try Stage().expect("""
            GET http://api.mask.test/v1/links HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 403 Forbidden
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            Request-Id: req_…
            X-Content-Type-Options: nosniff

            {
              "type": "https://api.mask.test/docs/errors#https_required",
              "title": "HTTPS required",
              "status": 403,
              "detail": "Send the request to the same address over https://, and replace the API key if this one has travelled in the clear.",
              "code": "https_required",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#https_required"
            }
            """)
    }

    // MARK: Reading and changing

    @Test("a list, and its next page")
    func list() throws {
        let stage = try Stage()
        try stage.create(["slug": "one", "url": "https://example.com/1"])
        try stage.create(["slug": "two", "url": "https://example.com/2"])
        stage.expect("""
            GET /api/v1/links?limit=1 HTTP/1.1
            Host: mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5997;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5997
            X-RateLimit-Reset: <time>

            {
              "data": [
                {
                  "id": "lnk_…",
                  "originalUrl": "https://example.com/2",
                  "shortUrl": "https://$HOST/two",
                  "slug": "two",
                  "domain": "$HOST",
                  "tags": [],
                  "clicks": 0,
                  "humanClicks": 0,
                  "title": null,
                  "utmSource": null,
                  "utmMedium": null,
                  "utmCampaign": null,
                  "utmTerm": null,
                  "utmContent": null,
                  "startsAt": null,
                  "expiresAt": null,
                  "maxClicks": null,
                  "expiredUrl": null,
                  "passwordProtected": false,
                  "redirectStatus": 302,
                  "disabled": false,
                  "indexable": false,
                  "archived": false,
                  "externalId": null,
                  "notes": null,
                  "createdAt": "<time>",
                  "updatedAt": "<time>",
                  "lastClickedAt": null,
                  "deletedAt": null
                }
              ],
              "pagination": {
                "hasMore": true,
                "nextCursor": "<cursor>"
              }
            }
            """)
        stage.expect("""
            GET /v1/links?limit=1&starting_after=$CURSOR HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5995;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5995
            X-RateLimit-Reset: <time>

            {
              "data": [
                {
                  "id": "lnk_…",
                  "url": "https://example.com/1",
                  "short_url": "https://$HOST/one",
                  "slug": "one",
                  "domain": "$HOST",
                  "tags": [],
                  "clicks": 0,
                  "human_clicks": 0,
                  "title": null,
                  "utm_source": null,
                  "utm_medium": null,
                  "utm_campaign": null,
                  "utm_term": null,
                  "utm_content": null,
                  "starts_at": null,
                  "expires_at": null,
                  "max_clicks": null,
                  "expired_url": null,
                  "password_protected": false,
                  "redirect_status": 302,
                  "disabled": false,
                  "indexable": false,
                  "archived": false,
                  "external_id": null,
                  "notes": null,
                  "created_at": "<time>",
                  "updated_at": "<time>",
                  "last_clicked_at": null,
                  "deleted_at": null
                }
              ],
              "has_more": false,
              "next_cursor": null
            }
            """, with: ["CURSOR": stage.ask(.get, "/links?limit=1").json["next_cursor"]?.stringValue ?? ""])
    }

    @Test("a change of two fields, and the deletion")
    func change() throws {
        let stage = try Stage()
        let link = try stage.create(["slug": "my-link", "title": "Before", "max_clicks": 5])
        let id = try #require(link["id"]?.stringValue)
        stage.expect("""
            PATCH /v1/links/$LINK HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"title": "After", "max_clicks": null}

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "2-0"
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "id": "lnk_…",
              "url": "https://example.com/",
              "short_url": "https://$HOST/my-link",
              "slug": "my-link",
              "domain": "$HOST",
              "tags": [],
              "clicks": 0,
              "human_clicks": 0,
              "title": "After",
              "utm_source": null,
              "utm_medium": null,
              "utm_campaign": null,
              "utm_term": null,
              "utm_content": null,
              "starts_at": null,
              "expires_at": null,
              "max_clicks": null,
              "expired_url": null,
              "password_protected": false,
              "redirect_status": 302,
              "disabled": false,
              "indexable": false,
              "archived": false,
              "external_id": null,
              "notes": null,
              "created_at": "<time>",
              "updated_at": "<time>",
              "last_clicked_at": null,
              "deleted_at": null
            }
            """, with: ["LINK": id])
        stage.expect("""
            DELETE /v1/links/$LINK HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 204 No Content
            Cache-Control: private, no-store
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5997;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5997
            X-RateLimit-Reset: <time>
            """, with: ["LINK": id])
    }

    @Test("clicks, counted by country")
    func analytics() throws {
        let stage = try Stage()
        try stage.create(["slug": "my-link"])
        for country in ["DE", "DE", "FR"] {
            var visit = stage.visit("/my-link")
            visit.country = country
            #expect(stage.application.respond(to: visit).status == 302)
        }
        try stage.load()
        stage.expect("""
            GET /v1/analytics/clicks?interval=24h&group_by=country&timezone=Europe/Berlin HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "start": "<time>",
              "end": "<time>",
              "as_of": "<time>",
              "timezone": "Europe/Berlin",
              "granularity": "hour",
              "group_by": "country",
              "count": "all",
              "total": 3,
              "groups": [
                {
                  "value": "DE",
                  "clicks": 2
                },
                {
                  "value": "FR",
                  "clicks": 1
                }
              ],
              "other": {
                "values": 0,
                "clicks": 0
              }
            }
            """)
    }

    @Test("the workspace of a key")
    func workspace() throws {
        try Stage().expect("""
            GET /api/v1/workspace HTTP/1.1
            Host: mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-2487542624"
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "data": {
                "id": "ws_…",
                "slug": "$WORKSPACE",
                "name": "Acme",
                "plan": "enterprise",
                "requestsPerMinute": 6000,
                "auditDays": 730,
                "brand": {
                  "name": null,
                  "color": null,
                  "logoImage": null
                },
                "createdAt": "<time>",
                "quotas": {
                  "links": {
                    "limit": 5000000,
                    "used": 0
                  },
                  "domains": {
                    "limit": 100,
                    "used": 1
                  },
                  "bioPages": {
                    "limit": 1000,
                    "used": 0
                  },
                  "pageVersions": {
                    "limit": 100,
                    "used": null
                  },
                  "images": {
                    "limit": 10000,
                    "used": 0
                  },
                  "qrCodes": {
                    "limit": 500000,
                    "used": 0
                  },
                  "apiKeys": {
                    "limit": 500,
                    "used": 1
                  },
                  "members": {
                    "limit": 1000,
                    "used": 0
                  },
                  "webhooks": {
                    "limit": 100,
                    "used": 0
                  },
                  "idempotencyBytes": {
                    "limit": 5000000000,
                    "used": 0
                  }
                },
                "test": false
              }
            }
            """)
    }
}
