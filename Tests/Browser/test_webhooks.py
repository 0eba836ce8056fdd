"""Webhooks: made with their secret, tested, failing, sent again, recovered, rotated, altered, deleted; with a receiver that really gets them."""

import base64
import hashlib
import hmac
import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from hands import api, press, status
from receiver import receiver  # noqa: F401 (a fixture)

ROWS = "[data-part=list] tbody tr"


@pytest.fixture
def ada(member):
    ada = member()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return ada


def make(ada, receiver, **fields):  # noqa: F811
    """A webhook by the API, on its screen."""
    ada.goto(f"/{ada.workspace}")
    code, made = api(ada, "/webhooks", "POST", url=receiver.url, **fields)
    assert code == 201, made
    ada.goto(f"/{ada.workspace}/webhooks/{made['id']}")
    return made


def make_link(ada, **fields):
    code, link = api(ada, "/links", "POST", url="https://example.com/" + secrets.token_hex(4), **fields)
    assert code == 201, link
    return link


def remove(ada, webhook):
    assert api(ada, f"/webhooks/{webhook['id']}", "DELETE")[0] == 204


def body_of(page):
    return page.get_by_label("The body", exact=True)


def fact(ada, name):
    return ada.page.locator(f"dt:text-is('{name}') + dd").first


def until(ada, holds):
    """Waits for what the sender writes down."""
    for _ in range(60):
        found = holds()
        if found:
            return found
        ada.page.wait_for_timeout(250)
    raise AssertionError("it did not come to that")


def signature(secret, headers, body):
    fields = {name.lower(): value for name, value in headers}
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
    made = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode(), fields["webhook-signature"].split()


