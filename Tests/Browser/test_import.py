"""Many links from a text or a file: what is wrong is told before anything is sent, what became of each row afterwards."""

import csv
import json

import pytest
from playwright.sync_api import expect

from hands import api, new_slug, press, status
from test_links import make

ROWS = ".import tbody tr"

# What the screen says of a time, with a day that nothing here depends on.
TIME = f"End: write a time as {2026}-12-31 18:00, or with an offset to UTC."


@pytest.fixture
def ada(member):
    ada = member()
    ada.goto(f"/{ada.workspace}/links")
    ada.page.get_by_role("link", name="Import", exact=True).click()
    ada.page.wait_for_selector("#text:focus")
    return ada


def check(ada, text):
    ada.page.fill("#text", text)
    press(ada, "Control+Enter")


def told(ada):
    """The rows as they are shown: line, short link, destination, tags, problem."""
    return [[cell.strip() for cell in row.locator("td").all_text_contents()] for row in ada.page.locator(ROWS).all()]


def slug_of(ada, slug):
    """The link with this slug, as the API has it."""
    return next(link for link in api(ada, f"/links?search={slug}")[1]["data"] if link["slug"] == slug)


def test_lines_become_links(ada):
    page, mark = ada.page, new_slug()
    check(ada, f"https://example.com/{mark}/a,b\n\nhttps://example.com/{mark}/c\n")
    page.get_by_role("heading", name="2 rows, nothing is sent yet").wait_for()
    assert [row[:3] for row in told(ada)] == [
        ["1", "mask.localhost/random", f"https://example.com/{mark}/a,b"], ["3", "mask.localhost/random", f"https://example.com/{mark}/c"]]
    assert api(ada, f"/links/count?search={mark}")[1]["count"] == 0 and ada.axe() == []
    page.fill("#tags", "imported, spring")
    page.locator("#tags").blur()
    page.get_by_role("button", name="Import 2 links").click()
    page.get_by_role("heading", name="Made: 2 links").wait_for()
    ada.sees("All rows are links now.")
    assert {tuple(link["tags"]) for link in api(ada, f"/links?search={mark}")[1]["data"]} == {("imported", "spring")}
    assert page.input_value("#text") == "" and ada.axe() == []
    page.get_by_role("link", name="Go to the links").click()
    page.locator("tbody tr").first.wait_for()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_are_found_by_their_names(ada, separator):
    page, mark = ada.page, new_slug()
    between = separator if separator != "\t" else "&"
    rows = [["Long URL", "Short", "Labels", "Expires", "Max visits", "Comment"],
            [f'"https://example.com/?a=1{between}b=2"', mark, '"one, two"', "2099-05-04 14:30", "7", '"said ""so"""'],
            ["https://example.com/", mark + "-2", "", "2099-05-04", "", ""]]
    check(ada, "\ufeff" + "\r\n".join(separator.join(row) for row in rows))
    chosen = page.locator(".columns select")
    assert [node.input_value() for node in chosen.all()] == ["url", "slug", "tags", "expires_at", "max_clicks", "notes"]
    page.get_by_role("button", name="Import 2 links").click()
    page.get_by_role("heading", name="Made: 2 links").wait_for()
    link = slug_of(ada, mark)
    assert (link["url"], link["tags"], link["expires_at"], link["max_clicks"], link["notes"]) == (
        f"https://example.com/?a=1{between}b=2", ["one", "two"], "2099-05-04T12:30:00Z", 7, 'said "so"')
    assert slug_of(ada, mark + "-2")["expires_at"] == "2099-05-03T22:00:00Z", "days are of the user's zone"


