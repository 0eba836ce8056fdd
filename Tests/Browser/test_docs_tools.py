"""What the documentation does for who is signed in, and for who receives webhooks: "Try it", keys with the right scopes, the tester."""

import base64
import hmac
import json
import re
import time
from functools import partial

import pytest
from playwright.sync_api import expect

from hands import api, new_slug, press

# Try it


@pytest.fixture
def ada(member):
    ada = member()
    ada.goto("/docs/links")
    return ada


def trial(ada, operation):
    """Opens the panel of an operation."""
    ada.page.locator(f"[data-operation={operation}]").get_by_role("button", name="Try it").click()
    return ada.page.locator(f"#try-{operation}")


def test_reading_is_tried_over_the_session(ada):
    panel = trial(ada, "listLinks")
    panel.locator("summary").click()
    panel.locator("[id=try-listLinks-limit]").fill("2")
    press(ada, "Enter")
    answer = panel.locator(".answer")
    expect(answer.locator("b")).to_have_text("200")
    expect(answer).to_contain_text("GET /v1/links?limit=2")
    expect(answer.locator("dl")).to_contain_text("X-RateLimit-Remaining")
    assert len(json.loads(answer.locator("pre").text_content())["data"]) == 2
    assert ada.axe() == []
    # What is wrong is the API's to say.
    panel.locator("[id=try-listLinks-limit]").fill("none")
    press(ada, "Enter")
    expect(answer.locator("b")).to_have_text("400")
    expect(answer.locator("pre")).to_contain_text("invalid_parameter")
    ada.complaints = [line for line in ada.complaints if "status of 400" not in line]


def test_an_id_is_wanted_before_anything_is_sent(ada):
    panel = trial(ada, "getLink")
    panel.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("alert")).to_have_text("Fill in id.")
    panel.locator("[id=try-getLink-id]").fill(ada.link)
    press(ada, "Enter")
    expect(panel.locator(".answer dl")).to_contain_text("ETag")
    assert json.loads(panel.locator("pre").text_content())["id"] == ada.link


def test_writing_needs_the_switch_and_tells_its_key(ada):
    sent = []
    ada.page.on("request", lambda request: sent.append(request) if request.method != "GET" else None)
    panel, slug = trial(ada, "createLink"), new_slug()
    expect(panel.locator("p.bad strong")).to_have_text(re.compile("POST /v1/links changes what is in the workspace"))
    panel.get_by_label("Body").fill(json.dumps({"url": "https://example.com/tried", "slug": slug}))
    key = panel.get_by_label("Idempotency-Key").input_value()
    assert re.fullmatch(r"[0-9a-f-]{36}", key)
    panel.get_by_role("button", name="Send POST").click()
    expect(panel.get_by_role("alert")).to_contain_text("Nothing was sent")
    expect(panel.get_by_label("Real data")).to_be_focused()
    assert sent == []
    press(ada, "Space")
    panel.get_by_role("button", name="Send POST").click()
    expect(panel.locator(".answer b")).to_have_text("201")
    assert sent[0].headers["idempotency-key"] == key and sent[0].headers["mask-workspace"] == ada.workspace
    assert panel.get_by_label("Idempotency-Key").input_value() != key
    # For the visit: other panels and pages have it too.
    ada.goto("/docs/domains")
    expect(trial(ada, "createDomain").get_by_label("Real data")).to_be_checked()


def test_deleting_asks_for_the_id_again(ada):
    made = api(ada, "/links", "POST", url="https://example.com/to-be-deleted")[1]["id"]
    panel = trial(ada, "deleteLink")
    panel.locator("[id=try-deleteLink-id]").fill(made)
    panel.get_by_label("Real data").check()
    again = panel.get_by_label("Type the id again")
    for typed in ["", "lnk_other"]:
        again.fill(typed)
        panel.get_by_role("button", name="Send DELETE").click()
        expect(panel.get_by_role("alert")).to_contain_text(f"what you typed again is not {made}")
        expect(again).to_be_focused()
    assert api(ada, f"/links/{made}")[0] == 200
    again.fill(made)
    press(ada, "Enter")
    expect(panel.locator(".answer b")).to_have_text("204")
    assert api(ada, f"/links/{made}")[0] == 404
    ada.complaints = [line for line in ada.complaints if "status of 404" not in line]
    # Where a filter is deleted, there is no id: the workspace's name stands for it.
    expect(trial(ada, "deleteMatchingLinks").get_by_label(f"Type the name of the workspace, {ada.workspace}")).to_be_visible()


def test_a_picture_is_shown(ada):
    ada.goto("/docs/qr-codes")
    panel = trial(ada, "getLinkQR")
    panel.locator("[id=try-getLinkQR-id]").fill(ada.link)
    press(ada, "Enter")
    expect(panel.get_by_role("img")).to_be_visible()
    assert panel.get_by_role("img").evaluate("picture => picture.naturalWidth") > 20


