"""What all screens have: the palette's links, things and actions; the bar of places on a phone; what Overview offers and warns of."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ada(member):
    return member()


def options(page, text=""):
    return page.locator("[role=option]", has_text=text)


def open_palette(somebody):
    somebody.page.keyboard.press("Control+k")
    somebody.page.locator("#palette:focus").wait_for()


def test_the_palette_finds_links_pages_and_domains(ada):
    slug = "p" + secrets.token_hex(4)
    ada.goto(f"/{ada.workspace}")
    made = ada.page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": "https://example.com/x", "slug": slug, "title": "Autumn fair"}]])[0]
    page, asked = ada.page, []
    page.on("request", lambda request: asked.append(request.url) if "/v1/" in request.url else None)
    open_palette(ada)
    expect(options(page)).to_have_count(8)
    page.keyboard.type("A page with a title")
    expect(options(page, "A page with a title").filter(has_text=re.compile("page$"))).not_to_have_count(0)
    assert len([url for url in asked if "limit=100" in url]) == 3
    page.fill("#palette", ada.name + ".example")
    expect(options(page, "domain")).to_have_count(1)
    asked.clear()
    page.fill("#palette", "")
    page.keyboard.type(slug)
    expect(options(page, slug)).to_have_text(re.compile(f"{slug} – Autumn fair link$"))
    assert len(asked) == 1 and f"search={slug}&limit=5" in asked[0], "one request after the last letter"
    assert ada.axe() == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/links/{made['id']}")


def test_the_palette_knows_other_words_and_actions(ada):
    page = ada.page
    ada.goto(f"/{ada.workspace}")
    open_palette(ada)
    for word, name in [("dark", "Account"), ("csv", "Import links"), ("csv", "Links"), ("invite", "Invite a member"), ("new p", "New page"),
                       ("new d", "New domain"), ("log out", "Sign out")]:
        page.fill("#palette", word)
        expect(options(page).filter(has_text=re.compile(f"^{name} (action|screen)$"))).to_have_count(1)
    page.fill("#palette", "import")
    page.keyboard.press("Enter")
    page.wait_for_url("**/links/import")


def test_the_palette_signs_out_and_offers_viewers_what_they_may(ada, person):
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}")
    page = viewer.page
    open_palette(viewer)
    for word in ["import", "new"]:
        page.fill("#palette", word)
        expect(options(page, "action")).to_have_count(0)
    page.fill("#palette", "sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in*")
    assert viewer.cookie() is None


def test_a_phone_keeps_the_places_on_screens_of_the_account(member):
    ada = member(viewport=PHONE)
    page = ada.page
    ada.goto(f"/{ada.workspace}/links")
    bar, more = page.locator("#navigation .places li a:visible"), page.get_by_role("button", name="More")
    names = ["Links", "Analytics", "Pages"]
    expect(bar.locator("xpath=text()[1]/..")).to_have_count(3)
    assert [text.split("\n")[0] for text in bar.all_inner_texts()] == names and more.get_attribute("aria-current") is None
    for path in ["/account", "/account/sessions", f"/{ada.workspace}/domains"]:
        ada.goto(path)
        assert [text.split("\n")[0] for text in bar.all_inner_texts()] == names and more.get_attribute("aria-current") == "true"
        assert ada.axe() == []
    more.click()
    expect(page.get_by_role("link", name="Audit log")).to_be_visible()
    expect(page.get_by_role("button", name="Keyboard")).to_be_visible()
    assert ada.axe() == []
    page.keyboard.press("Escape")
    expect(bar).to_have_count(3)
    assert page.evaluate("document.activeElement.textContent") == "More" and more.get_attribute("aria-expanded") == "false"
    more.click()
    page.locator("h1").click()
    expect(bar).to_have_count(3)
    more.click()
    page.get_by_role("button", name="Keyboard").click()
    ada.sees("Keys of this screen")
    box = page.get_by_role("button", name="Go to", include_hidden=True).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
