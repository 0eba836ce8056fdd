"""Every screen, in both schemes and three widths: nothing that keeps anybody out, nothing that does not fit, nothing too heavy."""

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

WWW = Path(__file__).resolve().parents[2] / "nginx/www"
WIDTHS = [1280, 390, 320]
SCREENS = [
    "/{w}", "/{w}/links", "/{w}/links?q=state:deleted+tag:none", "/{w}/links/new", "/{w}/links/import", "/{w}/links/{l}",
    "/{w}/links/{l}/edit", "/{w}/links/{l}/qr", "/{w}/links/{l}/history", "/{w}/analytics", "/{w}/analytics?before=1",
    "/{w}/qr-codes", "/{w}/qr-codes/{q}",
    "/{w}/pages", "/{w}/pages?state=deleted", "/{w}/pages/new", "/{w}/pages/{p}", "/{w}/pages/{p}/versions", "/{w}/pages/{p}/analytics",
    "/{w}/domains", "/{w}/domains/new", "/{w}/domains/{o}",
    "/{w}/settings", "/{w}/settings/api-keys", "/{w}/settings/api-keys/new", "/{w}/settings/api-keys/{k}",
    "/{w}/webhooks", "/{w}/webhooks/new", "/{w}/webhooks/{h}", "/{w}/webhooks/{h}?status=succeeded", "/{w}/webhooks/{h}/deliveries/{d}?event={e}",
    "/{w}/events", "/{w}/events/{e}", "/{w}/usage", "/{w}/usage?group=key&interval=24h", "/{w}/audit-log",
    "/{w}/settings/members", "/account", "/account/security", "/account/sessions", "/no/where",
]
GUESTS = ["/sign-in", "/welcome", "/accept", "/reset"]


def address_of(screen, somebody):
    names = {
        "w": "workspace", "k": "key", "l": "link", "p": "bio_page", "q": "code", "o": "domain", "h": "webhook", "d": "delivery", "e": "event",
    }
    return screen.format(**{short: getattr(somebody, name, "") for short, name in names.items()})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_findings_of_axe_and_nothing_that_does_not_fit(person, member, scheme):
    findings = []
    for somebody, screens in [(member(color_scheme=scheme), SCREENS), (person(color_scheme=scheme), GUESTS)]:
        for screen in screens:
            somebody.goto(address_of(screen, somebody))
            for width in WIDTHS:
                somebody.page.set_viewport_size({"width": width, "height": 860})
                findings += [(screen, width, *found) for found in somebody.axe()]
                if somebody.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    findings.append((screen, width, "is wider than the window"))
        # A screen that is not there is a refusal, and is told.
        somebody.complaints = [line for line in somebody.complaints if "status of 404" not in line]
    assert findings == []


def test_forced_colours_keep_every_border_and_focus(member):
    ada = member(forced_colors="active")
    for screen in ["settings/api-keys", "links", "links/new"]:
        ada.goto(f"/{ada.workspace}/{screen}")
        assert ada.axe() == []


# Requests of a screen with an empty cache: the shell, the script of the head, the style, two fonts, modules, and what is asked of the API.
REQUESTS = 16
QUESTIONS = 3
# Screens that count ask for more once they are usable: other totals, the last hour, the breakdowns that are seen and their module, names of
# links: of most in one request, of deleted ones in another, of five others one by one. So many requests they have at the most, so many
# questions at once, and so many in all.
MORE = {
    # Where "Needs a look" is seen: limits, webhooks, domains.
    "/{w}": (19, 5, 9), "/{w}/links/{l}": (20, 3, 6), "/{w}/pages/{p}/analytics": (20, 3, 8),
    # The module that draws the last day of each, behind the rows.
    "/{w}/links": (17, 3, 3), "/{w}/links?q=state:deleted+tag:none": (17, 3, 3),
    "/{w}/analytics": (26, 2, 14), "/{w}/analytics?before=1": (31, 2, 19),
    "/{w}/pages/{p}/versions": (17, 4, 4),
    # The names of people; the links and scans of QR codes; the plan's limit; the names of keys and members.
    "/{w}/links/{l}/history": (17, 4, 4), "/{w}/qr-codes": (17, 4, 4),
    "/{w}/usage": (16, 4, 4), "/{w}/usage?group=key&interval=24h": (17, 5, 5), "/{w}/audit-log": (16, 4, 4),
    # How many of all arrived, where the list leaves some out.
    "/{w}/webhooks/{h}?status=succeeded": (17, 4, 4),
}
# What is asked for once something is known: a challenge where the browser offers passkeys, the link of a QR code, the last day of the links
# that there are.
IN_TURN = ["/sign-in", "/{w}/qr-codes/{q}", "/{w}/links", "/{w}/links?q=state:deleted+tag:none"]
BUDGETS = SCREENS[:-1] + ["/sign-in"]
# In milliseconds, on a line of 1.6 Mbit/s and 150 ms with a fourth of the processor. What is wanted is printed beside; the test fails
# at twice of that, because other programs run on this machine too.
PAINT, USABLE = 1200, 2000
LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
WATCH = """new MutationObserver((_, observer) => {
    const body = document.querySelector('#body')
    if (!body?.childElementCount || body.hasAttribute('aria-busy') || body.querySelector('.waiting')) return
    window.usableAt = performance.now()
    observer.disconnect()
}).observe(document, { subtree: true, childList: true, attributes: true })"""
TIMES = """() => ({
    paint: Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime), usable: Math.round(window.usableAt),
    // Pictures come when their place is seen.
    questions: performance.getEntriesByType('resource').filter(({ name }) => name.includes('/v1/') && !/\\/image\\?/.test(name))
        .map(one => [one.startTime, one.responseEnd]),
    pictures: performance.getEntriesByType('resource').filter(({ name }) => /\\/image\\?/.test(name)).length,
})"""
SHIFT = """() => new Promise(resolve => {
    let sum = 0
    new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value })
        .observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(sum), 300)
})"""


