"""What the tests of bio pages share."""

import secrets

BLOCKS = ".blocks li"
LINK = {"type": "link", "title": "My notes", "url": "https://example.com/notes"}


def new_slug():
    return "p" + secrets.token_hex(4)


def api(ada, path, method="GET", **body):
    """A request of somebody else's with the same rights: status and answer."""
    return ada.page.evaluate("""async ([workspace, path, method, body]) => {
        const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': workspace, 'Content-Type': 'application/json' }
        if (method === 'POST') headers['Idempotency-Key'] = crypto.randomUUID()
        const answer = await fetch('/v1' + path, { method, headers, body: method === 'GET' ? undefined : JSON.stringify(body) })
        return [answer.status, answer.status === 204 ? null : await answer.json()]
    }""", [ada.workspace, path, method, body])


def make(ada, **page):
    """A page by the API, with the editor open."""
    made = api(ada, "/bio-pages", "POST", **({"title": "Ada", "slug": new_slug(), "blocks": [LINK, {"type": "heading", "text": "Elsewhere"}]} | page))[1]
    ada.goto(f"/{ada.workspace}/pages/{made['id']}")
    ada.page.locator(".save").wait_for()
    return made


def read(ada, page):
    return api(ada, f"/bio-pages/{page['id']}")[1]


def row(ada, slug):
    return ada.page.locator("tbody tr", has_text=slug)


def press(ada, *keys):
    for key in keys:
        ada.page.keyboard.press(key)


def status(ada, text):
    ada.page.locator("#status", has_text=text).wait_for()


def save(ada):
    press(ada, "Control+Enter")
    status(ada, "Saved.")


def add(ada, kind):
    """Another block; the focus is in its first field."""
    ada.page.select_option("#new-block", label=kind)
    ada.page.get_by_role("button", name="Add it").click()
    status(ada, "Added")
    return ada.page.locator(BLOCKS).last


def names(ada):
    return [text.replace("\n", " ").strip() for text in ada.page.locator(".block-name").all_inner_texts()]


def preview(ada):
    return ada.page.frame_locator("#preview iframe")


def visits(stack, page):
    """What a visitor gets."""
    return stack.curl(page["page_url"])
