"""What visitors see in a browser: every theme, and the pages that take the place of a link, each under a policy that fits it."""

import secrets

import pytest
from playwright.sync_api import expect

from conftest import MAKE, MAKE_LINKS


@pytest.mark.parametrize("theme", ["paper", "poster", "terminal", "bloom"])
def test_a_page_has_the_styles_of_its_theme_and_no_others(member, stack, theme):
    ada = member()
    ada.goto(f"/{ada.workspace}/settings")
    body = {"title": "Ada", "theme": theme, "colors": {"background": "#123456", "text": "#ffffff"},
            "blocks": [{"type": "heading", "text": "<style>body { color: red }</style>"}]}
    page = ada.page.evaluate(MAKE, [ada.workspace, "/bio-pages", body | {"slug": (slug := secrets.token_hex(4))}])
    ada.page.evaluate(MAKE, [ada.workspace, f"/bio-pages/{page}/publish", {}])
    ada.goto(f"{stack.values['MASK_LINK_URL']}/{slug}")
    expect(ada.page.locator("body")).to_have_css("background-color", "rgb(18, 52, 86)")
    expect(ada.page.locator("body")).to_have_css("color", "rgb(255, 255, 255)")
    assert ada.complaints == []
    # A style that is not the page's own is refused, and told.
    ada.page.locator("h1").evaluate("node => node.setAttribute('style', 'color: rgb(1, 2, 3)')")
    expect(ada.page.locator("h1")).not_to_have_css("color", "rgb(1, 2, 3)")
    assert all("Content Security Policy" in line for line in ada.complaints) and ada.complaints
    ada.complaints.clear()


def test_the_pages_in_the_place_of_a_link_have_their_style(member, stack):
    ada = member()
    ada.goto(f"/{ada.workspace}/links")
    made = ada.page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": "https://example.com", "disabled": True}]])[0]
    for path in ["/nothing-here-at-all", "/" + made["slug"], "/" + made["slug"] + "/qr"]:
        ada.goto(stack.values["MASK_LINK_URL"] + path)
        expect(ada.page.locator("body")).to_have_css("max-width", "416px")
    ada.complaints = [line for line in ada.complaints if "status of 404" not in line and "status of 410" not in line]
    assert ada.complaints == []


def test_an_owner_says_how_they_look(person, stack):
    ada = person().arrive()
    made = ada.page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": "https://example.com", "expires_at": "2026-01-01T00:00:00Z"}]])[0]
    ada.goto(f"/{ada.workspace}/settings")
    ada.page.fill("#brand_name", "Acme & Sons")
    ada.page.fill("#color", "#0b57d0")
    ada.page.get_by_role("button", name="Save").click()
    ada.sees("Saved.")
    ada.page.fill("#color", "blue")
    ada.page.get_by_role("button", name="Save").click()
    expect(ada.page.locator(".error")).to_have_count(1)
    ada.goto(f"{stack.values['MASK_LINK_URL']}/{made['slug']}")
    expect(ada.page.locator(".brand")).to_have_text("Acme & Sons")
    expect(ada.page.locator("body")).to_have_css("max-width", "416px")
    # The browser asks a new host for its icon, too.
    ada.complaints = [line for line in ada.complaints if not line.split("status of ")[-1].startswith(("404", "410"))]
