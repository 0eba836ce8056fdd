"""The stack that is tested, and workspaces in it."""

import json
import os
import secrets
import subprocess
import time
from pathlib import Path

import requests

SCOPES = "all,keys:write,audit:read,domains:write,members:write"


class Stack:
    """Where everything is, as the quick start's environment file says."""

    def __init__(self):
        lines = Path(os.environ["MASK_TEST_ENV"]).read_text().splitlines()
        self.values = dict(line.split("=", 1) for line in lines if "=" in line)
        self.api = self.values["MASK_API_URL"]
        self.authority = self.values["MASK_CACERT"]

    def maskctl(self, *words, account="mask"):
        environment = os.environ | {"MASK_CONFIG": self.values["MASK_CONFIG"], "MASK_MARIADB_USER": account}
        done = subprocess.run([self.values["MASK_BIN"] + "/maskctl", *words], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"maskctl {' '.join(words)}: {done.stderr}"
        return done.stdout

    def page(self, name):
        answer = requests.get(self.api.removesuffix("/v1") + "/docs/" + name, timeout=20)
        answer.raise_for_status()
        answer.encoding = "utf-8"
        return answer.text

    def accept(self, link):
        """Accepts an invitation, as the dashboard does it."""
        app = self.values["MASK_APP_URL"]
        answer = requests.post(
            app + "/v1/one-time-links/use", headers={"Origin": app, "Sec-Fetch-Site": "same-origin", "Mask-Client": "dashboard"}, timeout=20,
            json={"token": link.split("#")[1], "name": "Ada", "password": secrets.token_hex(16)})
        assert answer.ok, answer.text


class Workspace:
    """A workspace of its own, with an owner."""

    def __init__(self, stack, name):
        self.stack = stack
        self.name = f"{name}-{secrets.token_hex(4)}"
        stack.maskctl("workspace", "create", self.name, "--plan", "enterprise")
        stack.maskctl("workspace", "limit", self.name, "900000000")
        stack.maskctl("member", "add", f"owner@{self.name}.example", "--workspace", self.name, "--role", "owner")
        self.key, _ = self.new_key()

    def new_key(self):
        """A key with all scopes that the owner has made: its text and its id."""
        made = json.loads(self.stack.maskctl(
            "key", "create", "--workspace", self.name, "--name", "samples", "--member", f"owner@{self.name}.example", "--scopes", SCOPES,
            "--json"))
        return made["key"], made["id"]

    def call(self, method, path, **options):
        """A request with the workspace's own key, not with that of the samples."""
        answer = requests.request(method, self.stack.api + path, headers={"Authorization": f"Bearer {self.key}"} | options.pop("headers", {}),
                                  timeout=20, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def delete(self):
        self.stack.maskctl("workspace", "delete", self.name, "--yes", account="mask-admin")


def eventually(look, seconds=20):
    """What `look` finds, asked ten times a second; None if it finds nothing."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return found
