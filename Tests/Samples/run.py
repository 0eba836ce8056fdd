"""Runs every sample of the documentation as it is printed: Tests/samples.sh calls it.

    run.py [WORD…]    only the samples in whose names all words are, such as: createLink Swift

Each language has a workspace of its own. A sample of an operation passes if it ends with 0, if what it prints or writes is there, and if the
workspace's usage has the request once, without an error. Ids in it are replaced by those of things that were made for it. Samples of guides
run with the ids that they make themselves.
"""

import collections
import concurrent.futures
import datetime
import json
import re
import shutil
import sys
import tempfile
import time
import traceback

import pages
import receivers
from programs import Programs
from servers import NameServer, Receiver
from stack import Stack, Workspace, eventually
from things import Things

# Samples that are not run, by their names, each with the reason.
EXCEPTIONS = {}
if not shutil.which("go"):
    EXCEPTIONS["webhooks-guide#verify go"] = "there is no go; install golang-go"
if not NameServer.ADDRESS:
    for title in pages.LANGUAGES.values():
        EXCEPTIONS["domains#verifyDomain " + title] = "MASK_DNS_SERVERS is not set"

# What is printed of some samples, beside what all have to do.
PRINTED = {
    "domains#verifyDomain": r"\bverified\b",
    "quick-start#create": r"https://\S+/\w{7}\b|short_url",
    "quick-start#dialects": r"https://\S+/\w{7}\b|shortUrl",
    "errors#handling": r"validation_failed",
    "rate-limits#waiting": r"count\W+\d",
    "idempotency": r"lnk_\w+[\s\S]+lnk_\w+",
    "pagination#all": r"https://\S+\n\S*https://",
    "webhook-tester#by-hand": r"^[\w+/]{43}=$",
}
# What sends no request, and is run all the same.
BY_HAND = ["webhooks-guide#verify", "webhook-tester#by-hand"]
# Statuses beside 2xx that a sample asks for.
STATUSES = {"errors#handling": 422, "conditional-requests": 304}


class Failures(list):
    """What has failed: name, sentence, and what was run and what it said."""

    def add(self, name, sentence, text="", outcome=None):
        told = f"--- what it said (exit status {outcome.code}) ---\n{outcome.output}{outcome.errors}" if outcome else ""
        self.append(f"*** {name}: {sentence} ***\n{text}{told}")


class Lane:
    """The samples of one language."""

    def __init__(self, test, language, blocks):
        self.test = test
        self.language = language
        self.blocks = blocks
        self.seconds = 0
        self.failures = Failures()

    def run(self):
        began = time.monotonic()
        self.workspace = Workspace(self.test.stack, f"samples-{self.language}")
        try:
            self.things = Things(self.workspace, self.test.receiver, self.test.nameserver)
            self.key, self.key_id = self.workspace.new_key()
            for block in self.blocks:
                try:
                    self.one(block)
                except Exception:  # what it needs could not be made
                    self.failures.add(block.name, traceback.format_exc())
            if not self.failures:
                self.check_usage()
        finally:
            self.workspace.delete()
        self.seconds = time.monotonic() - began

    def one(self, block):
        operation = self.test.operation(block)
        if block.place == "webhooks-guide#verify":
            delivery = receivers.Delivery(self.workspace, self.test.receiver)
            if complaint := receivers.complaint(self.test.programs, block, delivery):
                self.failures.add(block.name, complaint, block.text)
        elif operation:
            text = self.things.prepare(operation, block.text)
            outcome = self.test.programs.run(self.language, text, self.key)
            self.judge(block, text, outcome, self.test.answer(operation))
        else:
            text, key = self.guide(block)
            self.judge(block, text, self.test.programs.run(self.language, text, key))

    def guide(self, block):
        """The text of a guide's sample, and the key that it is run with: not the key whose usage is counted."""
        if "go.yourbrand.com" not in block.text:
            return block.text, self.workspace.key
        # The public page's link, on the host of the quick start's own workspace, where it is already. The page prints a year, which passes.
        self.test.remove_printed_link()
        return re.sub(r"2026(?=-12-31)", str(max(2026, datetime.date.today().year)), block.text), self.test.stack.values["MASK_API_KEY"]

    def judge(self, block, text, outcome, answer=None):
        """Whether a sample has done what it says.
        - answer: of the operation: json, file, or none.
        """
        expected = next((PRINTED[place] for place in (block.place, block.place.split("#")[0]) if place in PRINTED), None)
        allowed = next((STATUSES[place] for place in (block.place, block.place.split("#")[0]) if place in STATUSES), None)
        wrong = [status for status in outcome.statuses if not 200 <= status < 300 and status != allowed]
        if outcome.code != 0:
            self.failures.add(block.name, "it failed", text, outcome)
        elif wrong or (self.language == "sh" and "curl" in text and not outcome.statuses):
            self.failures.add(block.name, f"it was answered {wrong or 'nothing'}", text, outcome)
        elif answer == "file" and not any(outcome.files.values()):
            self.failures.add(block.name, "it wrote no file", text, outcome)
        elif answer == "json" and not outcome.output.strip():
            self.failures.add(block.name, "it printed nothing", text, outcome)
        elif expected and not re.search(expected, outcome.output, re.M):
            self.failures.add(block.name, f"it did not print {expected}", text, outcome)
        if block.place == "webhooks-guide#subscribe":
            # Nothing is sent to the host that it names.
            for webhook in self.workspace.call("GET", "/webhooks?limit=100")["data"]:
                if "example.com" in webhook["url"]:
                    self.workspace.call("DELETE", f"/webhooks/{webhook['id']}")

    def check_usage(self):
        """Each operation was asked for once, and not refused."""
        wanted = collections.Counter(
            self.test.operations[operation]["endpoint"] for operation in map(self.test.operation, self.blocks) if operation)

        def usage():
            told = self.workspace.call("GET", f"/analytics/usage?interval=24h&group_by=endpoint&key_id={self.key_id}")["groups"]
            return {line["value"]: line for line in told}

        eventually(lambda: collections.Counter({name: line["requests"] for name, line in usage().items()}) == wanted, 10)
        told = usage()
        for endpoint in sorted(wanted.keys() | told.keys()):
            line = told.get(endpoint, {"requests": 0, "client_errors": 0, "server_errors": 0})
            if line["requests"] != wanted[endpoint] or line["client_errors"] or line["server_errors"]:
                self.failures.add(
                    f"{endpoint} {pages.LANGUAGES[self.language]}",
                    f"{wanted[endpoint]} requests without an error were to be made: {json.dumps(line)}")


