/// What every `code` means, as a page for people.
package enum ErrorPage {
    package static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Errors of the API</title>
        <style>
        :root { color-scheme: light dark }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.25rem 40vh }
        h1 { font-size: 1.75rem; line-height: 1.2 }
        h2 { font: 600 1.1rem/1.3 ui-monospace, monospace; margin: 2.25rem 0 .25rem; overflow-wrap: anywhere }
        h2 span { font: 400 .95rem system-ui, sans-serif; opacity: .75; margin-inline-start: .5rem }
        p { margin: .25rem 0 }
        section:target { outline: 2px solid; outline-offset: .75rem; border-radius: 2px }
        a { color: inherit }
        </style>
        <h1>Errors of the API</h1>
        <p>Every error is a problem document (RFC 9457). Its <code>code</code> is one of these, and <code>type</code> leads here.
        For the fields of a body, <code>errors</code> says of each what to change.</p>
        \(ErrorCatalog.entries.map(section).joined())</html>

        """

    private static func section(_ entry: ErrorCatalog.Entry) -> String {
        """
        <section id="\(entry.code)"><h2>\(entry.code) <span>\(entry.status)</span></h2>
        <p>\(entry.meaning)</p><p>\(entry.remedy)</p></section>

        """
    }
}
