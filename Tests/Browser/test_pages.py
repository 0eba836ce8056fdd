"""Bio pages: made, filled, previewed, published, altered, compared, restored, deleted and back, as a person does it."""

import pytest
from playwright.sync_api import expect

from bio_pages import BLOCKS, LINK, add, make, names, preview, read, save, visits
from hands import api, new_slug, press, row, status


@pytest.fixture
def ada(member):
    ada = member()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.goto(f"/{ada.workspace}/pages")
    return ada


def test_from_nothing_to_a_page_that_visitors_see_and_back(ada, stack):
    page, slug = ada.page, new_slug()
    press(ada, "c")
    page.wait_for_url("**/pages/new")
    page.wait_for_selector("#title:focus")
    page.keyboard.type("Ada Lovelace")
    page.fill("#slug", slug)
    assert page.locator("#final").inner_text() == f"mask.localhost/{slug}"
    page.get_by_label("Poster").check()
    press(ada, "Control+Enter")
    page.wait_for_url("**/pages/page_*")
    status(ada, f"Made: mask.localhost/{slug}.")
    ada.sees("Draft. Visitors find nothing at")
    expect(preview(ada).locator("h1")).to_have_text("Ada Lovelace")
    # Blocks of several kinds.
    add(ada, "Link")
    page.keyboard.type("My notes")
    page.get_by_label("Leads to").fill("https://example.com/notes")
    add(ada, "Text")
    page.keyboard.type("On engines")
    add(ada, "Profiles")
    page.locator(BLOCKS).last.get_by_label("Network").select_option("github")
    page.locator(BLOCKS).last.get_by_label("Address").fill("https://github.com/ada")
    add(ada, "Contact").get_by_label("Name", exact=True).fill("Ada King")
    add(ada, "QR code")
    add(ada, "Divider")
    assert page.locator("[data-part=unsaved]").inner_text() == "Not saved yet: Blocks." and ada.axe() == []
    page.locator("#title").focus()
    save(ada)
    assert page.locator("[data-part=unsaved]").inner_text() == ""
    expect(preview(ada).locator("a", has_text="My notes")).to_be_visible()
    expect(preview(ada).locator(".qr svg")).to_be_visible()
    made = api(ada, "/bio-pages")[1]["data"][0]
    assert [block["type"] for block in made["blocks"]] == ["link", "text", "social", "contact", "qr", "divider"] and made["theme"] == "poster"
    assert visits(stack, made)[0] == 404
    # Published; then altered, which visitors do not see.
    page.get_by_role("button", name="Publish", exact=True).click()
    status(ada, f"Published: visitors see it at mask.localhost/{slug}.")
    assert "Visitors see this draft: version 1 since" in page.locator(".publication").inner_text()
    assert "On engines" in visits(stack, made)[1]
    page.get_by_label("Text", exact=True).first.fill("On looms")
    save(ada)
    ada.sees("Published, and the draft is another one.")
    page.get_by_text("What is not published").click()
    cells = page.locator(".differences tbody tr td")
    expect(cells).to_have_text(["Altered", "2. Text “On looms”: Text", "On engines", "On looms"])
    assert ada.axe() == [] and "On engines" in visits(stack, made)[1]
    # What is in the form goes with it.
    page.fill("#description", "Countess")
    page.get_by_role("button", name="Publish the changes").click()
    status(ada, "Published: visitors see it")
    assert all(text in visits(stack, made)[1] for text in ["On looms", "Countess"])
    page.get_by_role("button", name="Unpublish").click()
    status(ada, "Unpublished")
    ada.sees("Draft. Visitors find nothing at")
    assert visits(stack, made)[0] == 404
    # Deleted, and undone; the list tells of it.
    page.get_by_role("button", name="Delete", exact=True).click()
    ada.sees("It is in the bin for 30 days")
    assert ada.axe() == [] and api(ada, f"/bio-pages/{made['id']}")[0] == 404
    press(ada, "z")
    status(ada, f"Restored: mask.localhost/{slug}.")
    expect(preview(ada).locator("h1")).to_have_text("Ada Lovelace")
    ada.goto(f"/{ada.workspace}/pages")
    assert "draft" in row(ada, slug).inner_text()
    ada.complaints = [line for line in ada.complaints if "status of 404" not in line]


def test_the_frame_shows_the_draft_alone_and_no_other_host_may_frame_it(ada, stack):
    """Its address says which workspace is meant; the cookie and the membership decide. No script, no way out of it."""
    page, made = ada.page, make(ada)
    address = f"/{ada.workspace}/pages/{made['id']}/preview"
    frame = page.locator("#preview iframe")
    assert frame.get_attribute("src") == address and frame.get_attribute("sandbox") == ""
    code, text = stack.curl(stack.app + address)
    assert code == 401 and "Ada" not in text
    answers = page.evaluate("""async addresses => Promise.all(addresses.map(async address => {
        const answer = await fetch(address)
        return [answer.status, answer.headers.get('content-security-policy')]
    }))""", [address, address.replace(ada.workspace, "another"), f"/{ada.workspace}/pages/{made['id']}"])
    assert [code for code, _ in answers] == [200, 403, 200]
    assert "sandbox" in answers[0][1] and "frame-ancestors 'self'" in answers[0][1] and "script" not in answers[0][1]
    assert "frame-src 'self'" in answers[2][1] and "frame-ancestors 'none'" in answers[2][1], "screens are framed by nobody"
    preview(ada).locator("a", has_text="My notes").click()
    status(ada, "Links of the preview lead nowhere.")
    expect(preview(ada).locator("h1")).to_have_text("Ada")
    assert page.url.endswith(made["id"])
    ada.complaints.clear()


