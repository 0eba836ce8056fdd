"""Analytics: clicks that were really made, counted in three zones, narrowed, compared and saved."""

import csv
import io
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from conftest import MAKE, MAKE_LINKS, Person
from hands import api

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
          "Mobile/15E148 Safari/604.1")
ROBOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
# A tag that a spreadsheet would take for a formula.
FORMULA = '=1+1,"x"'
MENU, SHOP = "menu", "shop"
# Of the menu five clicks, two of them of scans and one of a bot; of the shop two.
VISITS = [
    (MENU, FIREFOX, "https://news.example.com/"), (MENU, FIREFOX, None), (MENU, SAFARI, "https://news.example.com/"),
    (MENU + "?qr=1", SAFARI, None), (MENU + "?qr=1", ROBOT, None), (SHOP, FIREFOX, "https://t.co/"), (SHOP, SAFARI, None),
]


@pytest.fixture(scope="module")
def grace(stack, chromium):
    """An owner whose workspace has these clicks and no others."""
    grace = Person(stack, chromium).arrive()
    wanted = [{"slug": f"{name}-{grace.name}", "url": f"https://example.com/{name}", "utm_source": source, "tags": tags, "title": name.title()}
              for name, source, tags in [(MENU, "print", [FORMULA, "spring"]), (SHOP, "mail", ["spring"])]]
    made = grace.page.evaluate(MAKE_LINKS, [grace.workspace, wanted])
    grace.links = dict(zip([MENU, SHOP], made))
    for step, agent, referrer in VISITS:
        name, _, query = step.partition("?")
        words = ["-A", agent, *(["-e", referrer] if referrer else [])]
        address = made[[MENU, SHOP].index(name)]["short_url"] + (f"?{query}" if query else "")
        assert stack.curl(address, "-o", "/dev/null", *words)[0] == 302
    for _ in range(60):
        if api(grace, "/analytics/clicks?interval=7d")[1]["total"] == len(VISITS):
            break
        grace.page.wait_for_timeout(500)
    grace.state = grace.context.storage_state()
    grace.context.close()
    return grace


@pytest.fixture
def ada(grace, person):
    """Browsers in which that owner is signed in, with an address below the workspace open."""

    def make(path="analytics", **context):
        ada = person(storage_state=grace.state, **context)
        ada.workspace, ada.links = grace.workspace, grace.links
        ada.goto(f"/{ada.workspace}/{path}".rstrip("/"))
        return ada

    return make


def panel(ada, title):
    found = ada.page.locator(".panel", has=ada.page.get_by_role("heading", name=title, exact=True))
    found.scroll_into_view_if_needed()
    found.locator("table").wait_for()
    return found


def lines(ada, title):
    """What a breakdown has: its values and the numbers beside them."""
    rows = panel(ada, title).locator("tbody tr").all()
    return [[row.locator("a.filter").inner_text().strip()] + row.locator("td.number").all_inner_texts() for row in rows]


def figures(ada):
    expect(ada.page.locator(".numbers")).not_to_have_attribute("aria-busy", "true")
    expect(ada.page.locator(".figures")).not_to_contain_text("…")
    return ada.page.locator(".figures [data-count] dd:first-of-type").all_inner_texts()


def saved(ada, press):
    with ada.page.expect_download() as download:
        press()
    text = open(download.value.path(), newline="").read()
    return download.value.suggested_filename, list(csv.reader(io.StringIO(text)))


def named(ada):
    """The zone as the browser calls it: of some it knows an older name."""
    return ada.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")


def clock(at, zone):
    return at.astimezone(ZoneInfo(zone))


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Europe/Berlin"])
def test_hours_and_days_are_those_of_the_zone(ada, zone):
    """The clicks are in the zone's present hour and on its today; a table, a file and the API say the same."""
    me = ada("analytics?interval=24h", timezone_id=zone)
    page = me.page
    at = clock(datetime.fromisoformat(api(me, "/links?sort=clicks&limit=1")[1]["data"][0]["last_clicked_at"]), zone)
    told = f"{at.day} {at:%b}, {at:%H}:00"
    assert page.locator("svg.chart").get_attribute("aria-label").endswith(f"peak 7 at {told}")
    page.keyboard.press("v")
    expect(page.locator(".time th").first).to_have_text(f"Hour ({named(me)})")
    rows = {row.locator("td").first.inner_text().split(", not")[0]: row.locator("td").nth(1).inner_text() for row in
            page.locator(".time tbody tr").all()}
    assert len(rows) == 24 and rows[told] == "7" and sum(map(int, rows.values())) == 7
    name, table = saved(me, page.get_by_role("button", name="Save the chart as CSV").click)
    assert table[0] == [f"Hour ({named(me)})", "Clicks"] and [f"{at:%Y-%m-%dT%H}:00", "7"] in table
    assert name == f"clicks-by-hour-{clock(at - timedelta(hours=23), zone):%Y-%m-%d}-to-{clock(datetime.now().astimezone(), zone):%Y-%m-%d}.csv"
    page.keyboard.press("2")
    page.wait_for_url("**?interval=7d")
    expect(page.locator(".time th").first).to_have_text(f"Day ({named(me)})")
    expect(page.locator(".time tbody tr")).to_have_count(7)
    expect(page.locator(".time tbody tr", has_text=f"{at.day} {at:%b}").locator("td").nth(1)).to_have_text("7")
    assert named(me) in page.locator(".time .actions").inner_text()


