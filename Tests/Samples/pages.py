"""The blocks of code that the documentation prints, read from its pages as the stack serves them."""

import re
from dataclasses import dataclass

LANGUAGES = {"sh": "curl", "python": "Python", "php": "PHP", "javascript": "JavaScript", "swift": "Swift"}
RUN = [*LANGUAGES, "go"]


@dataclass(frozen=True)
class Block:
    """One block of a page."""

    # The page and the id of the heading above: links#createLink.
    place: str
    language: str
    text: str
    # How many blocks of the same language stand before it under the same heading.
    number: int = 0

    @property
    def name(self):
        return f"{self.place} {LANGUAGES.get(self.language, self.language)}" + (f" {self.number + 1}" if self.number else "")


def names(listing):
    """The pages that llms.txt lists."""
    return re.findall(r"/docs/([\w.-]+)\.md\)", listing)


def blocks(page, text):
    """The blocks of a page that are programs. Those of an operation have the operation's id for a place."""
    found, place, language, lines = [], page, None, []
    for line in text.splitlines():
        if language is None and line.startswith("```"):
            language, lines = line[3:].strip() or "text", []
        elif language is not None and line == "```":
            if language in RUN:
                number = sum(block.place == place and block.language == language for block in found)
                found.append(Block(place, language, "\n".join(lines) + "\n", number))
            language = None
        elif language is not None:
            lines.append(line)
        elif heading := re.match(r"##+ (.*?)(?: \{#(.*)\})?$", line):
            anchor = heading[2] or re.sub(r"[^a-z0-9]+", "-", heading[1].lower()).strip("-")
            place = f"{page}#{anchor.removesuffix('-samples')}"
    return found
