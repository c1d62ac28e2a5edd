"""A playbook as the text an owner edits: the shipped file, or what the shop keeps, as TOML."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping

from service.data import read_file
from service.domain.errors import WrongInput
from service.domain.remedies.playbook_data import playbook_from_data


def shipped_text() -> str:
    """The playbook every shop starts with, with its comments."""
    return read_file("playbook.toml")


def text_of(data: Mapping[str, object]) -> str:
    """What a shop keeps as TOML; the shipped file where it keeps nothing."""
    if not data:
        return shipped_text()
    top = {name: value for name, value in data.items() if name != "rules"}
    lines = [f"{name} = {_value(value)}" for name, value in top.items()]
    rules = data["rules"]
    assert isinstance(rules, list)
    for rule in rules:
        lines += ["", "[[rules]]"]
        lines += [
            f"{key} = {_value(rule[key])}" for key in ("name", "when", "offer") if key in rule
        ]
        for remedy in rule["remedies"]:
            lines += ["[[rules.remedies]]"]
            lines += [f"{key} = {_value(value)}" for key, value in remedy.items()]
    return "\n".join(lines) + "\n"


def data_of(text: str) -> dict[str, object]:
    """What to keep of an edited text; empty where it is empty or the shipped one.

    Raises `WrongInput` naming the line, or the rule and the key.
    """
    same = text.split() == shipped_text().split()
    if same or not text.strip():
        return {}
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongInput("The playbook is not valid TOML: %(error)s", error=str(error)) from error
    except (ValueError, RecursionError) as error:
        raise WrongInput(
            "The playbook is nested too deep, or holds a number that is too large."
        ) from error
    playbook_from_data(data)
    return data


def _value(value: object) -> str:
    """One TOML value on one line."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    # Texts, numbers and booleans are written alike in JSON and TOML.
    return json.dumps(value, ensure_ascii=False)


def _key(name: object) -> str:
    plain = str(name).isascii() and str(name).replace("_", "").isalnum()
    return str(name) if plain else json.dumps(str(name))
