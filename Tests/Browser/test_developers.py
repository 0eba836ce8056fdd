"""Events, usage and the audit log: what is listed, filtered, unfolded and saved."""

import csv
import io
import json
import re
import secrets
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD
from hands import api, press, status
from test_webhooks import fact

ROWS = "[data-part=list] tbody tr[data-row]"


@pytest.fixture
def ada(member):
    ada = member()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.goto("/account")
    return ada


def make_link(ada, **fields):
    code, link = api(ada, "/links", "POST", **({"url": "https://example.com/" + secrets.token_hex(4)} | fields))
    assert code == 201, link
    return link


def csv_of(download):
    return list(csv.reader(io.StringIO(Path(download.path()).read_text())))


# Events


def test_events_are_listed_filtered_and_read_as_they_are_sent(ada):
    link = make_link(ada, title="Ü </script>")
    assert api(ada, f"/links/{link['id']}", "PATCH", title="Other")[0] == 200
    page = ada.page
    ada.goto(f"/{ada.workspace}/events")
    first = page.locator(ROWS).first
    expect(first).to_contain_text("link.updated")
    expect(first.locator(".bar")).to_have_text(link["slug"])
    page.get_by_label("Event", exact=True).select_option("link.created")
    page.wait_for_url(re.compile(r"\?type=link\.created$"))
    expect(page.locator(ROWS, has_text="link.updated")).to_have_count(0)
    page.get_by_label("Event", exact=True).select_option("subscription.updated")
    ada.sees("No event of this type in 30 days.")
    page.go_back()
    expect(page.locator(ROWS).first).to_contain_text("link.created")
    press(ada, "j", "o")
    page.wait_for_url(re.compile("/events/evt_"))
    text = page.locator("pre[aria-label='The event']").text_content()
    assert json.loads(text)["data"]["title"] == "Ü </script>" and text.endswith(f',"sequence":{json.loads(text)["sequence"]}}}')
    assert fact(ada, "About").get_by_role("link").get_attribute("href") == f"/{ada.workspace}/links/{link['id']}"
    press(ada, "y")
    status(ada, "Copied: curl of GET /v1/events/evt_")


def test_of_a_long_event_receivers_get_the_ids(ada):
    """More than 20,000 bytes come from no link of the API: the answer is made longer on its way."""
    make_link(ada)
    ada.goto(f"/{ada.workspace}/events")
    event = api(ada, "/events")[1]["data"][0]
    long = event | {"data": event["data"] | {"notes": "n" * 20_000}}
    ada.context.route(f"**/v1/events/{event['id']}", lambda route: route.fulfill(json=long))
    ada.goto(f"/{ada.workspace}/events/{event['id']}")
    short = json.loads(ada.page.get_by_label("What receivers get", exact=True).text_content())
    assert short == {**{name: event[name] for name in ["id", "type", "timestamp", "sequence"]},
                     "data": {"id": event["data"]["id"]}, "truncated": True}


# Usage


