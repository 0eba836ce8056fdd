"""What the flows share: the stack that Tests/run.sh has brought up, Chromium, and people with accounts.

Everything goes through nginx to the workers, as a person's browser does it. The certificates are those of the quick start's
authority, which Chromium trusts here as it would on a person's machine: passkeys need that.
"""

import json
import os
import re
import secrets
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

PASSWORD = "correct horse battery staple 47"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items):
    """What screens weigh is weighed first: of a workspace in which nobody has worked yet."""
    items.sort(key=lambda item: item.path.stem != "test_screens")


class Stack:
    """Where everything is, as the quick start's environment file says."""

    def __init__(self):
        lines = Path(os.environ["MASK_TEST_ENV"]).read_text().splitlines()
        self.values = dict(line.split("=", 1) for line in lines if "=" in line)
        self.app = self.values["MASK_APP_URL"]

    def maskctl(self, *words):
        environment = os.environ | {"MASK_CONFIG": self.values["MASK_CONFIG"]}
        return subprocess.run(
            [self.values["MASK_BIN"] + "/maskctl", *words], env=environment, check=True, capture_output=True, text=True).stdout

    def link(self, *words):
        """A one-time link, as `maskctl user …` prints it."""
        return re.search(r"https://\S+#[\w-]{43}", self.maskctl("user", *words)).group()

    def curl(self, url, *words):
        """The status and the body of an answer."""
        port = self.app.rsplit(":", 1)[1]
        done = subprocess.run(
            ["curl", "-sS", "--max-time", "20", "--cacert", self.values["MASK_CACERT"], "--noproxy", "*", "--connect-to",
             f"::127.0.0.1:{port}", "-w", "\n%{http_code}", *words, url], check=True, capture_output=True, text=True).stdout
        body, status = done.rsplit("\n", 1)
        return int(status), body


@pytest.fixture(scope="session")
def stack():
    return Stack()


@pytest.fixture(scope="session")
def chromium(stack):
    """Chromium with a home of its own, in which it trusts the quick start's authority."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        database = f"{home}/.pki/nssdb"
        os.makedirs(database)
        subprocess.run(["certutil", "-d", f"sql:{database}", "-N", "--empty-password"], check=True)
        subprocess.run(
            ["certutil", "-d", f"sql:{database}", "-A", "-t", "C,,", "-n", "mask", "-i", stack.values["MASK_CACERT"]], check=True)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"], env=os.environ | {"HOME": home})
        yield browser
        browser.close()


class Contract:
    """The requests that the app host knows, as its OpenAPI document tells them."""

    def __init__(self, stack):
        document = json.loads(stack.curl(stack.app + "/v1/openapi.json")[1])
        self.routes = [
            (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))),
             {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"})
            for path, item in document["paths"].items() for method, operation in item.items()]

    def knows(self, method, path, parameters=()):
        return any(method in (None, known) and pattern.fullmatch(path) and set(parameters) <= names for known, pattern, names in self.routes)


@pytest.fixture(scope="session")
def contract(stack):
    return Contract(stack)


@pytest.fixture(scope="session", autouse=True)
def asked(contract):
    """What screens have asked of the API in all tests: method, path, names of parameters. At the end none of it may be unknown."""
    asked = set()
    yield asked
    assert [request for request in sorted(asked) if not contract.knows(*request)] == []


class Person:
    """Somebody with a browser of their own, and at first without an account."""

    def __init__(self, stack, browser, **context):
        self.stack = stack
        self.name = "p" + secrets.token_hex(4)
        self.email = self.name + "@example.com"
        context = {"viewport": {"width": 1280, "height": 860}, "timezone_id": "Europe/Berlin", "locale": "en-GB"} | context
        self.context = browser.new_context(**context)
        self.complaints = []
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        # A transition that the next page has overtaken ends without anybody's doing.
        self.page.on("pageerror", lambda error: "Transition was aborted" in str(error) or self.complaints.append(str(error)))
        # What a policy forbids, and what cannot be loaded, is told there. A refusal by the API is told there, too.
        self.page.on("console", lambda line: self.note(line))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def note(self, line):
        if line.type == "error" and not re.search(r"status of (401|403|409|410|412|422|429)", line.text):
            self.complaints.append(line.text)

    def goto(self, path):
        self.page.goto(path if path.startswith("https:") else self.stack.app + path)
        self.page.wait_for_load_state("networkidle")

    def arrive(self, *words):
        """Follows an invitation of the sysadmin's and makes an account."""
        words = words or ("--role", "owner")
        self.workspace = self.name if "--workspace" not in words else words[words.index("--workspace") + 1]
        link = self.stack.link("invite", self.email, *([] if words == ("--role", "owner") else words))
        self.goto(link)
        page = self.page
        page.fill("#name", "Ada " + self.name)
        if page.locator("#workspace_name").is_visible():
            page.fill("#workspace_name", self.workspace)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.get_by_role("button", name="Go on without one").click()
        self.wait_for_screen()
        return self

    def wait_for_screen(self):
        """Signed in: a screen of the workspace is there."""
        self.page.wait_for_url(re.compile(rf"/{self.workspace}(/|$|\?)"))
        self.page.wait_for_selector("#navigation .places")

    def authenticator(self):
        """A device that makes passkeys, whose holder always agrees."""
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True}})

    def sign_in(self, password=PASSWORD, code=None):
        self.goto("/sign-in")
        self.page.fill("#email", self.email)
        self.page.fill("#password", password)
        self.page.click("button[type=submit]")
        if code:
            self.page.wait_for_selector("#code:focus")
            self.page.fill("#code", code)
            self.page.keyboard.press("Enter")

    def sees(self, text):
        self.page.get_by_text(text).first.wait_for()

    def cookie(self):
        return next((c for c in self.context.cookies() if c["name"] == "__Host-mask_session"), None)

    def axe(self):
        """What is wrong with the page for those who cannot see, point or tell colours apart."""
        found = Axe().run(self.page, options={"runOnly": TAGS}).response["violations"]
        return [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]