def test_rows_narrow_and_chips_widen(ada):
    me = ada()
    page = me.page
    assert figures(me) == ["7", "6", "4"]
    host = "mask.localhost/"
    assert lines(me, "Links") == [[host + me.links[MENU]["slug"], "5"], [host + me.links[SHOP]["slug"], "2"]]
    assert lines(me, "Referrers") == [["None: typed, or not told", "4"], ["news.example.com", "2"], ["t.co", "1"]]
    assert lines(me, "How they came") == [["Followed", "5"], ["QR code scanned", "2"]]
    panel(me, "Browsers and devices").get_by_role("link", name="System").click()
    page.wait_for_url("**/analytics?by=os")
    before = page.evaluate("history.length")
    expect(panel(me, "Browsers and devices").get_by_role("link", name="iOS")).to_be_visible()
    panel(me, "Referrers").get_by_role("link", name="news.example.com").click()
    page.wait_for_url("**?referrer=news.example.com&by=os")
    assert page.evaluate("history.length") == before + 1, "a filter is a step, another breakdown is none"
    assert figures(me)[:2] == ["2", "2"]
    assert page.evaluate("document.activeElement.textContent") == "news.example.com", "the focus stays"
    # Its own values stay to be added, all else is narrowed.
    panel(me, "Referrers").get_by_role("link", name="t.co").click()
    expect(page.locator(".chips a")).to_have_count(2)
    assert figures(me)[:2] == ["3", "3"]
    assert lines(me, "Browsers and devices") == [["Linux", "2"], ["iOS", "1"]]
    page.get_by_role("link", name="Drop Referrer: news.example.com").click()
    expect(page.locator(".chips a")).to_have_count(1)
    assert figures(me)[0] == "1" and me.axe() == []
    page.reload()
    assert figures(me)[0] == "1" and lines(me, "Links") == [[host + me.links[SHOP]["slug"], "1"]]
    page.go_back()
    expect(page.locator(".chips a")).to_have_count(2)
    # Of links one: the screen of the link is a button beside.
    panel(me, "Links").get_by_role("link", name=me.links[MENU]["slug"]).first.click()
    expect(page.locator(".chips")).to_contain_text(me.links[MENU]["slug"])
    assert figures(me)[0] == "2"
    panel(me, "Links").locator("tr", has_text=me.links[SHOP]["slug"]).get_by_role("link", name="Open").click()
    page.wait_for_url(f"**/links/{me.links[SHOP]['id']}")


def test_what_counts_is_chosen_and_exact(ada):
    me = ada("analytics?interval=7d")
    page = me.page
    page.locator(".figures").get_by_role("link", name="By humans").click()
    page.wait_for_url("**count=human")
    expect(page.locator("svg.chart")).to_have_attribute("aria-label", re.compile("^Clicks by humans a day, .*peak 6 "))
    assert figures(me) == ["7", "6", "4"] and sum(int(n) for _, n in lines(me, "Links")) == 6
    panel(me, "How they came").get_by_role("link", name="Visitor").click()
    expect(panel(me, "How they came").locator("tbody")).to_have_text(re.compile("^Humans *6$"))
    # One zone's truth: the API, asked as the copied curl says.
    me.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("y")
    me.sees("Copied: curl of GET /v1/analytics/clicks.")
    assert "interval=7d&granularity=day&timezone=Europe%2FBerlin&count=human" in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("zone", ["America/St_Johns", "Asia/Kathmandu"])