def test_usage_is_grouped_and_each_row_is_a_filter(ada):
    page = ada.page
    assert api(ada, "/links?limit=0")[0] == 400
    page.wait_for_timeout(200)
    ada.complaints.clear()
    # Requests are counted some seconds after them.
    for _ in range(40):
        ada.goto(f"/{ada.workspace}/usage?group=status&interval=24h")
        if page.get_by_role("link", name="400", exact=True).count():
            break
        page.wait_for_timeout(500)
    page.get_by_role("link", name="400", exact=True).click()
    page.wait_for_url(re.compile("status=400"))
    assert "interval=24h" in page.url, "the range stays"
    ada.sees("Status 400")
    page.locator("tbody tr", has_text="GET /links").first.wait_for()
    page.get_by_role("link", name="Member", exact=True).click()
    page.locator("tbody tr", has_text="Ada").get_by_role("link").click()
    page.wait_for_url(re.compile("member_id=mem_|member_id=usr_"))
    ada.sees("Member Ada")
    assert page.get_by_role("link", name="API key", exact=True).count() == 0, "a request is of a key or of a member"
    page.get_by_role("link", name="Without Status 400").click()
    page.wait_for_url(lambda url: "status=" not in url)
    page.get_by_role("link", name="7 days").click()
    page.wait_for_url(lambda url: "interval=7d" in url and "member_id=" in url)
    # The chart has its table, and what is shown is a file.
    page.locator("a[aria-current]", has_text="7 days").wait_for()
    press(ada, "v")
    expect(page.locator(".chart")).not_to_be_visible()
    rows = page.get_by_role("table", name="Requests by Endpoint").locator("tbody tr").count()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV: by endpoint").click()
    lines = csv_of(download.value)
    assert lines[0] == ["Endpoint", "Requests", "Client errors", "Server errors", "Over the limit", "p50 (ms)", "p95 (ms)", "p99 (ms)"]
    assert len(lines) == rows + 1 and download.value.suggested_filename.startswith(f"usage-{ada.workspace}-by-endpoint-")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV: by day").click()
    lines = csv_of(download.value)
    assert lines[0][0] == "day (Europe/Berlin)" and len(lines) == 8
    ada.sees("The plan allows 60 requests a minute")


def test_a_file_has_no_formula(ada):
    ada.goto(f"/{ada.workspace}/usage")
    made = ada.page.evaluate("""async () => {
        const module = document.querySelector('script[type=module]').src.replace('usage.js', 'files.js')
        const { csvOf } = await import(module)
        return csvOf(['a,b', 'c"d'], [['=1+1', '+1'], ['-1', '@x'], ['\\tx', '\\rx'], ['x\\ny', null], [0, 'x-1']])
    }""")
    rows = list(csv.reader(io.StringIO(made, newline="")))
    assert rows == [["a,b", 'c"d'], ["'=1+1", "'+1"], ["'-1", "'@x"], ["'\tx", "'\rx"], ["x\ny", ""], ["0", "x-1"]]


# Audit log


def test_an_entry_unfolds_to_before_and_after(ada):
    link = make_link(ada, title="One", tags=["a", "b"])
    assert api(ada, f"/links/{link['id']}", "PATCH", title="Two", tags=["b", "c"])[0] == 200
    page = ada.page
    ada.goto(f"/{ada.workspace}/audit-log?action=link.updated&resource={link['id']}")
    expect(page.locator(ROWS)).to_have_count(1)
    assert page.get_by_label("What", exact=True).input_value() == "link.updated"
    expect(page.locator(ROWS).first).to_contain_text("Ada")
    press(ada, "j", "o")
    table = page.get_by_role("table", name="What changed")
    told = {line[0]: line[1:] for line in (row.split("\t") for row in table.locator("tbody tr").all_inner_texts())}
    assert told == {"title": ["One", "Two"], "tags": ["a, b", "b, c"]}
    assert table.locator("del").count() == 2 and table.locator("ins").count() == 2 and ada.axe() == []
    request = page.locator("dt:text-is('Request') + dd code").inner_text()
    page.get_by_role("button", name="Copy the request's id").click()
    status(ada, "Copied")
    assert request.startswith("req_") and page.evaluate("navigator.clipboard.readText()") == request
    press(ada, "o")
    expect(table).to_have_count(0)
    # Filters by what is in an entry, and by what is chosen.
    page.get_by_role("button", name="Unfold").click()
    page.get_by_role("button", name="Only theirs").click()
    page.wait_for_url(re.compile("actor=usr_|actor=mem_"))
    page.get_by_label("Outcome").select_option("refused")
    ada.sees("No entry matches.")
    page.get_by_label("What", exact=True).fill("link.created")
    page.get_by_label("Outcome").select_option("")
    expect(page.locator(ROWS)).to_have_count(1)
    press(ada, "Escape")
    page.get_by_role("button", name="Unfold").click()
    row = page.get_by_role("table", name="What changed").locator("tr", has_text="title")
    assert row.inner_text().split("\t") == ["title", "One"], "of what was made there is no before"
    page.get_by_label("From").fill("2099-01-01T00:00")
    ada.sees("No entry matches.")
    page.get_by_role("button", name="Drop the filters").click()
    page.wait_for_url(re.compile("/audit-log$"))
    page.locator(ROWS).nth(3).wait_for()
    page.get_by_role("button", name="Copy as curl").click()
    status(ada, "Copied: curl of GET /v1/audit-log")


