"""What people do, from the sysadmin's link on. Each test is one flow, as the README and the screens tell it."""

import json
import re
import subprocess
import time

import pyotp

from conftest import PASSWORD

KEYS = "/{}/settings/api-keys"


def make_key(person, name="first"):
    """Fills the form in and gives the key that the panel shows."""
    page = person.page
    page.wait_for_selector("#name")
    page.fill("#name", name)
    page.click("button[type=submit]")
    page.wait_for_selector(".once")
    return page.locator(".once .secret").inner_text()


def test_first_owner_makes_a_key_and_the_first_request(person, stack):
    owner = person().arrive()
    assert "/settings/api-keys/new?first" in owner.page.url
    key = make_key(owner)
    assert re.fullmatch(r"mk_live_\w{38}", key)
    owner.sees("Waiting for your request…")
    # The request as the page prints it.
    sample = owner.page.locator(".once .sample").inner_text()
    assert key in sample
    answer = subprocess.run(["sh", "-c", sample], check=True, capture_output=True, text=True).stdout
    assert json.loads(answer)["clicks"] == 0, answer
    owner.page.get_by_text(re.compile("^201")).wait_for(timeout=40_000)
    link = owner.page.locator(".arrival a")
    link.wait_for()
    assert link.get_attribute("href") == json.loads(answer)["short_url"]
    assert stack.curl(link.get_attribute("href"))[0] == 302
    owner.page.get_by_role("button", name="I have stored it").click()
    owner.page.wait_for_url(f"**/{owner.workspace}")
    assert key not in owner.page.content()


def test_a_test_key_is_made_by_a_box_and_told_apart_in_the_list(person):
    ada = person().arrive()
    ada.page.get_by_label("Test key").check()
    assert re.fullmatch(r"mk_test_\w{38}", make_key(ada, "sandbox"))
    ada.page.get_by_role("button", name="I have stored it").click()
    ada.page.wait_for_url(f"**/{ada.workspace}")
    ada.goto(KEYS.format(ada.workspace))
    row = ada.page.locator("tr", has_text="sandbox")
    assert "mk_test_" in row.inner_text() and "test key" in row.inner_text()


def test_the_list_of_keys_draws_every_key_from_one_answer(person, stack):
    ada = person().arrive()
    asked = []
    ada.page.on("request", lambda request: asked.append(request.url) if "/v1/" in request.url else None)
    for name, requests in [("first", 2), ("second", 1), ("third", 0)]:
        ada.goto(KEYS.format(ada.workspace) + "/new")
        key = make_key(ada, name)
        ada.page.get_by_role("button", name="I have stored it").click()
        ada.page.wait_for_url(lambda url: not url.partition("?")[0].endswith("/new"))
        for _ in range(requests):
            assert stack.curl(stack.values["MASK_API_URL"] + "/links", "-H", f"Authorization: Bearer {key}")[0] == 200
    for _ in range(20):  # usage is counted some seconds after a request
        ada.page.wait_for_load_state("networkidle")
        asked.clear()
        ada.goto(KEYS.format(ada.workspace))
        if ada.page.locator(".spark").count() == 2:
            break
        time.sleep(1)
    assert sorted(url.partition("/v1")[2].partition("?")[0] for url in asked) == ["/analytics/usage", "/api-keys", "/session"]
    drawn = ada.page.locator(".spark").evaluate_all("all => all.map(one => [one.getAttribute('aria-label'), one.childElementCount])")
    label = "Requests an hour in the last 24 hours, peak {}"
    assert sorted(name for name, _ in drawn) == [label.format(1), label.format(2)] and all(parts <= 2 for _, parts in drawn)
    totals = ada.page.locator("[data-part=usage] .total").all_inner_texts()
    assert sorted(totals) == ["0 in 24 h", "1 in 24 h", "2 in 24 h"]


def test_the_token_of_a_link_goes_from_the_address_and_is_used_once(person, stack):
    first, second = person(), person()
    link = stack.link("invite", first.email)
    first.goto(link)
    assert "#" not in first.page.url
    first.page.fill("#name", "Ada")
    first.page.fill("#workspace_name", first.name)
    first.page.fill("#password", PASSWORD)
    first.page.click("button[type=submit]")
    first.sees("You are in.")
    # The address is the next one already: who loads the page anew is on the way.
    first.page.reload()
    first.page.wait_for_url("**/new?first")
    first.page.wait_for_selector("#name")
    second.goto(link)
    second.sees("has been used")


