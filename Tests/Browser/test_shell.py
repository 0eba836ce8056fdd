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


def answer_with(somebody, address, answer):
    somebody.context.route(address, lambda route: route.fulfill(json=answer))


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
    bar, more = page.locator("#navigation .places li a:visible"), page.get_by_role("button", name="More", exact=True)
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


def test_overview_offers_a_new_link_and_names_what_fails(ada, person):
    page = ada.page
    hooks = [{"url": "https://example.com/a", "enabled": True, "disabled_reason": None, "failures": 3},
             {"url": "https://example.com/b", "enabled": False, "disabled_reason": "The endpoint answered 410.", "failures": 9},
             {"url": "https://example.com/c", "enabled": False, "disabled_reason": None, "failures": 0},
             {"url": "https://example.com/d", "enabled": True, "disabled_reason": None, "failures": 0}]
    hosts = [{"id": "dom_1", "host": "go.example.com", "status": "pending"}, {"id": "dom_2", "host": "to.example.com", "status": "verified"}]
    for name, things in [("webhooks", [one | {"id": f"whk_{at}"} for at, one in enumerate(hooks)]), ("domains", hosts), ("api-keys", [])]:
        answer_with(ada, f"**/v1/{name}?*", {"data": things, "has_more": False, "next_cursor": None})
    answer_with(ada, "**/v1/workspace", {"quotas": {}})
    ada.goto(f"/{ada.workspace}")
    page.get_by_role("heading", name="Needs a look").scroll_into_view_if_needed()
    expect(page.locator("section:has(h2:text('Needs a look')) li")).to_have_text([
        "The webhook https://example.com/a has failed 3 times in a row.",
        "The webhook https://example.com/b was disabled because it failed.", "The domain go.example.com is not verified yet."])
    assert ada.axe() == []
    expect(page.get_by_role("link", name="New link")).to_be_visible()
    page.keyboard.press("c")
    page.wait_for_url("**/links/new")
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}")
    viewer.page.get_by_role("heading", name="Needs a look").scroll_into_view_if_needed()
    viewer.sees("is not verified yet.")
    expect(viewer.page.get_by_role("link", name="New link")).to_have_count(0)


def test_an_unfinished_day_is_told_and_is_no_bar_of_the_period_before(ada):
    page = ada.page
    line = lambda day, clicks, partial: {"value": f"2099-11-{day}T00:00:00Z", "clicks": clicks, "partial": partial}
    answer = {"start": "2099-11-26T00:00:00Z", "end": "2099-11-29T00:00:00Z", "granularity": "day", "total": 16,
              "groups": [line(26, 4, False), line(27, 2, False), line(28, 10, True)]}
    answer_with(ada, re.compile(r"/v1/analytics/clicks\?(?!.*group_by)"), answer)
    ada.goto(f"/{ada.workspace}/analytics?before=1&interval=7d")
    ada.sees("The last bar is not finished. Hollow bars:")
    expect(page.locator(".chart .then")).to_have_count(3)
    foot, top = (page.locator(f".chart .{name}") for name in ["foot", "partial"])
    assert top.evaluate("node => getComputedStyle(node).strokeDasharray") != "none" and top.count() == foot.count() == 1
    assert page.locator(".chart .then").last.evaluate("node => getComputedStyle(node).strokeDasharray") == "none"
    assert 0 < foot.bounding_box()["height"] < top.bounding_box()["height"]
    answer["groups"][-1]["partial"] = False
    page.reload()
    expect(page.locator(".chart .then")).to_have_count(3)
    expect(page.get_by_text("The last bar is not finished.")).to_have_count(0)
    assert page.locator(".chart .foot").count() == 0
