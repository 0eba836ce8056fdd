"""QR codes: the studio of a link, the check whether what is drawn scans, and the designs that are kept."""

import json
import re
import struct

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS
from hands import api, new_slug, press, row, status

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4.5" fill="#06c"/></svg>'


def make_link(ada):
    return ada.page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": "https://example.com/" + new_slug(), "slug": new_slug()}]])[0]


@pytest.fixture
def ada(member):
    """An owner in the studio of a link."""
    ada = member()
    ada.goto("/account")
    ada.slug = (link := make_link(ada))["slug"]
    ada.made = link
    ada.goto(f"/{ada.workspace}/links/{link['id']}/qr")
    scanned(ada, "Good")
    return ada


def check(ada, name):
    return ada.page.locator(f"[data-part=checks] dt:text-is('{name}') + dd")


def scanned(ada, text):
    expect(check(ada, "Scan check")).to_contain_text(text)


def keep(ada, **looks):
    code = api(ada, "/qr-codes", "POST", link_id=ada.made["id"], **looks)
    assert code[0] == 201, code
    return code[1]


def png_size(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def download(page, name):
    with page.expect_download() as caught:
        page.get_by_role("button", name=name).click()
    return caught.value.suggested_filename, open(caught.value.path(), "rb").read()


def test_what_is_drawn_is_scanned_and_downloaded(ada):
    page = ada.page
    scanned(ada, f"It reads {ada.made['short_url']}?qr=1: the link")
    assert [link.inner_text() for link in page.get_by_role("navigation", name="This link").get_by_role("link").all()] == [
        "Numbers", "Edit\ne", "QR code\nr", "History"]
    assert "21.0:1" in check(ada, "Contrast").inner_text() and "4 modules" in check(ada, "Quiet zone").inner_text()
    page.fill("#size", "300")
    page.fill("#foreground", "#c2330f")
    page.check("[name=rounded]")
    page.fill("#margin", "2")
    expect(check(ada, "Quiet zone")).to_contain_text("Careful 2 modules")
    expect(page.locator("canvas")).to_have_attribute("width", "300")
    scanned(ada, "Good")
    name, data = download(page, "Download PNG")
    status(ada, "Saved")
    assert name == ada.slug + ".png" and png_size(data) == (300, 300)
    name, data = download(page, "Download SVG")
    assert name == ada.slug + ".svg" and b"#c2330f" in data and data.startswith(b"<svg")
    assert ada.axe() == []


def test_a_code_of_digits_and_capitals_is_written_in_three_ways_and_read(ada):
    """The encoder takes the shortest way for each part of an address."""
    link = {"url": "https://example.com/", "slug": new_slug() + "-0123456789012-ABCDEFGHIJKLMNOP-abc"}
    made = ada.page.evaluate(MAKE_LINKS, [ada.workspace, [link]])[0]
    ada.goto(f"/{ada.workspace}/links/{made['id']}/qr")
    scanned(ada, f"It reads {made['short_url']}?qr=1: the link")


def test_looks_that_nobody_can_scan_are_told(ada):
    page = ada.page
    page.fill("#foreground", "#cccccc")
    expect(check(ada, "Contrast")).to_contain_text("1.6:1. Scanners need 3:1 at least.")
    ada.sees("Use a foreground that is darker than the background")
    scanned(ada, "There is no drawing to scan.")
    assert ada.axe() == []
    press(ada, "Control+Enter")
    page.wait_for_selector("#foreground-error")
    page.fill("#foreground", "#000")
    scanned(ada, "Good")
    # What is transparent is as readable as what it is printed on.
    page.check("[name=transparent]")
    assert not page.locator("#background").is_visible()
    scanned(ada, "Good")
    page.fill("#ground", "#222222")
    expect(check(ada, "Contrast")).to_contain_text("Scanners need 3:1 at least.")
    scanned(ada, "It does not scan Its dark and its light are too much alike")
    page.fill("#foreground", "#888888")
    scanned(ada, "It does not scan A scanner finds none of the three squares")
    expect(check(ada, "Contrast")).to_contain_text("has to be darker")
    page.fill("#ground", "#fff")
    scanned(ada, "Good")
    page.fill("#size", "64")
    page.fill("#margin", "20")
    scanned(ada, "Not scanned")
    ada.sees(re.compile(r"Use at least \d+ pixels"))
    ada.complaints.clear()


SCAN = """async ([dark, light, blot, quiet]) => {
    const version = document.querySelector('script[type=module]').src.split('/assets/')[1].split('/')[0]
    const reader = await import(`/assets/${version}/js/qr-scan.js`)
    const from = document.querySelector('canvas')
    const canvas = Object.assign(document.createElement('canvas'), { width: from.width, height: from.height })
    const brush = canvas.getContext('2d')
    brush.drawImage(from, 0, 0)
    const pixels = brush.getImageData(0, 0, canvas.width, canvas.height)
    for (let at = 0; at < pixels.data.length; at += 4) pixels.data.fill(pixels.data[at] < 128 ? dark : light, at, at + 3)
    brush.putImageData(pixels, 0, 0)
    brush.fillStyle = `rgb(${light} ${light} ${light})`
    const side = canvas.width * blot
    brush.fillRect((canvas.width - side) / 2, (canvas.height - side) / 2, side, side)
    try { return await reader.scan(canvas) } catch (problem) {
        if (problem instanceof reader.Unreadable) return problem.message
        throw problem
    }
}"""


@pytest.mark.parametrize("dark,light,blot,told", [
    (0, 255, 0, "https://"), (90, 255, 0.2, "https://"), (255, 0, 0, "three squares"), (200, 255, 0, "too much alike"),
    (100, 150, 0, "too much alike"), (0, 255, 0.4, "More of it is covered"),
])
def test_the_scanner_is_as_strict_as_a_camera(ada, dark, light, blot, told):
    ada.page.select_option("#error_correction", "H")
    scanned(ada, "Good")
    ada.page.wait_for_load_state("networkidle")
    assert told in ada.page.evaluate(SCAN, [dark, light, blot, 0])


def test_the_browser_s_own_scanner_comes_first(ada):
    """And what it reads is compared."""
    ada.page.add_init_script("""window.BarcodeDetector = class {
        static async getSupportedFormats() { return ['qr_code'] }
        async detect() { return [{ rawValue: 'https://elsewhere.example/' }] }
    }""")
    ada.page.reload()
    scanned(ada, "Wrong It reads https://elsewhere.example/, and the link is")


def test_a_design_is_kept_with_its_logo_altered_and_deleted(ada):
    page = ada.page
    page.fill("#name", "Poster")
    page.set_input_files("#logo", files=[{"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": LOGO}])
    ada.sees("Keep the design: then it can be downloaded with its logo.")
    assert not page.get_by_role("button", name="Download PNG").is_visible()
    scanned(ada, "Good")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        press(ada, "Control+Enter")
    body = json.loads(sent.value.post_data)
    assert body.pop("logo").startswith("data:image/svg+xml;base64,") and sent.value.headers["idempotency-key"]
    assert body == {"link_id": ada.made["id"], "name": "Poster"}
    page.wait_for_url("**/qr-codes/qr_*")
    status(ada, "Kept: Poster.")
    scanned(ada, "Good")
    path = "/qr-codes/" + page.url.rsplit("/", 1)[1]
    blue = "() => { const c = document.querySelector('canvas');" \
        " return [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data] }"
    assert page.evaluate(blue) == [0, 102, 204, 255], "the API has drawn the logo"
    page.fill("#foreground", "#1c6b3c")
    page.wait_for_timeout(300)
    page.wait_for_load_state("networkidle")
    scanned(ada, "Good")
    assert page.evaluate(blue) == [0, 102, 204, 255], "what is not saved yet has the logo, too"
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        press(ada, "Control+Enter")
    status(ada, "Saved.")
    assert json.loads(sent.value.post_data) == {"foreground": "#1c6b3c"} and sent.value.headers["if-match"]
    # Somebody else saves, too.
    api(ada, path, "PATCH", name="Theirs", margin=6)
    page.fill("#name", "Mine")
    page.get_by_label("Take the logo off").check()
    press(ada, "Control+Enter")
    ada.sees("Somebody else saved this in the meantime.")
    assert "Theirs" in page.locator(".summary").inner_text() and ada.axe() == []
    page.get_by_role("button", name="Keep mine").click()
    status(ada, "Saved.")
    code = api(ada, path)[1]
    assert (code["name"], code["margin"], code["has_logo"]) == ("Mine", 6, False)
    assert not page.get_by_label("Take the logo off").is_visible()
    assert png_size(download(page, "Download PNG")[1]) == (512, 512)
    page.get_by_role("button", name="Delete the design").click()
    status(ada, "Deleted: Mine.")
    row(ada, "Mine").get_by_role("button", name="Restore").click()
    status(ada, "Restored: Mine.")
    assert api(ada, path)[0] == 200


def test_a_logo_that_is_none_is_refused_at_its_field(ada):
    ada.page.set_input_files("#logo", files=[{"name": "logo.png", "mimeType": "image/png", "buffer": b"no picture"}])
    scanned(ada, "Not scanned")
    ada.sees("this browser cannot read the logo.")
    ada.page.get_by_role("button", name="Keep this design").click()
    expect(ada.page.locator("#logo-error")).to_contain_text("Send")
    assert ada.page.url.endswith("/qr")


def test_designs_have_pictures_a_bin_and_keys(ada, stack):
    page = ada.page
    code = keep(ada, name="Flyer", foreground="#16181d", rounded=True)
    stack.curl(ada.made["short_url"] + "?qr=1", "-o", "/dev/null")
    ada.goto(f"/{ada.workspace}/links/{ada.made['id']}/qr")
    page.get_by_role("link", name="QR codes").last.click()
    page.wait_for_url(f"**/qr-codes?link={ada.made['id']}")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(row(ada, "Flyer")).to_contain_text("512 pixels, M, #16181d on #ffffff, round")
    expect(row(ada, "Flyer")).to_contain_text(ada.slug)
    expect(page.locator("tbody img")).to_have_attribute("src", re.compile("^data:image/svg"))
    assert page.locator("tbody img").evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    for _ in range(40):  # clicks are counted some seconds later
        if row(ada, "Flyer").locator("[data-part=scans]").inner_text() == "1":
            break
        page.wait_for_timeout(500)
        page.reload()
        page.wait_for_load_state("networkidle")
    assert row(ada, "Flyer").locator("[data-part=scans]").inner_text() == "1" and ada.axe() == []
    page.get_by_role("link", name="Of all links").click()
    page.wait_for_url("**/qr-codes")
    row(ada, "Flyer").get_by_role("button", name="Delete").click()
    status(ada, "Deleted: Flyer.")
    press(ada, "z")
    status(ada, "Restored: Flyer.")
    press(ada, "#")
    status(ada, "Deleted: Flyer.")
    page.get_by_role("link", name="Deleted", exact=True).click()
    page.wait_for_url("**?state=deleted")
    row(ada, "Flyer").get_by_role("button", name="Delete for good").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete for good").click()
    status(ada, "Deleted for good: Flyer.")
    assert api(ada, f"/qr-codes/{code['id']}/restore", "POST")[0] == 404
    page.go_back()
    page.locator("[aria-current]", has_text="Kept").wait_for()
    assert row(ada, "Flyer").count() == 0
    ada.complaints.clear()


def test_a_viewer_looks_and_downloads(person, member):
    ada = member()
    ada.goto("/account")
    ada.made = make_link(ada)
    code = keep(ada, name="Theirs to see")
    eve = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    eve.goto(f"/{ada.workspace}/links/{ada.made['id']}/qr")
    scanned(eve, "Good")
    assert eve.page.locator("#name, #logo, button[type=submit]").count() == 0 and eve.axe() == []
    assert [link.inner_text() for link in eve.page.get_by_role("navigation", name="This link").get_by_role("link").all()] == [
        "Numbers", "QR code\nr"]
    download(eve.page, "Download SVG")
    eve.goto(f"/{ada.workspace}/qr-codes/{code['id']}")
    scanned(eve, "Good")
    assert not eve.page.locator("form").is_visible() and eve.page.get_by_role("button", name="Delete").count() == 0
    eve.goto(f"/{ada.workspace}/qr-codes")
    row(eve, "Theirs to see").wait_for()
    assert eve.page.locator("tbody button").count() == 0 and eve.axe() == []


def test_r_leads_from_a_link_of_the_list_to_its_code(ada):
    ada.goto(f"/{ada.workspace}/links?q={ada.slug}")
    press(ada, "j", "r")
    ada.page.wait_for_url(f"**/links/{ada.made['id']}/qr")
    ada.page.get_by_role("navigation", name="This link").get_by_role("link", name="Edit").click()
    ada.page.wait_for_url("**/edit")
    assert ada.page.get_by_role("navigation", name="This link").get_by_role("link", name="Edit").get_attribute("aria-current") == "page"


def test_an_empty_workspace_is_told_how_to_begin(person):
    bob = person().arrive()
    bob.goto(f"/{bob.workspace}/qr-codes")
    bob.sees("No designs yet.")
    assert "/qr-codes" in bob.page.locator("pre").inner_text() and bob.axe() == []
    bob.goto(f"/{bob.workspace}/qr-codes?state=deleted")
    bob.sees("Nothing was deleted in 30 days.")
