"""Firefox by its own remote protocol: what Marionette is told and answers over a socket, as `length:[type, id, …]`.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAM = shutil.which("firefox-esr")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# What Firefox has to say of pages: errors of scripts and of policies (no warnings, which are 1, nor what is only told, 8), and calls
# of console.error.
COMPLAINTS = """
const errors = Services.console.getMessageArray().filter(one => one instanceof Ci.nsIScriptError && !(one.flags & 9))
    .map(one => [one.sourceName, one.errorMessage])
const calls = Cc['@mozilla.org/consoleAPI-storage;1'].getService(Ci.nsIConsoleAPIStorage).getEvents()
    .filter(one => one.level === 'error').map(one => [one.filename, one.arguments.join(' ')])
return [...errors, ...calls]
"""


class Refusal(Exception):
    """What Firefox answers where it does not do what it is told."""


class Firefox:
    """A Firefox without a window, with a profile of its own in which an authority is trusted."""

    def __init__(self, folder, authority):
        subprocess.run(["certutil", "-d", f"sql:{folder}", "-N", "--empty-password"], check=True)
        subprocess.run(["certutil", "-d", f"sql:{folder}", "-A", "-t", "C,,", "-n", "mask", "-i", authority], check=True)
        Path(folder, "user.js").write_text('user_pref("marionette.port", 0);\n')
        words = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile", folder]
        self.process = subprocess.Popen([PROGRAM, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.socket = socket.create_connection(("127.0.0.1", self.port(folder)), timeout=30)
            self.read()
            self.count = 0
            self.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "accept"}})
        except BaseException:
            self.end()
            raise

    def port(self, folder):
        """Firefox chooses one that is free, and writes it down when it listens."""
        written = Path(folder, "MarionetteActivePort")
        end = time.monotonic() + 60
        while not (written.exists() and written.read_text()):
            assert self.process.poll() is None and time.monotonic() < end, "Firefox does not start"
            time.sleep(0.1)
        return int(written.read_text())

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def read(self):
        digits = b""
        while (byte := self.socket.recv(1)) != b":":
            assert byte, "Firefox has ended"
            digits += byte
        text = b""
        while len(text) < int(digits):
            text += self.socket.recv(int(digits) - len(text))
        return json.loads(text)

    def ask(self, command, **values):
        self.count += 1
        text = json.dumps([0, self.count, command, values]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self.read()
        if error:
            raise Refusal(command, error)
        return result["value"] if isinstance(result, dict) and "value" in result else result

    def goto(self, url):
        self.ask("WebDriver:Navigate", url=url)

    def run(self, script, *arguments):
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def wait(self, script, *arguments):
        """Until the script gives something; that. A page that is on its way has nothing yet, not even a body."""
        end = time.monotonic() + 20
        while True:
            try:
                if found := self.run(script, *arguments):
                    return found
            except Refusal:
                pass
            assert time.monotonic() < end, (script, arguments, self.run("return document.body.innerText"))
            time.sleep(0.05)

    def find(self, selector):
        self.wait("return document.querySelector(arguments[0]) !== null", selector)
        return self.ask("WebDriver:FindElement", using="css selector", value=selector)[ELEMENT]

    def fill(self, selector, text):
        self.ask("WebDriver:ElementSendKeys", id=self.find(selector), text=text)

    def click(self, selector):
        self.ask("WebDriver:ElementClick", id=self.find(selector))

    def press(self, name):
        """A button by what stands in it."""
        script = "return [...document.querySelectorAll('button')].find(one => one.firstChild?.textContent === arguments[0]) ?? null"
        self.ask("WebDriver:ElementClick", id=self.wait(script, name)[ELEMENT])

    def sees(self, text):
        self.wait("return document.body.innerText.includes(arguments[0])", text)

    def text_in_frame(self, selector):
        """What an element of the only frame says, in which no script needs to run."""
        self.ask("WebDriver:SwitchToFrame", id=0)
        found = self.ask("WebDriver:FindElement", using="css selector", value=selector)[ELEMENT]
        text = self.ask("WebDriver:GetElementText", id=found)
        self.ask("WebDriver:SwitchToFrame", id=None)
        return text

    def complaints(self, origin):
        """The errors that were told of an origin's pages."""
        self.ask("Marionette:SetContext", value="chrome")
        found = self.run(COMPLAINTS)
        self.ask("Marionette:SetContext", value="content")
        return [text for file, text in found if (file or "").startswith(origin)]
