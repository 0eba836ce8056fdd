"""Whatever a module of the dashboard asks for, the API has: what a screen can do, a key can do."""

import re

import pytest

from test_screens import WWW

MODULES = sorted(WWW.glob("assets/js/*.js"))
# A path of the API as it stands in a module, with holes: `path: '/links'`, "path: `/links/${id}/qr`", "get('/session')".
PATH = re.compile(r"""(?:\bpath: |\bget\()(?:'(/[^']*)'|`(/[^`]*)`)""")


def paths_in(text):
    return [quoted or written for quoted, written in PATH.findall(text)]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_paths_that_stand_in_modules_are_those_of_routes(contract, module):
    for path in paths_in(module.read_text()):
        # A hole may be an id, or a step such as "/restore", or nothing.
        pattern = re.compile("".join(".*" if index % 2 else re.escape(part) for index, part in enumerate(re.split(r"(\$\{[^{}]*\})", path))))
        samples = [re.sub(r"\[\^/\]\+", "x", known.pattern).replace("\\", "") for _, known, _ in contract.routes]
        assert any(pattern.fullmatch(sample) for sample in samples), path


def test_the_paths_are_found():
    """This test reads what it is meant to read."""
    found = [path for module in MODULES for path in paths_in(module.read_text())]
    assert len(found) > 80 and "/links/matching/restore" not in found
    assert {"/links", "/audit-log/export", "/links/${lastStep}"} <= set(found)


def test_what_no_route_has_is_unknown(contract):
    assert contract.knows("GET", "/links/lnk_1/qr", ["format"]) and not contract.knows("GET", "/links/lnk_1/qr", ["colour"])
    assert not contract.knows("PUT", "/links/lnk_1") and not contract.knows("GET", "/links/lnk_1/clicks")