KEYS = ["Website", "Newsletter", "Import of the old shortener", "Continuous integration", "Shop", "Trial"]
MAKE_KEYS = """async ([workspace, names]) => {
    const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': workspace, 'Content-Type': 'application/json' }
    let id
    for (const name of names) {
        const body = JSON.stringify({ name, scopes: ['links:read'] })
        const once = { ...headers, 'Idempotency-Key': crypto.randomUUID() }
        const answer = await fetch('/v1/api-keys', { method: 'POST', body, headers: once })
        if (!answer.ok) throw new Error(await answer.text())
        id = (await answer.json()).id
    }
    return id
}"""


LINKS = [
    {"url": "https://example.com/pricing/2025", "disabled": True, "tags": ["old"]},
    {"url": "https://example.com/menu.pdf", "expires_at": "2026-01-01T00:00:00Z"},
    {"url": "https://example.com/landing?utm_source=newsletter&utm_medium=email&utm_campaign=a-name-that-goes-on-and-on",
     "title": "A launch with a title that does not end where one expects it to end", "tags": ["campaign", "spring sale"],
     "starts_at": "2099-03-01T00:00:00Z"},
]
MAKE_LINKS = """async ([workspace, links]) => {
    const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': workspace, 'Content-Type': 'application/json' }
    const once = { ...headers, 'Idempotency-Key': crypto.randomUUID() }
    const answer = await fetch('/v1/links/bulk', { method: 'POST', body: JSON.stringify({ links }), headers: once })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()).results.map(({ link }) => link)
}"""


MAKE = """async ([workspace, path, thing]) => {
    const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': workspace, 'Content-Type': 'application/json' }
    const once = { ...headers, 'Idempotency-Key': crypto.randomUUID() }
    const answer = await fetch('/v1' + path, { method: 'POST', body: JSON.stringify(thing), headers: once })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()).id
}"""
PAGE = {"title": "A page with a title that does not end where one expects it to end", "blocks": [
    {"type": "link", "title": "My notes", "url": "https://example.com/notes"}, {"type": "heading", "text": "Elsewhere"}]}
