"""One link on its screen: what it is, its clicks, and what is done with it."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS
from hands import status
from test_analytics import FIREFOX, figures, lines, panel


@pytest.fixture
def link(member):
    """An owner on the screen of a link of their own, which they came to from the list."""
    me = member()
    me.goto(f"/{me.workspace}/links")
    slug = "one-" + secrets.token_hex(4)
    made = {"slug": slug, "url": "https://example.com/one", "tags": ["three short words"], "notes": "For the\nspring.", "max_clicks": 1000}
    me.link = me.page.evaluate(MAKE_LINKS, [me.workspace, [made]])[0]
    me.context.grant_permissions(["clipboard-read", "clipboard-write"])
    me.goto(f"/{me.workspace}/links?q={slug}")
    me.page.locator("tbody .link").click()
    me.page.wait_for_url(f"**/links/{me.link['id']}")
    me.page.locator(".facts").wait_for()
    return me


def test_a_link_has_a_screen_of_its_own(link, stack):
    page, slug = link.page, link.link["slug"]
    facts = page.locator(".facts").inner_text()
    for text in ["https://example.com/one", "active", "three short words", "For the\nspring.", "1,000", "Europe/Berlin"]:
        assert text in facts
    assert page.locator("h1").inner_text() == f"mask.localhost/{slug}" and page.title().startswith(f"mask.localhost/{slug} · Links · ")
    me = re.compile(f"/links/{link.link['id']}")
    places = page.get_by_role("navigation", name="This link").get_by_role("link")
    assert [node.get_attribute("href").rsplit("/", 1)[1] for node in places.all()] == [link.link["id"], "edit", "qr", "history"]
    link.sees("No clicks from")
    assert link.axe() == []
    assert stack.curl(link.link["short_url"], "-o", "/dev/null", "-A", FIREFOX)[0] == 302
    for _ in range(40):
        page.reload()
        if figures(link)[0] == "1":
            break
        page.wait_for_timeout(500)
    assert figures(link) == ["1", "1", "1"] and lines(link, "Browsers and devices") == [["Firefox", "1"]]
    panel(link, "How they came").get_by_role("button", name="CSV").click()
    status(link, f"Saved: clicks-of-{slug}-by-way-in-")
    panel(link, "Campaigns").get_by_role("button", name="CSV").click()
    status(link, f"Saved: clicks-of-{slug}-by-campaign-")
    page.get_by_role("button", name="Save the chart as CSV").click()
    status(link, f"Saved: clicks-of-{slug}-by-day-")
    panel(link, "Browsers and devices").get_by_role("link", name="Firefox").click()
    page.wait_for_url("**?browser=Firefox")
    assert page.get_by_role("heading", name="Links", exact=True).count() == 0
    page.keyboard.press("l")
    status(link, "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == link.link["short_url"]
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    assert me.search(page.url)


def test_it_is_disabled_archived_deleted_and_comes_back(link, stack):
    page, slug = link.page, link.link["slug"]
    page.keyboard.press("d")
    status(link, f"Disabled: mask.localhost/{slug}.")
    assert page.locator("h1 .bar.off").count() == 1 and "disabled" in page.locator(".facts").inner_text()
    page.get_by_role("button", name="Enable").click()
    status(link, "Enabled")
    page.get_by_role("button", name="Archive", exact=True).click()
    status(link, "Archived")
    page.get_by_role("button", name="Take out of the archive").click()
    status(link, "Out of the archive")
    page.get_by_role("button", name="Delete").click()
    status(link, f"Deleted: mask.localhost/{slug}.")
    assert stack.curl(link.link["short_url"], "-o", "/dev/null")[0] == 404 and page.locator("h1 .bar.ended").count() == 1
    page.keyboard.press("z")
    status(link, f"Restored: mask.localhost/{slug}.")
    assert page.locator("h1 .bar.ended").count() == 0 and "active" in page.locator(".facts").inner_text()
    # In the bin it has a screen, too, with two ways out.
    page.keyboard.press("#")
    status(link, "Deleted")
    page.reload()
    link.sees("It can be restored for 30 days.")
    expect(page.locator(".of-link button")).to_have_text(["Restore", "Delete for good#"])
    assert page.get_by_role("navigation", name="This link").count() == 0
    assert link.axe() == []
    page.get_by_role("button", name="Restore").click()
    status(link, "Restored")
    expect(page.get_by_role("button", name="Archive", exact=True)).to_be_visible()
    page.keyboard.press("#")
    status(link, "Deleted")
    page.get_by_role("button", name="Delete for good").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete for good").click()
    page.wait_for_url("**/links")
    status(link, f"Deleted for good: mask.localhost/{slug}.")
    link.goto(f"/{link.workspace}/links/{link.link['id']}")
    link.sees("there is nothing here")
    link.complaints.clear()