def test_a_scope_s_sentence_lists_its_routes(person):
    ada = person().arrive()
    ada.goto(KEYS.format(ada.workspace) + "/new")
    box = ada.page.locator("#scope-audit-read")
    ada.page.get_by_text("Reads and exports the audit log.").click()
    ada.sees("GET /audit-log/export")
    assert ada.page.locator(".routes li:visible").all_inner_texts() == ["GET /audit-log", "GET /audit-log/export"]
    assert not box.is_checked(), "looking chooses nothing"
    assert ada.axe() == []


def test_a_session_ends_in_a_form_and_nothing_is_lost(person):
    ada = person().arrive()
    ada.goto(KEYS.format(ada.workspace) + "/new")
    ada.page.fill("#name", "written with care")
    ada.context.clear_cookies()
    ada.page.click("button[type=submit]")
    dialog = ada.page.locator("dialog[open]")
    dialog.wait_for()
    dialog.locator("input[type=password]").fill(PASSWORD)
    email = dialog.locator("input[type=email]")
    if email.is_visible() and email.is_editable():
        email.fill(ada.email)
    dialog.locator("button[type=submit]").click()
    ada.page.wait_for_selector(".once")
    ada.sees("written with care")


def test_signing_out_ends_the_session_and_back_shows_nothing(person):
    ada = person().arrive()
    cookie = ada.cookie()
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict" and cookie["domain"] == "app.mask.localhost"
    ada.goto("/account")
    ada.page.get_by_role("button", name="Sign out").first.click()
    ada.page.wait_for_url("**/sign-in*")
    assert ada.cookie() is None
    ada.context.add_cookies([cookie])
    ada.goto(KEYS.format(ada.workspace))
    ada.page.wait_for_url("**/sign-in?to=*")


def test_passkey(person):
    ada = person().arrive()
    ada.authenticator()
    ada.goto("/account/security")
    ada.page.get_by_role("button", name="Add a passkey").click()
    ada.page.locator("dialog[open] button[type=submit]").click()
    ada.sees("Added:")
    ada.goto("/account")
    ada.page.get_by_role("button", name="Sign out").first.click()
    ada.page.wait_for_url("**/sign-in*")
    # The name field offers the passkey by itself, and this authenticator's holder always agrees.
    ada.page.wait_for_url(f"**/{ada.workspace}")
    ada.goto("/account/sessions")
    ada.sees("passkey")


def test_a_passkey_in_the_first_minute(person, stack):
    """Beside the first password, by one button; then it signs in without it."""
    ada = person()
    ada.authenticator()
    ada.workspace = ada.name
    ada.goto(stack.link("invite", ada.email))
    for field, value in {"#name": "Ada", "#workspace_name": ada.name, "#password": PASSWORD}.items():
        ada.page.fill(field, value)
    ada.page.click("button[type=submit]")
    ada.sees("You are in.")
    for width in [1280, 320]:
        ada.page.set_viewport_size({"width": width, "height": 860})
        assert ada.axe() == []
    ada.page.get_by_role("button", name="Add a passkey").click()
    ada.wait_for_screen()
    ada.sees("Added: the passkey")
    ada.context.clear_cookies()
    ada.goto("/sign-in")
    ada.wait_for_screen()


def turn_codes_on(ada):
    """Sets an app up, and gives its recovery codes."""
    ada.goto("/account/security")
    ada.page.get_by_role("button", name="Set codes up").click()
    ada.page.wait_for_selector("svg.matrix")
    secret = re.sub(r"\s", "", ada.page.locator("[data-text=secret]").inner_text())
    ada.page.locator("input[name=code]").fill(pyotp.TOTP(secret).now())
    ada.page.keyboard.press("Enter")
    ada.page.wait_for_selector(".codes li")
    codes = ada.page.locator(".codes li").all_inner_texts()
    assert len(set(codes)) == 10
    ada.page.get_by_role("button", name="I have stored them").click()
    return codes