def test_a_webhook_is_made_its_secret_shown_once_and_a_test_arrives(ada, receiver):  # noqa: F811
    page, sent = ada.page, []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    ada.goto(f"/{ada.workspace}/webhooks")
    link = make_link(ada)
    page.get_by_role("link", name="New webhook").first.click()
    page.wait_for_selector("#url:focus")
    page.get_by_role("button", name="Make the webhook").click()
    ada.sees("Fill this in.")
    page.keyboard.type(receiver.url)
    page.fill("#description", "The shop")
    page.get_by_role("radio", name="some").check()
    page.get_by_role("button", name="Make the webhook").click()
    ada.sees("Choose at least one event.")
    page.get_by_text("Somebody followed a link").click()
    page.get_by_text("link.*").click()
    assert not page.get_by_text("A link was deleted.").is_visible(), "the family has it"
    page.get_by_text("Only of some links").click()
    page.fill("#link_id", link["short_url"].replace("https://", ""))
    page.locator("#link-found .bar", has_text=link["slug"]).wait_for()
    page.fill("#link_id", "")
    page.get_by_role("button", name="Make the webhook").click()
    ada.sees("It is shown this once")
    posted = next(request for request in sent if request.url.endswith("/v1/webhooks"))
    assert posted.headers["idempotency-key"] and json.loads(posted.post_data) == {
        "url": receiver.url, "description": "The shop", "events": ["link.*", "click.recorded"]}
    secret = page.locator(".secret").inner_text()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret) and ada.axe() == []
    page.get_by_role("button", name="Copy the secret").click()
    status(ada, "Copied: the secret.")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("button", name="I have stored it").click()
    page.wait_for_url(re.compile("/webhooks/wh_"))
    status(ada, "The webhook is ready.")
    expect(fact(ada, "State")).to_contain_text("not used yet")
    press(ada, "t")
    page.locator("#status", has_text=re.compile(r"Test. It arrived: 200 in (\d+|less than 1) ms\.")).wait_for(timeout=20_000)
    headers, body = receiver.wait("webhook.test")
    made, given = signature(secret, headers, body)
    assert made in given, "the secret that was shown is the one that signs"
    expect(fact(ada, "State")).to_contain_text("works")
    expect(fact(ada, "Success")).to_have_text("the only attempt arrived")
    # The exact bytes, as the receiver has them.
    page.get_by_role("link", name="webhook.test").click()
    page.wait_for_url(re.compile("/deliveries/dlv_"))
    assert body_of(page).text_content() == body.decode()
    told = page.get_by_label("Headers").inner_text().splitlines()
    arrived = [f"{name}: {value}" for name, value in headers if name not in ("Host", "webhook-signature")]
    assert sorted(arrived) == sorted(line for line in told if not line.startswith("webhook-signature: v1,…"))
    ada.sees(f"{len(body):,} bytes as sent.")
    page.get_by_role("button", name="Indent").click()
    assert json.loads(body_of(page).inner_text()) == json.loads(body)
    page.get_by_role("button", name="Copy the body").click()
    status(ada, "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == body.decode()
    page.get_by_text("Answer, 12 characters").click()
    assert page.get_by_label("Answer to attempt 1").inner_text() == '{"ok": true}'
    remove(ada, {"id": page.url.split("/webhooks/")[1].split("/")[0]})


def test_what_fails_is_told_filtered_and_sent_again(ada, receiver):  # noqa: F811
    receiver.status, receiver.answer = 500, b"no <script>"
    webhook = make(ada, receiver, events=["link.created"])
    links = [make_link(ada), make_link(ada)]
    for link in links:
        receiver.wait(link["id"])
    page = ada.page
    until(ada, lambda: api(ada, f"/webhooks/{webhook['id']}")[1]["failures"] >= 2)
    page.reload()
    expect(page.locator(ROWS)).to_have_count(2)
    expect(fact(ada, "State")).to_contain_text("failing")
    expect(page.locator(ROWS).first).to_contain_text("500 in")
    # What is chosen is a step of the history and stands in the address.
    page.get_by_label("State").select_option("succeeded")
    ada.sees("No delivery matches.")
    assert page.url.endswith("?status=succeeded")
    page.get_by_role("button", name="Drop the filters").click()
    expect(page.locator(ROWS)).to_have_count(2)
    page.go_back()
    ada.sees("No delivery matches.")
    assert page.get_by_label("State").input_value() == "succeeded"
    page.go_back()
    expect(page.locator(ROWS)).to_have_count(2)
    page.get_by_label("From").fill("2020-01-01T00:00")
    page.wait_for_url(re.compile("created_after=2019-12-31T23%3A00%3A00Z"))
    page.get_by_label("To", exact=False).last.fill("2020-01-02T00:00")
    ada.sees("No delivery matches.")
    page.reload()
    assert page.get_by_label("From").input_value() == "2020-01-01T00:00"
    page.get_by_role("button", name="Drop the filters").click()
    # One of them, and its neighbour in the list.
    page.locator(ROWS).first.get_by_role("link").click()
    body_of(page).wait_for()
    assert links[1]["id"] in body_of(page).text_content()
    page.get_by_text("Answer, 11 characters").first.click()
    assert page.get_by_label("Answer to attempt 1").inner_text() == "no <script>"
    press(ada, "j")
    body_of(page).filter(has_text=links[0]["id"]).wait_for()
    assert page.get_by_role("link", name="Next").count() == 0
    # Again, now that it works.
    receiver.status = 200
    before = len(receiver.arrivals)
    press(ada, "r")
    page.get_by_role("link", name="See what comes of it").wait_for()
    # The other one may be tried again meanwhile.
    until(ada, lambda: any(links[0]["id"] in arrival[1].decode() for arrival in receiver.arrivals[before:]))
    page.get_by_role("link", name="See what comes of it").click()
    expect(fact(ada, "Sent")).to_have_text("again, by somebody of the workspace")
    page.locator(".crumb a").last.click()
    page.get_by_role("button", name="Replay").nth(1).click()
    page.locator("#status", has_text="Sent again. It arrived: 200").wait_for(timeout=20_000)
    expect(page.locator(ROWS).first).to_contain_text("succeeded")
    assert page.locator(ROWS).first.get_by_role("link").evaluate("node => node === document.activeElement")
    # A test that fails is told as one.
    receiver.status = 500
    press(ada, "t")
    page.locator("#status .bad", has_text="It did not arrive. It answered 500").wait_for(timeout=20_000)
    assert api(ada, f"/webhooks/{webhook['id']}", "PATCH", url="http://127.0.0.1:9/hook")[0] == 200
    press(ada, "t")
    page.locator("#status .bad", has_text="It did not arrive. Nothing answers at this address.").wait_for(timeout=20_000)
    remove(ada, webhook)


def test_a_window_is_recovered_after_it_was_disabled(ada, receiver):  # noqa: F811
    webhook = make(ada, receiver, events=["link.created"])
    page = ada.page
    press(ada, "d")
    status(ada, "Disabled.")
    expect(fact(ada, "State")).to_contain_text(re.compile(r"disabled since \d.*By somebody"))
    assert not page.get_by_role("button", name="Send a test").is_visible()
    page.wait_for_timeout(3000)
    link = make_link(ada)
    page.get_by_text("Send again what did not arrive").click()
    page.get_by_role("button", name="Recover").click()
    page.locator("form .notice", has_text="Enable").wait_for()
    # What comes meanwhile is discarded, once the sender has looked.
    listed = until(ada, lambda: api(ada, f"/webhooks/{webhook['id']}/deliveries")[1]["data"])
    assert [one["status"] for one in listed] == ["discarded"]
    page.get_by_role("button", name="Enable").click()
    status(ada, "Enabled.")
    page.fill("#since", "2020-01-01T00:00")
    page.get_by_role("button", name="Recover").click()
    page.locator("#since[aria-invalid=true]").wait_for()
    page.fill("#since", "2099-01-01T00:00")
    page.get_by_role("button", name="Recover").click()
    page.locator("form .error").first.wait_for()
    page.evaluate("document.querySelector('#since').value = new Date(Date.now() - 3600e3).toISOString().slice(0, 16)")
    page.get_by_role("button", name="Recover").click()
    status(ada, "1 event is sent again.")
    receiver.wait(link["id"])
    page.get_by_role("button", name="Recover").click()
    status(ada, "There is nothing to recover in this time.")
    remove(ada, webhook)


def test_a_rotation_overlaps_and_both_secrets_sign(ada, receiver):  # noqa: F811
    webhook = make(ada, receiver)
    page = ada.page
    page.get_by_text("Rotate the secret").click()
    page.get_by_label("in an hour").check()
    page.get_by_role("img", name="Both secrets work for 1 h").wait_for()
    page.get_by_role("button", name="Rotate").click()
    fresh = page.locator(".secret").inner_text()
    page.get_by_role("button", name="I have stored it").click()
    status(ada, "The secret was rotated.")
    expect(fact(ada, "Secret")).to_contain_text("The secret before it signs, too, until")
    press(ada, "t")
    headers, body = receiver.wait("webhook.test")
    for secret in [fresh, webhook["secret"]]:
        made, given = signature(secret, headers, body)
        assert made in given and len(given) == 2
    page.get_by_text("Rotate the secret").click()
    ada.sees("Two secrets sign already.")
    assert page.locator("input[name=overlap_seconds]:visible").count() == 1
    remove(ada, webhook)


def test_it_is_edited_against_somebody_else_and_deleted(ada, receiver):  # noqa: F811
    webhook = make(ada, receiver, events=["link.created"], tag="spring")
    page = ada.page
    press(ada, "e")
    page.fill("#description", "Mine")
    page.get_by_text("Only of some links").click()
    assert page.input_value("#tag") == "spring"
    assert api(ada, f"/webhooks/{webhook['id']}", "PATCH", description="Theirs")[0] == 200
    page.get_by_role("button", name="Save").click()
    ada.sees("Somebody else saved this in the meantime.")
    page.get_by_role("button", name="Keep mine").click()
    status(ada, "Saved.")
    expect(page.locator("h1")).to_have_text("Mine")
    page.get_by_label("all, also later ones").check()
    page.fill("#url", "ftp://example.com")
    page.get_by_role("button", name="Save").click()
    page.locator("#url[aria-invalid=true]").wait_for()
    page.fill("#url", "example.com/hook")
    page.keyboard.press("Tab")
    assert page.input_value("#url") == "https://example.com/hook"
    page.fill("#url", receiver.url)
    page.get_by_role("button", name="Save").click()
    status(ada, "Saved.")
    expect(fact(ada, "Events")).to_have_text("All events")
    assert api(ada, f"/webhooks/{webhook['id']}")[1]["events"] == ["*"]
    press(ada, "Escape")
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete this webhook").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url(re.compile("/webhooks$"))
    status(ada, f"Deleted: {receiver.url}.")
    assert webhook["id"] not in [one["id"] for one in api(ada, "/webhooks")[1]["data"]]


def test_a_viewer_looks_and_changes_nothing(ada, person, receiver):  # noqa: F811
    webhook = make(ada, receiver)
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}/webhooks/{webhook['id']}")
    expect(fact(viewer, "State")).to_contain_text("not used yet")
    assert viewer.page.locator("main button:visible").count() == 1, "the one that copies"
    assert viewer.page.locator(".fold").count() == 0
    press(viewer, "d")
    viewer.goto(f"/{ada.workspace}/webhooks/new")
    viewer.sees("Members, admins and owners make webhooks.")
    viewer.goto(f"/{ada.workspace}/webhooks")
    viewer.page.locator(".list tbody tr").first.wait_for()
    assert viewer.page.get_by_role("link", name="New webhook").count() == 0
    viewer.goto(f"/{ada.workspace}/audit-log")
    viewer.sees("Admins see this.")
    assert api(ada, f"/webhooks/{webhook['id']}")[1]["enabled"] is True
    remove(ada, webhook)
