"""Many links: found by the time of their creation, selected, and changed, deleted, restored and exported together."""

import csv
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS
from hands import api, new_slug, press, row, status

ROWS = "tbody tr"
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ada(member):
    ada = member()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.goto(f"/{ada.workspace}/links")
    return ada


def make_many(ada, number, tags=(), **fields):
    """Links that have a tag of their own; the list shows them."""
    tag = new_slug()
    links = [{"url": f"https://example.com/{tag}/{at}", "slug": f"{tag}-{at}", "tags": [tag, *tags]} | fields for at in range(number)]
    made = []
    for start in range(0, number, 1000):
        made += ada.page.evaluate(MAKE_LINKS, [ada.workspace, links[start:start + 1000]])
    ada.goto(f"/{ada.workspace}/links?q=tag:{tag}")
    expect(ada.page.locator(ROWS)).to_have_count(min(number, 50))
    return tag, made


def bar(ada):
    return ada.page.locator(".selection")


def selected(ada, text):
    expect(bar(ada).locator("strong")).to_have_text(text)


def asked_in(page):
    """What is sent to links from here on: method, path, body."""
    sent = []
    page.on("request", lambda request: sent.append((request.method, request.url.split("/v1")[1], request.post_data_json))
            if "/v1/links/" in request.url else None)
    return sent


def test_words_narrow_the_time_of_creation_in_the_users_zone(ada):
    page = ada.page
    tag, _ = make_many(ada, 2)
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/links?" in request.url else None)
    for word, found in [(f"{today:%Y-%m}", 2), (f"{today}", 2), (f">{today}", 0), (f"<{today}", 0), (f">={today}", 2),
                        (f"{today - timedelta(3)}..{today}", 2), (f"..{today - timedelta(1)}", 0)]:
        page.fill("#search", f"tag:{tag} created:{word}")
        press(ada, "Enter")
        page.wait_for_load_state("networkidle")
        expect(page.locator(ROWS)).to_have_count(found)
    page.fill("#search", "created:2026-07-01..2026-07-15")
    press(ada, "Enter")
    page.wait_for_load_state("networkidle")
    assert "created_after=2026-06-30T21%3A59%3A59.999Z" in asked[-1] and "created_before=2026-07-15T22%3A00%3A00.000Z" in asked[-1]
    before = len(asked)
    page.fill("#search", "created:2026-02-30")
    ada.sees("“2026-02-30” is no time.")
    assert len(asked) == before and ada.axe() == []
    page.get_by_role("button", name="Search without created:2026-02-30").click()
    page.locator(ROWS).nth(1).wait_for()


def test_the_last_day_of_a_page_of_links_is_one_request(ada, stack):
    page = ada.page
    tag, made = make_many(ada, 3)
    assert stack.curl(made[1]["short_url"], "-o", "/dev/null", "-A", PERSON)[0] == 302
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/analytics/clicks" in request.url else None)
    for _ in range(40):  # clicks are counted some seconds later
        page.reload()
        page.wait_for_load_state("networkidle")
        if row(ada, made[1]["slug"]).get_by_role("img", name="1 in all, peak 1").count() == 1:
            break
        page.wait_for_timeout(500)
    row(ada, made[1]["slug"]).get_by_role("img", name="Clicks an hour in the last 24 hours, 1 in all, peak 1").wait_for()
    row(ada, made[0]["slug"]).get_by_role("img", name="No click in the last 24 hours").wait_for()
    assert asked[-1].count("link_id=") == 3 and "timezone=Europe%2FBerlin" in asked[-1] and ada.axe() == []
    before = len(asked)
    row(ada, made[1]["slug"]).get_by_role("button", name="Disable").click()
    status(ada, "Disabled")
    row(ada, made[1]["slug"]).get_by_role("img", name="1 in all").wait_for()
    assert len(asked) == before, "a row that is drawn anew has its day already"


