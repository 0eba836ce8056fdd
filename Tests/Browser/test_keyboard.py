"""The keyboard: the palette, the search of a list, the range of time; and where no key does anything."""

import re

import pytest

from conftest import KEYS, MAKE_KEYS

LIST = "/{}/settings/api-keys"


@pytest.fixture
def ada(member):
    """An owner on the list of their six keys."""
    ada = member()
    ada.goto(LIST.format(ada.workspace))
    return ada


def palette(page):
    return page.locator("dialog[open] [role=combobox]")


def test_the_palette_leads_to_screens_keys_and_documents(ada):
    page, loaded = ada.page, []
    page.on("request", lambda request: loaded.append(request.url))
    page.keyboard.press("Control+k")
    palette(page).wait_for()
    assert len([url for url in loaded if url.endswith("/palette.js")]) == 1, "it is loaded when it is opened, not before"
    assert page.evaluate("document.activeElement.id") == "palette"
    page.keyboard.type("SHORT old")
    options = page.locator("[role=option]")
    options.filter(has_text="Import of the old shortener").wait_for()
    assert options.count() == 1 and options.first.get_attribute("aria-selected") == "true"
    assert palette(page).get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(LIST.format(ada.workspace) + "/key_"))
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    # On a keyboard without Ctrl or ⌘, and with arrows.
    page.keyboard.press(":")
    palette(page).wait_for()
    page.keyboard.type("se")
    assert [line.split("\n")[0] for line in options.all_inner_texts()][:2] == ["Settings", "Sessions"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/sessions")


def test_the_palette_is_for_all(person, ada):
    """Without a keyboard, at 320 px, in forced colours, with nothing found; and Esc leads back."""
    page = ada.page
    for width in [1280, 320]:
        page.set_viewport_size({"width": width, "height": 640})
        page.get_by_role("button", name="Go to").click()
        palette(page).wait_for()
        assert ada.axe() == [] and not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.keyboard.type("nothing of this name")
        ada.sees("Nothing has this name.")
        assert palette(page).get_attribute("aria-expanded") == "false" and ada.axe() == []
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
        assert page.evaluate("document.activeElement.textContent").startswith("Go to")
    page.emulate_media(forced_colors="active")
    page.get_by_role("button", name="Go to").click()
    page.get_by_role("option", name="Settings").click()
    page.wait_for_url("**/settings")
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}")
    viewer.page.keyboard.press(":")
    palette(viewer.page).wait_for()
    viewer.page.keyboard.type("key")
    viewer.sees("Nothing has this name.")


def test_slash_searches_the_list_and_the_address_keeps_it(ada):
    page = ada.page
    before = page.evaluate("history.length")
    page.keyboard.press("/")
    page.locator("#search:focus").wait_for()
    page.keyboard.type("news")
    ada.sees("1 of 6 keys.")
    assert page.locator("tbody tr:visible").count() == 1 and page.url.endswith("?q=news")
    assert page.evaluate("history.length") == before, "no step back for each letter"
    page.reload()
    ada.sees("1 of 6 keys.")
    page.locator("#search").fill("zz")
    ada.sees("None of 6 keys.")
    assert ada.axe() == []
    page.locator("#search").fill("")
    assert page.locator("tbody tr:visible").count() == 6 and "?" not in page.url


def test_the_range_of_time_is_in_the_address(ada):
    page = ada.page
    ada.goto(f"/{ada.workspace}")
    for key, interval in [("1", "24h"), ("2", "7d"), ("4", "90d"), ("5", "12mo"), ("6", "all"), ("3", "30d")]:
        page.keyboard.press(key)
        page.wait_for_url(f"**?interval={interval}")
        page.wait_for_load_state("networkidle")
        assert page.locator(".ranges [aria-current]").get_attribute("aria-keyshortcuts") == key
    assert page.locator(".ranges a", has_text="Later").count() == 0
    page.keyboard.press("[")
    page.wait_for_url("**?interval=30d&end=*")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("]")
    page.wait_for_url("**?interval=30d")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    listed = page.locator("dialog[open] td:first-child").all_inner_texts()
    assert {"1", "6", "[", "y", "c", ":", "?", "g k", "Ctrl K"} <= set(listed) and "/" not in listed, "what this screen has"


def test_no_key_does_anything_while_typing_or_when_they_are_off(person):
    ada = person().arrive()
    page = ada.page
    page.evaluate(MAKE_KEYS, [ada.workspace, KEYS])
    ada.goto(LIST.format(ada.workspace))
    page.focus("#search")
    for key in [":", "?", "c", "Control+k"]:
        page.keyboard.press(key)
    page.evaluate("document.activeElement.blur()")
    for key in ["Alt+c", "Alt+/", "Control+Shift+k"]:
        page.keyboard.press(key)
    assert page.locator("dialog[open]").count() == 0 and "/new" not in page.url
    ada.goto("/account")
    page.uncheck("#shortcuts")
    page.click("main button[type=submit]")
    ada.sees("Saved.")
    ada.goto(LIST.format(ada.workspace))
    for key in [":", "/", "c", "Control+k"]:
        page.keyboard.press(key)
    assert page.locator("dialog[open]").count() == 0 and "/new" not in page.url
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("button", name="Go to").click()
    palette(page).wait_for()
