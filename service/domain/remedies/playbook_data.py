"""A playbook as plain data, in which a database and programs keep it: read strictly, and written."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from integrations.money import is_currency
from integrations.remedies import KINDS, RemedyKind, Worth
from integrations.sentence import Text
from service.data import LANGUAGES
from service.domain import fields
from service.domain.complaints.causes import CAUSES
from service.domain.errors import WrongInput
from service.domain.remedies.offers import MOST_DAYS, OfferTerms, WithoutPick, terms_to_data
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When
from service.domain.remedies.thanks import RuleThanks

_PLAYBOOK_KEYS = ("name", "note", "rules", "rounding")
_RULE_KEYS = ("name", "note", "when", "offer", "remedies", "thanks")
_OFFER_KEYS = ("days", "without_pick")
_WHEN_KEYS = tuple(When.__dataclass_fields__)
_REMEDY_KEYS = ("action", "percent", "fixed", "whole_line", "cap", "uncapped", "expires_days")
_MANY = 1_000_000
_ANY = When()


def playbook_from_data(data: object) -> Playbook:
    """Read a playbook; raises `WrongInput` naming the rule and the key."""
    table = fields.table(data, "playbook", _PLAYBOOK_KEYS)
    rules = table.get("rules")
    if not isinstance(rules, list) or not rules:
        raise fields.wrong("playbook", "rules", Text("must be a list with at least one rule"))
    read = tuple(_rule(rule, number) for number, rule in enumerate(rules, start=1))
    names = [rule.name for rule in read]
    for name in names:
        if names.count(name) > 1:
            raise WrongInput(
                "two rules are named “%(name)s”; give each a name of its own", name=name, rule=name
            )
    name, translations = _names(table, "playbook")
    return Playbook(
        name,
        read,
        fields.amounts(table, "rounding", "playbook"),
        _note(table, "playbook"),
        translations,
    )


def playbook_to_data(playbook: Playbook) -> dict[str, Any]:
    """Plain data for JSON, which `playbook_from_data` reads back to an equal playbook; what says
    nothing is left out."""
    return _spoken(
        {
            "name": _names_to_data(playbook),
            "note": playbook.note,
            "rounding": dict(playbook.rounding),
            "rules": [_rule_to_data(rule) for rule in playbook.rules],
        }
    )


def fingerprint(playbook: Playbook) -> str:
    """Tells a playbook from any other: who changes or uses one names what they saw of it."""
    text = json.dumps(playbook_to_data(playbook), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _names_to_data(named: Rule | Playbook) -> str | dict[str, str]:
    # The languages in an order that does not depend on how they were read.
    names = {"en": named.name, **dict(sorted(named.translations.items()))}
    return names if named.translations else named.name


def _rule_to_data(rule: Rule) -> dict[str, Any]:
    when = {
        name: value
        for name, value in asdict(rule.when).items()
        if value != getattr(_ANY, name) and value is not None
    }
    return _spoken(
        {
            "name": _names_to_data(rule),
            "note": rule.note,
            "when": {name: list(v) if isinstance(v, tuple) else v for name, v in when.items()},
            "offer": rule.offer and terms_to_data(rule.offer),
            "remedies": [_remedy_to_data(remedy) for remedy in rule.remedies],
            "thanks": "" if rule.thanks is RuleThanks.BY_PROFILE else rule.thanks.value,
        }
    )


def _remedy_to_data(remedy: RemedyRule) -> dict[str, Any]:
    return _spoken(
        {
            "action": remedy.kind.name,
            "percent": remedy.percent,
            "fixed": dict(remedy.fixed),
            "whole_line": remedy.whole_line,
            "cap": dict(remedy.cap),
            "uncapped": list(remedy.uncapped),
            "expires_days": remedy.expires_days,
        }
    )


def _spoken(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if value}


def _note(table: Mapping[str, object], where: str | Text) -> str:
    note = table.get("note", "")
    if not isinstance(note, str):
        raise fields.wrong(where, "note", Text("must be a text"))
    return tidy_note(note)


def tidy_note(note: str) -> str:
    """A note as it is kept: lines without blanks at their ends, no signs that no file holds."""
    lines = [_line(line) for line in note.splitlines()]
    return "\n".join(lines).strip("\n")


def _line(text: str) -> str:
    kept = (sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs") or sign == "\t")
    return " ".join("".join(kept).replace("\t", " ").splitlines()).strip()


def _names(table: Mapping[str, object], where: str | Text) -> tuple[str, dict[str, str]]:
    """The name of a rule or a playbook and its translations; a plain text is its name in every language."""
    names = table.get("name")
    if not isinstance(names, Mapping):
        return _line(fields.text(table, "name", where)), {}
    if set(names) - set(LANGUAGES) or "en" not in names:
        raise fields.wrong(
            where, "name", Text("must be a text, or a table with en and id, each a text")
        )
    read = {language: _line(fields.text(names, language, where)) for language in names}
    name = read.pop("en")
    return name, read


def _rule(data: object, number: int) -> Rule:
    where = Text("rule %(number)s", number=number)
    table = fields.table(data, where, _RULE_KEYS)
    name, translations = _names(table, where)
    where = Text("rule “%(name)s”", name=name)
    remedies = table.get("remedies")
    if not isinstance(remedies, list) or not remedies:
        raise fields.wrong(where, "remedies", Text("must be a list with at least one remedy"))
    if "offer" in table and len(remedies) < 2:
        raise fields.wrong(where, "offer", Text("needs two remedies or more to choose among"))
    return Rule(
        name,
        _when(table.get("when", {}), Text("%(where)s, when", where=where)),
        tuple(
            _remedy(remedy, Text("%(where)s, remedy %(index)s", where=where, index=index))
            for index, remedy in enumerate(remedies, start=1)
        ),
        _offer(table["offer"], Text("%(where)s, offer", where=where)) if "offer" in table else None,
        translations,
        _note(table, where),
        fields.choice(table, "thanks", where, RuleThanks)
        if "thanks" in table
        else RuleThanks.BY_PROFILE,
    )


def _offer(data: object, where: Text) -> OfferTerms:
    found = fields.table(data, where, _OFFER_KEYS)
    return OfferTerms(
        fields.needed_number(found, "days", where, least=1, most=MOST_DAYS),
        fields.choice(found, "without_pick", where, WithoutPick)
        if "without_pick" in found
        else WithoutPick.FIRST,
    )


def _when(data: object, where: str | Text) -> When:
    table = fields.table(data, where, _WHEN_KEYS)
    lowest = fields.number(table, "min_stars", where, least=1, most=5) or 1
    highest = fields.number(table, "max_stars", where, least=1, most=5) or 5
    if highest < lowest:
        raise fields.wrong(where, "max_stars", Text("must not be below min_stars"))
    fewest = fields.number(table, "earlier_cases_min", where, least=0, most=_MANY) or 0
    most = fields.number(table, "earlier_cases_max", where, least=0, most=_MANY)
    if most is not None and most < fewest:
        raise fields.wrong(where, "earlier_cases_max", Text("must not be below earlier_cases_min"))
    causes = fields.texts(table, "causes", where)
    for cause in causes:
        if cause not in CAUSES:
            raise fields.wrong(
                where,
                "causes",
                Text("names %(cause)s; use one of %(value)s", cause=cause, value=", ".join(CAUSES)),
            )
    countries = fields.texts(table, "countries", where)
    for country in countries:
        if len(country) != 2 or not country.isascii() or not country.isupper():
            raise fields.wrong(
                where,
                "countries",
                Text("names %(country)s; use codes such as ID or DE", country=country),
            )
    return When(
        min_stars=lowest,
        max_stars=highest,
        words=fields.texts(table, "words", where),
        causes=causes,
        products=fields.texts(table, "products", where),
        order_at_least=fields.amounts(table, "order_at_least", where),
        order_at_most=fields.amounts(table, "order_at_most", where),
        earlier_cases_min=fewest,
        earlier_cases_max=most,
        countries=countries,
        grave=fields.flag(table, "grave", where, default=False) if "grave" in table else None,
    )


def _remedy(data: object, where: str | Text) -> RemedyRule:
    table = fields.table(data, where, _REMEDY_KEYS)
    rule = RemedyRule(
        kind=_kind(table.get("action"), where),
        percent=fields.number(table, "percent", where, least=1, most=100),
        fixed=fields.amounts(table, "fixed", where),
        whole_line=fields.flag(table, "whole_line", where, default=False),
        cap=fields.amounts(table, "cap", where),
        uncapped=_uncapped(table, where),
        expires_days=fields.number(table, "expires_days", where, least=1, most=3650),
    )
    ways = (rule.percent is not None) + bool(rule.fixed) + rule.whole_line
    if rule.kind.worth is not Worth.CHOSEN:
        if ways or rule.cap or rule.uncapped:
            raise fields.wrong(
                where, "action", Text("%(kind)s takes no amount", kind=rule.kind.name)
            )
    elif ways != 1:
        raise fields.wrong(
            where, "percent", Text("or fixed or whole_line: give exactly one of them")
        )
    if rule.kind.expires != (rule.expires_days is not None):
        ending = ", ".join(kind.name for kind in KINDS.values() if kind.expires)
        raise fields.wrong(
            where, "expires_days", Text("is needed for %(kinds)s, and only there", kinds=ending)
        )
    return rule


def _uncapped(table: Mapping[str, object], where: str | Text) -> tuple[str, ...]:
    currencies = fields.texts(table, "uncapped", where)
    for currency in currencies:
        if not is_currency(currency):
            raise fields.wrong(
                where,
                "uncapped",
                Text(
                    "names %(currency)s, which is no currency code such as EUR", currency=currency
                ),
            )
        if currency in fields.amounts(table, "cap", where):
            raise fields.wrong(
                where, "cap", Text("and uncapped both name %(currency)s", currency=currency)
            )
    return tuple(sorted(set(currencies)))


def _kind(name: object, where: str | Text) -> RemedyKind:
    kind = KINDS.get(str(name))
    if kind is None:
        raise fields.wrong(
            where, "action", Text("must be one of %(value)s", value=", ".join(KINDS))
        )
    return kind
