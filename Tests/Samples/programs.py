"""How a sample is run: as a file in a folder of its own, as its reader would do it."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import things

FILES = {
    "sh": "sample.sh", "python": "sample.py", "php": "sample.php", "javascript": "sample.mjs", "swift": "sample.swift", "go": "sample.go",
}


@dataclass
class Outcome:
    code: int
    output: str
    errors: str
    # Files that the program has written, by their names.
    files: dict

    @property
    def statuses(self):
        """What curl was answered."""
        return [int(status) for status in re.findall(r"^HTTP/\S+ (\d+)", self.errors, re.M)]


class Programs:
    """Runs programs that trust the stack's authority."""

    def __init__(self, authority, folder):
        self.folder = Path(folder)
        self.commands = {
            "sh": ["sh"], "python": [os.sys.executable], "php": ["php", "-d", f"curl.cainfo={authority}"], "javascript": ["node"],
        }
        # curl has no exit status for a refusal: what it was answered is read off its headers.
        (self.folder / ".curlrc").write_text("no-progress-meter\ndump-header = /dev/stderr\n")
        self.environment = {name: value for name, value in os.environ.items() if not re.search("(?i)_proxy$|^MASK_", name)} | {
            "CURL_HOME": str(folder), "CURL_CA_BUNDLE": authority, "REQUESTS_CA_BUNDLE": authority, "NODE_EXTRA_CA_CERTS": authority,
            "SWIFT_BACKTRACE": "enable=no", "PYTHONDONTWRITEBYTECODE": "1", "GOFLAGS": "-mod=mod", "NO_PROXY": "*",
        }

    def write(self, language, text):
        """A new folder with the program in it, and the command that runs it."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        file = place / FILES[language]
        file.write_text(text)
        if language == "swift":
            return place, [str(self.swift(place, file))]
        return place, [*self.commands[language], str(file)]

    def swift(self, place, *files, options=()):
        """Compiles a program.
        - Raises: CompileError
        """
        program = place / "sample"
        done = subprocess.run(
            ["swiftc", "-o", program, *options, *files], cwd=place, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise CompileError(done.stdout + done.stderr)
        return program

    def run(self, language, text, key="", stdin=b"", **environment):
        try:
            place, command = self.write(language, text)
        except CompileError as error:
            return Outcome(1, "", str(error), {})
        (place / "picture.png").write_bytes(things.picture())
        before = set(place.iterdir())
        try:
            done = subprocess.run(
                command, cwd=place, env=self.environment | {"MASK_API_KEY": key} | environment, input=stdin, capture_output=True, timeout=60)
            code, output, errors = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as error:
            code, output, errors = -1, error.stdout or b"", (error.stderr or b"") + b"\nIt did not end within a minute."
        files = {file.name: file.read_bytes() for file in set(place.iterdir()) - before}
        shutil.rmtree(place)
        return Outcome(code, output.decode(errors="replace"), errors.decode(errors="replace"), files)


class CompileError(Exception):
    pass
