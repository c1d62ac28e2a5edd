"""Facts of one case and the seller's rules in, proposed make-goods out. Nothing is carried out here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from math import lcm

from integrations.money import Money, least_step
from integrations.remedies import Bound, Remedy, RemedyKind, Worth
from integrations.sentence import Said, Text, Words
from service.domain.complaints.mentions import mentions
from service.domain.remedies.offers import OfferTerms
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When

NO_RULE = Words("")
"""What the rule is called where none fits."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case. `left` is what can still be refunded; None: no order is known.

    `line_ids`: the lines the review is about, `line_paid`: what was paid for them; None: nobody
    knows which they are.
    `earlier_cases`: how many cases the buyer had before; looked up for a rule that asks for it.
    `step`: the smallest amount the shop books, in minor units.
    """

    stars: int
    left: Money | None
    text: str = ""
    cause: str = ""
    product_ids: frozenset[str] = frozenset()
    order_value: Money | None = None
    line_ids: tuple[str, ...] = ()
    line_paid: Money | None = None
    earlier_cases: Callable[[], int] = lambda: 0
    grave: bool = False
    country: str = ""
    step: int = 1


@dataclass(frozen=True, slots=True)
class Option:
    """One remedy with the reason it is proposed. `capped`: its rule sets an upper limit in this
    currency, so that a dear order cannot make it any dearer."""

    remedy: Remedy
    reason: Text
    capped: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule proposes, best first; `offer`: as a choice for the buyer, on these terms."""

    rule: str
    options: tuple[Option, ...]
    offer: OfferTerms | None = None
    label: Said = NO_RULE
    """The name of the rule, for people."""

    @property
    def first(self) -> Option:
        """The recommended remedy."""
        return self.options[0]


@dataclass(frozen=True, slots=True)
class NoProposal:
    """Nothing is proposed; the seller is told why and chooses."""

    reason: Text
    rule: str = ""
    label: Said = NO_RULE


def propose(
    playbook: Playbook, facts: Facts, available: Collection[RemedyKind]
) -> Proposal | NoProposal:
    """Propose remedies of the first fitting rule that has one this platform can carry out."""
    worth = facts.line_paid
    if facts.left is None or (worth is None and facts.order_value is None):
        return NoProposal(Text("The order is not known yet, so no amount can be worked out."))
    if worth is None:
        return NoProposal(
            Text("It is not known which line of the order is meant. Choose it, and the make-good.")
        )
    fitting = [rule for rule in playbook.rules if fits(rule.when, facts)]
    for rule in fitting:
        options = tuple(
            option
            for remedy_rule in rule.remedies
            if remedy_rule.kind in available
            and (option := _option(playbook, rule, remedy_rule, facts)) is not None
        )
        if options:
            differ = len({option.remedy for option in options}) > 1
            return Proposal(rule.name, options, rule.offer if differ else None, rule.label)
    if facts.left.amount_minor <= 0:
        return NoProposal(
            Text("Nothing is left of this order: it was refunded in full, or never paid.")
        )
    if not fitting:
        return NoProposal(Text("No rule of the playbook fits this case."))
    return NoProposal(
        Text(
            "The rule “%(rule)s” fits, but offers nothing this shop can do in %(currency)s.",
            rule=fitting[0].label,
            currency=worth.currency,
        ),
        fitting[0].name,
        fitting[0].label,
    )


def fits(when: When, facts: Facts) -> bool:
    """True when every condition of a rule holds."""
    if not when.min_stars <= facts.stars <= when.max_stars:
        return False
    if when.grave is not None and facts.grave != when.grave:
        return False
    if when.countries and facts.country.upper() not in when.countries:
        return False
    if when.products and facts.product_ids.isdisjoint(when.products):
        return False
    if not (_value_fits(when, facts.order_value) and _complaint_fits(when, facts)):
        return False
    return _earlier_cases_fit(when, facts)


def _complaint_fits(when: When, facts: Facts) -> bool:
    if when.causes and facts.cause:
        return facts.cause in when.causes
    if when.words:
        return mentions(facts.text, when.words)
    return not when.causes


def _earlier_cases_fit(when: When, facts: Facts) -> bool:
    fewest, most = when.earlier_cases_min, when.earlier_cases_max
    if not fewest and most is None:
        return True
    earlier = facts.earlier_cases()
    return fewest <= earlier and (most is None or earlier <= most)