# Nobody listens there: what is sent fails.
WEBHOOK = {"url": "http://127.0.0.1:9/hook", "description": "The shop's orders", "events": ["page.*"], "tag": "spring"}
MAKE_WEBHOOK = """async ([workspace, webhook]) => {
    const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': workspace, 'Content-Type': 'application/json' }
    const ask = async (method, path, body) => (await fetch('/v1/webhooks' + path, { method, headers, body })).json()
    const { id } = await ask('POST', '', JSON.stringify(webhook))
    const event = await ask('POST', `/${id}/test`, '{}')
    for (;;) {
        const [delivery] = (await ask('GET', `/${id}/deliveries`)).data
        if (delivery?.attempts.length) return { webhook: id, delivery: delivery.id, event: event.id }
        await new Promise(resolve => setTimeout(resolve, 100))
    }
}"""


@pytest.fixture(scope="module", autouse=True)
def patience(stack):
    """A network has 60 tries an hour to get in, and an arrival takes two: of these people, all at one address, it is forgotten between modules."""
    redis = ["redis-cli", "-s", stack.values["MASK_REDIS_SOCKET"]]
    for kind in ["sign-in", "one-time-link", "challenge"]:
        # Of the network alone: what is counted of an account is tested.
        keys = subprocess.run([*redis, "--scan", "--pattern", f"*{kind}:127.*"], check=True, capture_output=True, text=True).stdout.split()
        if keys:
            subprocess.run([*redis, "DEL", *keys], check=True, capture_output=True)


@pytest.fixture(scope="session")
def owner(stack, chromium):
    """An owner for all tests that only look."""
    owner = Person(stack, chromium).arrive()
    # Room for what all of them make.
    for kind, limit in [("members", "50"), ("bio_pages", "100"), ("qr_codes", "1000"), ("domains", "20")]:
        stack.maskctl("workspace", "quota", owner.workspace, kind, limit)
    owner.key = owner.page.evaluate(MAKE_KEYS, [owner.workspace, KEYS])
    owner.link = owner.page.evaluate(MAKE_LINKS, [owner.workspace, LINKS])[-1]["id"]
    blocks = [{"type": "link", "title": "Launch", "link_id": owner.link}, *PAGE["blocks"]]
    owner.bio_page = owner.page.evaluate(MAKE, [owner.workspace, "/bio-pages", PAGE | {"blocks": blocks}])
    owner.page.evaluate(MAKE, [owner.workspace, f"/bio-pages/{owner.bio_page}/publish", {}])
    owner.code = owner.page.evaluate(MAKE, [owner.workspace, "/qr-codes", {"link_id": owner.link, "name": "Shop window", "rounded": True}])
    owner.domain = owner.page.evaluate(MAKE, [owner.workspace, "/domains", {"host": f"{owner.name}.example"}])
    vars(owner).update(owner.page.evaluate(MAKE_WEBHOOK, [owner.workspace, WEBHOOK]))
    owner.state = owner.context.storage_state()
    owner.context.close()
    return owner


@pytest.fixture
def member(person, owner):
    """Makes browsers in which that owner is signed in."""

    def make(**context):
        member = person(storage_state=owner.state, **context)
        for name in ["name", "email", "workspace", "key", "link", "bio_page", "code", "domain", "webhook", "delivery", "event"]:
            setattr(member, name, getattr(owner, name))
        return member

    return make


@pytest.fixture
def person(stack, chromium, asked):
    """Makes people; what their browsers complained of fails the test."""
    people = []

    def note(request):
        address = urlsplit(request.url)
        if address.path.startswith("/v1/") and address.netloc == urlsplit(stack.app).netloc:
            asked.add((request.method, address.path.removeprefix("/v1"), tuple(sorted({name for name, _ in parse_qsl(address.query)}))))

    def make(**context):
        people.append(Person(stack, chromium, **context))
        people[-1].context.on("request", note)
        return people[-1]

    yield make
    complaints = [complaint for somebody in people for complaint in somebody.complaints]
    for somebody in people:
        somebody.context.close()
    assert complaints == []
