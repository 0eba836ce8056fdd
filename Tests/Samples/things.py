"""What samples are about: a thing of their own takes the place of each id that is printed."""

import re
import secrets
import struct
import zlib

from stack import eventually

PRINTED = re.compile(r"\b(lnk|qr|dom|key|wh|dlv|evt|page|img|usr|inv)_01kac7w8v0e3s5q9x2b4m6n8p\w\b")


def picture():
    """A PNG of 32 by 32 pixels."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + b"\x0b\x57\xd0" * 32 for _ in range(32))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)) + chunk(
        b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Things:
    """Makes things in a workspace, each as the operation wants to find it."""

    # Those that have to be deleted before they can be brought back.
    DELETED = {
        "restoreLink": "/links/{lnk}", "restoreLinks": "/links/{lnk}", "restoreQRCode": "/qr-codes/{qr}", "restorePage": "/bio-pages/{page}",
    }

    def __init__(self, workspace, receiver, nameserver):
        self.call = workspace.call
        self.workspace = workspace
        self.receiver = receiver
        self.nameserver = nameserver

    def prepare(self, operation, text):
        """The text of a sample with ids of things that are there."""
        made = {}
        for match in PRINTED.finditer(text):
            if match[1] not in made:
                made[match[1]] = self.make(match[1], made, operation)
        if operation in ("updateMatchingLinks", "deleteMatchingLinks", "restoreMatchingLinks"):
            link = self.call("POST", "/links", json={"url": "https://example.com/", "tags": ["spring"]})["id"]
            if operation == "restoreMatchingLinks":
                self.call("DELETE", f"/links/{link}")
        if operation in self.DELETED:
            self.call("DELETE", self.DELETED[operation].format(**made))
        return PRINTED.sub(lambda match: made[match[1]], text)

    def make(self, kind, made, operation):
        """A new thing.
        - made: what was made for the same sample before; a delivery is one of its endpoint.
        """
        match kind:
            case "lnk": return self.link()
            case "qr": return self.call("POST", "/qr-codes", json={"link_id": self.link()})["id"]
            case "dom": return self.domain()
            case "key": return self.call("POST", "/api-keys", json={"name": "Website", "scopes": ["links:read"]})["id"]
            case "wh": return self.call("POST", "/webhooks", json={"url": self.receiver.url, "events": ["page.published"]})["id"]
            case "dlv": return self.delivery(made["wh"])
            case "evt": return self.event()
            case "page": return self.page()
            case "img": return self.call("POST", "/images", data=picture(), headers={"Content-Type": "image/png"})["id"]
            case "usr": return self.account() if operation == "resetMember" else self.member()
            case "inv": return self.call("POST", "/team/invitations", json={"email": self.address(), "role": "member"})["id"]

    def link(self):
        return self.call("POST", "/links", json={"url": "https://example.com/long-page"})["id"]

    def event(self):
        self.link()
        return self.call("GET", "/events?limit=1")["data"][0]["id"]

    def address(self):
        return f"{secrets.token_hex(6)}@{self.workspace.name}.example"

    def domain(self):
        """A domain whose records stand in the name server."""
        made = self.call("POST", "/domains", json={"host": f"go-{secrets.token_hex(6)}.example"})
        txt, cname = made["records"]
        self.nameserver.set(txt["name"], "TXT", txt["value"])
        self.nameserver.set(cname["name"], "CNAME", cname["value"])
        return made["id"]

    def delivery(self, webhook):
        """A delivery to an endpoint."""
        self.call("POST", f"/webhooks/{webhook}/test")
        return eventually(lambda: self.call("GET", f"/webhooks/{webhook}/deliveries")["data"])[0]["id"]

    def page(self):
        """A page that has been published once."""
        page = self.call("POST", "/bio-pages", json={"title": "Ada"})["id"]
        self.call("POST", f"/bio-pages/{page}/publish")
        return page

    def member(self):
        told = self.workspace.stack.maskctl("member", "add", self.address(), "--workspace", self.workspace.name, "--role", "member")
        return re.search(r"usr_\w+", told)[0]

    def account(self):
        """A member who has accepted an invitation, and so has a password."""
        email = self.address()
        link = self.call("POST", "/team/invitations", json={"email": email, "role": "member"})["url"]
        self.workspace.stack.accept(link)
        return next(member["id"] for member in self.call("GET", "/team/members")["data"] if member["email"] == email)
