"""The editor of bio pages: order by keys and by drag, images, links, colours; errors, drafts and conflicts."""

import json
import zlib

import pytest
from playwright.sync_api import expect

from bio_pages import BLOCKS, add, make, names, preview, read, save
from conftest import PASSWORD
from hands import api, new_slug, press, status


@pytest.fixture
def ada(member):
    ada = member()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.goto(f"/{ada.workspace}/pages")
    return ada


def png(width=40, height=30):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress((b"\0" + b"\xc0\x20\x20" * width) * height)) + chunk(b"IEND", b"")


def test_order_by_keys_by_buttons_and_by_drag(ada):
    page = ada.page
    made = make(ada, blocks=[{"type": "heading", "text": text} for text in ["One", "Two", "Three"]])
    page.evaluate("document.activeElement.blur()")
    press(ada, "j", "j")
    assert page.evaluate("document.activeElement.textContent") == "HeadingTwo"
    press(ada, "K")
    status(ada, "Heading “Two” is 1 of 3 now.")
    assert names(ada) == ["Heading Two", "Heading One", "Heading Three"] and page.evaluate("document.activeElement.textContent") == "HeadingTwo"
    press(ada, "K")
    status(ada, "It is the first block already.")
    press(ada, "J", "J")
    assert names(ada) == ["Heading One", "Heading Three", "Heading Two"]
    page.get_by_role("button", name="Move up: Heading “Two”").click()
    assert names(ada) == ["Heading One", "Heading Two", "Heading Three"]
    page.locator(".grip").nth(2).drag_to(page.locator(BLOCKS).nth(0), target_position={"x": 60, "y": 4})
    status(ada, "Heading “Three” is 1 of 3 now.")
    page.locator(BLOCKS).nth(1).get_by_role("button", name="Remove").click()
    status(ada, "Removed: Heading “One”.")
    assert names(ada) == ["Heading Three", "Heading Two"]
    press(ada, "z")
    status(ada, "Back: Heading “One”.")
    page.locator("#title").focus()
    save(ada)
    assert [block["text"] for block in read(ada, made)["blocks"]] == ["Three", "One", "Two"]


def test_images_are_uploaded_chosen_and_deleted(ada, stack):
    page, made = ada.page, make(ada)
    add(ada, "Image").get_by_role("button", name="Image: choose an image").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("#upload").set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    dialog.locator(".notice").wait_for()
    dialog.locator("#upload").set_input_files({"name": "ada.png", "mimeType": "image/png", "buffer": png()})
    dialog.wait_for(state="detached")
    page.get_by_label("What it shows").fill("A red field")
    page.get_by_text("Look: theme, colours, portrait").click()
    page.get_by_role("button", name="Portrait: choose an image").click()
    dialog.get_by_role("button", name="Use the image of 40 × 30").first.click()
    dialog.wait_for(state="detached")
    expect(page.locator(".thumb img")).to_have_count(2)
    assert page.evaluate("""() => Promise.all([...document.querySelectorAll('.thumb img')].map(async image => {
        await image.decode()
        return image.naturalWidth
    }))""") == [40, 40] and ada.axe() == []
    page.locator("#title").focus()
    save(ada)
    after = read(ada, made)
    assert after["avatar"] == after["blocks"][-1]["image"] and after["blocks"][-1]["alt"] == "A red field"
    expect(preview(ada).locator("figure img")).to_have_attribute("alt", "A red field")
    # One that a page shows stays; one that none shows goes.
    page.get_by_role("button", name="Portrait: choose another").click()
    delete = dialog.get_by_role("button", name="Delete the image of 40 × 30")
    delete.first.wait_for()
    before = delete.count()
    delete.first.click()
    dialog.locator(".notice").wait_for()
    assert delete.count() == before and ada.axe() == []
    press(ada, "Escape")
    api(ada, f"/bio-pages/{made['id']}", "PATCH", avatar=None, blocks=[])
    api(ada, f"/bio-pages/{made['id']}?purge=true", "DELETE")
    page.get_by_role("button", name="Portrait: choose another").click()
    delete.first.wait_for()
    delete.first.click()
    expect(dialog.get_by_text("Deleted.")).to_be_visible()
    assert delete.count() == before - 1
    ada.complaints.clear()


