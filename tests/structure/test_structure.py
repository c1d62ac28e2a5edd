"""The shape of the code, as promises that can fail: arrows, single readers, guards, sizes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from integrations import registry
from integrations.contract import Channel
from service import settings
from service.domain.messages.policy import Policies

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for folder in ("service", "integrations", "jobs")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)
LONGEST_FILE, LONGEST_TEST, LONGEST_FUNCTION = 300, 400, 40
LONGEST_LINE = 120


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


STATEMENTS = tuple(
    f"sqlalchemy.{name}" for name in ("select", "insert", "update", "delete", "func")
)
MUST_NOT = (
    (
        "service/domain/",
        (
            "flask",
            "sqlalchemy",
            "rq",
            "redis",
            "requests",
            "marshmallow",
            "service.db",
            "service.operations",
            "service.web",
            "jobs",
        ),
    ),
    (
        "service/db/",
        ("flask", "rq", "redis", "requests", "service.operations", "service.web", "jobs"),
    ),
    ("service/operations/", ("flask", "rq", "redis", "requests", "service.web", "jobs")),
    # What a page reads has a name in `service.db`.
    ("service/web/", ("rq", "requests", "jobs", *STATEMENTS)),
    ("jobs/", ("flask", "requests", "service.web")),
    ("integrations/", ("service", "jobs", "sqlalchemy", "rq", "redis")),
)


@pytest.mark.parametrize(("folder", "refused"), MUST_NOT, ids=[each[0] for each in MUST_NOT])
def test_arrows_point_one_way(folder: str, refused: tuple[str, ...]) -> None:
    wrong = [
        f"{_name(path)}: {module}"
        for path in SOURCES
        if _name(path).startswith(folder)
        for module in _imports(path)
        if any(module == each or module.startswith(f"{each}.") for each in refused)
    ]

    assert not wrong


def test_product_tests_and_measurements_stand_apart() -> None:
    """What two of them need of processes is in `testbed`, which knows neither."""
    must_not = {
        "service": {"tests", "bench", "testbed"},
        "integrations": {"tests", "bench", "testbed"},
        "jobs": {"tests", "bench", "testbed"},
        "tests": {"bench"},
        "bench": {"tests"},
        "testbed": {"tests", "bench", "service", "integrations", "jobs"},
    }
    wrong = [
        f"{_name(path)}: {module}"
        for folder, refused in must_not.items()
        for path in (ROOT / folder).rglob("*.py")
        for module in _imports(path)
        if module.partition(".")[0] in refused
    ]

    assert not wrong


def test_rules_load_nothing_that_does_io() -> None:
    """Not through others either: what is loaded counts, not what a file names."""
    load = (
        "import importlib, pkgutil, sys, service.domain as domain\n"
        "for module in pkgutil.walk_packages(domain.__path__, 'service.domain.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(*sorted(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", load], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    # The table of signs that look alike brings urllib.request, and with it sockets, for its own tool.
    io = {"babel", "cryptography", "flask", "imaplib", "marshmallow", "psycopg", "redis"}
    io |= {"requests", "rq", "smtplib", "sqlalchemy", "sqlite3", "subprocess", "urllib3"}

    assert "service.domain.messages.policy" in loaded
    assert not io & set(loaded)


def test_named_platforms_are_reached_through_the_registry_only() -> None:
    folders = {name.partition("-")[0] for name in registry.ADAPTERS}
    wrong = [
        f"{_name(path)}: {module}"
        for path in SOURCES
        for module in _imports(path)
        if (named := re.match(r"integrations\.(\w+)", module))
        and named.group(1) in folders
        and f"integrations/{named.group(1)}/" not in _name(path)
        # The embedded start brings the pretend shop itself, not its adapter.
        and _name(path) != "service/embedded.py"
    ]

    assert not wrong


def test_no_platform_is_named_outside_its_folder() -> None:
    """Not as a literal either: what differs between platforms is data of the adapter."""
    names = set(registry.ADAPTERS) - {str(each) for each in Channel}
    wrong = [
        f"{_name(path)}:{node.lineno} {node.value}"
        for path in SOURCES
        if not re.match(r"integrations/(registry\.py|\w+/)", _name(path))
        # The embedded start brings the pretend shop itself, not its adapter.
        and _name(path) != "service/embedded.py"
        # Babel's own name for the usual way of writing a number.
        and _name(path) != "service/localization.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]

    assert not wrong


def test_contract_loads_nothing_that_does_anything() -> None:
    load = "import sys, integrations.contract; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", load], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    ours = {each for each in loaded if re.match("integrations|service|jobs", each)}
    values = {"entries", "errors", "money", "remedies", "sentence", "text"}

    assert {each for each in ours if not each.startswith("integrations.contract")} == {
        "integrations",
        *(f"integrations.{each}" for each in values),
    }
    assert not {"requests", "urllib3", "marshmallow", "sqlalchemy", "flask"} & set(loaded)


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (r"datetime\.now\(|utcnow\(|time\.time\(|date\.today\(", {"service/clock.py"}),
        (r"os\.environ|os\.getenv", {"service/settings.py", "service/embedded.py"}),
        # The chat services of apprise bring it; what they call with it goes by integrations/http.py.
        (r"^import requests|^from requests", {"integrations/http.py", "integrations/chat.py"}),
        (r"importlib\.resources", {"service/data/__init__.py", "integrations/registry.py"}),
    ],
    ids=["clock", "environment", "requests", "shipped files"],
)
def test_one_place_only(pattern: str, allowed: set[str]) -> None:
    found = {
        _name(path) for path in SOURCES if re.search(pattern, path.read_text("utf-8"), re.MULTILINE)
    }

    assert found <= allowed


def _is_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("state", "kind")


def _each(node: ast.expr) -> Iterable[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]


def test_states_are_compared_with_members_of_their_table_only() -> None:
    """A word that is spelled wrong, or renamed, would be equal to none and raise nothing."""
    wrong = [
        f"{_name(path)}:{node.lineno} {ast.unparse(node)}"
        for path in SOURCES
        if _name(path).startswith(("service/", "jobs/"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare) and _is_state(node.left)
        for other in node.comparators
        for word in _each(other)
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    ]

    assert wrong == []


def test_files_and_functions_stay_small() -> None:
    wrong = []
    for path in SOURCES + sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text("utf-8")
        most = LONGEST_TEST if _name(path).startswith("tests/") else LONGEST_FILE
        if len(text.splitlines()) > most:
            wrong.append(f"{_name(path)}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{_name(path)}:{node.lineno} {node.name}: {length} lines")

    assert not wrong


def test_lines_of_templates_hold_120_characters() -> None:
    pages = sorted((ROOT / "service" / "web" / "templates").rglob("*.html"))
    wrong = [
        f"{_name(path)}:{number}"
        for path in pages
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]

    assert pages
    assert not wrong


def test_templates_compare_no_states() -> None:
    """They ask the row what it is, or whether a move is allowed: what a state means is said once."""
    pages = sorted((ROOT / "service" / "web" / "templates").rglob("*.html"))
    wrong = [
        f"{_name(path)}: {found}"
        for path in pages
        for found in re.findall(r"\bstate(?:\.value)? *(?:==|!=|in\b).*", path.read_text("utf-8"))
    ]

    assert wrong == []


def test_every_module_says_what_lives_there() -> None:
    bare = [_name(path) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]

    assert not bare


def test_every_setting_is_documented() -> None:
    told = (ROOT / "docs" / "settings.md").read_text("utf-8")
    names = {f"{settings.PREFIX}{name.upper()}" for name in settings.Settings.__annotations__}

    assert names <= set(re.findall(r"`(MAKEGOOD_\w+)`", told))


@pytest.mark.parametrize("name", list(registry.ADAPTERS))
def test_every_policy_can_be_loaded(name: str) -> None:
    assert Policies.load(registry.policy(name)).entries


@pytest.mark.parametrize("name", registry.names())
def test_every_platform_has_a_page(name: str) -> None:
    assert (ROOT / "docs" / "platforms" / f"{name}.md").is_file()
