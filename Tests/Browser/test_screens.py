"""Every screen, in both schemes and three widths: nothing that keeps anybody out, nothing that does not fit, nothing too heavy."""

import gzip
import re
from pathlib import Path

import pytest

WWW = Path(__file__).resolve().parents[2] / "nginx/www"
WIDTHS = [1280, 390, 320]
SCREENS = [
    "/{w}", "/{w}/settings", "/{w}/settings/api-keys", "/{w}/settings/api-keys/new", "/{w}/settings/members", "/account",
    "/account/security", "/account/sessions", "/no/where",
]
GUESTS = ["/sign-in", "/welcome", "/accept", "/reset"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_findings_of_axe_and_nothing_that_does_not_fit(person, scheme):
    findings = []
    member = person(color_scheme=scheme).arrive()
    guest = person(color_scheme=scheme)
    for somebody, screens in [(member, SCREENS), (guest, GUESTS)]:
        for screen in screens:
            somebody.goto(screen.format(w=getattr(somebody, "workspace", "")))
            for width in WIDTHS:
                somebody.page.set_viewport_size({"width": width, "height": 860})
                findings += [(screen, width, *found) for found in somebody.axe()]
                if somebody.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    findings.append((screen, width, "is wider than the window"))
        # A screen that is not there is a refusal, and is told.
        somebody.complaints = [line for line in somebody.complaints if "status of 404" not in line]
    assert findings == []


def test_forced_colours_keep_every_border_and_focus(person):
    ada = person(forced_colors="active").arrive()
    ada.goto(f"/{ada.workspace}/settings/api-keys")
    assert ada.axe() == []


def test_budgets(person):
    """Bytes and requests of one screen, cold and warm."""
    ada = person().arrive()
    session = ada.context.new_cdp_session(ada.page)
    session.send("Network.enable")
    loaded = []
    session.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    session.send("Network.clearBrowserCache")
    ada.goto(f"/{ada.workspace}/settings/api-keys")
    cold = list(loaded)
    loaded.clear()
    ada.goto(f"/{ada.workspace}/settings/api-keys")
    warm = [size for size in loaded if size > 0]
    nodes = ada.page.evaluate("document.querySelectorAll('*').length")
    shift = ada.page.evaluate("""() => new Promise(resolve => {
        let sum = 0
        new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value })
          .observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => resolve(sum), 300)
    })""")
    print(f"cold {sum(cold)} bytes in {len(cold)} requests, warm {sum(warm)} in {len(warm)}, {nodes} nodes, shift {shift:.3f}")
    assert sum(cold) <= 120_000 and sum(warm) <= 20_000
    assert nodes <= 2_500 and shift <= 0.02


def test_no_module_is_too_heavy_and_none_makes_markup_of_text():
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in WWW.glob("assets/js/*.js")}
    assert max(sizes.values()) <= 12_000 and sum(sizes.values()) <= 90_000
    for path in [*WWW.glob("assets/js/*.js"), *WWW.glob("*.html")]:
        text = path.read_text()
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", " style=", "<style", "http://", "eval("]:
            assert forbidden not in text.replace("http://www.w3.org/", ""), (path.name, forbidden)
        assert not re.search(r"\son[a-z]+=\"", text), path.name


def test_a_stranger_s_page_gets_no_cookie_and_no_answer(person, stack):
    """A form and a fetch from a link host, which is a sibling: neither brings the cookie."""
    ada = person().arrive()
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