class Test:
    """All samples, by two languages at a time."""

    def __init__(self, words):
        self.words = words
        self.stack = Stack()
        self.failures = Failures()
        self.receiver, self.nameserver = Receiver(), NameServer()
        document = json.loads(self.stack.page("../v1/openapi.json"))
        self.operations = {
            operation["operationId"]: {"endpoint": f"{method.upper()} {path}", "responses": operation["responses"]}
            for path, methods in document["paths"].items() for method, operation in methods.items()
            if isinstance(operation, dict) and path != "/openapi.json"
        }
        blocks = [
            block for page in pages.names(self.stack.page("llms.txt")) for block in pages.blocks(page, self.stack.page(page + ".md"))
            # Manual pages have the sysadmin's commands, which are for a host of their own: Tests/host.sh.
            if "." not in page]
        self.check_all_there(blocks)
        self.blocks = [
            block for block in blocks
            if all(word in block.name for word in words) and block.name not in EXCEPTIONS and self.is_harmless(block)]

    def is_harmless(self, block):
        """Whether it does no more than send requests to the stack: nothing else is ever run here."""
        addresses = (self.stack.api, self.stack.values["MASK_QUICKSTART_URL"])
        if block.place in BY_HAND or (
                any(address in block.text for address in addresses)
                and not re.search(r"\b(sudo|apt|apt-get|maskctl|systemctl|rm|install|editor)\b", block.text)):
            return True
        self.failures.add(block.name, "it does more than send requests to the stack, so it was not run", block.text)
        return False

    def operation(self, block):
        """The operation whose sample it is, if it is one's."""
        anchor = block.place.split("#")[-1]
        return anchor if anchor in self.operations else None

    def answer(self, operation):
        """What a success has in its body: json, file, or None."""
        kinds = [
            kind for status, response in self.operations[operation]["responses"].items() if status.startswith("2")
            for kind in response.get("content", {})]
        return None if not kinds else "json" if "application/json" in kinds else "file"

    def check_all_there(self, blocks):
        """Each operation has one sample in each language, and no exception is about nothing."""
        have = collections.Counter((self.operation(block), block.language) for block in blocks)
        for operation in self.operations:
            for language, title in pages.LANGUAGES.items():
                if have[operation, language] != 1:
                    self.failures.add(f"{operation} {title}", f"{have[operation, language]} samples instead of one")
        for name in EXCEPTIONS.keys() - {block.name for block in blocks}:
            self.failures.add(name, "it is no sample, but an exception")

    def remove_printed_link(self):
        key = {"Authorization": f"Bearer {self.stack.values['MASK_API_KEY']}"}
        demo = Workspace.__new__(Workspace)
        demo.stack, demo.key = self.stack, key["Authorization"].removeprefix("Bearer ")
        for link in demo.call("GET", "/links?domain=go.yourbrand.com&search=my-link")["data"]:
            if link["slug"] == "my-link":
                demo.call("DELETE", f"/links/{link['id']}?purge=true")

    def run(self):
        with tempfile.TemporaryDirectory(prefix="mask-samples.") as folder:
            self.programs = Programs(self.stack.authority, folder)
            # The slowest first.
            lanes = [
                Lane(self, language, [block for block in self.blocks if block.language == language])
                for language in ("python", "swift", "javascript", "php", "sh", "go")]
            lanes = [lane for lane in lanes if lane.blocks]
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                for lane, future in [(lane, pool.submit(lane.run)) for lane in lanes]:
                    if error := future.exception():
                        self.failures.add(lane.language, "".join(traceback.format_exception(error)))
        for lane in lanes:
            self.failures += lane.failures
            operations = sum(bool(self.operation(block)) for block in lane.blocks)
            print(f"{pages.LANGUAGES.get(lane.language, lane.language)}: {operations} operations, "
                  f"{len(lane.blocks) - operations} samples of guides, {lane.seconds:.0f} s")
        for name, reason in EXCEPTIONS.items():
            print(f"not run: {name}: {reason}")
        count = len(self.blocks)
        if self.failures:
            print("\n" + "\n".join(self.failures))
        print(f"samples: {max(0, count - len(self.failures))} passed, {len(self.failures)} failed")
        return bool(self.failures) or not count


if __name__ == "__main__":
    sys.exit(Test(sys.argv[1:]).run())
