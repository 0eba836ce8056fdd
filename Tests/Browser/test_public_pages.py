"""What visitors see in a browser: every theme, and the pages that take the place of a link, each under a policy that fits it."""

import json

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS

MAKE_PAGE = """async ([workspace, body]) => {
    const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': workspace, 'Content-Type': 'application/json' }
    const ask = async (path, body) => {
        const answer = await fetch('/v1' + path, { method: 'POST', headers: { ...headers, 'Idempotency-Key': crypto.randomUUID() }, body })
        if (!answer.ok) throw new Error(await answer.text())
        return answer.json()
    }
    const page = await ask('/bio-pages', body)
    return ask(`/bio-pages/${page.id}/publish`, '{}')
}"""


@pytest.mark.parametrize("theme", ["paper", "poster", "terminal", "bloom"])
def test_a_page_has_the_styles_of_its_theme_and_no_others(member, theme):
    ada = member()
    ada.goto(f"/{ada.workspace}/settings")
    body = {"title": "Ada", "theme": theme, "colors": {"background": "#123456", "text": "#ffffff"},
            "blocks": [{"type": "heading", "text": "<style>body { color: red }</style>"}]}
    page = ada.page.evaluate(MAKE_PAGE, [ada.workspace, json.dumps(body)])
    ada.goto(page["page_url"])
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
    ada.goto(stack.values["MASK_API_URL"] + "/errors")
    expect(ada.page.locator("body")).to_have_css("max-width", "704px")
    ada.complaints = [line for line in ada.complaints if "status of 404" not in line and "status of 410" not in line]
    assert ada.complaints == []
