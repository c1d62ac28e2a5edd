"""A playbook as one file to read, keep and send on: TOML, amounts in whole currency units, notes as
comments.

`cap = {IDR = "50000", EUR = "5.00", USD = "none"}`: amounts stand in quotes, so that no zero too many
or too few comes from a number of sen or cents.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.items import Table

from integrations.money import Money, digits_of, is_currency, least_step
from integrations.sentence import Text
from service.domain import fields
from service.domain.errors import WrongInput
from service.domain.remedies.playbook import Playbook
from service.domain.remedies.playbook_data import playbook_from_data, playbook_to_data

NO_CAP = "none"
MOST_LETTERS = 200_000
"""The longest file that is read: more than a thousand rules."""
_LONG = 100
"""A list longer than this is written with a line for each entry."""
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.([0-9]{1,4}))?")
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<rule>^[ \t]*\[\[[ \t]*\"?rules\"?[ \t]*\]\])"
    r"|(?P<line>\n)"
    r"|\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}"
    r"|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[^\s#\"']+",
    re.MULTILINE | re.DOTALL,
)


def read(text: str) -> Playbook:
    """The playbook of a file; raises `WrongInput` naming the line, or the rule and the key."""
    if len(text) > MOST_LETTERS:
        raise WrongInput("This file is too long for a playbook.")
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    try:
        table: dict[str, Any] = tomllib.loads(plain)
    except tomllib.TOMLDecodeError as error:
        raise WrongInput("The playbook is not valid TOML: %(error)s", error=str(error)) from error
    except (ValueError, RecursionError) as error:
        raise WrongInput(
            "The playbook is nested too deep, or holds a number that is too large."
        ) from error
    rules = table.get("rules")
    tables = [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    for place, note in zip([table, *tables], _notes(plain, len(tables)), strict=True):
        if note and isinstance(place.setdefault("note", ""), str):
            place["note"] = "\n".join(filter(None, (place["note"], note)))
    _turn(table, "playbook", ("rounding",), _minor)
    for number, rule in enumerate(tables, start=1):
        _rule_in_minor(rule, Text("rule %(number)s", number=number))
    return playbook_from_data(table)


def _rule_in_minor(rule: dict[str, Any], where: Text) -> None:
    _turn(rule.get("when"), where, ("order_at_least", "order_at_most"), _minor)
    remedies = rule.get("remedies")
    for remedy in remedies if isinstance(remedies, list) else ():
        cap = remedy.get("cap") if isinstance(remedy, dict) else None
        if isinstance(cap, dict):
            remedy["cap"] = {name: value for name, value in cap.items() if value != NO_CAP}
            uncapped = [name for name, value in cap.items() if value == NO_CAP]
            stated = remedy.get("uncapped")
            if uncapped:
                remedy["uncapped"] = [*(stated if isinstance(stated, list) else ()), *uncapped]
        _turn(remedy, where, ("cap", "fixed"), _minor)


def _turn(
    table: Any, where: str | Text, keys: tuple[str, ...], turned: Callable[[str, Any], Any]
) -> None:
    """Turn the amounts of these keys of a table, in place."""
    for key in keys:
        amounts = table.get(key) if isinstance(table, dict) else None
        if isinstance(amounts, Mapping):
            try:
                table[key] = {code: turned(code, amount) for code, amount in amounts.items()}
            except WrongInput as error:
                raise fields.wrong(where, key, Text(str(error.text))) from error


def _minor(currency: str, amount: Any) -> int:
    if not is_currency(currency):
        raise WrongInput(
            "names %(currency)s, which is no currency code such as EUR", currency=currency
        )
    match = _AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
    # More decimals than the currency has are thousands: 50.000 rupiah are no 50.
    if match is None or len(match[1] or "") > digits_of(currency):
        raise WrongInput(
            'must give %(currency)s as an amount in quotes, in whole currency units: IDR = "50000" '
            'or EUR = "5.00"',
            currency=currency,
        )
    minor = int(Decimal(match[0]).scaleb(digits_of(currency)))
    if minor % least_step(currency):
        raise WrongInput("gives %(currency)s in smaller parts than there are", currency=currency)
    return minor


def _notes(text: str, rules: int) -> list[str]:
    """What comments say of the playbook, then of each rule: those above its head and those in it.

    Signs of comments in quotes are none. Rules that are written otherwise than with heads of their own
    leave all comments to the playbook.
    """
    notes: list[list[str]] = [[]]
    above: list[str] = []
    is_alone = True
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "line":
            is_alone = True
        elif token.lastgroup == "comment":
            comment = token[0][1:].removeprefix(" ")
            (above if is_alone else notes[-1]).append(comment)
        elif token.lastgroup == "rule":
            notes.append(above)
            above, is_alone = [], False
        else:
            notes[-1] += above
            above, is_alone = [], False
    notes[-1] += above
    if len(notes) != rules + 1:
        notes = [[line for note in notes for line in note], *([] for _ in range(rules))]
    return ["\n".join(note) for note in notes]


def write(playbook: Playbook) -> str:
    """The file of a playbook, which `read` reads back to an equal one."""
    table = playbook_to_data(playbook)
    document = tomlkit.document()
    _comment(document, table.pop("note", ""))
    document.add("name", _inline(table["name"]))
    if playbook.rounding:
        document.add("rounding", _amounts(playbook.rounding))
    rules = tomlkit.aot()
    for rule in table["rules"]:
        rules.append(_rule_table(rule))
    document.add("rules", rules)
    return tomlkit.dumps(document)


def _rule_table(rule: dict[str, Any]) -> Table:
    table = tomlkit.table()
    _comment(table, rule.pop("note", ""))
    table.add("name", _inline(rule["name"]))
    when = rule.get("when", {})
    if when:
        conditions = tomlkit.table()
        for name, value in when.items():
            conditions.add(name, _amounts(value) if isinstance(value, dict) else _inline(value))
        table.add("when", conditions)
    if "thanks" in rule:
        table.add("thanks", rule["thanks"])
    if "offer" in rule:
        table.add("offer", _inline(rule["offer"]))
    remedies = tomlkit.aot()
    for remedy in rule["remedies"]:
        caps = {
            **_major(remedy.pop("cap", {})),
            **dict.fromkeys(remedy.pop("uncapped", ()), NO_CAP),
        }
        item = tomlkit.table()
        for name, value in remedy.items():
            item.add(name, _amounts(value) if isinstance(value, dict) else value)
        if caps:
            item.add("cap", _inline(caps))
        remedies.append(item)
    table.add("remedies", remedies)
    return table


def _comment(place: Container | Table, note: str) -> None:
    for line in note.splitlines():
        place.add(tomlkit.comment(line))


def _major(amounts: Mapping[str, int]) -> dict[str, str]:
    return {
        code: re.sub(r"\.0+$", "", Money(minor, code).text()) for code, minor in amounts.items()
    }


def _amounts(amounts: Mapping[str, int]) -> Any:
    return _inline(_major(amounts))


def _inline(value: Any) -> Any:
    """A value on one line; a long list with a line for each entry."""
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return table
    if isinstance(value, list):
        is_long = sum(len(str(entry)) + 4 for entry in value) > _LONG
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(is_long)
    return value