def test_the_log_is_asked_by_a_short_address_and_without_reads(ada):
    link = make_link(ada)
    page = ada.page
    ada.goto(f"/{ada.workspace}/audit-log")
    assert page.locator("#actions-known option[value='link.updated']").count() == 1
    page.locator(ROWS, has_text="GET /").first.wait_for()
    thing = page.get_by_label("To what")
    thing.fill(f"{link['domain']}/{link['slug']}")
    thing.press("Enter")
    page.wait_for_url(re.compile(f"resource={link['id']}"))
    expect(page.locator("#resource-found")).to_contain_text(link["slug"])
    expect(page.locator(ROWS)).to_have_count(1)
    cell = page.locator(ROWS).first.locator("[data-part=resource] a")
    assert cell.get_attribute("title") == link["id"] and cell.inner_text().endswith("…" + link["id"][-6:])
    thing.fill("no.such.example/thing")
    thing.press("Enter")
    ada.sees("No link and no page here is no.such.example/thing.")
    thing.fill("")
    thing.press("Enter")
    page.wait_for_url(re.compile("/audit-log$"))
    page.get_by_label("Reads and changes").select_option("1")
    page.wait_for_url(re.compile(r"\?changes=1$"))
    ada.sees("What was only read (GET) is left out here")
    for _ in range(2):
        expect(page.locator(ROWS, has_text="link.created").first).to_be_visible()
        expect(page.locator(ROWS, has_text="GET /")).to_have_count(0)
        page.reload()
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator(ROWS).first).to_be_visible()
    widths = page.locator(ROWS).first.locator("[data-part=at], .action").evaluate_all("all => all.map(one => one.offsetWidth)")
    assert min(widths) > 150, "a row is stacked on the phone"


def forget_step_up(stack, email):
    """As if the quarter of an hour were over."""
    subprocess.run(
        ["mariadb", "--socket", stack.values["MASK_MARIADB_SOCKET"], "-u", stack.values["MASK_MARIADB_USER"], stack.values["MASK_DATABASE"], "-e",
         f"UPDATE sessions s JOIN users u ON u.id = s.user_id SET s.stepped_up_at = NOW() - INTERVAL 1 HOUR WHERE u.email = '{email}'"],
        check=True)


def test_the_log_is_exported_by_who_shows_who_they_are(person, stack):
    eve = person().arrive()
    page = eve.page
    make_link(eve)
    eve.goto(f"/{eve.workspace}/audit-log?action=link.created")
    forget_step_up(stack, eve.email)
    page.get_by_role("button", name="Export CSV").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_role("button", name="Cancel").click()
    status(eve, "it was not confirmed")
    page.get_by_role("button", name="Export CSV").click()
    dialog.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Confirm").click()
    status(eve, f"Saved: audit-log-{eve.workspace}.csv.")
    lines = csv_of(download.value)
    assert lines[0][:4] == ["id", "created_at", "actor", "action"] and [line[3] for line in lines[1:]] == ["link.created"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Export NDJSON").click()
    assert [json.loads(line)["action"] for line in Path(download.value.path()).read_text().splitlines()] == ["link.created"]


def test_a_viewer_sees_usage_and_events_and_no_audit_log(ada, person):
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}/audit-log")
    viewer.sees("Admins see this.")
    assert viewer.page.locator("form, table").count() == 0
    viewer.goto(f"/{ada.workspace}/events")
    viewer.page.locator(ROWS).first.wait_for()
    # Keys are not for viewers: their ids stand for them.
    viewer.goto(f"/{ada.workspace}/usage?group=key")
    viewer.page.get_by_text("Members, signed in").wait_for()
