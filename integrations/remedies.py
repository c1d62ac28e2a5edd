"""The kinds of remedies as one table, and a remedy itself: one value from the playbook's rule to the
platform.

Whatever depends on the kind of a remedy stands in its row. A kind that is added here is proposed,
approved, carried out and told to the buyer like the others, wherever a platform can give it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from integrations.money import Money
from integrations.sentence import N_, Text


class Worth(StrEnum):
    """Where the amount of a remedy comes from."""

    CHOSEN = "chosen"
    """A rule or a person says it."""
    LINES = "lines"
    """It is what its lines were paid."""
    NONE = "none"
    """It has none."""


class Bound(StrEnum):
    """What the amount of a remedy may not exceed."""

    LEFT = "left"
    """What is left of the order: not refunded, and not promised to its buyer otherwise."""
    PAID = "paid"
    """What was paid for the order."""
    NONE = "none"


class Spends(StrEnum):
    """What a remedy takes from what is left of its order."""

    MONEY = "money"
    """Paid back through the platform, which then shows less as left."""
    CREDIT = "credit"
    """Worth money, but no platform counts it as given."""
    GOODS = "goods"
    """No money: nothing less is left."""


@dataclass(frozen=True, slots=True, eq=False)
class RemedyKind:
    """What holds for all remedies of a kind.

    `task`, `promise` and `too_much` are ids of sentences: what a person does by hand, with
    `%(number)s` of the order, `%(amount)s` and `%(names)s` of its lines; what a buyer is told who may
    choose it, with `%(amount)s`; and that only `%(left)s` may be given.
    """

    name: str
    """Stored, and the word of programs and platforms: `action` in the API and on the wire."""
    label: Text
    cost: Text
    """What it costs the seller, said before it is approved."""
    task: str
    promise: str
    worth: Worth
    bound: Bound
    spends: Spends
    takes_lines: bool = False
    """It is of certain lines of the order, which must be named."""
    gives_code: bool = False
    """The buyer gets a code, and must be told it."""
    expires: bool = False
    """It is good for some days only."""
    too_much: str = N_("Only %(left)s of this order can still be given.")


RESEND = RemedyKind(
    name="resend",
    label=Text("Send again"),
    cost=Text("Costs you the item again."),
    task=N_("Send again from order %(number)s: %(names)s"),
    promise=N_("We send it to you again, at no cost."),
    worth=Worth.LINES,
    bound=Bound.LEFT,
    spends=Spends.GOODS,
    takes_lines=True,
    too_much=N_(
        "Only %(left)s of this order is left: what was refunded is not sent again as well."
    ),
)
REFUND = RemedyKind(
    name="refund",
    label=Text("Refund"),
    cost=Text("Costs you this amount."),
    task=N_("Refund %(amount)s on order %(number)s"),
    promise=N_("You get %(amount)s back."),
    worth=Worth.CHOSEN,
    bound=Bound.LEFT,
    spends=Spends.MONEY,
    too_much=N_("Only %(left)s of this order can still be refunded."),
)
VOUCHER = RemedyKind(
    name="voucher",
    label=Text("Voucher"),
    cost=Text("Costs you this amount when it is used."),
    task=N_("Give the buyer of order %(number)s a voucher worth %(amount)s"),
    promise=N_("You get a voucher of %(amount)s for our shop."),
    worth=Worth.CHOSEN,
    bound=Bound.LEFT,
    spends=Spends.CREDIT,
    gives_code=True,
    expires=True,
    too_much=N_("A voucher may be worth at most what is left, %(left)s."),
)

KINDS: dict[str, RemedyKind] = {kind.name: kind for kind in (RESEND, REFUND, VOUCHER)}
"""The table, in the order in which pages list them."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something for a buyer: `amount` to refund or of the voucher, for what is sent again what its
    lines were paid, None for a kind without; `line_ids` of the order that are concerned.

    `ends`: how long it is good once it is given; of one that was given, its last moment.
    """

    kind: RemedyKind
    amount: Money | None = None
    line_ids: tuple[str, ...] = ()
    ends: timedelta | datetime | None = None

    @classmethod
    def good_for(
        cls, kind: RemedyKind, amount: Money | None, line_ids: tuple[str, ...], days: int | None
    ) -> Remedy:
        """A remedy not given yet, good for so many days where it ends."""
        return cls(kind, amount, line_ids, None if days is None else timedelta(days=days))

    @property
    def described(self) -> Text:
        """Its kind and amount, as history and pages name it."""
        if self.amount is None:
            return self.kind.label
        return Text("%(what)s %(amount)s", what=self.kind.label, amount=self.amount)

    @property
    def promised(self) -> Text:
        """What the buyer is told who may choose it."""
        if self.amount is None:
            return Text(self.kind.promise)
        return Text(self.kind.promise, amount=self.amount)

    @property
    def money(self) -> Money:
        """The amount, for code about kinds that have one; raises `ValueError` where there is none."""
        if self.amount is None:
            raise ValueError(f"a {self.kind.name} has no amount")
        return self.amount

    @property
    def ends_at(self) -> datetime | None:
        """The last moment of one that was given; None where it does not end."""
        return self.ends if isinstance(self.ends, datetime) else None

    @property
    def days(self) -> int | None:
        """For how many days it will be good; None where it does not end, or was given."""
        return self.ends.days if isinstance(self.ends, timedelta) else None

    def given(self, at: datetime) -> Remedy:
        """The same with its last moment, counted from `at`."""
        return replace(self, ends=at + self.ends) if isinstance(self.ends, timedelta) else self


def remedy_to_data(remedy: Remedy) -> dict[str, Any]:
    """Plain data for JSON, which `remedy_from_data` reads back to an equal one; of one not given yet."""
    amount = remedy.amount
    return {
        "action": remedy.kind.name,
        "amount_minor": None if amount is None else amount.amount_minor,
        "currency": "" if amount is None else amount.currency,
        "line_ids": list(remedy.line_ids),
        "expires_days": remedy.days,
    }


def remedy_from_data(data: dict[str, Any]) -> Remedy:
    """The remedy that `remedy_to_data` kept; raises `KeyError` for a kind that is not in the table."""
    minor = data["amount_minor"]
    amount = None if minor is None else Money(minor, data["currency"])
    return Remedy.good_for(
        KINDS[data["action"]], amount, tuple(data["line_ids"]), data["expires_days"]
    )