def test_links_of_mask_themes_and_colours(ada):
    page = ada.page
    slug = new_slug()
    link = api(ada, "/links", "POST", url="https://example.com/sale", slug=slug)[1]
    made = make(ada, blocks=[])
    add(ada, "Link").get_by_label("Title").fill("The sale")
    page.get_by_role("button", name="Choose a link of MASK").click()
    page.fill("#find-link", slug)
    expect(page.locator(".found-links li")).to_have_count(1)
    assert ada.axe() == []
    assert page.locator(".found-links button").evaluate("node => getComputedStyle(node).justifyContent") == "start"
    page.locator("#find-link").press("Enter")
    expect(page.locator(BLOCKS).get_by_text(slug)).to_be_visible()
    page.locator(BLOCKS).get_by_label("Shows until").fill("2099-12-31T23:59")
    page.get_by_text("Look: theme, colours, portrait").click()
    page.get_by_label("Terminal").check()
    page.fill("#color_background", "#777777")
    ada.sees("Background and text go together.")
    page.fill("#color_text", "#888888")
    ada.sees("Too little to read: it has to be 4.5.")
    press(ada, "Control+Enter")
    page.wait_for_selector("#color_text-error")
    page.fill("#color_text", "#ffffff")
    page.fill("#color_background", "#102030")
    ada.sees("It can be read.")
    assert ada.axe() == []
    save(ada)
    after = read(ada, made)
    assert (after["theme"], after["colors"]) == ("terminal", {"accent": None, "background": "#102030", "text": "#ffffff"})
    assert after["blocks"][0] == {"type": "link", "title": "The sale", "url": None, "link_id": link["id"], "image": None, "starts_at": None,
                                  "ends_at": "2099-12-31T22:59:00Z"}


def test_errors_stand_in_their_blocks_and_drafts_come_back(ada):
    page, made = ada.page, make(ada)
    add(ada, "E-mail")
    press(ada, "Control+Enter")
    error = page.locator(BLOCKS).last.locator(".error")
    error.wait_for()
    assert error.inner_text() == "Fill this in." and page.evaluate("document.activeElement.dataset.pointer") == "/blocks/2/address"
    page.keyboard.type("nobody")
    page.locator(BLOCKS).last.get_by_role("button", name="E-mail nobody").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(error).to_contain_text("Send an e-mail address")
    assert error.is_visible() and ada.axe() == [], "a closed block with an error opens"
    page.keyboard.press("Control+a")
    page.keyboard.type("ada@example.com")
    page.fill("#title", "Ada again")
    page.wait_for_timeout(700)
    api(ada, f"/bio-pages/{made['id']}", "PATCH", description="of somebody else")
    page.reload()
    ada.sees("Your draft of")
    assert page.locator("#description").input_value() == "of somebody else", "a draft has what was altered, and nothing else"
    assert names(ada)[-1] == "E-mail ada@example.com" and page.locator("#title").input_value() == "Ada again"
    assert page.locator("[data-part=unsaved]").inner_text() == "Not saved yet: Title, Blocks."
    page.locator("#title").focus()
    save(ada)
    after = read(ada, made)
    assert after["blocks"][-1]["address"] == "ada@example.com" and not after["published"]
    page.locator(".block-name").first.click()
    page.get_by_label("Title", exact=True).nth(1).fill("My new notes")
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        press(ada, "Control+Enter")
    status(ada, "Saved.")
    assert list(json.loads(sent.value.post_data)) == ["blocks"] and sent.value.headers["if-match"]
    assert page.evaluate("document.activeElement.value") == "My new notes", "the focus stays, and the block stays open"


def test_a_conflict_is_told_field_by_field_and_nothing_is_lost(ada):
    page, made = ada.page, make(ada)
    api(ada, f"/bio-pages/{made['id']}", "PATCH", title="Theirs", description="of somebody else")
    page.fill("#title", "Mine")
    add(ada, "Divider")
    page.locator("#title").focus()
    press(ada, "Control+Enter")
    ada.sees("Somebody else saved this in the meantime.")
    assert page.locator(".summary tbody tr").all_inner_texts()[0].split("\t") == ["Title", "Mine", "Theirs"] and ada.axe() == []
    assert "3. Divider" in page.locator(".summary tbody").inner_text()
    page.get_by_role("button", name="Keep mine").click()
    status(ada, "Saved.")
    after = read(ada, made)
    assert (after["title"], after["description"], len(after["blocks"])) == ("Mine", "of somebody else", 3)
    assert page.locator("#description").input_value() == "of somebody else"
    # What visitors see is changed only as it was looked at.
    api(ada, f"/bio-pages/{made['id']}", "PATCH", title="Theirs again")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.locator(".notice.of-act").wait_for()
    assert not read(ada, made)["published"]
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#title")).to_have_value("Theirs again")


def test_a_session_that_ends_takes_nothing_with_it(person):
    """Signed in again over the page, the same request goes; the preview shows what was saved."""
    ada = person().arrive()
    page, made = ada.page, make(ada)
    page.fill("#title", "Written with care")
    add(ada, "Heading")
    page.keyboard.type("And this")
    ada.context.clear_cookies()
    press(ada, "Control+Enter")
    dialog = page.locator("dialog[open]")
    dialog.locator("input[type=password]").fill(PASSWORD)
    email = dialog.locator("input[type=email]")
    if email.is_visible() and email.is_editable():
        email.fill(ada.email)
    dialog.locator("button[type=submit]").click()
    status(ada, "Saved.")
    expect(preview(ada).locator("h1")).to_have_text("Written with care")
    expect(preview(ada).locator("h2").last).to_have_text("And this")
    assert read(ada, made)["title"] == "Written with care"