def test_selected_by_pointer_and_by_keys(ada):
    page = ada.page
    make_many(ada, 6)
    boxes = page.locator("tbody input[type=checkbox]")
    boxes.nth(1).check()
    selected(ada, "1 link selected.")
    boxes.nth(4).click(modifiers=["Shift"])
    selected(ada, "4 links selected.")
    boxes.nth(2).uncheck()
    selected(ada, "3 links selected.")
    assert ada.axe() == []
    press(ada, "Escape")
    expect(bar(ada)).to_be_hidden()
    assert page.locator("input:checked").count() == 0
    page.evaluate("document.activeElement.blur()")
    press(ada, "x")
    status(ada, "Choose a link first")
    press(ada, "j", "x", "j", "j", "Shift+X")
    selected(ada, "3 links selected.")
    press(ada, "x")
    selected(ada, "2 links selected.")
    press(ada, "*", "a")
    selected(ada, "6 links selected.")
    assert page.get_by_label("Select these links").is_checked()
    press(ada, "*", "n")
    expect(bar(ada)).to_be_hidden()
    page.get_by_label("Select these links").check()
    selected(ada, "6 links selected.")
    press(ada, "Escape")
    assert "q=tag" in page.url, "the selection goes first, then the search"
    press(ada, "Escape")
    page.wait_for_url("**/links")
    press(ada, "?")
    listed = page.locator("dialog[open] td:first-child").all_inner_texts()
    assert page.locator(ROWS).first.get_by_role("link", name="QR code").get_attribute("href").endswith("/qr")
    assert {"x", "Shift x", "* a", "* n", "Escape", ".", "t", "r", "l", "e", "d", "#", "z", "c", "/", "y"} <= set(listed)


def test_tags_come_and_go_with_suggestions(ada):
    page = ada.page
    tag, made = make_many(ada, 3)
    press(ada, "j", "x", "j", "x", "t")
    page.locator("dialog[open] #add-tags:focus").wait_for()
    assert ada.axe() == []
    page.keyboard.type("fresh, " + tag[:5])
    expect(page.locator(f"#add-tags-known option[value='fresh, {tag}']")).to_have_count(1)
    page.fill("#add-tags", "fresh, two words")
    page.fill("#remove-tags", tag)
    press(ada, "Enter")
    status(ada, "Tags changed: 2 links.")
    tags = [api(ada, f"/links/{link['id']}")[1]["tags"] for link in made]
    assert sorted(map(sorted, tags)) == [["fresh", "two words"], ["fresh", "two words"], [tag]]
    assert "two words" in page.locator(ROWS).first.inner_text(), "rows change where they are"
    selected(ada, "2 links selected.")


def test_disabled_archived_deleted_and_undone(ada):
    page = ada.page
    tag, made = make_many(ada, 4)
    sent = asked_in(page)
    press(ada, "j", "x", "j", "x", "d")
    status(ada, "Disabled: 2 links.")
    assert api(ada, f"/links/count?tag={tag}&disabled=true")[1]["count"] == 2
    press(ada, "d")
    status(ada, "Enabled: 2 links.")
    bar(ada).get_by_role("button", name="Archive").click()
    status(ada, "Archived: 2 links.")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(bar(ada)).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('tr') !== null"), "the focus is on a row that is left"
    sent.clear()
    press(ada, "*", "a", "#")
    status(ada, "Deleted: 2 links.")
    ada.sees("No link matches.")
    assert [(method, path) for method, path, _ in sent] == [("DELETE", "/links/bulk")] and ada.axe() == []
    page.locator("#status").get_by_role("button", name="Undo").click()
    status(ada, "Restored: 2 links.")
    expect(page.locator(ROWS)).to_have_count(2)


