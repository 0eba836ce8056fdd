"""Domains: named, proved by DNS records, set, and given up. The name server is this test's, on the port at which the stack asks."""

import json
import os
import re
import secrets
import socket
import threading

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS
from hands import api, press, row, status

TXT, CNAME = 16, 5


class Names:
    """Answers over UDP with the records that it was given, and that there are no others."""

    def __init__(self, port):
        self.records = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                question, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            self.socket.sendto(self.answer(question), sender)

    def answer(self, question):
        """Of a question with one name (RFC 1035, section 4.1)."""
        at, labels = 12, []
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        name, wanted = ".".join(labels).lower(), int.from_bytes(question[at + 1:at + 3], "big")
        found = [(kind, data) for kind, data in self.records.get(name, []) if kind in (wanted, CNAME)]
        lines = b"".join(
            b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1" + (60).to_bytes(4, "big") + len(data).to_bytes(2, "big") + data
            for kind, data in found)
        return question[:2] + b"\x85\x80" + b"\0\1" + len(found).to_bytes(2, "big") + b"\0\0\0\0" + question[12:at + 5] + lines

    def text(self, name, value):
        self.records[name] = [(TXT, bytes([len(value)]) + value.encode())]

    def alias(self, name, target):
        self.records[name] = [(CNAME, b"".join(bytes([len(part)]) + part.encode() for part in target.split(".")) + b"\0")]


@pytest.fixture(scope="module")
def names():
    server = Names(int(os.environ["MASK_DNS_SERVERS"].rsplit(":", 1)[1]))
    yield server
    server.socket.close()


@pytest.fixture
def ada(person):
    """The owner of a workspace without domains: a plan has few."""
    ada = person().arrive()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.goto(f"/{ada.workspace}/domains")
    return ada


def new_host():
    return f"go-{secrets.token_hex(4)}.example"


def make(ada, host):
    domain = api(ada, "/domains", "POST", host=host)[1]
    ada.goto(f"/{ada.workspace}/domains/{domain['id']}")
    return domain


def cell(ada, kind):
    return ada.page.locator("table.records tbody tr", has_text=kind).locator("td").last


def look(ada):
    ada.page.get_by_role("button", name=re.compile("Look (now|again)")).click()
    ada.page.locator("#status", has_text=re.compile("Looked|verified")).wait_for()


def test_a_host_is_named_proved_and_used(ada, names):
    page, host = ada.page, new_host()
    ada.sees("Links are on mask.localhost.")
    assert "/domains" in page.locator("pre").inner_text() and ada.axe() == []
    press(ada, "c")
    page.wait_for_selector("#host:focus")
    page.keyboard.type(f"https://{host.upper()}/path")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        press(ada, "Control+Enter")
    assert json.loads(sent.value.post_data) == {"host": host} and sent.value.headers["idempotency-key"]
    page.wait_for_url("**/domains/dom_*")
    status(ada, f"Added: {host}.")
    domain = api(ada, "/domains/" + page.url.rsplit("/", 1)[1])[1]
    value = domain["records"][0]["value"]
    assert page.locator("h1").inner_text() == host and cell(ada, "TXT").inner_text() == "not looked at yet"
    page.get_by_role("button", name="Copy the value of the TXT record").click()
    status(ada, "Copied: mask-verification=")
    assert page.evaluate("navigator.clipboard.readText()") == value
    # Neither is there; then one is wrong; then both are there.
    look(ada)
    status(ada, "Looked: it is not as it has to be yet.")
    expect(cell(ada, "TXT")).to_have_text("not there yet")
    ada.sees(f"_mask.{host} has no TXT record yet.")
    names.text("_mask." + host, "something else")
    look(ada)
    expect(cell(ada, "TXT")).to_have_text("wrong")
    assert ada.axe() == []
    names.text("_mask." + host, value)
    names.alias(host, "mask.localhost")
    page.fill("#root_url", "https://example.com/typed")
    look(ada)
    status(ada, f"{host} is verified: links can be on it.")
    expect(cell(ada, "TXT")).to_have_text("found")
    expect(cell(ada, "CNAME")).to_have_text("found")
    assert page.locator("#root_url").input_value() == "https://example.com/typed", "what was typed stays"
    ada.goto(f"/{ada.workspace}/domains")
    expect(row(ada, host)).to_contain_text("It is yours: links can be on it. Its visitors come here.")
    # With a link on it the API keeps it.
    page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": "https://example.com/", "domain": host}]])
    row(ada, host).get_by_role("link", name=host, exact=True).click()
    page.wait_for_url("**/dom_*")
    page.get_by_role("button", name="Delete the domain").click()
    ada.sees("Links and pages on it that are in the bin go for good.")
    page.locator("dialog[open]").get_by_role("button", name="Delete the domain").click()
    expect(page.locator(".of-act")).to_contain_text(re.compile("link|page"))
    assert ada.axe() == []
    page.locator(".of-act").get_by_role("link", name=f"Links on {host}").click()
    page.wait_for_url("**/links?q=domain**")
    expect(page.locator("tbody tr")).to_have_count(1)
    ada.complaints.clear()


