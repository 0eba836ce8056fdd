"""What tests do on whatever screen: keys, the status line, rows, and requests of somebody else's."""

import secrets


def new_slug():
    return "s" + secrets.token_hex(4)


def row(ada, slug):
    return ada.page.locator("tbody tr", has_text=slug)


def press(ada, *keys):
    for key in keys:
        ada.page.keyboard.press(key)


def status(ada, text):
    ada.page.locator("#status", has_text=text).wait_for()


def api(ada, path, method="GET", **body):
    """A request of somebody else's with the same rights: status and answer."""
    return ada.page.evaluate("""async ([workspace, path, method, body]) => {
        const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': workspace, 'Content-Type': 'application/json' }
        if (method === 'POST') headers['Idempotency-Key'] = crypto.randomUUID()
        const answer = await fetch('/v1' + path, { method, headers, body: method === 'GET' ? undefined : JSON.stringify(body) })
        return [answer.status, answer.status === 204 ? null : await answer.json()]
    }""", [ada.workspace, path, method, body])