def test_the_period_before_is_as_long_and_stands_beside(ada, zone):
    """Over the clock change in St John's, too. What was before is made up; when it was is what the API has answered."""
    me = ada(timezone_id=zone)
    page, asked = me.page, []

    def answer(route):
        query = {name: values[0] for name, values in parse_qs(urlsplit(route.request.url).query).items()}
        if "end" not in query or query.get("limit") == "7":
            return route.continue_()
        asked.append(query)
        group = query.get("group_by", "time")
        steps = [{"value": f"2026-10-{1 + n:02}T12:00:00Z", "clicks": 3 if n == 0 else 0, "partial": False} for n in range(30)]
        groups = {"time": steps, "bot": [{"value": "false", "clicks": 2}]}.get(group, [{"value": "news.example.com", "clicks": 3}])
        route.fulfill(json={"total": 3, "groups": groups, "group_by": group, "granularity": "day", "other": {"values": 0, "clicks": 0}})

    me.context.route("**/v1/analytics/clicks?*", answer)
    page.keyboard.press("x")
    page.wait_for_url("**/analytics?before=1")
    expect(page.locator("[data-count=all] dd").nth(1)).to_have_text("+4, 3 before")
    expect(page.locator("[data-count=human] dd").nth(1)).to_have_text("+4, 2 before")
    assert page.locator(".chart .then").count() == 30 and "Hollow bars: " in page.locator(".time").inner_text()
    # As many days of the zone, up to the same time of the day.
    windows = [api(me, f"/analytics/clicks?interval=30d&limit=7&timezone={zone}{end}")[1] for end in ["", f"&end={asked[0]['end']}"]]
    now, then = ([clock(datetime.fromisoformat(window[name]), zone).replace(tzinfo=None) for name in ["start", "end"]] for window in windows)
    assert then[0] == now[0] - timedelta(days=30) and then[0].hour == 0 and len(windows[1]["groups"]) == 30
    assert then[1] in (now[1] - timedelta(days=30), now[1] - timedelta(days=30, minutes=15))
    page.keyboard.press("v")
    assert page.locator(".time th").all_inner_texts() == [f"Day ({named(me)})", "Clicks", "Before", "Difference"]
    assert page.locator(".time tbody tr").first.locator("td").all_inner_texts()[1:] == ["0", "3", "−3"]
    assert lines(me, "Referrers") == [
        ["None: typed, or not told", "4", "0", "+4"], ["news.example.com", "2", "3", "−1"], ["t.co", "1", "0", "+1"]]
    assert me.axe() == []
    name, table = saved(me, panel(me, "Referrers").get_by_role("button", name="CSV").click)
    assert name.startswith("clicks-by-referrer-") and table[:3] == [
        ["Referrer", "Clicks", "Before"], ["None: typed, or not told", "4", "0"], ["news.example.com", "2", "3"]]
    page.keyboard.press("x")
    page.wait_for_url("**/analytics")
    expect(page.locator(".chart .then")).to_have_count(0)


def test_ranges_by_keys_and_from_a_day_to_a_day(ada):
    me = ada("analytics?referrer=t.co")
    page = me.page
    for key, interval in zip("123456", ["24h", "7d", "30d", "90d", "12mo", "all"]):
        page.keyboard.press(key)
        page.wait_for_url(f"**?referrer=t.co&interval={interval}")
        expect(page.locator(".ranges [aria-current=true]").first).to_contain_text(key)
    page.keyboard.press("2")
    page.keyboard.press("[")
    page.wait_for_url("**interval=7d&end=*")
    me.sees("No clicks match.")
    page.keyboard.press("]")
    page.wait_for_url("**?referrer=t.co&interval=7d")
    page.get_by_text("From … to …").click()
    today = clock(datetime.now().astimezone(), "Europe/Berlin").date()
    # In the wrong order it is the same.
    page.get_by_label("From, in Europe/Berlin").fill(today.isoformat())
    page.get_by_label("To, in Europe/Berlin").fill((today - timedelta(days=9)).isoformat())
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url(f"**?referrer=t.co&start={today - timedelta(days=9)}&end={today}")
    expect(page.get_by_role("link", name="Compare with the 10 days before")).to_be_visible()
    assert figures(me)[0] == "1"
    page.keyboard.press("[")
    page.wait_for_url(f"**start={today - timedelta(days=19)}&end={today - timedelta(days=10)}")
    me.sees("No clicks match.")
    assert me.axe() == []


def test_files_have_no_formulas_and_the_clicks_themselves(ada):
    me = ada("analytics?by=tag&interval=7d")
    page = me.page
    expect(panel(me, "Links").get_by_role("link", name="spring")).to_be_visible()
    _, table = saved(me, panel(me, "Links").get_by_role("button", name="CSV").click)
    assert table == [["Tag", "Clicks"], ["spring", "7"], ["'" + FORMULA, "5"]]
    panel(me, "Links").get_by_role("link", name=FORMULA).click()
    expect(page.locator(".chips a")).to_have_count(1)
    name, table = saved(me, page.get_by_role("button", name="Export the clicks themselves").click)
    assert name.startswith("clicks-exported-") and table[0][:3] == ["id", "clicked_at", "link_id"] and len(table) == 6
    assert {row[2] for row in table[1:]} == {me.links[MENU]["id"]}