def test_what_visitors_get_is_set_and_a_conflict_is_told(ada):
    page = ada.page
    domain = make(ada, new_host())
    path = "/domains/" + domain["id"]
    page.fill("#root_url", "https://mask.localhost/circle")
    page.fill("#expired_url", "nonsense")
    press(ada, "Control+Enter")
    page.wait_for_selector("#root_url-error")
    assert page.locator("#expired_url-error").is_visible() and ada.axe() == []
    page.fill("#root_url", "https://example.com/home")
    page.fill("#expired_url", "")
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        press(ada, "Control+Enter")
    status(ada, "Saved.")
    assert json.loads(sent.value.post_data) == {"root_url": "https://example.com/home"} and sent.value.headers["if-match"]
    press(ada, "Control+Enter")
    status(ada, "Nothing has changed.")
    api(ada, path, "PATCH", not_found_url="https://example.com/theirs")
    page.fill("#not_found_url", "https://example.com/mine")
    press(ada, "Control+Enter")
    ada.sees("Somebody else saved this in the meantime.")
    assert "theirs" in page.locator(".summary").inner_text()
    page.get_by_role("button", name="Take theirs").click()
    assert page.locator("#not_found_url").input_value() == "https://example.com/theirs"


def test_a_host_that_cannot_be_is_refused_at_its_field(ada):
    page, host = ada.page, new_host()
    api(ada, "/domains", "POST", host=host)
    ada.goto(f"/{ada.workspace}/domains/new")
    for text, told in [("no host", "host"), ("mask.localhost", "belongs to the service"), (host, "the workspace has")]:
        page.fill("#host", text)
        press(ada, "Control+Enter")
        expect(page.locator("#host-error")).to_contain_text(re.compile(told, re.I))
    assert ada.axe() == []


def test_a_domain_is_given_up(ada):
    page = ada.page
    host = make(ada, new_host())["host"]
    page.wait_for_selector("h1:text-is('" + host + "')")
    press(ada, "#")
    page.locator("dialog[open]").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete the domain").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete the domain").click()
    page.wait_for_url("**/domains")
    status(ada, f"Deleted: {host}.")
    ada.sees("Links are on mask.localhost.")


def test_a_member_sees_what_is_there(ada, person):
    domain = make(ada, new_host())
    eve = person().arrive("--workspace", ada.workspace, "--role", "member")
    eve.goto(f"/{ada.workspace}/domains")
    row(eve, domain["host"]).wait_for()
    assert eve.page.get_by_role("link", name="New domain").count() == 0
    eve.goto(f"/{ada.workspace}/domains/{domain['id']}")
    eve.sees("mask-verification=")
    assert eve.page.locator("form").count() == 0 and eve.axe() == []
    assert eve.page.get_by_role("button", name=re.compile("Look|Delete|Save")).count() == 0
    eve.goto(f"/{ada.workspace}/domains/new")
    eve.sees("Admins and owners make and change domains.")
