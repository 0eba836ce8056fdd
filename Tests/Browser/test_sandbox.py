"""What test keys have made, on the screens of who is signed in."""

import re

from playwright.sync_api import expect

from conftest import MAKE_LINKS, Person
from hands import api, new_slug, status


def test_test_data_is_apart_and_a_link_is_made_and_deleted_in_it(stack, chromium):
    ada, slug = Person(stack, chromium).arrive(), new_slug()
    page = ada.page
    ada.page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": "https://example.com/", "slug": slug}]])
    ada.goto(f"/{ada.workspace}/links")
    expect(page.get_by_role("row", name=slug)).to_be_visible()
    assert page.locator("#workspaces details").count() == 0, "there is nothing to choose from"
    # Once there has been a test key, its data stands beside the workspace.
    assert api(ada, "/api-keys", "POST", name="CI", scopes=["links:write"], test=True)[0] == 201
    page.reload()
    page.locator("#workspaces summary").click()
    page.get_by_role("link", name=f"{ada.workspace} · test data").click()
    page.wait_for_url(f"**/{ada.workspace}.test")
    page.get_by_text("This is test data").wait_for()
    assert re.search(r"· test data · MASK$", page.title())
    places = page.locator("#navigation .places")
    expect(places.get_by_role("link", name="Webhooks")).to_be_visible()
    for name in ["Settings", "Members", "API keys"]:
        expect(places.get_by_role("link", name=name)).to_have_count(0)
    assert ada.axe() == []
    # Each screen is there, and fails in nothing.
    for path in ["links", "analytics", "qr-codes", "pages", "domains", "webhooks", "events", "usage", "audit-log", "links/import",
                 "pages/new", "domains/new", "webhooks/new"]:
        ada.goto(f"/{ada.workspace}.test/{path}")
        expect(page.locator("#banner-test")).to_be_visible()
        expect(page.locator("#body[aria-busy]")).to_have_count(0)
        expect(page.locator("#body .notice.bad")).to_have_count(0)
    ada.goto(f"/{ada.workspace}.test/links/new")
    page.fill("#url", "https://example.com/menu")
    page.fill("#slug", slug)
    assert page.locator("#final").inner_text() == f"mask.localhost.test/{slug}", "the host of test links"
    page.get_by_role("button", name="Make the link").click()
    status(ada, f"Made: mask.localhost.test/{slug}.")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("row", name=slug).get_by_role("button", name="Delete").click()
    status(ada, "Deleted")
    expect(page.locator("tbody tr")).to_have_count(0)
    page.get_by_role("link", name="Leave the test data").click()
    page.wait_for_url(f"**/{ada.workspace}")
    ada.goto(f"/{ada.workspace}/links")
    expect(page.get_by_role("row", name=slug)).to_be_visible()
    assert page.locator("#banner-test").count() == 0
    # Who comes back is led to the workspace, not to where they tried things.
    ada.goto(f"/{ada.workspace}.test/links")
    ada.goto("/")
    page.wait_for_url(f"**/{ada.workspace}")
    assert ada.complaints == []