def test_a_short_password_keeps_the_codes(person):
    ada = person().arrive()
    turn_codes_on(ada)

    def set_password(password):
        ada.page.locator("#password").fill(password)
        ada.page.get_by_role("button", name="Save the password").click()
        ada.sees("Your password is changed.")

    def turn_off():
        ada.page.get_by_role("button", name="Turn codes off").click()
        ada.page.get_by_role("button", name="Turn off", exact=True).click()

    set_password("fq7!xZ2kLp9")
    turn_off()
    ada.sees("Set a password of 15 characters or more first")
    set_password("fq7!xZ2kLp9 and more")
    turn_off()
    ada.sees("They are off: the password alone signs you in.")


def test_codes_of_an_app_and_a_recovery_code(person):
    ada = person().arrive()
    codes = turn_codes_on(ada)
    ada.context.clear_cookies()
    # The step of the code that has confirmed the app is used up.
    ada.sign_in(code=codes[0])
    ada.page.wait_for_url(f"**/{ada.workspace}")
    ada.context.clear_cookies()
    ada.sign_in(code=codes[0])
    ada.page.get_by_text(re.compile("code", re.I)).first.wait_for()
    time.sleep(0.5)
    assert "/sign-in" in ada.page.url, "a recovery code is good once"


def test_invitation_role_and_viewer(person):
    owner = person().arrive()
    guest = person()
    owner.goto(f"/{owner.workspace}/settings/members")
    owner.page.fill("input[type=email]", guest.email)
    owner.page.locator("select[name=role]").select_option("viewer")
    owner.page.get_by_role("button", name=re.compile("^(Invite|Make the link)")).click()
    owner.page.get_by_text(re.compile(r"https://\S+/accept#")).first.wait_for()
    link = re.search(r"https://\S+/accept#[\w-]{43}", owner.page.locator("main").inner_text()).group()
    guest.goto(link)
    guest.page.fill("#name", "Eve")
    guest.page.fill("#password", PASSWORD)
    guest.page.click("button[type=submit]")
    guest.page.get_by_role("button", name="Go on without one").click()
    guest.page.wait_for_url(f"**/{owner.workspace}")
    guest.sees("as viewer.")
    guest.goto(KEYS.format(owner.workspace))
    guest.sees("viewer")
    assert guest.page.get_by_role("link", name=re.compile("New key")).count() == 0


def test_sign_in_sends_nothing_before_its_module_is_there(person):
    """On a slow line, in a browser that paints before: neither the button nor Enter."""
    ada = person()
    ada.page.route("**/js/sign-in.js", lambda route: route.abort())
    ada.page.goto(ada.stack.app + "/sign-in")
    ada.page.fill("#email", ada.email)
    ada.page.fill("#password", PASSWORD)
    ada.page.keyboard.press("Enter")
    assert ada.page.get_by_role("button", name="Sign in").is_disabled()
    assert ada.page.url.endswith("/sign-in") and ada.page.locator("#password").input_value() == PASSWORD
    ada.complaints.clear()


def test_reset_without_mail(person, stack):
    ada = person().arrive()
    other = person()
    other.email, other.workspace = ada.email, ada.workspace
    other.goto(stack.link("reset", ada.email))
    other.page.fill("#password", "another long pass phrase 12")
    other.page.click("button[type=submit]")
    other.page.wait_for_url("**/sign-in*")
    ada.goto(f"/{ada.workspace}")
    ada.page.wait_for_url("**/sign-in?to=*")
    other.sign_in("another long pass phrase 12")
    other.page.wait_for_url(f"**/{ada.workspace}")


def test_keyboard_only(person):
    ada = person().arrive()
    ada.goto(f"/{ada.workspace}")
    page = ada.page
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("k")
    page.wait_for_url("**/settings/api-keys")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("c")
    page.wait_for_url("**/settings/api-keys/new")
    page.wait_for_selector("#name:focus")
    page.keyboard.type("by hand")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".once")
    assert page.evaluate("document.activeElement.closest('.once') !== null")


def test_where_a_link_leads_back_to_stays_on_this_host(person):
    ada = person().arrive()
    for place in ["//evil.example", "/\\evil.example", "https://evil.example/"]:
        ada.context.clear_cookies()
        ada.goto("/sign-in?to=" + place)
        ada.page.fill("#email", ada.email)
        ada.page.fill("#password", PASSWORD)
        ada.page.click("button[type=submit]")
        ada.page.wait_for_url(f"{ada.stack.app}/{ada.workspace}")
