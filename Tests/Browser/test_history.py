"""The history of a link: what was changed by whom, and the way back."""

import json
import re

import pytest
from playwright.sync_api import expect

from conftest import MAKE_LINKS
from hands import api, new_slug, press, status

ENTRIES = "table.history > tbody > tr"


@pytest.fixture
def ada(member):
    """An owner, with a link that was changed twice."""
    ada = member()
    ada.goto("/account")
    link = {"url": "https://example.com/first", "slug": new_slug(), "title": "First", "tags": ["old"]}
    ada.made = ada.page.evaluate(MAKE_LINKS, [ada.workspace, [link]])[0]
    ada.path = "/links/" + ada.made["id"]
    api(ada, ada.path, "PATCH", title="Second", tags=["new", "tags"], expires_at="2099-05-04T10:30:00Z")
    api(ada, ada.path, "PATCH", url="https://example.com/second", password="open sesame", disabled=True)
    ada.goto(f"/{ada.workspace}{ada.path}/history")
    expect(ada.page.locator(ENTRIES)).to_have_count(2)
    return ada


def lines(ada, entry):
    """The rows of an entry as texts: field, before, after, what can be done."""
    rows = ada.page.locator(ENTRIES).nth(entry).locator(".diff tbody tr").all()
    return [tuple(cell.inner_text() for cell in line.locator("td").all()) for line in rows]


def field(ada, entry, name):
    return ada.page.locator(ENTRIES).nth(entry).get_by_role("button", name=f"Put back: {name}")


def test_changes_are_told_field_by_field_in_words(ada):
    page = ada.page
    assert set(lines(ada, 0)) == {
        ("Destination", "https://example.com/first", "https://example.com/second", "Put back"),
        ("Disabled", "no", "yes", "Put back"),
        ("Protected by a password", "no", "yes", "a password is stored nowhere")}
    assert set(lines(ada, 1)) == {
        ("Title", "First", "Second", "Put back"), ("Tags", "old", "new, tags", "Put back"),
        ("End", "nothing", "4 May 2099, 12:30 Europe/Berlin", "Put back")}
    assert f"Ada {ada.name}" in page.locator(ENTRIES).first.inner_text() and ada.axe() == []
    page.get_by_role("link", name="All that happened").click()
    page.wait_for_url("**/history?show=all")
    expect(page.locator(ENTRIES).last).to_contain_text("Made")
    page.locator(ENTRIES).last.locator("summary").click()
    expect(page.locator(ENTRIES).last).to_contain_text("https://example.com/first")
    assert ada.axe() == []
    page.go_back()
    expect(page.locator(ENTRIES)).to_have_count(2)


def test_a_field_is_put_back_and_that_is_undone(ada):
    page = ada.page
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        field(ada, 1, "Title").click()
    status(ada, "Put back: Title is First again.")
    assert json.loads(sent.value.post_data) == {"title": "First"} and sent.value.headers["if-match"]
    expect(page.locator(ENTRIES)).to_have_count(3)
    assert lines(ada, 0) == [("Title", "Second", "First", "Put back")]
    assert ("Title", "First", "Second", "as it is now") in lines(ada, 2)
    assert api(ada, ada.path)[1]["title"] == "First" and ada.axe() == []
    press(ada, "z")
    status(ada, "Undone")
    assert api(ada, ada.path)[1]["title"] == "Second"
    press(ada, "z")
    status(ada, "There is nothing to undo.")


def test_all_of_an_entry_is_put_back(ada):
    with ada.page.expect_request(lambda request: request.method == "PATCH") as sent:
        ada.page.get_by_role("button", name="Put all of it back").last.click()
    status(ada, "Put back: ")
    assert json.loads(sent.value.post_data) == {"title": "First", "tags": ["old"], "expires_at": None}
    link = api(ada, ada.path)[1]
    assert (link["title"], link["tags"], link["expires_at"], link["disabled"]) == ("First", ["old"], None, True)


def test_somebody_else_was_there_first(ada):
    api(ada, ada.path, "PATCH", title="Theirs")
    field(ada, 1, "Title").click()
    status(ada, "Nothing was put back: somebody else has changed the link")
    assert api(ada, ada.path)[1]["title"] == "Theirs" and lines(ada, 0) == [("Title", "Second", "Theirs", "Put back")]
    field(ada, 2, "Title").click()
    status(ada, "Put back: Title is First again.")


def test_what_the_api_refuses_is_told(ada):
    """The slug that the link had is another's now."""
    api(ada, ada.path, "PATCH", slug=new_slug())
    ada.page.evaluate(MAKE_LINKS, [ada.workspace, [{"url": "https://example.com/", "slug": ada.made["slug"]}]])
    ada.page.reload()
    field(ada, 0, "Slug").click()
    expect(ada.page.locator(".notice.bad")).to_contain_text(re.compile("slug", re.I))
    assert ada.axe() == []


def test_a_deleted_link_has_its_history_and_no_way_back(ada):
    api(ada, ada.path, "DELETE")
    ada.page.reload()
    ada.sees("This link is deleted.")
    expect(ada.page.locator(ENTRIES)).to_have_count(2)
    assert ada.page.get_by_role("button", name=re.compile("Put")).count() == 0 and ada.axe() == []
    ada.complaints = [line for line in ada.complaints if "status of 404" not in line]


def test_who_may_not_see_it_is_told_who_may(ada, person):
    for role in ["member", "viewer"]:
        eve = person().arrive("--workspace", ada.workspace, "--role", role)
        eve.goto(f"/{ada.workspace}{ada.path}/history")
        eve.sees("Admins and owners see what was done to a link.")
        assert eve.axe() == []
