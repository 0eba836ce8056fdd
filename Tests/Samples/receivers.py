"""The receivers of the webhooks guide: each accepts a delivery of MASK's, and nothing forged."""

import base64
import contextlib
import hmac
import shutil
import subprocess
import threading
import time
from pathlib import Path

import requests

from programs import CompileError
from stack import eventually

ADDRESS = "http://127.0.0.1:8000/"
# All listen on the port that is printed.
PORT = threading.Lock()
# Calls the check with what the sh sample takes from the environment.
MAIN = """
import Foundation

let given = ProcessInfo.processInfo.environment
let verdict = isGenuine(
    id: given["ID"]!, timestamp: given["TIMESTAMP"]!, signature: given["SIGNATURE"]!, body: FileHandle.standardInput.readDataToEndOfFile(),
    secret: given["SECRET"]!)
exit(verdict ? 0 : 1)
"""


class Delivery:
    """A delivery that has arrived here, and its secret."""

    def __init__(self, workspace, receiver):
        made = workspace.call("POST", "/webhooks", json={"url": receiver.url + workspace.name, "events": ["page.published"]})
        self.secret = made["secret"]
        workspace.call("POST", f"/webhooks/{made['id']}/test")
        arrived = eventually(lambda: [one for one in receiver.arrivals if one[0] == "/" + workspace.name])
        assert arrived, "No delivery arrived; does the stack's sender run?"
        _, self.fields, self.body = arrived[0]

    def forged(self):
        """What is not to be believed: what it is, headers and body."""
        fields, body = self.fields, self.body
        yield "another body", fields, body + b" "
        yield "another id", fields | {"webhook-id": "evt_other"}, body
        yield "no signature", {name: value for name, value in fields.items() if name != "webhook-signature"} | {"webhook-signature": ""}, body
        for minutes in (-6, 6):
            at = str(int(time.time()) + 60 * minutes)
            signed = f"{fields['webhook-id']}.{at}.".encode() + body
            code = hmac.digest(base64.b64decode(self.secret[6:]), signed, "sha256")
            yield f"{minutes} minutes", fields | {
                "webhook-timestamp": at, "webhook-signature": "v1," + base64.b64encode(code).decode()}, body


def complaint(programs, block, delivery):
    """What is wrong with a receiver or with a check; empty if nothing is."""
    judge = server if block.language in ("python", "php", "javascript", "go") else checker
    try:
        with judge(programs, block, delivery) as accepts:
            if not accepts(delivery.fields, delivery.body):
                return "It refuses a delivery of MASK's."
            return "".join(f"It accepts {what}.\n" for what, fields, body in delivery.forged() if accepts(fields, body))
    except (CompileError, OSError, requests.ConnectionError) as error:
        return str(error)


@contextlib.contextmanager
def server(programs, block, delivery):
    """Starts a receiver; what it accepts is answered 204, all else 401."""
    place, command = programs.write(block.language, block.text)
    if block.language == "php":
        command = ["php", "-S", "127.0.0.1:8000", command[-1]]
    environment = programs.environment | {"SECRET": delivery.secret}
    with PORT, open(place / "log", "w+") as log:
        if listens():
            raise OSError("Something listens on port 8000 of this machine already.")
        process = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log)
        try:
            if not eventually(lambda: listens() or process.poll() is not None) or process.poll() is not None:
                log.seek(0)
                raise OSError("It does not listen. " + log.read())
            yield lambda fields, body: requests.post(ADDRESS, data=body, headers=fields, timeout=20).status_code == 204
            log.seek(0)
            if "webhook.test" not in (told := log.read()):
                raise OSError("It does not print the type of the event. " + told)
        finally:
            process.kill()
            process.wait()
    shutil.rmtree(place)


def listens():
    try:
        requests.get(ADDRESS, timeout=5)
    except requests.ConnectionError:
        return False
    return True


@contextlib.contextmanager
def checker(programs, block, delivery):
    """A program that ends with 0 for what it accepts, and with 1 for all else."""
    place, command = checking_swift(programs, block.text) if block.language == "swift" else programs.write(block.language, block.text)

    def accepts(fields, body):
        environment = programs.environment | {
            "SECRET": delivery.secret, "ID": fields["webhook-id"], "TIMESTAMP": fields["webhook-timestamp"],
            "SIGNATURE": fields["webhook-signature"],
        }
        done = subprocess.run(command, env=environment, input=body, capture_output=True, timeout=20)
        if done.returncode not in (0, 1):
            raise OSError(done.stderr.decode())
        return done.returncode == 0

    yield accepts
    shutil.rmtree(place)


def checking_swift(programs, text):
    """The check with a main of its own; Crypto.swift stands in for the package of that name."""
    place = Path(programs.folder) / "check"
    place.mkdir()
    (place / "check.swift").write_text(text)
    (place / "main.swift").write_text(MAIN)
    programs.swift(place, Path(__file__).with_name("Crypto.swift"), options=[
        "-emit-module", "-emit-library", "-static", "-parse-as-library", "-module-name", "Crypto", "-o", "libCrypto.a"])
    return place, [str(programs.swift(place, "check.swift", "main.swift", options=["-I.", "-L.", "-lCrypto", "-lcrypto"]))]
