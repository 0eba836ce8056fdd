import HTTP

/// The few pages that a visitor of a short link can see. No script, no image, nothing from elsewhere.
enum Page {
    /// Keep nothing: a link can change at any moment, and every click counts.
    static let `private` = "private, no-store"

    static let notFound = page(404, "Link not found", "There is no link at this address. Check it for a typing error.")
    static let gone = page(410, "Link expired", "This link was made for a limited time or number of visits, and that is over.")
    static let loop = page(508, "Link leads in a circle", "This link leads to another short link that leads on to a third.")
    static let unavailable = page(503, "One moment", "This link cannot be looked up right now. Try again in a few seconds.", retryAfter: 1)
    static let wrongMethod = page(405, "Not possible", "A link can only be followed.", allow: "GET, HEAD")

    /// What takes none of a link's max_clicks: a preview shows the sentence, a crawler finds no address to follow.
    static let limited = page(200, "Link for a limited number of visits", "Open it in a browser to follow it.")
    /// Not 2xx, so that the browser forgets the answer and asks again when somebody opens the link; not 5xx, which nginx
    /// takes for an outage.
    static let notPrefetched = page(403, "Link for a limited number of visits", "This link cannot be loaded ahead.")

    /// On to another address, for now.
    static func elsewhere(_ location: String, isIndexed: Bool = false) -> Response {
        var response = Response(status: 302, fields: [.init(.location, location), .init(.cacheControl, Page.private)])
        if !isIndexed { response.fields.append(noindex) }
        return response
    }

    /// A search engine is to list the destination under its own address, not under a short one.
    static let noindex = Response.Field(.xRobotsTag, "noindex")

    static let robots = Response(
        status: 200,
        fields: [
            .init(.contentType, "text/plain; charset=utf-8"), .init(.cacheControl, "public, max-age=3600"),
            .init(.xContentTypeOptions, "nosniff"),
        ],
        body: Array("# Short links say noindex themselves, which only who may ask for them can read.\nUser-agent: *\nDisallow:\n".utf8))

    static func tooManyTries(seconds: Int) -> Response {
        page(429, "Too many tries", "Wait \(seconds) seconds before you try another password.", retryAfter: seconds)
    }

    /// For a password that was not looked at. Never "wrong": it may be right.
    static func busy(seconds: Int) -> Response {
        page(
            503, "One moment", "Many passwords are being checked, and yours was not yet. Send it again in \(seconds) seconds.",
            form: passwordForm, retryAfter: seconds)
    }

    static func password(wrong: Bool) -> Response {
        page(
            wrong ? 403 : 200, "Password needed", wrong ? "That was not the password." : "This link is protected.",
            form: passwordForm)
    }

    private static let passwordForm = """
        <form method="post"><label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="off" required autofocus>
        <button>Continue</button></form>
        """

    /// form-action has to allow the destination too: browsers apply it to the redirect that answers the password.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action http: https:; frame-ancestors 'none'; base-uri 'none'"

    private static func page(
        _ status: Int, _ title: String, _ sentence: String, form: String = "", retryAfter: Int? = nil, allow: String? = nil
    ) -> Response {
        var response = Response(
            status: status,
            fields: [
                .init(.contentType, "text/html; charset=utf-8"), .init(.cacheControl, Page.private),
                .init(.contentSecurityPolicy, policy),
                .init(.xContentTypeOptions, "nosniff"), .init(.referrerPolicy, "no-referrer"), .init(.xRobotsTag, "noindex"),
            ],
            body: Array(html(title, sentence, form).utf8))
        if let retryAfter { response.set(.retryAfter, String(retryAfter)) }
        if let allow { response.set(.allow, allow) }
        return response
    }

    private static func html(_ title: String, _ sentence: String, _ form: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style>
        :root { color-scheme: light dark }
        body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 20vh auto 0; padding: 0 1.5rem }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem }
        p { margin: 0 0 1.5rem }
        label { display: block; font-size: .9rem; margin-bottom: .25rem }
        input, button { font: inherit; padding: .6rem .8rem; border-radius: .5rem; border: 1px solid GrayText; box-sizing: border-box; width: 100% }
        button { margin-top: .75rem; border-color: transparent; background: CanvasText; color: Canvas; cursor: pointer }
        </style>
        <h1>\(title)</h1><p>\(sentence)</p>\(form)
        </html>

        """
    }
}