def test_the_last_hour_is_looked_at_while_somebody_sees_it(ada, person, grace):
    me = person(storage_state=grace.state)
    page, looks = me.page, []
    page.on("request", lambda request: looks.append(request.url) if "clicks?start=" in request.url else None)
    page.clock.install()
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.isAway === true })")
    me.goto(f"/{grace.workspace}/analytics?interval=24h")
    expect(page.locator(".live dd")).to_have_text("7")
    assert re.match(r"Since \d\d:(00|15|30|45)$", page.locator(".live dt").inner_text()) and len(looks) == 1
    with page.expect_request("**/clicks?start=*"):
        page.clock.run_for(15_500)
    page.evaluate("window.isAway = true")
    page.clock.run_for(60_000)
    number = len(looks)
    page.clock.run_for(60_000)
    assert len(looks) == number
    with page.expect_request("**/clicks?start=*"):
        page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")


def test_refusals_nothing_and_a_way_out(ada):
    me = ada("analytics?domain=elsewhere.example&tag=none")
    page = me.page
    me.sees("Use a domain of this workspace.")
    assert me.axe() == []
    page.get_by_role("link", name="Drop Domain: elsewhere.example").click()
    me.sees("No clicks match.")
    page.get_by_role("link", name="Show all again").click()
    page.wait_for_url("**/analytics")
    assert figures(me)[0] == "7"
    me.goto(f"/{me.workspace}/analytics?start=2026-01-01&end=2026-01-05")
    me.sees("No clicks from 1 Jan 2026 to 5 Jan 2026, Europe/Berlin.")
    assert page.locator(".panel").first.is_hidden() and "curl" in page.locator(".sample").inner_text()
    page.get_by_role("link", name="Look at all time").click()
    expect(page.locator("[data-count=all] dd").first).to_have_text("7")
    # One breakdown that fails says so in its place, and all else stays.
    me.context.route("**/v1/analytics/clicks?*group_by=referrer*", lambda route: route.fulfill(status=503, json={"code": "unavailable"}))
    page.reload()
    page.locator(".panel", has_text="Referrers").get_by_text("MASK is not ready for this at the moment.").wait_for()
    me.context.unroute("**/v1/analytics/clicks?*group_by=referrer*")
    page.get_by_role("button", name="Try again").click()
    assert len(lines(me, "Referrers")) == 3
    me.complaints.clear()


def test_overview_leads_to_the_link(ada):
    me = ada("")
    top = me.page.locator("[data-part=top] tbody tr")
    expect(top).to_have_count(2)
    expect(top.first).to_contain_text(me.links[MENU]["slug"])
    top.first.get_by_role("link").click()
    me.page.wait_for_url(f"**/links/{me.links[MENU]['id']}")


def test_viewers_count_and_read(ada, grace, person):
    viewer = person().arrive("--workspace", grace.workspace, "--role", "viewer")
    viewer.goto(f"/{grace.workspace}/analytics")
    assert figures(viewer)[0] == "7" and viewer.axe() == []
    viewer.goto(f"/{grace.workspace}/links/{grace.links[MENU]['id']}")
    assert figures(viewer)[0] == "5"
    expect(viewer.page.locator(".of-link button")).to_have_text(["Copyl"])
    assert viewer.page.locator(".of-link nav a").count() == 2 and viewer.axe() == []


def test_a_page_s_views_and_the_clicks_on_its_links(ada, stack):
    me = ada("links")
    slug = "ada" + me.name
    made = me.page.evaluate(MAKE, [me.workspace, "/bio-pages", {
        "title": "Ada’s café", "slug": slug, "blocks": [{"type": "link", "title": "Launch", "link_id": me.links[SHOP]["id"]}]}])
    me.page.evaluate(MAKE, [me.workspace, f"/bio-pages/{made}/publish", {}])
    me.goto(f"{stack.values['MASK_LINK_URL']}/{slug}")
    me.page.wait_for_timeout(300)
    for _ in range(40):
        me.goto(f"/{me.workspace}/pages/{made}/analytics?interval=7d")
        if figures(me)[0] == "1":
            break
        me.page.wait_for_timeout(500)
    page = me.page
    assert page.locator("h1").inner_text() == "Ada’s café" and figures(me)[0] == "1"
    expect(panel(me, "Browsers and devices").locator("tbody tr")).to_have_count(1)
    assert page.locator(".panel .filter").count() == 0, "the API narrows no views"
    row = page.locator("tr", has_text=me.links[SHOP]["slug"])
    assert row.locator("td").nth(1).inner_text() == "2" and me.axe() == []
    row.get_by_role("link").click()
    page.wait_for_url(f"**/links/{me.links[SHOP]['id']}")