def test_each_problem_is_told_before_anything_is_sent(ada, tmp_path):
    page, mark = ada.page, new_slug()
    long = "x" * 101
    check(ada, "\n".join([
        "url,slug,title,expires_at,tags,max_clicks,what", f"https://example.com/1,{mark},,,,,x", f"example.com/2,{mark}-2", "ftp://example.com,",
        "https://example.com/a b,", ",lonely", f"https://example.com/3,{mark}", "https://example.com/4,_no", "https://example.com/5,a/b",
        f"https://example.com/6,{long}", "https://example.com/7,x.qr", f"https://example.com/8,,{'t' * 256}",
        "https://example.com/9,,,tomorrow", "https://example.com/10,,,2026-02-30", f"https://example.com/11,,,,{'g' * 51}",
        "https://example.com/12,,,,,many"]))
    ada.sees("15 rows, nothing is sent yet")
    ada.sees("14 of them have problems and are left out.")
    problems = {int(row[0]): row[-1] for row in told(ada)}
    assert page.locator(".import thead").last.inner_text().split() == [
        "Line", "Short", "link", "Destination", "Tags", "Title", "Problem"]
    assert told(ada)[-1][0] == "2", "those with problems come first"
    assert problems == {
        2: "none", 3: "Destination: https:// is missing before it.", 4: "Destination: write an address of the web, with https:// before it.",
        5: "Destination: it has a space. Write it as %20.", 6: "Destination: there is none.", 7: "Line 2 has the same slug.",
        8: "Slug: begin with a letter, a digit, - or ~.", 9: "Slug: “/” cannot be in it.", 10: "Slug: use at most 100 characters.",
        11: "Slug: it cannot end in .qr.", 12: "Title: use at most 255 characters.",
        13: TIME,
        14: TIME, 15: "A tag has at most 50 characters.",
        16: "Most clicks: write a number from 1."}
    assert ada.axe() == []
    page.get_by_role("button", name="Put https:// before addresses without it").click()
    page.get_by_role("button", name="Import 2 links").wait_for()
    # A column that is used for nothing has no problems.
    page.get_by_label("max_clicks").select_option("")
    page.get_by_role("button", name="Import 3 links").wait_for()
    page.set_viewport_size({"width": 320, "height": 860})
    assert ada.axe() == [] and not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    large = tmp_path / "large.txt"
    large.write_text("https://example.com/\n" * 10_001)
    page.set_input_files("#file", str(large))
    status(ada, "These are 10,001 rows; 10,000 at the most go at once.")
    check(ada, " \n")
    status(ada, "There are no rows.")


def test_what_the_api_refuses_is_reported_row_by_row(ada, tmp_path):
    page, mark = ada.page, new_slug()
    taken = make(ada)
    ada.goto(f"/{ada.workspace}/links/import")
    file = tmp_path / "links.csv"
    file.write_text(f"url,slug\nhttps://example.com/1,{mark}\nhttps://example.com/2,{taken['slug']}\nexample.com/3,{mark}-3\n")
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Import 2 links").click()
    page.get_by_role("heading", name="Made: 1 link").wait_for()
    ada.sees("Refused: 1. Left out before: 1.")
    expect(page.locator(ROWS).last).to_contain_text("https:// is missing before it")
    assert taken["slug"] in page.locator(ROWS).first.inner_text() and ada.axe() == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report as CSV").click()
    lines = list(csv.DictReader(open(download.value.path())))
    assert [(line["line"], line["status"]) for line in lines] == [("2", "201"), ("3", "409"), ("4", "")]
    assert lines[0]["short_url"].endswith("/" + mark) and lines[0]["problem"] == "" and lines[1]["problem"] and lines[2]["problem"]
    page.get_by_role("button", name="Keep only what was not made").click()
    assert page.input_value("#text").split() == ["url,slug", f"https://example.com/2,{taken['slug']}", f"example.com/3,{mark}-3"]
    ada.sees("2 rows, nothing is sent yet")


# The first part is made, and its answer never comes.
LOSE = """() => {
    const { fetch } = window
    window.fetch = async (...words) => {
        const answer = await fetch(...words)
        if (!words[0].endsWith('/links/bulk')) return answer
        window.fetch = fetch
        throw new TypeError('Lost')
    }
}"""


def test_after_a_lost_answer_no_link_is_made_twice(ada):
    page, mark, sent = ada.page, new_slug(), []
    page.on("request", lambda request: sent.append((request.headers["idempotency-key"], len(request.post_data_json["links"])))
            if request.url.endswith("/v1/links/bulk") else None)
    page.evaluate(LOSE)
    check(ada, "\n".join(f"https://example.com/{mark}/{at}" for at in range(620)))
    ada.sees("100 rows are shown")
    page.get_by_role("button", name="Import 620 links").first.click()
    ada.sees("MASK does not answer.")
    ada.sees("0 of 620 rows are done")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Made: 620 links").wait_for()
    assert [number for _, number in sent] == [500, 500, 120] and sent[0][0] == sent[1][0] != sent[2][0]
    assert api(ada, f"/links/count?search={mark}")[1]["count"] == 620


def test_stopped_between_two_parts(ada):
    page, mark, held = ada.page, new_slug(), []
    page.route("**/v1/links/bulk", lambda route: held.append(route) if not held else route.continue_())
    check(ada, "\n".join(f"https://example.com/{mark}/{at}" for at in range(510)))
    page.get_by_role("button", name="Import 510 links").first.click()
    ada.sees("0 of 510 rows are done.")
    assert page.get_by_role("progressbar", name="Importing").count() == 1 and ada.axe() == []
    page.get_by_role("button", name="Stop").click()
    held[0].continue_()
    page.get_by_role("heading", name="Made: 500 links").wait_for()
    ada.sees("Not sent: 10.")
    page.get_by_role("button", name="Keep only what was not made").click()
    page.get_by_role("button", name="Import 10 links").first.click()
    page.get_by_role("heading", name="Made: 10 links").wait_for()
    assert api(ada, f"/links/count?search={mark}")[1]["count"] == 510


