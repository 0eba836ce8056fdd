"""What the tests of bio pages share."""

from hands import api, new_slug, press, status

BLOCKS = ".blocks li"
LINK = {"type": "link", "title": "My notes", "url": "https://example.com/notes"}


def make(ada, **page):
    """A page by the API, with the editor open."""
    made = api(ada, "/bio-pages", "POST", **({"title": "Ada", "slug": new_slug(), "blocks": [LINK, {"type": "heading", "text": "Elsewhere"}]} | page))[1]
    ada.goto(f"/{ada.workspace}/pages/{made['id']}")
    ada.page.locator(".save").wait_for()
    return made


def read(ada, page):
    return api(ada, f"/bio-pages/{page['id']}")[1]


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
