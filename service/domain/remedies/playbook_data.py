"""A playbook as plain data, read strictly; and the one that ships."""

from __future__ import annotations

import tomllib
from functools import cache

from integrations.remedies import KINDS, RemedyKind, Worth
from integrations.sentence import Text
from service.data import read_file
from service.domain import fields
from service.domain.complaints.causes import CAUSES
from service.domain.errors import WrongInput
from service.domain.remedies.offers import MOST_DAYS, OfferTerms, WithoutPick
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When

_PLAYBOOK_KEYS = ("name", "rules", "rounding")
_RULE_KEYS = ("name", "when", "offer", "remedies")
_OFFER_KEYS = ("days", "without_pick")
_WHEN_KEYS = tuple(When.__dataclass_fields__)
_REMEDY_KEYS = ("action", "percent", "fixed", "whole_line", "cap", "expires_days")
_MANY = 1_000_000


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
    return Playbook(
        fields.text(table, "name", "playbook"), read, fields.amounts(table, "rounding", "playbook")
    )


@cache
def default_playbook() -> Playbook:
    """The playbook every new shop starts with."""
    source = read_file("playbook.toml")
    return playbook_from_data(tomllib.loads(source))


def _rule(data: object, number: int) -> Rule:
    where = Text("rule %(number)s", number=number)
    table = fields.table(data, where, _RULE_KEYS)
    name = fields.text(table, "name", where)
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
    )


def _remedy(data: object, where: str | Text) -> RemedyRule:
    table = fields.table(data, where, _REMEDY_KEYS)
    rule = RemedyRule(
        kind=_kind(table.get("action"), where),
        percent=fields.number(table, "percent", where, least=1, most=100),
        fixed=fields.amounts(table, "fixed", where),
        whole_line=fields.flag(table, "whole_line", where, default=False),
        cap=fields.amounts(table, "cap", where),
        expires_days=fields.number(table, "expires_days", where, least=1, most=3650),
    )
    ways = (rule.percent is not None) + bool(rule.fixed) + rule.whole_line
    if rule.kind.worth is not Worth.CHOSEN:
        if ways or rule.cap:
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


def _kind(name: object, where: str | Text) -> RemedyKind:
    kind = KINDS.get(str(name))
    if kind is None:
        raise fields.wrong(
            where, "action", Text("must be one of %(value)s", value=", ".join(KINDS))
        )
    return kind
