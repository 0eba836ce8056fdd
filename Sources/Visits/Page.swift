import HTTP
import Pages
import Text

/// The few pages that a visitor of a short link can see. No script, no image, nothing from elsewhere.
package enum Page {
    /// Keep nothing: a link can change at any moment, and every click counts.
    package static let `private` = "private, no-store"

    package static let notFound = page(404, "Link not found", "There is no link at this address. Check it for a typing error.")
    package static let gone = page(410, "Link expired", "This link was made for a limited time or number of visits, and that is over.")
    package static let loop = page(508, "Link leads in a circle", "This link leads to another short link that leads on to a third.")
    package static let unavailable = page(503, "One moment", "This link cannot be looked up right now. Try again in a few seconds.").retried(after: 1)
    package static let tooMuch = page(413, "Too much data", "A form on this page has no more than a password in it.")
    package static let wrongMethod = page(405, "Not possible", "A link can only be followed.").with(.allow, "GET, HEAD")

    /// What takes none of a link's max_clicks: a preview shows the sentence, a crawler finds no address to follow.
    package static let limited = page(200, "Link for a limited number of visits", "Open it in a browser to follow it.")
    /// Not 2xx, so that the browser forgets the answer and asks again when somebody opens the link; not 5xx, which nginx
    /// takes for an outage.
    package static let notPrefetched = page(403, "Link for a limited number of visits", "This link cannot be loaded ahead.")

    /// On to another address, for now.
    package static func elsewhere(_ location: String, isIndexed: Bool = false) -> Response {
        var response = Response(status: 302, fields: [.init(.location, location), .init(.cacheControl, Page.private)])
        if !isIndexed { response.fields.append(noindex) }
        return response
    }

    /// A search engine is to list the destination under its own address, not under a short one.
    package static let noindex = Response.Field(.xRobotsTag, "noindex")

    /// The pages of the documentation say themselves whether they may be listed.
    package static let robotsOfAPI = text("User-agent: *\nAllow: /docs/\nDisallow: /\n")

    package static let robots = text("""
        # Short links send X-Robots-Tag: noindex. A crawler has to fetch a link to see it.
        User-agent: *
        Disallow:

        """)

    private static func text(_ body: String) -> Response {
        Response(
            status: 200,
            fields: [
                .init(.contentType, "text/plain; charset=utf-8"), .init(.cacheControl, "public, max-age=3600"),
                .init(.xContentTypeOptions, "nosniff"),
            ],
            body: Array(body.utf8))
    }

    /// The bare host that all workspaces share.
    package static func shared(_ host: String) -> Response {
        page(200, htmlEscaped(host), "Short links of many people live on this host. Each leads to an address that its owner has chosen.")
    }

    /// A QR code as a browser shows it. The image and the files are at the same address.
    /// - Parameters:
    ///   - url: what it leads to.
    ///   - slug: names the files.
    package static func qrCode(of url: String, slug: String) -> Response {
        let name = htmlEscaped(slug)
        var response = page(200, "QR code", htmlEscaped(url), form: """
            <p><img class="qr" src="?format=svg" alt="QR code of \(htmlEscaped(url))" width="512" height="512"></p>
            <p class="files"><a href="?format=png&amp;size=2048" download="\(name).png">PNG</a>
            <a href="?format=svg" download="\(name).svg">SVG</a></p>
            """)
        response.set(.cacheControl, "public, max-age=3600")
        response.set(.vary, "Accept")
        return response
    }

    package static func tooManyTries(seconds: Int) -> Response {
        page(429, "Too many tries", "Wait \(seconds) seconds before you try another password.").retried(after: seconds)
    }

    /// For a password that was not looked at. Never "wrong": it may be right.
    package static func busy(seconds: Int) -> Response {
        page(
            503, "One moment", "Many passwords are being checked, and yours was not yet. Send it again in \(seconds) seconds.",
            form: passwordForm
        ).retried(after: seconds)
    }

    /// For a QR code that was not drawn.
    package static func drawing(seconds: Int) -> Response {
        page(503, "One moment", "Many QR codes are being drawn. Try again in \(seconds) seconds.").retried(after: seconds)
    }

    package static func password(wrong: Bool) -> Response {
        page(
            wrong ? 403 : 200, "Password needed", wrong ? "That was not the password. Try again." : "This link is protected.",
            isAlert: wrong, form: passwordForm)
    }

    private static let passwordForm = """
        <form method="post"><label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="off" required autofocus>
        <button>Continue</button></form>
        """

    /// form-action has to allow the destination too: browsers apply it to the redirect that answers the password.
    static func policy(of html: [UInt8]) -> String {
        "default-src 'none'; img-src 'self'; \(StylePolicy.directive(for: html)); form-action http: https:; frame-ancestors 'none'; base-uri 'none'"
    }

    /// All have the same style until they get somebody's look.
    package static let policy = policy(of: Array(html("", "", false, "").utf8))

    private static func page(
        _ status: Int, _ title: String, _ sentence: String, isAlert: Bool = false, form: String = ""
    ) -> Response {
        Response(
            status: status,
            fields: [
                .init(.contentType, "text/html; charset=utf-8"), .init(.cacheControl, Page.private),
                .init(.contentSecurityPolicy, policy),
                .init(.xContentTypeOptions, "nosniff"), .init(.referrerPolicy, "no-referrer"), .init(.xRobotsTag, "noindex"),
            ],
            body: Array(html(title, sentence, isAlert, form).utf8))
    }

    private static func html(_ title: String, _ sentence: String, _ isAlert: Bool, _ form: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style>
        :root { color-scheme: light dark; --brand: CanvasText; --on-brand: Canvas; --alert: #b3261e }
        @media (prefers-color-scheme: dark) { :root { --alert: #ff8a80 } }
        \(styleMark)
        body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 0 auto; padding: 18vh 1.5rem 3rem; overflow-wrap: anywhere }
        body::before { content: ""; position: fixed; inset: 0 0 auto; height: .375rem; background: var(--brand) }
        .brand { display: flex; align-items: center; gap: .75rem; margin: 0 0 2rem; font-weight: 600 }
        .brand img { width: auto; height: auto; max-width: 10rem; max-height: 3rem }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; text-wrap: balance }
        p { margin: 0 0 1.5rem }
        [role=alert] { padding-inline-start: .75rem; border-inline-start: .25rem solid var(--alert); color: var(--alert); font-weight: 600 }
        label { display: block; font-size: .9rem; margin-bottom: .25rem }
        input, button { font: inherit; padding: .6rem .8rem; border-radius: .5rem; border: 1px solid GrayText; box-sizing: border-box; width: 100% }
        button { margin-top: .75rem; border-color: transparent; background: var(--brand); color: var(--on-brand); font-weight: 600; cursor: pointer }
        :focus-visible { outline: 3px solid; outline-offset: 2px }
        a { color: inherit }
        .qr { display: block; width: 100%; height: auto; border-radius: .5rem }
        .files { display: flex; gap: 1.5rem }
        </style>
        \(headMark)<h1>\(title)</h1><p\(isAlert ? " role=\"alert\"" : "")>\(sentence)</p>\(form)\(endMark)
        </html>

        """
    }
}

extension Response {
    fileprivate func with(_ name: FieldName, _ value: String) -> Response {
        var response = self
        response.set(name, value)
        return response
    }

    fileprivate func retried(after seconds: Int) -> Response { with(.retryAfter, String(seconds)) }
}