def _value_fits(when: When, value: Money | None) -> bool:
    """A bound in other currencies than the order's cannot be compared, so it does not hold."""
    for bounds, holds in ((when.order_at_least, int.__ge__), (when.order_at_most, int.__le__)):
        if not bounds:
            continue
        if value is None or value.currency not in bounds:
            return False
        if not holds(value.amount_minor, bounds[value.currency]):
            return False
    return True


def _option(playbook: Playbook, rule: Rule, remedy_rule: RemedyRule, facts: Facts) -> Option | None:
    """The concrete remedy; None where it has no amount in the order's currency, or is more than it
    may be."""
    kind, worth, left = remedy_rule.kind, facts.line_paid, facts.left
    if worth is None or left is None or worth.currency != left.currency:
        return None
    days = remedy_rule.expires_days
    remedy = Remedy(kind, None, facts.line_ids, None if days is None else timedelta(days=days))
    if kind.worth is Worth.NONE:
        return Option(remedy, Text("Rule “%(rule)s”.", rule=rule.label))
    most = _most(kind, facts)
    if kind.worth is Worth.LINES:
        reason = Text("Rule “%(rule)s”: send the item again.", rule=rule.label)
        is_left = most is None or (most.amount_minor > 0 and worth <= most)
        # A line that takes away from the others is nothing that could be sent.
        is_item = worth.amount_minor >= 0
        return (
            Option(replace(remedy, amount=worth.in_use()), reason) if is_left and is_item else None
        )
    priced = _priced(playbook, rule, remedy_rule, facts, most)
    if priced is None:
        return None
    amount, reason = priced
    capped = _is_capped(remedy_rule, amount.currency)
    return Option(replace(remedy, amount=amount), reason, capped)


def _most(kind: RemedyKind, facts: Facts) -> Money | None:
    """What the amount may not exceed; None where nothing bounds it."""
    if kind.bound is Bound.NONE:
        return None
    return facts.left if kind.bound is Bound.LEFT else facts.order_value


def _priced(
    playbook: Playbook, rule: Rule, remedy_rule: RemedyRule, facts: Facts, most: Money | None
) -> tuple[Money, Text] | None:
    """The amount a rule chooses within its cap and `most`, in steps the shop books, with the reason."""
    assert facts.line_paid is not None
    step = lcm(facts.step, least_step(facts.line_paid.currency))
    amount, reason = _amount(playbook, rule, remedy_rule, facts.line_paid, step)
    if amount is None:
        return None
    cap = remedy_rule.cap.get(amount.currency)
    if cap is not None and cap < amount.amount_minor:
        amount = Money(cap, amount.currency)
        reason = Text("Rule “%(rule)s”: up to the cap of this rule.", rule=rule.label)
    if most is not None and most < amount:
        amount = most
        reason = Text("Rule “%(rule)s”: all that was paid.", rule=rule.label)
        if remedy_rule.kind.bound is Bound.LEFT:
            reason = Text("Rule “%(rule)s”: all that is left of the order.", rule=rule.label)
    booked = amount.amount_minor // step * step
    return (Money(booked, amount.currency), reason) if booked > 0 else None


def _is_capped(remedy_rule: RemedyRule, currency: str) -> bool:
    """A fixed amount is its own cap; a resend is one item, whatever it costs."""
    return not remedy_rule.depends_on_order or currency in remedy_rule.cap


def _amount(
    playbook: Playbook, rule: Rule, remedy_rule: RemedyRule, worth: Money, step: int
) -> tuple[Money | None, Text]:
    if remedy_rule.whole_line:
        return worth, Text("Rule “%(rule)s”: all that was paid.", rule=rule.label)
    if remedy_rule.percent is not None:
        share = worth.share(remedy_rule.percent)
        unit = max(playbook.rounding.get(worth.currency, 1), step)
        rounded = (share.amount_minor + unit // 2) // unit * unit
        return Money(rounded or share.amount_minor, worth.currency), Text(
            "Rule “%(rule)s”: %(percent)s %% of what was paid.",
            rule=rule.label,
            percent=str(remedy_rule.percent),
        )
    fixed = remedy_rule.fixed.get(worth.currency)
    amount = None if fixed is None else Money(fixed, worth.currency)
    return amount, Text("Rule “%(rule)s”: a fixed amount.", rule=rule.label)