def test_a_key_is_made_with_the_scopes_of_the_operation(ada):
    ada.page.locator("[data-operation=createLink]").get_by_role("link", name="Create a key for this").click()
    ada.page.wait_for_url(f"**/{ada.workspace}/settings/api-keys/new?scopes=links%3Awrite")
    ada.page.locator("input[name=scopes]").first.wait_for()
    chosen = ada.page.locator("input[name=scopes]:checked").evaluate_all("all => all.map(one => one.value)")
    assert chosen == ["links:write"]


def test_an_ended_session_is_said(ada):
    panel = trial(ada, "countLinks")
    ada.context.clear_cookies()
    panel.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("link", name="Sign in again")).to_have_attribute("href", "/sign-in?to=%2Fdocs%2Flinks")
    ada.goto("/docs/domains")
    expect(ada.page.get_by_role("button", name="Try it")).to_have_count(0)


# The tester of webhooks

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = '{"id":"evt_1","type":"link.created","data":{"url":"https://example.com/é"}}'


def signed(at, body=BODY, key=KEY):
    return "v1," + base64.b64encode(hmac.digest(key, f"evt_1.{at}.{body}".encode(), "sha256")).decode()


def pasted(now):
    """What is other than it should be, which parts the tester names for it, and what it says."""
    old, parsed = now - 3600, json.loads(BODY)
    signature = partial(signed, now)
    return [
        ({}, "All of it matches", "The signature is that of this body."),
        ({"signature": f"{signature(key=bytes(32))} {signature()}", "timestamp": now}, "All of it matches", "Signature 2 of 2"),
        ({"secret": "mk_live_abc"}, "Secret", "does not begin with whsec_"),
        ({"secret": SECRET[:-3]}, "Secret", "no Base64"),
        ({"secret": "whsec_" + base64.b64encode(bytes(12)).decode()}, "Secret", "It has 12 bytes"),
        ({"id": ""}, "webhook-id", "It is missing"),
        ({"timestamp": old, "signature": signed(old)}, "webhook-timestamp", "60 min ago; five minutes are allowed"),
        ({"timestamp": now + 3600}, "webhook-timestamp, Signature", "60 min ahead"),
        ({"timestamp": now * 1000}, "webhook-timestamp, Signature", "in milliseconds"),
        ({"timestamp": "2026-11-28"}, "webhook-timestamp, Signature", "no number of seconds"),
        ({"signature": ""}, "webhook-signature", "It is missing"),
        ({"signature": "v2,abc"}, "webhook-signature", "of the version v2"),
        ({"signature": "v1,abc"}, "webhook-signature", "not the Base64 of 32 bytes"),
        ({"body": BODY + "\n"}, "Body", "Without the newline at its end"),
        ({"signature": signature(BODY + "\n")}, "Body", "With a newline at its end"),
        ({"body": BODY.replace(",", ",\n"), "signature": signature(BODY.replace(",", ",\r\n"))}, "Body", "With CR and LF"),
        ({"body": json.dumps(parsed, ensure_ascii=False)}, "Body", "Written as JSON without spaces"),
        ({"signature": signature(BODY.replace("/", "\\/"))}, "Body", "With slashes as \\/"),
        ({"signature": signature(json.dumps(parsed, indent=2, ensure_ascii=False))}, "Body", "Indented by two spaces"),
        ({"signature": signature(json.dumps(parsed, separators=(",", ":")))}, "Body", "letters beyond ASCII"),
        ({"signature": signature(key=SECRET.encode())}, "Key", "with the secret as text"),
        ({"signature": signature(key=bytes(32))}, "Signature", "that of another endpoint or of before a rotation"),
        ({"signature": f"{signature(key=bytes(32))} {signature(key=bytes(24))}"}, "Signature", "None of the 2 is"),
    ]


def test_the_tester_says_what_does_not_match_and_sends_nothing(person):
    reader = person()
    reader.goto("/docs/webhook-tester")
    page, asked, missed = reader.page, [], []
    page.on("request", lambda request: asked.append(request.url))
    now = int(time.time())
    for altered, parts, reason in pasted(now):
        given = {"body": BODY, "id": "evt_1", "timestamp": now, "signature": signed(now), "secret": SECRET} | altered
        for name, value in given.items():
            page.fill(f"#tester-{name if name in ('body', 'secret') else 'webhook-' + name}", str(value))
        page.evaluate("say('')")
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#docs-status")).not_to_have_text("")
        said, findings = page.locator("#docs-status").text_content(), page.locator(".findings").text_content()
        if said not in (f"Does not match: {parts}.", f"{parts}.") or reason not in findings:
            missed.append((altered, said, findings))
    assert missed == []
    assert asked == []
    assert reader.axe() == []
