"""Links: made, followed, found, altered, deleted and back; each step as a person does it on the screens."""

import json
import re

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS
from hands import api, new_slug, press, row, status

ROWS = "tbody tr"


@pytest.fixture
def ada(member):
    """An owner on the list of links."""
    ada = member()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.goto(f"/{ada.workspace}/links")
    return ada


def make(ada, **link):
    """A link by the API, which the list then shows."""
    link = {"url": "https://example.com/" + new_slug(), "slug": new_slug()} | link
    made = ada.page.evaluate(MAKE_LINKS, [ada.workspace, [link]])[0]
    ada.goto(f"/{ada.workspace}/links")
    return made


def test_a_link_is_made_followed_and_found(ada, stack):
    page, slug, sent = ada.page, new_slug(), []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_role("link", name="New link").click()
    page.wait_for_selector("#url:focus")
    page.keyboard.type("example.com/" + slug)
    page.fill("#slug", slug)
    assert page.locator("#final").inner_text() == f"mask.localhost/{slug}", "the address is drawn while it is typed"
    assert page.locator("#url").input_value() == f"https://example.com/{slug}"
    assert not page.locator("#domain").is_visible(), "there is one host only"
    page.fill("#tags", "fresh, two words")
    page.get_by_text("Times and limit").click()
    page.fill("#expires_at", "2099-05-04T12:30")
    page.get_by_role("button", name="Make the link").click()
    status(ada, f"Made: mask.localhost/{slug}.")
    assert sent[0].headers["idempotency-key"] and json.loads(sent[0].post_data) == {
        "url": f"https://example.com/{slug}", "slug": slug, "tags": ["fresh", "two words"], "expires_at": "2099-05-04T10:30:00Z"}
    assert stack.curl(f"{stack.values['MASK_LINK_URL']}/{slug}", "-o", "/dev/null")[0] == 302
    row(ada, slug).get_by_role("button", name="Copy").click()
    status(ada, "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{stack.values['MASK_LINK_URL']}/{slug}"
    # A tag leads to all that have it; the address keeps what is asked for, and "back" leads out of it.
    row(ada, slug).get_by_role("link", name="two words").click()
    page.wait_for_url(lambda url: "q=tag%3A%22two+words%22" in url)
    expect(page.locator(ROWS)).to_have_count(1)
    assert page.locator("#search").input_value() == 'tag:"two words"'
    page.reload()
    row(ada, slug).wait_for()
    page.go_back()
    page.locator(ROWS).nth(1).wait_for()
    assert page.locator("#search").input_value() == ""


def test_typing_searches_and_words_narrow(ada):
    page, slug = ada.page, new_slug()
    make(ada, slug=slug, title="Über München", tags=["narrow"])
    before = page.evaluate("history.length")
    press(ada, "/")
    page.keyboard.type("munchen tag:narrow")
    page.wait_for_url("**?q=munchen+tag%3Anarrow")
    expect(page.locator(ROWS)).to_have_count(1)
    assert row(ada, slug).count() == 1 and page.evaluate("document.activeElement.id") == "search"
    assert page.evaluate("history.length") == before, "no step back for each letter"
    press(ada, "Enter")
    page.go_back()
    page.locator(ROWS).nth(1).wait_for()
    page.go_forward()
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_role("link", name="Disabled").click()
    ada.sees("No link matches.")
    assert ada.axe() == []
    chips = page.locator(".empty button")
    assert [re.sub(r"\s*×", "", text) for text in chips.all_inner_texts()] == ["munchen", "tag:narrow", "state:disabled"]
    page.get_by_role("button", name="Search without state:disabled").click()
    row(ada, slug).wait_for()
    ada.goto(f"/{ada.workspace}/links?q=state:lost")
    ada.sees("No state is called “lost”.")
    ada.goto(f"/{ada.workspace}/links?q=domain:elsewhere.example")
    ada.sees("Use a domain of this workspace.")
    ada.complaints.clear()
    page.get_by_role("link", name="Expired").click()
    ada.sees("Use a domain of this workspace.")
    page.fill("#search", "state:expired")
    page.locator("tbody tr", has_text="expired").first.wait_for()
    ada.complaints.clear()


def test_sorts_and_more_links(ada, stack):
    page, tag = ada.page, new_slug()
    made = page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": f"https://example.com/{n}", "tags": [tag]} for n in range(60)]])
    for _ in range(2):
        stack.curl(made[7]["short_url"], "-o", "/dev/null", "-A", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    ada.goto(f"/{ada.workspace}/links?q=tag:{tag}")
    assert page.locator("tbody tr").count() == 50 and page.locator("[aria-sort=descending]").inner_text().startswith("Created")
    assert page.evaluate("document.querySelectorAll('*').length") <= 2_500
    page.get_by_role("button", name="More links").click()
    expect(page.locator(ROWS)).to_have_count(60)
    assert page.evaluate("[...document.querySelectorAll('tbody tr')].findIndex(row => row.contains(document.activeElement))") == 50
    assert page.get_by_role("button", name="More links").count() == 0
    ada.sees("60 links.")
    for _ in range(40):  # clicks are counted some seconds later
        page.get_by_role("button", name="Clicks").click()
        page.wait_for_url(lambda url: url.endswith("&sort=clicks"))
        page.wait_for_load_state("networkidle")
        if page.locator("tbody tr").first.get_attribute("data-row") == made[7]["id"]:
            break
        page.wait_for_timeout(500)
        ada.goto(f"/{ada.workspace}/links?q=tag:{tag}")
    assert page.locator("tbody tr").first.get_attribute("data-row") == made[7]["id"]
    assert page.locator("[aria-sort=descending]").inner_text().startswith("Clicks")


def test_deleted_and_undone(ada, stack):
    page = ada.page
    link = make(ada)
    slug, address = link["slug"], link["short_url"]
    row(ada, slug).get_by_role("button", name="Delete").click()
    status(ada, f"Deleted: mask.localhost/{slug}.")
    assert row(ada, slug).count() == 0 and stack.curl(address, "-o", "/dev/null")[0] == 404
    assert ada.axe() == []
    page.locator("#status").get_by_role("button", name="Undo").click()
    status(ada, "Restored")
    row(ada, slug).wait_for()
    assert stack.curl(address, "-o", "/dev/null")[0] == 302


def test_the_bin_gives_back_and_is_emptied(ada):
    page = ada.page
    link = make(ada)
    slug = link["slug"]
    row(ada, slug).get_by_role("button", name="Delete").click()
    status(ada, "Deleted")
    page.get_by_role("link", name="Deleted", exact=True).click()
    page.wait_for_url("**?q=state%3Adeleted")
    row(ada, slug).wait_for()
    assert "deleted" in row(ada, slug).inner_text() and "just now" in row(ada, slug).inner_text()
    assert row(ada, slug).get_by_role("button").all_inner_texts() == ["Restore", "Delete for good"] and ada.axe() == []
    page.evaluate("document.activeElement.blur()")
    press(ada, "j")
    assert page.evaluate("document.activeElement.textContent") == "Restore"
    row(ada, slug).get_by_role("button", name="Restore").click()
    status(ada, f"Restored: mask.localhost/{slug}.")
    assert row(ada, slug).count() == 0
    api(ada, f"/links/{link['id']}", "DELETE")
    page.reload()
    row(ada, slug).get_by_role("button", name="Delete for good").click()
    page.locator("dialog[open]").get_by_role("button", name="Cancel").click()
    assert row(ada, slug).count() == 1
    row(ada, slug).get_by_role("button", name="Delete for good").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete for good").click()
    status(ada, f"Deleted for good: mask.localhost/{slug}.")
    assert api(ada, f"/links/{link['id']}/restore", "POST")[0] == 404
    ada.complaints.clear()


def test_disabled_and_enabled_in_place(ada, stack):
    link = make(ada)
    line = row(ada, link["slug"])
    line.get_by_role("button", name="Disable").click()
    status(ada, "Disabled")
    assert stack.curl(link["short_url"], "-o", "/dev/null")[0] in (403, 404, 410) and line.locator(".bar.off").count() == 1
    assert ada.page.evaluate("document.activeElement.textContent") == "Enable", "the focus stays"
    line.get_by_role("button", name="Enable").click()
    status(ada, "Enabled")
    assert stack.curl(link["short_url"], "-o", "/dev/null")[0] == 302


@pytest.mark.parametrize("way", ["restore", "purge"])
def test_a_slug_in_the_bin_is_offered_both_ways(ada, way):
    page = ada.page
    old = make(ada)
    api(ada, f"/links/{old['id']}", "DELETE")
    ada.goto(f"/{ada.workspace}/links/new")
    page.fill("#url", "https://example.com/new-destination")
    page.fill("#slug", old["slug"])
    press(ada, "Control+Enter")
    ada.sees("A link that was deleted keeps this slug.")
    assert ada.axe() == [] and page.evaluate("document.activeElement.textContent") == "Restore it"
    if way == "restore":
        press(ada, "Enter")
        status(ada, f"Restored: mask.localhost/{old['slug']}.")
        assert "new-destination" not in row(ada, old["slug"]).inner_text()
    else:
        page.get_by_role("button", name="Delete it for good and take the slug").click()
        page.locator("dialog[open]").get_by_role("button", name="Delete for good").click()
        status(ada, f"Made: mask.localhost/{old['slug']}.")
        assert "https://example.com/new-destination" in row(ada, old["slug"]).inner_text()
        assert api(ada, f"/links/{old['id']}/restore", "POST")[0] == 404
        ada.complaints.clear()


def test_errors_stand_at_their_fields_and_a_draft_has_no_password(ada):
    page = ada.page
    taken = make(ada)
    ada.goto(f"/{ada.workspace}/links/new")
    page.fill("#url", "ftp://example.com/")
    page.fill("#slug", taken["slug"])
    page.get_by_text("Times and limit").click()
    page.fill("#max_clicks", "many")
    page.get_by_text("Times and limit").click()
    press(ada, "Control+Enter")
    page.wait_for_selector("#url-error")
    assert page.locator("#max_clicks-error").is_visible(), "the fold of a field with an error opens"
    assert page.evaluate("document.activeElement.id") == "url" and ada.axe() == []
    page.fill("#url", "https://example.com/")
    page.fill("#max_clicks", "")
    press(ada, "Control+Enter")
    page.wait_for_selector("#slug-error")
    page.locator("summary", has_text="Password").click()
    page.fill("#password", "correct horse")
    page.fill("#title", "kept")
    page.wait_for_timeout(700)
    assert "correct horse" not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    ada.sees("Your draft of")
    assert page.locator("#title").input_value() == "kept" and page.locator("#password").input_value() == ""
    page.get_by_role("button", name="Discard it").click()
    assert page.locator("#title").input_value() == "" and "random" in page.locator("#final").inner_text()


def test_an_edit_sends_what_was_altered_and_tells_of_a_conflict(ada):
    page = ada.page
    link = make(ada, title="before", tags=["one"])
    row(ada, link["slug"]).get_by_role("link", name="Edit").click()
    page.wait_for_url(f"**/links/{link['id']}/edit")
    page.wait_for_load_state("networkidle")
    page.fill("#title", "mine")
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        press(ada, "Control+Enter")
    status(ada, "Saved.")
    assert json.loads(sent.value.post_data) == {"title": "mine"} and sent.value.headers["if-match"]
    press(ada, "Control+Enter")
    status(ada, "Nothing has changed.")
    api(ada, f"/links/{link['id']}", "PATCH", title="theirs", notes="of somebody else")
    page.fill("#title", "mine again")
    press(ada, "Control+Enter")
    ada.sees("Somebody else saved this in the meantime.")
    assert "theirs" in page.locator(".summary").inner_text() and ada.axe() == []
    page.get_by_role("button", name="Keep mine").click()
    status(ada, "Saved.")
    after = api(ada, f"/links/{link['id']}")[1]
    assert (after["title"], after["notes"], after["tags"]) == ("mine again", "of somebody else", ["one"])
    # A password is set, and taken off.
    page.locator("summary", has_text="Password").click()
    page.fill("#password", "open sesame")
    press(ada, "Control+Enter")
    page.get_by_label("Take the password off").wait_for()
    assert api(ada, f"/links/{link['id']}")[1]["password_protected"] and page.locator("#password").input_value() == ""
    page.get_by_label("Take the password off").check()
    press(ada, "Control+Enter")
    page.get_by_label("Take the password off").wait_for(state="hidden")
    assert not api(ada, f"/links/{link['id']}")[1]["password_protected"]


def test_viewers_look_and_copy(ada, person):
    link = make(ada)
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}/links")
    line = row(viewer, link["slug"])
    assert line.locator(".link").get_attribute("href") == f"/{ada.workspace}/links/{link['id']}"
    assert line.get_by_role("button").all_inner_texts() == ["Copy"] and viewer.axe() == []
    assert viewer.page.get_by_role("link", name="New link").count() == 0
    press(viewer, "j", "d", "#", "c")
    viewer.page.wait_for_timeout(300)
    assert viewer.page.url.endswith("/links") and row(ada, link["slug"]).count() == 1
    viewer.goto(f"/{ada.workspace}/links/new")
    viewer.sees("You are viewer in")


def test_keyboard_only(ada):
    page, slug = ada.page, new_slug()
    ada.goto(f"/{ada.workspace}/settings")
    press(ada, "g", "l")
    page.wait_for_url("**/links")
    page.wait_for_load_state("networkidle")
    press(ada, "c")
    page.wait_for_selector("#url:focus")
    page.keyboard.type("https://example.com/by-hand")
    press(ada, "Tab")
    page.keyboard.type(slug)
    press(ada, "Control+Enter")
    status(ada, f"Made: mask.localhost/{slug}.")
    page.wait_for_selector("tbody tr")
    press(ada, "l")
    status(ada, "Choose a link first")
    press(ada, "j", "l")
    status(ada, "Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/" + slug)
    press(ada, "d")
    status(ada, f"Disabled: mask.localhost/{slug}.")
    press(ada, "d")
    status(ada, f"Enabled: mask.localhost/{slug}.")
    press(ada, "#")
    status(ada, f"Deleted: mask.localhost/{slug}.")
    assert page.evaluate("document.activeElement.closest('tr') !== null"), "the focus is on the next row"
    press(ada, "z")
    status(ada, f"Restored: mask.localhost/{slug}.")
    assert page.evaluate("document.activeElement.closest('tr').textContent").find(slug) >= 0
    press(ada, "y")
    status(ada, "Copied: curl of GET /v1/links.")
    assert "/links?limit=50" in page.evaluate("navigator.clipboard.readText()")
    press(ada, "?")
    listed = page.locator("dialog[open] td:first-child").all_inner_texts()
    assert {"/", "j", "k", "o", "c", "l", "e", "d", "#", "z", "y", "?", "g l"} <= set(listed)
    press(ada, "Escape")
    page.locator(f"tbody tr:has-text('{slug}') .link").focus()
    press(ada, "Enter")
    page.wait_for_url(re.compile("/links/lnk_[0-9a-z]+$"))
    page.locator(".facts").wait_for()
    press(ada, "e")
    page.wait_for_url(re.compile("/links/lnk_.*/edit"))
    page.wait_for_selector("#slug")
    press(ada, ":")
    page.wait_for_selector("#palette:focus")
    page.keyboard.type("new li")
    press(ada, "Enter")
    page.wait_for_url("**/links/new")


def test_empty_and_failing_lists_say_what_to_do(ada):
    page = ada.page
    ada.context.route("**/v1/links?*", lambda route: route.fulfill(json={"data": [], "has_more": False, "next_cursor": None}))
    for address, text in [("", "No links yet."), ("?q=state:deleted", "Nothing was deleted in 30 days.")]:
        ada.goto(f"/{ada.workspace}/links{address}")
        ada.sees(text)
        for width in [1280, 320]:
            page.set_viewport_size({"width": width, "height": 860})
            assert ada.axe() == [] and not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    ada.goto(f"/{ada.workspace}/links")
    assert "curl" in page.locator(".sample").inner_text() and page.locator(".empty a").get_attribute("href") == "links/new"
    ada.context.unroute("**/v1/links?*")
    ada.context.route("**/v1/links?*", lambda route: route.fulfill(status=503, json={"code": "unavailable", "title": "Away"}))
    ada.goto(f"/{ada.workspace}/links")
    ada.sees("MASK is not ready for this at the moment.")
    ada.context.unroute("**/v1/links?*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("tbody tr")
    assert page.locator(".notice").count() == 0
    ada.complaints.clear()


def test_with_domains_of_its_own_a_workspace_chooses_the_host(ada):
    """Those that are verified; the curl says what is about to be sent."""
    page = ada.page
    domains = [{"host": "go.example.com", "status": "verified"}, {"host": "new.example.com", "status": "pending"}]
    ada.context.route("**/v1/domains?*", lambda route: route.fulfill(json={"data": domains, "has_more": False, "next_cursor": None}))
    ada.goto(f"/{ada.workspace}/links/new")
    assert page.locator("#domain option").all_inner_texts() == ["mask.localhost", "go.example.com"]
    page.locator("#domain").select_option("go.example.com")
    page.fill("#url", "https://example.com/")
    page.fill("#slug", "menu")
    assert page.locator("#final").inner_text() == "go.example.com/menu" and ada.axe() == []
    page.locator("summary", has_text="Password").click()
    page.fill("#password", "correct horse")
    page.get_by_role("button", name="Copy as curl").click()
    status(ada, "Copied: curl of POST /v1/links.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert '"domain":"go.example.com"' in copied and "correct horse" not in copied