def test_versions_are_compared_and_come_back(ada, stack):
    page, made = ada.page, make(ada)
    path = f"/bio-pages/{made['id']}"
    api(ada, path + "/publish", "POST")
    blocks = [{"type": "heading", "text": "Elsewhere"}, LINK | {"url": "https://example.com/other"}, {"type": "text", "text": "New here"}]
    api(ada, path, "PATCH", title="Ada II", blocks=blocks, colors={"accent": "#0b57d0"})
    api(ada, path + "/publish", "POST")
    api(ada, path, "PATCH", blocks=blocks[:2])
    page.get_by_role("link", name="Versions").click()
    page.wait_for_url("**/versions")
    lines = page.locator(".differences tbody tr")
    expect(lines).to_have_text(["Removed3. Text “New here”New here–"])
    page.select_option("#from", "1")
    page.wait_for_url("**?from=1&to=draft")
    page.select_option("#to", "2")
    expect(lines).to_have_count(5)
    assert [text.split("\t") for text in lines.all_inner_texts()] == [
        ["Altered", "Title", "Ada", "Ada II"], ["Altered", "Colours: Accent", "–", "#0b57d0"], ["Moved", "Link “My notes”", "place 1", "place 2"],
        ["Altered", "2. Link “My notes”: Leads to", "https://example.com/notes", "https://example.com/other"],
        ["Added", "3. Text “New here”", "–", "New here"]]
    assert ada.axe() == []
    page.go_back()
    expect(page.locator("#to")).to_have_value("draft")
    page.get_by_role("button", name="Make it the draft: version 1").click()
    page.locator("dialog[open]").get_by_role("button", name="Take it").click()
    status(ada, "The draft is version 1 now.")
    # What it is already it is not made again.
    assert page.get_by_role("button", name="Make it the draft: version 1").count() == 0
    assert page.get_by_role("button", name="Publish it again: version 2").count() == 0
    assert read(ada, made)["title"] == "Ada" and "Ada II" in visits(stack, made)[1]
    page.get_by_role("button", name="Publish it again: version 1").click()
    page.locator("dialog[open]").get_by_role("button", name="Take it").click()
    status(ada, "it is version 3 now.")
    assert "Ada II" not in visits(stack, made)[1] and page.locator("tbody tr", has_text="visitors see it").count() == 1
    expect(page.locator("[data-part=differences]")).to_have_text("Both say the same.")


def test_the_bin_and_a_slug_in_it(ada):
    page, slug = ada.page, new_slug()
    made = make(ada, slug=slug)
    ada.goto(f"/{ada.workspace}/pages")
    row(ada, slug).get_by_role("link", name="Ada", exact=True).focus()
    press(ada, "#")
    status(ada, f"Deleted: mask.localhost/{slug}.")
    assert ada.axe() == []
    press(ada, "z")
    status(ada, f"Restored: mask.localhost/{slug}.")
    row(ada, slug).get_by_role("button", name="Delete").click()
    status(ada, "Deleted")
    ada.goto(f"/{ada.workspace}/pages/new")
    page.fill("#title", "Another")
    page.fill("#slug", slug)
    press(ada, "Control+Enter")
    ada.sees("A page that was deleted keeps this slug.")
    assert ada.axe() == []
    page.get_by_role("button", name="Restore it").click()
    status(ada, f"Restored: mask.localhost/{slug}.")
    api(ada, f"/bio-pages/{made['id']}", "DELETE")
    page.get_by_role("link", name="Deleted", exact=True).click()
    page.wait_for_url("**?state=deleted")
    expect(row(ada, slug).get_by_role("button")).to_have_text(["Restore", "Delete for good"])
    assert ada.axe() == []
    row(ada, slug).get_by_role("button", name="Delete for good").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete for good").click()
    status(ada, f"Deleted for good: mask.localhost/{slug}.")
    page.go_back()
    expect(page.locator("[aria-current=true]")).to_have_text("All")


def test_viewers_look_and_change_nothing(ada, person):
    made = make(ada)
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}/pages")
    assert row(viewer, made["slug"]).get_by_role("button").count() == 0 and viewer.page.get_by_role("link", name="New page").count() == 0
    row(viewer, made["slug"]).get_by_role("link", name="Ada", exact=True).click()
    viewer.page.wait_for_url("**/pages/page_*")
    expect(viewer.page.locator(BLOCKS)).to_have_text(["Link “My notes”", "Heading “Elsewhere”"])
    expect(preview(viewer).locator("h1")).to_have_text("Ada")
    assert viewer.page.locator("form, main button:has-text('Publish'), main button:has-text('Delete')").count() == 0 and viewer.axe() == []
    viewer.goto(f"/{ada.workspace}/pages/{made['id']}/versions")
    viewer.sees("Nothing was published yet.")
    api(ada, f"/bio-pages/{made['id']}/publish", "POST")
    viewer.page.reload()
    expect(viewer.page.locator("tbody tr", has_text="Version 1")).to_contain_text("Ada p")
    viewer.goto(f"/{ada.workspace}/pages/new")
    viewer.sees("You are viewer in")


def test_on_a_phone(member):
    """Blocks, buttons and the preview fit; a block opens and is moved by its buttons."""
    ada = member(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    ada.goto(f"/{ada.workspace}/pages")
    made, page = make(ada), ada.page
    page.get_by_role("button", name="Link My notes").tap()
    page.get_by_role("button", name="Move down: Link “My notes”").tap()
    assert names(ada) == ["Heading Elsewhere", "Link My notes"] and ada.axe() == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Save the draft").tap()
    status(ada, "Saved.")
    assert [block["type"] for block in read(ada, made)["blocks"]] == ["heading", "link"]
    assert preview(ada).locator("body").bounding_box()["width"] <= 360
