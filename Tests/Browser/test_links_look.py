"""How the list of links looks where there is little room, the tag that a word may be, and an end that is past."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS

TAGS = ["spring", "print", "berlin"]


@pytest.fixture
def ada(member):
    """An owner on the list of links, the first of which has three tags."""
    ada = member()
    ada.goto(f"/{ada.workspace}/links")
    ada.tag = "t" + secrets.token_hex(3)
    links = [{"url": "https://example.com/fair", "tags": [*TAGS, ada.tag][-3:]}]
    ada.made = ada.page.evaluate(MAKE_LINKS, [ada.workspace, links])[0]
    ada.goto(f"/{ada.workspace}/links")
    return ada


def test_tags_stand_in_a_row_where_there_is_room(ada):
    tags = ada.page.locator("tbody tr").first.locator(".tag")
    expect(tags).to_have_count(3)
    assert len({tag.bounding_box()["y"] for tag in tags.all()}) == 1


def test_on_a_phone_all_of_the_selection_s_buttons_are_seen(ada):
    page = ada.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_text("Select these links").click()
    bar = page.get_by_role("region", name="Selection")
    expect(bar.get_by_role("button", name="Clear")).to_be_visible()
    for node in bar.get_by_role("button").all():
        box = node.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
    assert page.get_by_label("Select these links").bounding_box()["y"] < page.get_by_role("button", name="Created").bounding_box()["y"] - 10
    assert ada.axe() == []
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()


def test_a_word_that_nothing_has_may_be_a_tag(ada):
    page = ada.page
    page.fill("#search", f"state:active {ada.tag}")
    page.get_by_role("link", name=f"Look for the tag {ada.tag}").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text(ada.made["slug"])
    assert page.locator("#search").input_value() == f"state:active tag:{ada.tag}"
    page.fill("#search", "tag:nobody")
    ada.sees("No link matches.")
    expect(page.get_by_role("link", name=re.compile("Look for the tag"))).to_have_count(0)


def test_an_end_that_is_past_is_said_and_can_be_saved(ada):
    page = ada.page
    ada.goto(f"/{ada.workspace}/links/{ada.made['id']}/edit")
    page.get_by_text("Times and limit").click()
    page.fill("#expires_at", "2026-01-05T10:00")
    warning = page.locator("#over")
    expect(warning).to_have_text("This is over already: the link will lead nowhere.")
    page.fill("#expired_url", "https://example.com/over")
    expect(warning).to_have_text("This is over already: the link will lead to the destination after the end.")
    page.fill("#expired_url", "")
    page.fill("#expires_at", "2099-01-05T10:00")
    expect(warning).to_have_text("")
    page.fill("#expires_at", "2026-01-05T10:00")
    assert ada.axe() == []
    page.get_by_role("button", name="Save").click()
    page.locator("#status", has_text="Saved").wait_for()
    ada.goto(f"/{ada.workspace}/links/{ada.made['id']}/edit")
    expect(warning).to_have_text("This is over already: the link will lead nowhere.")
