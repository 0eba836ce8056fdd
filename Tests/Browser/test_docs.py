"""The documentation: read without scripts and by everybody, light, found by its search, tried over the session."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from hands import press

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "nginx/docs/assets"
WWW = HERE.parents[1] / "nginx/www/assets"


@pytest.fixture(scope="session")
def pages(stack):
    """The names of all pages, and their HTML."""
    names = re.findall(r"/docs/([\w.-]+)\.md\)", stack.curl(stack.app + "/docs/llms.txt")[1])
    return {name: stack.curl(address(stack, name))[1] for name in names}


def address(stack, name):
    return f"{stack.app}/docs/{'' if name == 'index' else name}"


@pytest.fixture
def reader(person):
    return person()


def read(somebody, name):
    somebody.page.goto(address(somebody.stack, name))


# Pages as they are written


def test_every_page_says_what_it_is(stack, pages):
    assert len(pages) > 30
    for name, html in pages.items():
        assert len(re.findall("<h1[ >]", html)) == 1, name
        assert re.search(r'<meta name="description" content="[^"]{10,}">', html), name
        assert re.search(rf'<link rel="canonical" href="{re.escape(address(stack, name))}">', html), name
        assert '<meta name="robots" content="noindex">' in html, "an installation is not listed unasked"
        assert stack.curl(f"{stack.app}/docs/{name}.md")[1].lstrip().startswith("# "), name


def test_headings_are_in_order_and_ids_are_unique(pages):
    for name, html in pages.items():
        article = html[html.index("<article>"):html.index("</article>")]
        levels = [int(level) for level in re.findall("<h([1-6])", article)]
        assert levels[0] == 1 and all(after <= before + 1 for before, after in zip(levels, levels[1:])), name
        ids = re.findall(r' id="([^"]*)"', html)
        assert len(ids) == len(set(ids)), name


def test_old_addresses_hold(pages):
    """Of operations, codes, scopes, events and headers: programs, problems and people keep them. Add lines; take none away."""
    gone = [line for line in (HERE / "docs-anchors.txt").read_text().split() if not is_there(pages, *line.split("#"))]
    assert gone == []


def is_there(pages, name, anchor):
    return f' id="{anchor}"' in pages.get(name, "")


def test_new_operations_and_codes_are_among_the_addresses_that_hold(pages):
    known = set((HERE / "docs-anchors.txt").read_text().split())
    operations = {f"{name}#{one}" for name, html in pages.items() for one in re.findall(r'data-operation="(\w+)"', html) if is_there(pages, name, one)}
    codes = {f"errors#{one}" for one in re.findall(r'<h3 id="([^"]+)"', pages["errors"])}
    assert operations | codes <= known, "lines are missing in docs-anchors.txt"


def test_nothing_is_needed_of_scripts(person):
    ada = person(java_script_enabled=False)
    for name in ["index", "links", "webhook-tester"]:
        read(ada, name)
        page = ada.page
        expect(page.locator("h1")).to_be_visible()
        expect(page.get_by_role("navigation", name="Contents").get_by_role("link", name="Errors")).to_be_visible()
        expect(page.get_by_label("Search the docs")).not_to_be_visible()
        samples = page.locator(".sample")
        assert all(samples.nth(index).is_visible() for index in range(min(10, samples.count())))
        expect(page.get_by_role("tab")).to_have_count(0)
    read(ada, "links")
    expect(ada.page.locator(".sample .language").nth(1)).to_have_text("Python")
    ada.page.set_viewport_size({"width": 390, "height": 860})
    expect(ada.page.locator("#docs-contents")).not_to_be_visible()
    ada.page.get_by_role("button", name="Contents").click()
    ada.page.locator("#docs-contents").get_by_role("link", name="Errors").click()
    ada.page.wait_for_url("**/docs/errors")


def test_pages_are_light_and_ask_nobody_else(reader, pages):
    """At most 60 KB and six requests with an empty cache, fonts included, all of this origin."""
    session = reader.context.new_cdp_session(reader.page)
    sizes, hosts, heavy = [], set(), {}
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    reader.page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    session.send("Network.enable")
    for name in pages:
        session.send("Network.clearBrowserCache")
        sizes.clear()
        read(reader, name)
        reader.page.evaluate("document.fonts.ready.then(() => 1)")
        reader.page.wait_for_timeout(50)
        cold = [size for size in sizes if size > 0]
        print(f"{name}: {sum(cold)} bytes in {len(cold)} requests")
        if sum(cold) > 60_000 or len(cold) > 6:
            heavy[name] = (sum(cold), len(cold))
    assert heavy == {}
    assert hosts - {""} == {urlsplit(reader.stack.app).netloc}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_findings_of_axe_and_nothing_that_does_not_fit(person, pages, scheme):
    ada = person(color_scheme=scheme)
    findings = []
    for name in [*pages, "no-such-page"]:
        read(ada, name)
        for width in [1280, 390] if scheme == "light" else [1280]:
            ada.page.set_viewport_size({"width": width, "height": 860})
            findings += [(name, width, *found) for found in ada.axe()]
        ada.page.set_viewport_size({"width": 320, "height": 860})
        if ada.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            findings.append((name, "is wider than a window of 320 pixels"))
    ada.complaints = [line for line in ada.complaints if "status of 404" not in line]
    assert findings == []


def test_forced_colours_keep_places_and_tabs(person):
    ada = person(forced_colors="active")
    read(ada, "links")
    assert ada.axe() == []


def test_the_look_is_the_dashboard_s(person):
    """Every token of a colour has the same value in both style sheets, and the scheme chosen there holds here."""
    tokens = [re.findall(r"(--[a-z]+): (#\w+);", (folder / name).read_text()) for folder, name in [(WWW, "app.css"), (ASSETS, "docs.css")]]
    # Those for paper follow.
    assert tokens[1][:33] == tokens[0] and len(tokens[0]) == 33
    ada = person(color_scheme="light")
    read(ada, "errors")
    ada.page.evaluate("localStorage.setItem('mask.scheme', 'dark')")
    ada.page.reload()
    expect(ada.page.locator("body")).to_have_css("background-color", "rgb(16, 18, 22)")


def test_on_paper_there_is_the_text_alone_with_every_sample_and_address(reader):
    read(reader, "webhooks-guide")
    page = reader.page
    page.emulate_media(media="print")
    for hidden in [".top", "#docs-contents", ".here", "footer", ".copy >> nth=0", "[role=tablist] >> nth=0"]:
        expect(page.locator(hidden)).not_to_be_visible()
    samples = page.locator(".sample")
    assert samples.count() > 3 and all(samples.nth(index).is_visible() for index in range(samples.count()))
    shown = page.locator("article a[href^=http]").first.evaluate("link => getComputedStyle(link, '::after').content")
    assert "http" in shown


def test_no_module_is_heavy_and_none_makes_markup_of_text():
    for path in ASSETS.glob("*.js"):
        text = path.read_text()
        assert len(gzip.compress(text.encode())) <= 6_000, path.name
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "http://", "eval("]:
            assert forbidden not in text, (path.name, forbidden)
    assert not re.search(r" style=|<style| on[a-z]+=", (ASSETS.parent / "page.mustache").read_text())


# Samples


def test_a_language_is_chosen_for_all_samples_and_pages(reader):
    read(reader, "links")
    page = reader.page
    group = page.locator(".samples").nth(1)
    expect(group.get_by_role("tab", selected=True)).to_have_text("curl")
    # What is clicked stays where it is, though samples above it grow.
    tab = group.get_by_role("tab", name="PHP")
    tab.scroll_into_view_if_needed()
    before = tab.bounding_box()["y"]
    tab.click()
    assert abs(tab.bounding_box()["y"] - before) < 2
    expect(group.get_by_role("tabpanel")).to_have_count(1)
    expect(group.get_by_role("tabpanel", name="PHP")).to_contain_text("curl_init")
    press(reader, "ArrowLeft")
    expect(group.get_by_role("tab", name="Python")).to_be_focused()
    expect(page.locator(".samples").first.get_by_role("tab", selected=True)).to_have_text("Python")
    press(reader, "End")
    expect(group.get_by_role("tab").last).to_be_focused()
    press(reader, "ArrowRight")
    expect(group.get_by_role("tab", name="curl")).to_be_focused()
    press(reader, "ArrowRight")
    read(reader, "domains")
    expect(page.locator(".samples").first.get_by_role("tab", selected=True)).to_have_text("Python")
    expect(page.locator(".samples").first.get_by_role("tabpanel")).to_contain_text("import")


def test_copying_takes_the_sample_and_no_prompt(reader):
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    read(reader, "links")
    page = reader.page
    panel = page.locator(".samples").first.get_by_role("tabpanel")
    panel.get_by_role("button", name="Copy").click()
    expect(page.locator("#docs-status")).to_have_text("Copied")
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == panel.locator("pre").text_content()
    dialogue = "$ curl \\\n  -X POST\n{}\n$ exit"
    assert page.evaluate("text => commandsOf(text)", dialogue) == "curl \\\n  -X POST\nexit"
    assert page.evaluate("commandsOf('$MASK_API_KEY')") == "$MASK_API_KEY"


# Search

WANTED = {
    "slug_taken": "errors#slug_taken", "validation_failed": "errors#validation_failed", "rate_limited": "errors#rate_limited",
    "insufficient_sc": "errors#insufficient_scope", "Idempotency-Key": "headers#idempotency-key", "retry-after": "headers#retry-after",
    "webhook-signature": "headers#webhook-signature", "etag": "headers#etag", "create link": "links#createLink", "deleteLink": "links#deleteLink",
    "POST /v1/links": "links#createLink", "click.recorded": "events-guide#click-recorded", "page.published": "events-guide#page-published",
    "links:write": "authentication#links-write", "team:read": "authentication#team-read", "rotate": "api-keys#rotateKey", "quick start": "quick-start",
    "pagination": "pagination", "tester": "webhook-tester", "changelog": "changelog",
    # As somebody asks who does not know the words of the documentation.
    "how do I expire a link": "link-guide#when", "one-time link": "link-guide#max-clicks", "301 permanent": "link-guide#status",
    "retry schedule": "webhooks-guide#retries", "ip allowlist": "authentication#addresses", "viewer role": "authentication#roles",
    "time zone": "analytics-guide#window", "data retention": "analytics-guide#privacy", "undelete": "link-guide#restore",
    "slug taken": "errors#slug_taken", "rate limit exceeded": "errors#rate_limited", "oauth": "authentication", "folders": "link-guide#tags",
    "split test": "link-guide#not", "date format": "reference#conventions", "ssl": "domains-guide#certificate", "import csv": "bulk#import",
}


def test_the_search_finds_things_by_keyboard(reader):
    page = reader.page
    missed = {}
    for words, target in WANTED.items():
        read(reader, "index")
        press(reader, "/")
        expect(page.get_by_label("Search the docs")).to_be_focused()
        page.keyboard.type(words)
        page.locator("#docs-found li").first.wait_for()
        found = page.locator("#docs-found [data-href]").evaluate_all("all => all.map(one => one.dataset.href)")
        if f"/docs/{target}" not in found[:3]:
            missed[words] = found[:3]
            continue
        for _ in range(found.index(f"/docs/{target}")):
            press(reader, "ArrowDown")
        press(reader, "Enter")
        page.wait_for_url(f"**/docs/{target}")
    assert missed == {}


def test_the_search_says_what_it_found_and_goes_away(reader):
    read(reader, "index")
    page = reader.page
    press(reader, "/")
    field = page.get_by_role("combobox", name="Search the docs")
    field.press_sequentially("webhook")
    expect(page.locator("#docs-status")).to_have_text(re.compile(r"\d+ found"))
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("option", selected=True)).to_have_count(1)
    assert reader.axe() == []
    press(reader, "ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    press(reader, "Escape")
    expect(page.get_by_role("listbox")).not_to_be_visible()
    expect(field).to_have_value("webhook")
    press(reader, "Escape")
    expect(field).to_have_value("")
    field.press_sequentially("nothingiscalledso")
    expect(page.locator("#docs-status")).to_have_text("Nothing found.")
    # A character in a text is one.
    read(reader, "webhook-tester")
    page.get_by_label("Body").press_sequentially("a/b")
    expect(page.get_by_label("Body")).to_have_value("a/b")


def test_the_index_is_small(stack):
    assert len(gzip.compress(stack.curl(stack.app + "/docs/search.json")[1].encode())) <= 40_000


# The host of the API has the documentation, too


def test_on_the_host_of_the_api_it_is_the_same_and_knows_nobody(member, stack):
    ada = member()
    asked = []
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.page.goto(stack.values["MASK_API_URL"].removesuffix("/v1") + "/docs/links")
    ada.page.wait_for_load_state("networkidle")
    expect(ada.page.get_by_role("tab").first).to_be_visible()
    expect(ada.page.get_by_role("button", name="Try it")).to_have_count(0)
    assert not [url for url in asked if "/v1/" in url]


def test_a_stranger_s_browser_is_asked_for_no_session(reader):
    asked = []
    reader.page.on("request", lambda request: asked.append(request.url))
    read(reader, "links")
    reader.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/v1/" in url]
    expect(reader.page.get_by_role("button", name="Try it")).to_have_count(0)