def test_all_that_match_are_changed_deleted_and_restored(ada):
    page = ada.page
    tag, made = make_many(ada, 60)
    sent = asked_in(page)
    press(ada, "*", "a")
    bar(ada).get_by_role("button", name="Select all 60 that match").click()
    selected(ada, "All 60 links selected.")
    page.locator("tbody input").first.uncheck()
    selected(ada, "49 links selected.")
    press(ada, "*", "a")
    bar(ada).get_by_role("button", name="Select all 60 that match").click()
    sent.clear()
    bar(ada).get_by_role("button", name="Disable").click()
    status(ada, "Disabled: 60 links.")
    assert sent[0] == ("PATCH", "/links/matching", {"filter": {"tag": [tag]}, "changes": {"disabled": True}, "starting_after": None})
    expect(page.locator("tbody .bar.off")).to_have_count(50)
    # One was deleted before: to undo says that it comes back, too.
    api(ada, f"/links/{made[0]['id']}", "DELETE")
    press(ada, "*", "a")
    bar(ada).get_by_role("button", name="Select all 59 that match").click()
    bar(ada).get_by_role("button", name="Delete").click()
    assert ada.axe() == []
    page.locator("dialog[open]").get_by_role("button", name="Delete 59 links").click()
    status(ada, "Deleted: 59 links. Undo also restores 1 link deleted before.")
    ada.sees("No link matches.")
    press(ada, "z")
    status(ada, "Restored: 60 links.")
    expect(page.locator(ROWS)).to_have_count(50)
    # Into the bin again, and out of it for good.
    press(ada, "*", "a", "#")
    status(ada, "Deleted: 50 links.")
    ada.goto(f"/{ada.workspace}/links?q=tag:{tag}+state:deleted")
    page.locator("tbody input").first.check()
    selected(ada, "1 link selected.")
    assert bar(ada).get_by_role("button").all_inner_texts() == ["Restore", "Delete for good\n#", "Export CSV", "Clear\nEsc"]
    press(ada, "#")
    page.locator("dialog[open]").get_by_role("button", name="Delete for good").click()
    status(ada, "Deleted for good: 1 link.")
    expect(page.locator(ROWS)).to_have_count(49)
    page.locator("tbody input").first.check()
    bar(ada).get_by_role("button", name="Restore").click()
    status(ada, "Restored: 1 link.")
    expect(page.locator(ROWS)).to_have_count(48)


def test_a_long_job_shows_how_far_it_is_and_can_be_stopped(ada):
    page = ada.page
    tag, made = make_many(ada, 1100)
    held = []
    page.route("**/v1/links/matching", lambda route: held.append(route) if not held else route.continue_())
    press(ada, "*", "a")
    bar(ada).get_by_role("button", name="Select all 1,100 that match").click()
    bar(ada).get_by_role("button", name="Disable").click()
    selected(ada, "Disabling: 0 of 1,100…")
    assert bar(ada).get_by_role("progressbar", name="Disabling").count() == 1 and ada.axe() == []
    bar(ada).get_by_role("button", name="Stop").click()
    held[0].continue_()
    status(ada, "Disabled: 1,000 links. Stopped after 1,000 of 1,100.")
    assert api(ada, f"/links/count?tag={tag}&disabled=true")[1]["count"] == 1000
    # An answer that is lost is no reason to begin anew.
    lost = []
    page.route("**/v1/links/matching", lambda route: (lost.append(1), route.abort()) if len(lost) == 0 else route.continue_())
    press(ada, "*", "a")
    bar(ada).get_by_role("button", name="Select all 1,100 that match").click()
    bar(ada).get_by_role("button", name="Enable").click()
    ada.sees("MASK does not answer.")
    page.get_by_role("button", name="Try again").click()
    status(ada, "Enabled: 1,100 links.")
    assert api(ada, f"/links/count?tag={tag}&disabled=true")[1]["count"] == 0
    ada.complaints.clear()


def test_what_is_refused_is_told_with_its_reason(ada):
    page = ada.page
    tag, made = make_many(ada, 3, tags=[f"t{at}" for at in range(18)])
    api(ada, f"/links/{made[1]['id']}", "DELETE", purge=True)
    api(ada, f"/links/{made[2]['id']}", "PATCH", add_tags=["t18"])
    press(ada, "*", "a", "t")
    page.locator("dialog[open] #add-tags:focus").wait_for()
    page.keyboard.type("fresh")
    press(ada, "Enter")
    status(ada, "Tags changed: 1 link.")
    told = page.locator("[data-part=report]").inner_text()
    # In a window in which no row is half under the bar of the selection.
    page.set_viewport_size({"width": 1280, "height": 1600})
    assert "refused: 2." in told and made[1]["slug"] in told and made[2]["slug"] in told and ada.axe() == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = list(csv.reader(open(download.value.path())))
    assert lines[0] == ["link", "reason", "id"] and {line[2] for line in lines[1:]} == {made[1]["id"], made[2]["id"]}
    page.get_by_role("button", name="Close").click()
    assert page.locator("[data-part=report]").inner_text() == ""


