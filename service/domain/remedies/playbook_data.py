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
    found = fields.table(data, "playbook", _PLAYBOOK_KEYS)
    rules = found.get("rules")
    if not isinstance(rules, list) or not rules:
        raise fields.wrong("playbook", "rules", Text("must be a list with at least one rule"))
    read = tuple(_rule(rule, number) for number, rule in enumerate(rules, start=1))
    names = [rule.name for rule in read]
    for name in names:
        if names.count(name) > 1:
            raise WrongInput(
                "two rules are named “%(name)s”; give each its own name", name=name, rule=name
            )
    return Playbook(
        fields.text(found, "name", "playbook"), read, fields.amounts(found, "rounding", "playbook")
    )


@cache
def default_playbook() -> Playbook:
    """The playbook every new shop starts with."""
    source = read_file("playbook.toml")
    return playbook_from_data(tomllib.loads(source))


def _rule(data: object, number: int) -> Rule:
    where = Text("rule %(number)s", number=number)
    found = fields.table(data, where, _RULE_KEYS)
    name = fields.text(found, "name", where)
    where = Text("rule “%(name)s”", name=name)
    remedies = found.get("remedies")
    if not isinstance(remedies, list) or not remedies:
        raise fields.wrong(where, "remedies", Text("must be a list with at least one remedy"))
    if "offer" in found and len(remedies) < 2:
        raise fields.wrong(where, "offer", Text("needs two remedies or more to choose among"))
    return Rule(
        name,
        _when(found.get("when", {}), Text("%(where)s, when", where=where)),
        tuple(
            _remedy(remedy, Text("%(where)s, remedy %(index)s", where=where, index=index))
            for index, remedy in enumerate(remedies, start=1)
        ),
        _offer(found["offer"], Text("%(where)s, offer", where=where)) if "offer" in found else None,
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
    found = fields.table(data, where, _WHEN_KEYS)
    lowest = fields.number(found, "min_stars", where, least=1, most=5) or 1
    highest = fields.number(found, "max_stars", where, least=1, most=5) or 5
    if highest < lowest:
        raise fields.wrong(where, "max_stars", Text("must not be below min_stars"))
    fewest = fields.number(found, "earlier_cases_min", where, least=0, most=_MANY) or 0
    most = fields.number(found, "earlier_cases_max", where, least=0, most=_MANY)
    if most is not None and most < fewest:
        raise fields.wrong(where, "earlier_cases_max", Text("must not be below earlier_cases_min"))
    causes = fields.texts(found, "causes", where)
    for cause in causes:
        if cause not in CAUSES:
            raise fields.wrong(
                where,
                "causes",
                Text("names %(cause)s; use one of %(value)s", cause=cause, value=", ".join(CAUSES)),
            )
    countries = fields.texts(found, "countries", where)
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
        words=fields.texts(found, "words", where),
        causes=causes,
        products=fields.texts(found, "products", where),
        order_at_least=fields.amounts(found, "order_at_least", where),
        order_at_most=fields.amounts(found, "order_at_most", where),
        earlier_cases_min=fewest,
        earlier_cases_max=most,
        countries=countries,
    )


def _remedy(data: object, where: str | Text) -> RemedyRule:
    found = fields.table(data, where, _REMEDY_KEYS)
    rule = RemedyRule(
        kind=_kind(found.get("action"), where),
        percent=fields.number(found, "percent", where, least=1, most=100),
        fixed=fields.amounts(found, "fixed", where),
        whole_line=fields.flag(found, "whole_line", where, default=False),
        cap=fields.amounts(found, "cap", where),
        expires_days=fields.number(found, "expires_days", where, least=1, most=3650),
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