def sent(sizes):
    """Without what came from the browser's cache, or is an address of data."""
    return [size for size in sizes if size > 0]


def measure(somebody, address):
    """Loads a screen cold on a slow line, then warm. Sizes are bytes over the wire, one for each request."""
    page = somebody.context.new_page()
    page.add_init_script(WATCH)
    session = somebody.context.new_cdp_session(page)
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    found = page.evaluate(TIMES) | {"cold": sent(sizes), "shift": page.evaluate(SHIFT)}
    found["nodes"] = page.evaluate("document.querySelectorAll('*').length")
    sizes.clear()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.close()
    return found | {"warm": sent(sizes)}


def beyond(screen, found):
    """The names of the budgets that a screen exceeds."""
    cold, warm = found["cold"], found["warm"]
    requests, first, questions = MORE.get(screen, (REQUESTS, QUESTIONS, QUESTIONS))
    starts, ends = (sorted(times) for times in zip(*found["questions"]))
    holds = {
        "requests": len(cold) <= requests and len(warm) <= questions + 1 + found["pictures"], "questions": len(starts) <= questions,
        "in parallel": max(starts[:first]) < min(ends) or screen in IN_TURN, "bytes": sum(cold) <= 120_000 and sum(warm) <= 20_000,
        "nodes": found["nodes"] <= 2_500, "shift": found["shift"] <= 0.02,
        "time": found["paint"] <= 2 * PAINT and found["usable"] <= 2 * USABLE,
    }
    return [name for name, is_held in holds.items() if not is_held]


def test_budgets(person, member):
    """Bytes and requests of each screen, cold and warm; its questions go at once; how long a slow line takes."""
    ada, guest = member(), person()
    failed = {}
    for screen in BUDGETS:
        somebody, address = guest if screen == "/sign-in" else ada, ada.stack.app + address_of(screen, ada)
        found = measure(somebody, address)
        # What a busy machine did is not done twice.
        if beyond(screen, found):
            found = measure(somebody, address)
        cold, warm = found["cold"], found["warm"]
        print(f"{screen}: cold {sum(cold)} bytes in {len(cold)} requests, warm {sum(warm)} in {len(warm)}, {found['nodes']} nodes, "
              f"shift {found['shift']:.3f}; slow line: painted {found['paint']} ms of {PAINT}, usable {found['usable']} ms of {USABLE}")
        failed |= {screen: names for names in [beyond(screen, found)] if names}
    assert failed == {}


def modules_below(name):
    """What a module imports at once, directly or not."""
    found = set()
    for other in re.findall(r"from '\./([a-z-]+\.js)'", (WWW / "assets/js" / name).read_text()):
        found |= {other} | modules_below(other)
    return found


SHELLS = [path for path in sorted(WWW.glob("*.html")) if 'type="module"' in path.read_text()]


@pytest.mark.parametrize("shell", SHELLS, ids=lambda path: path.stem)
def test_a_shell_preloads_what_its_module_imports(shell):
    text = shell.read_text()
    own = re.search(r'<script type="module".*/js/([a-z-]+\.js)"', text).group(1)
    assert re.findall(r'modulepreload.*/js/([a-z-]+\.js)"', text) == sorted(modules_below(own))


def test_overview_tells_which_limits_are_near(member):
    """A quota from nine tenths on; those without a count are none."""
    ada = member()
    quotas = {"links": (10_000, 9_120), "domains": (3, 1), "api_keys": (5, 5), "qr_codes": (10_000, 8_999), "page_versions": (50, None)}
    answer = {"quotas": {name: {"limit": limit, "used": used} for name, (limit, used) in quotas.items()}}
    ada.context.route("**/v1/workspace", lambda route: route.fulfill(json=answer))
    ada.goto(f"/{ada.workspace}")
    ada.page.get_by_role("heading", name="Needs a look").scroll_into_view_if_needed()
    told = ada.page.locator("section:has(h2:text('Needs a look')) li")
    expect(told.filter(has_text=" are used")).to_have_text(["Links: 9,120 of 10,000 are used.", "API keys: all 5 are used; no more can be made."])


def test_no_module_is_too_heavy_and_none_makes_markup_of_text():
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in WWW.glob("assets/js/*.js")}
    assert max(sizes.values()) <= 12_000 and sum(sizes.values()) <= 200_000
    for path in [*WWW.glob("assets/js/*.js"), *WWW.glob("*.html")]:
        text = path.read_text()
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", " style=", "<style", "http://", "eval("]:
            assert forbidden not in text.replace("http://www.w3.org/", ""), (path.name, forbidden)
        assert not re.search(r"\son[a-z]+=\"", text), path.name


def test_a_stranger_s_page_gets_no_cookie_and_no_answer(member, stack):
    """A form and a fetch from a link host, which is a sibling: neither brings the cookie."""
    ada = member()
    ada.goto("/account")
    name = ada.page.evaluate("(async () => (await (await fetch('/v1/session')).json()).user.name)()")
    sent = []
    ada.context.on("request", lambda request: sent.append(request) if "/v1/" in request.url else None)
    ada.goto(stack.values["MASK_LINK_URL"] + "/robots.txt")
    outcome = ada.page.evaluate("""async url => {
        try { return (await fetch(url + '/v1/session', { credentials: 'include' })).status } catch (error) { return String(error) }
    }""", stack.app)
    assert "TypeError" in str(outcome)
    assert all("cookie" not in {k.lower() for k in request.all_headers()} for request in sent)
    ada.complaints.clear()
    assert name
