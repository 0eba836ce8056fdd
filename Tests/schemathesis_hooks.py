"""Checks for Tests/schemathesis.sh: what the document allows is accepted, but for rules that no schema can state, and what
it forbids is refused."""

import itertools
import re
from urllib.parse import urlencode

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance


def always(values):
    return True


def never(values):
    return False


def changes(body):
    """Of one link, or of all that match."""
    return body.get("changes") or body


# 422: the code of an error, and whether the body can have broken the rule.
RULES_OF_BODIES = {
    "blocked_address": always,  # a webhook's address that is not public
    "image_too_large": always,  # more than 2048 pixels a side
    "invalid_image": always,  # a logo that is no image
    "too_little_contrast": always,  # a QR code that cannot be scanned
    "too_small": lambda body: "size" in body or "margin" in body,  # less than a pixel for each module
    "https_required": always,  # unless MASK_WEBHOOK_HTTP allows http
    "empty": always,  # a title of spaces
    "invalid_choice": lambda body: (body.get("filter") or {}).get("state") == "deleted",  # what is deleted is restored first
    "invalid_host": lambda body: "domain" in (body.get("filter") or {}),  # a host name, as IDNA has it
    "invalid_cursor": always,  # that the API made, with the same filter
    "invalid_email": always,
    "invalid_order": always,  # starts_at before expires_at
    "invalid_phone": always,
    "low_contrast": always,  # a page that could not be read
    "invalid_slug": lambda body: not str(body.get("slug", "")).isascii(),  # letters, digits, marks, emoji
    "invalid_address_range": always,
    "not_as_in_path": always,  # the external_id of a PUT
    "not_in_future": always,
    "one_of": lambda body: {"add_tags", "remove_tags"} & changes(body).keys(),  # tags, or single ones; none both added and removed
    "too_many": lambda body: "add_tags" in changes(body),  # with those that the link has
    "out_of_range": lambda body: "since" in body,  # what is older than thirty days is gone
    "of_live_keys": lambda body: body.get("test") is True,  # scopes that reach out of the sandbox
    "own_host": always,  # a destination that is no short link
    # Background and text together; purge, where what is deleted goes for good; of a block the URL or the link that it leads to.
    "required": lambda body: "colors" in body or "blocks" in body or (body.get("filter") or {}).get("state") == "deleted",
    "reserved_slug": always,
    "unknown_domain": always,  # a domain of the workspace
    "unknown_image": always,
    "unknown_page": always,  # on another host, or none
    "unknown_theme": always,
    "unknown_link": always,
}

# 400: the parameter, and whether the query can have broken its rule.
RULES_OF_QUERIES = {
    "domain": always,  # a domain of the workspace
    "end": always,  # a day that there is
    "endpoint": always,  # a method and path of the API
    "granularity": lambda query: "start" in query or "end" in query,  # not too many lines, no old minutes
    "foreground": lambda query: "foreground" in query or "background" in query,  # too little contrast
    "interval": lambda query: "start" in query,  # not both
    "member_id": lambda query: "key_id" in query,  # not both
    "series": lambda query: "series" in query,  # not of time, not too many lines
    "size": lambda query: "size" in query,  # less than a pixel for each module
    "start": always,  # before end
    "starting_after": always,  # a cursor that the API made, with the same filters
    "timezone": always,  # a name of the tz database
}


# What the state of a resource or an earlier request decides.
RULES_OF_HEADERS = {
    "idempotency_key_reused": lambda headers: "Idempotency-Key" in headers,
    "invalid_request": lambda headers: "If-Match" in headers or "If-None-Match" in headers,  # entity tags in quotes
    "invalid_image": always,  # bytes that no schema can describe
    "precondition_failed": lambda headers: "If-Match" in headers,
}


# A key that comes again is answered as the first time, also where what was made is gone by then.
numbers = itertools.count()


@schemathesis.hook
def filter_query(ctx, query):
    """nginx refuses a longer request line before it has read the Host header, and answers as the host of the TLS name: localhost's."""
    return len(urlencode(query or {}, doseq=True, errors="surrogatepass")) < 7500


@schemathesis.hook
def before_call(ctx, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        case.headers["Idempotency-Key"] = f"{key}-{next(numbers)}"


@schemathesis.check
def forbidden_data_rejection(ctx, response, case):
    if response.status_code == 412:
        return None  # preconditions come first (RFC 9110 section 13.2)
    # Each item of a bulk request is refused in its place.
    if case.operation.path == "/links/bulk" and response.status_code == 200 and response.json()["failed"] > 0:
        return None
    return negative_data_rejection(ctx, response, case)


@schemathesis.check
def valid_data_acceptance(ctx, response, case):
    if response.status_code in (400, 412, 422) and is_a_rule_broken(response.json(), case):
        return None
    return positive_data_acceptance(ctx, response, case)


def is_a_rule_broken(problem, case):
    if problem["code"] == "validation_failed":
        return all(RULES_OF_BODIES.get(error["code"], never)(case.body) for error in problem["errors"])
    if problem["code"] == "invalid_parameter":
        return RULES_OF_QUERIES.get(problem["parameter"], never)(case.query)
    return RULES_OF_HEADERS.get(problem["code"], never)(case.headers)
