"""Upper limits of the remedies of a playbook: each has one in every currency, or says that it has none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from integrations.sentence import Said
from service.domain.errors import WrongInput
from service.domain.remedies.playbook import Playbook, RemedyRule


@dataclass(frozen=True, slots=True)
class Gap:
    """A remedy, with the name and number of its rule from 1, and the currencies of which it says nothing."""

    number: int
    rule: Said
    remedy: RemedyRule
    currencies: tuple[str, ...]


def gaps(playbook: Playbook, currencies: Collection[str]) -> list[Gap]:
    """Remedies that a dear order makes dear, and that say no upper limit in some of these currencies."""
    return [
        Gap(number, rule.label, remedy, unsaid)
        for number, rule in enumerate(playbook.rules, start=1)
        for remedy in rule.remedies
        if (unsaid := unbounded(remedy, currencies))
    ]


def unbounded(remedy: RemedyRule, currencies: Collection[str]) -> tuple[str, ...]:
    """Those of the currencies in which a remedy says neither an upper limit nor that it has none."""
    if not remedy.depends_on_order:
        return ()
    bounded = {*remedy.cap, *remedy.uncapped}
    return tuple(currency for currency in currencies if currency not in bounded)


def check_bounds(playbook: Playbook, currencies: Collection[str]) -> None:
    """Raises `WrongInput` naming the first rule of which a remedy says no upper limit."""
    for gap in gaps(playbook, currencies):
        raise WrongInput(
            "Rule “%(rule)s”: state the upper limit of %(kind)s in %(currencies)s, or that there is none.",
            rule=gap.rule,
            kind=gap.remedy.kind.label,
            currencies=", ".join(gap.currencies),
        )
