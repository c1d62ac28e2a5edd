"""The page for newcomers explains every word of the contract, and every platform fills in its card."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from integrations import contract, errors, registry
from integrations.contract import PROTOCOLS, Adapter, Capabilities, Way, WebhookSource
from integrations.remedies import KINDS
from service.domain.messages import policy_data
from tests.adapter_cases import AdapterCases
from tests.structure.code_lines import code_lines, size_of

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted({path.rpartition(".")[2] for path in registry.ADAPTERS.values()})
USUAL = 500
LARGEST = {"woocommerce": 1310, "sandbox": 1257, "shopee": 900, "standard": 606, "email": 757}
"""Lines of code: a whole shop with its checks, the sandbox with the shop behind it, mail with its providers."""
VALUE = re.compile(r"done|todo|exempt: \S.{8,}")


@cache
def _page() -> str:
    return (ROOT / "docs" / "adding-a-platform.md").read_text("utf-8")


def _rows(title: str) -> list[str]:
    """The first cells of the tables under a heading, without the head."""
    section = re.split(r"^## ", _page(), flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(f"{title}\n")]
    cells = re.findall(r"^\| ([^|]*) \|", found, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`(\w+)", cell)]


def _card(folder: str) -> dict[str, dict[str, str]]:
    path = ROOT / "integrations" / folder / "scorecard.toml"
    found: dict[str, dict[str, str]] = tomllib.loads(path.read_text("utf-8"))
    return found


def test_every_capability_is_explained_and_no_other() -> None:
    known = [field.name for field in fields(Capabilities)]
    told = list(dict.fromkeys(_rows("Capabilities")))

    assert sorted(told) == sorted(known)


def test_every_way_is_explained() -> None:
    assert [each.name for each in Way if f"Way.{each.name}" not in _page()] == []


def test_every_method_of_the_contract_has_its_paragraph() -> None:
    methods = [
        name
        for protocol in (WebhookSource, *PROTOCOLS.values(), Adapter)
        for name, value in vars(protocol).items()
        if not name.startswith("_") and (callable(value) or isinstance(value, classmethod))
    ]
    told = " ".join(re.findall(r"^### (.*)$", _page(), re.MULTILINE))

    assert methods
    assert [name for name in methods if f"`{name}(" not in told] == []


def test_every_error_is_explained() -> None:
    known = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type)
        and value is not errors.AdapterError
        and issubclass(value, errors.AdapterError)
    }

    assert known == set(_rows("What to raise"))


def test_every_data_name_of_an_adapter_is_explained() -> None:
    names = set(Adapter.__annotations__)
    names |= {name for each in PROTOCOLS.values() for name in each.__annotations__}

    assert names <= set(_rows("Data of the class"))
    assert f"`{contract.Role.REVIEWS}`" in _page()


def test_every_key_of_a_policy_is_explained() -> None:
    known: Any = policy_data._PLATFORM - {"region", "source", "checked_on", "note"}

    assert known <= set(_rows("policy.toml"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_scorecard_has_every_rule_and_an_owner(folder: str) -> None:
    card = {name: value for part in _card(folder).values() for name, value in part.items()}
    owner = card.pop("owner")

    assert [*card, "owner"] == _rows("scorecard.toml")
    assert {name: value for name, value in card.items() if not VALUE.fullmatch(value)} == {}
    assert owner not in ("", "todo")
    assert set(_card(folder)) == {"basic", "solid", "proven"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_basic_rules_are_done_or_exempt(folder: str) -> None:
    assert [name for name, value in _card(folder)["basic"].items() if value == "todo"] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_adapter_stays_within_its_size(folder: str) -> None:
    """What grows beyond is looked through for what all adapters need: that belongs into `base`."""
    assert size_of(folder) <= LARGEST.get(folder, USUAL)


CALLS = {"get", "get_or_none", "get_whole", "post", "page", "walk", "ask"}
PAGE = re.compile(
    r"wp-api-v3/|\bv2\.\w+\.|\b(GET|POST) (/|the )|twilio\.com/docs|developers\.facebook\.com"
)


def _calls_endpoint(function: ast.FunctionDef, client: str) -> bool:
    """Whether it calls an endpoint of its own; one that is given the path is for several."""
    return "path" not in {arg.arg for arg in function.args.args} and any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in CALLS
        and ast.unparse(call.func.value).endswith(client)
        for call in ast.walk(function)
    )


def _calling(node: ast.AST, about: str, client: str) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Functions that call an endpoint, each with the docstrings around it."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.ClassDef):
            yield from _calling(inner, about + (ast.get_docstring(inner) or ""), client)
        elif isinstance(inner, ast.FunctionDef) and _calls_endpoint(inner, client):
            yield inner, about


@pytest.mark.parametrize("folder", sorted(set(FOLDERS) - {"sandbox", "email"}))
def test_every_function_that_calls_an_endpoint_names_its_page(folder: str) -> None:
    bare, calling = [], 0
    for path in sorted((ROOT / "integrations" / folder).glob("*.py")):
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        # A client has endpoints of many pages: each says its own.
        is_client = path.name == "client.py"
        around = "" if is_client else ast.get_docstring(tree) or ""
        for function, about in _calling(tree, around, "self" if is_client else "client"):
            calling += 1
            if not PAGE.search(about + (ast.get_source_segment(source, function) or "")):
                bare.append(f"{path.name}:{function.lineno} {function.name}")

    assert calling
    assert bare == []


def test_lines_without_code_do_not_count() -> None:
    source = '"""What it is."""\n\n# Why.\nx = (\n    1,  # one\n)\n\n\ndef f():\n    """Do."""\n'

    assert code_lines(source + "    return x\n") == 5


@pytest.mark.parametrize("folder", FOLDERS)
def test_platform_inherits_the_shared_cases(folder: str) -> None:
    tests = (ROOT / "tests" / "integrations" / folder).rglob("test_*.py")

    assert any(f"({AdapterCases.__name__})" in path.read_text("utf-8") for path in tests)


@pytest.mark.parametrize("folder", FOLDERS)
def test_capabilities_claimed_as_keyed_or_looked_up_belong_to_an_action(folder: str) -> None:
    for name, path in registry.ADAPTERS.items():
        can = registry.get(name).capabilities
        acts = Way.API in {can.way_of(kind) for kind in KINDS.values()}
        if path.endswith(f".{folder}"):
            assert acts or not (can.idempotent or can.look_up)