def test_exported_with_the_filters_or_as_selected(ada):
    page = ada.page
    tag, made = make_many(ada, 52, title="=SUM(A1)")
    files = []
    for press_it in [lambda: page.locator("#actions").get_by_role("button", name="Export CSV").click(),
                     lambda: bar(ada).get_by_role("button", name="Export CSV").click()]:
        with page.expect_download() as download:
            press_it()
        assert re.fullmatch(rf"{ada.workspace}-links-\d{{4}}-\d\d-\d\d\.csv", download.value.suggested_filename)
        files.append(list(csv.DictReader(open(download.value.path()))))
        press(ada, "*", "a")
        selected(ada, "50 links selected.")
    whole, some = files
    assert (len(whole), len(some)) == (52, 50) and list(whole[0]) == list(some[0])
    assert some[0] in whole and some[0]["title"] == "'=SUM(A1)"
    status(ada, "Saved: ")


def test_what_is_newer_comes_when_it_is_asked_for(ada):
    page = ada.page
    tag, made = make_many(ada, 2)
    page.clock.install()
    page.reload()
    page.locator(ROWS).nth(1).wait_for()
    page.wait_for_timeout(1100)  # times are told to the second
    links = [{"url": "https://example.com/", "slug": new_slug(), "tags": [tag]} for _ in range(2)]
    page.evaluate(MAKE_LINKS, [ada.workspace, links])
    page.clock.fast_forward(16_000)
    newer = page.get_by_role("button", name="2 newer")
    newer.wait_for()
    expect(page.locator(ROWS)).to_have_count(2)
    assert ada.axe() == []
    press(ada, ".")
    expect(page.locator(ROWS)).to_have_count(4)
    expect(newer).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") == 1
    press(ada, ".")
    status(ada, "Nothing is newer.")


def test_compact_rows_are_25_on_a_screen(member):
    ada = member(viewport={"width": 1920, "height": 1080})
    ada.goto(f"/{ada.workspace}/links")
    make_many(ada, 30, title="A title beside its destination")
    page = ada.page
    height = "document.querySelector('tbody tr').getBoundingClientRect().height"
    assert page.evaluate(height) > 50
    page.get_by_role("button", name="Compact rows").click()
    page.locator("[aria-pressed=true]", has_text="Compact rows").wait_for()
    assert page.evaluate(height) == 36
    ends = page.evaluate("[...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect().bottom)")
    assert sum(end <= 1080 for end in ends) >= 25
    assert ada.axe() == []
    page.reload()
    page.locator(ROWS).first.wait_for()
    assert page.evaluate(height) == 36, "the account keeps it"
    page.locator(ROWS).first.hover()
    page.locator(ROWS).first.get_by_role("button", name="Disable").click()
    status(ada, "Disabled")
    page.get_by_role("button", name="Compact rows").click()
    page.locator("[aria-pressed=false]", has_text="Compact rows").wait_for()
    page.set_viewport_size({"width": 390, "height": 860})
    assert page.evaluate("getComputedStyle(document.querySelector('tbody')).display") == "block", "a list, where it is narrow"


def test_viewers_select_to_export(ada, person):
    tag, made = make_many(ada, 2)
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}/links?q=tag:{tag}")
    press(viewer, "j", "x")
    selected(viewer, "1 link selected.")
    assert bar(viewer).get_by_role("button").all_inner_texts() == ["Export CSV", "Clear\nEsc"] and viewer.axe() == []
    press(viewer, "t", "d", "#")
    viewer.page.wait_for_timeout(300)
    assert viewer.page.locator("dialog").count() == 0 and not api(ada, f"/links/{made[0]['id']}")[1]["disabled"]
    assert viewer.page.get_by_role("link", name="Import").count() == 0
    with viewer.page.expect_download():
        bar(viewer).get_by_role("button", name="Export CSV").click()
