"""The main flow in Firefox, under the policies as they are: another engine, another console."""

import re
import secrets
import time

import pytest

from conftest import PASSWORD
from marionette import PROGRAM, Firefox


@pytest.fixture
def firefox(stack, tmp_path):
    firefox = Firefox(str(tmp_path), stack.values["MASK_CACERT"])
    yield firefox
    firefox.end()


@pytest.mark.skipif(PROGRAM is None, reason="firefox-esr is not installed")
def test_firefox_from_the_link_to_the_key_and_back_in(firefox, stack):
    name = "f" + secrets.token_hex(4)
    firefox.goto(stack.link("invite", name + "@example.com"))
    for field, value in {"#name": "Grace", "#workspace_name": name, "#password": PASSWORD}.items():
        firefox.fill(field, value)
    firefox.click("button[type=submit]")
    firefox.press("Go on without one")
    firefox.wait("return document.activeElement.form?.elements.scopes && document.activeElement.id === 'name'")
    firefox.fill("#name", " in Firefox")
    firefox.press("Make the key ")
    key = firefox.wait("return document.querySelector('.once .secret')?.innerText")
    assert re.fullmatch(r"mk_live_\w{38}", key)
    assert stack.curl(stack.values["MASK_API_URL"] + "/workspace", "-H", f"Authorization: Bearer {key}")[0] == 200
    firefox.sees("200 in")
    firefox.press("I have stored it")
    firefox.wait("return location.pathname === arguments[0]", f"/{name}")
    firefox.sees("Needs a look")
    firefox.goto(f"{stack.app}/{name}/pages/new")
    firefox.fill("#title", "A page in Firefox")
    firefox.press("Make the page ")
    firefox.wait("return /pages.page_/.test(location.pathname) && document.readyState === 'complete'")
    firefox.sees("Visitors find nothing")
    assert firefox.text_in_frame("h1") == "A page in Firefox"
    firefox.goto(f"{stack.app}/{name}/settings/api-keys")
    firefox.sees("first in Firefox")
    firefox.fill("body", ":")
    firefox.fill("#palette", "account\ue007")
    firefox.wait("return location.pathname === '/account'")
    firefox.press("Sign out")
    firefox.wait("return location.pathname === '/sign-in'")
    firefox.fill("#email", name + "@example.com")
    firefox.fill("#password", PASSWORD)
    firefox.click("button[type=submit]:enabled")
    firefox.wait("return location.pathname === arguments[0]", f"/{name}")
    firefox.sees("Needs a look")
    assert firefox.complaints(stack.app) == []
    # That silence says something: the same console tells of a style that the policy forbids.
    firefox.run("document.body.setAttribute('style', 'color: red')")
    # It is told a moment later.
    for _ in range(20):
        told = firefox.complaints(stack.app)
        if told:
            break
        time.sleep(0.25)
    assert any("Content-Security-Policy" in line for line in told)