def test_the_plan_s_room_is_told(ada):
    answer = {"quotas": {"links": {"limit": 100, "used": 99}}}
    ada.context.route("**/v1/workspace", lambda route: route.fulfill(json=answer))
    ada.goto(f"/{ada.workspace}/links/import")
    check(ada, "https://example.com/1\nhttps://example.com/2")
    ada.sees("The plan has room for 1 link more: the others will be refused.")


def test_viewers_make_none(ada, person):
    viewer = person().arrive("--workspace", ada.workspace, "--role", "viewer")
    viewer.goto(f"/{ada.workspace}/links/import")
    viewer.sees("You are viewer in")
    assert viewer.page.locator("textarea").count() == 0 and viewer.axe() == []


# The form of one link: its campaign and what few links need.

def test_a_campaign_moves_between_link_and_destination(ada, stack):
    page, slug = ada.page, new_slug()
    ada.goto(f"/{ada.workspace}/links/new")
    page.fill("#url", "https://example.com/a?utm_source=the%20letter&x=1#part")
    page.fill("#slug", slug)
    page.get_by_text("Campaign (UTM)").click()
    page.fill("#utm_medium", "e-mail")
    location = page.locator("[data-part=location]")
    expect(location).to_have_text("Visitors come to https://example.com/a?utm_source=the%20letter&x=1&utm_medium=e-mail#part")
    page.get_by_role("button", name="Take them out of the destination").click()
    assert page.input_value("#url") == "https://example.com/a?x=1#part" and page.input_value("#utm_source") == "the letter"
    page.get_by_role("button", name="Write them into the destination").click()
    assert page.input_value("#url") == "https://example.com/a?x=1&utm_source=the%20letter&utm_medium=e-mail#part"
    assert page.input_value("#utm_source") == "" and ada.axe() == []
    page.get_by_role("button", name="Take them out of the destination").click()
    page.get_by_role("button", name="Keep as a template").click()
    page.fill("#template-name", "Letter")
    assert ada.axe() == []
    press(ada, "Enter")
    status(ada, "Kept in this browser: Letter.")
    told = location.inner_text().removeprefix("Visitors come to ")
    page.get_by_role("button", name="Make the link").click()
    status(ada, f"Made: mask.localhost/{slug}.")
    assert told in stack.curl(f"{stack.values['MASK_LINK_URL']}/{slug}", "-D", "-", "-o", "/dev/null")[1]
    # The template is there for the next link, until it is deleted.
    ada.goto(f"/{ada.workspace}/links/new")
    page.get_by_text("Campaign (UTM)").click()
    page.locator("#utm_template").select_option("Letter")
    assert (page.input_value("#utm_source"), page.input_value("#utm_medium")) == ("the letter", "e-mail")
    page.get_by_role("button", name="Delete the template").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete it").click()
    status(ada, "Deleted: the template Letter.")
    assert page.locator("#utm_template option").all_inner_texts() == ["None yet"]


def test_what_few_links_need_is_in_the_form(ada, stack):
    page, slug = ada.page, new_slug()
    ada.goto(f"/{ada.workspace}/links/new")
    page.fill("#url", "https://example.com/")
    page.fill("#slug", slug)
    page.get_by_text("Redirect and search engines").click()
    page.locator("#redirect_status").select_option("308")
    page.get_by_label("Search engines may list the short link").check()
    page.get_by_text("Notes, disabling, archive").click()
    page.fill("#external_id", "crm-" + slug)
    press(ada, "Control+Enter")
    status(ada, f"Made: mask.localhost/{slug}.")
    assert stack.curl(f"{stack.values['MASK_LINK_URL']}/{slug}", "-o", "/dev/null")[0] == 308
    link = slug_of(ada, slug)
    assert (link["redirect_status"], link["indexable"], link["external_id"], link["disabled"]) == (308, True, "crm-" + slug, False)
    ada.goto(f"/{ada.workspace}/links/{link['id']}/edit")
    assert page.locator("#redirect_status").input_value() == "308" and page.get_by_label("Search engines").is_checked()
    page.get_by_label("Disabled:").check()
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        press(ada, "Control+Enter")
    status(ada, "Saved.")
    assert json.loads(sent.value.post_data) == {"disabled": True}
