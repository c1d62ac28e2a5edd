"""An offer: several remedies of which the buyer picks one, until a last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from integrations.contract import Order
from integrations.money import Money
from integrations.remedies import Bound, Remedy
from integrations.sentence import N_, Text
from service.domain.errors import WrongInput
from service.domain.remedies import terms
from service.domain.state_table import StateTable

MOST_DAYS = 60
"""For so long a buyer may be left to choose."""


class OfferState(StrEnum):
    """Where an offer stands."""

    OPEN = "open"
    """The buyer may pick."""
    PICKED = "picked"
    """The buyer picked, or the default was taken because the buyer did not pick in time."""
    EXPIRED = "expired"
    """Nothing was picked in time: the case went back to the seller."""
    WITHDRAWN = "withdrawn"
    """The seller took it back."""
    VOID = "void"
    """Nothing of it can be given any more: the order was refunded elsewhere, say."""


class OfferMove(StrEnum):
    """What may happen to an offer."""

    PICK = "pick"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    VOID = "void"


class WithoutPick(StrEnum):
    """What happens when the buyer does not pick in time."""

    FIRST = "first"
    """The first remedy is given."""
    SELLER = "seller"
    """The seller decides once more."""

    @property
    def said(self) -> Text:
        """What the seller is told of it."""
        if self is WithoutPick.FIRST:
            return Text("Without a pick the first one is given.")
        return Text("Without a pick you decide again.")


_S, _M = OfferState, OfferMove
OFFERS = StateTable(
    N_("This is not possible any more: the offer is now “%(state)s”."),
    _S.OPEN,
    {
        _M.PICK: (frozenset({_S.OPEN}), _S.PICKED),
        _M.EXPIRE: (frozenset({_S.OPEN}), _S.EXPIRED),
        _M.WITHDRAW: (frozenset({_S.OPEN}), _S.WITHDRAWN),
        _M.VOID: (frozenset({_S.OPEN}), _S.VOID),
    },
    {
        _S.OPEN: Text("the buyer chooses"),
        _S.PICKED: Text("picked"),
        _S.EXPIRED: Text("not picked in time"),
        _S.WITHDRAWN: Text("taken back"),
        _S.VOID: Text("not possible any more"),
    },
)

TOLD: Mapping[OfferState, Text] = {
    _S.PICKED: Text("This is arranged. There is nothing more you need to do."),
    _S.EXPIRED: Text("The time for choosing is over. We will come back to you."),
    _S.WITHDRAWN: Text("This can no longer be chosen. We will come back to you."),
    _S.VOID: Text("This can no longer be chosen: it has been settled otherwise."),
}
"""What a buyer is told who wants to pick when it is too late."""
REFUNDED_ELSEWHERE = Text("So much of this order is not left any more.")
NOT_HERE = Text("The shop cannot give this for the order any more.")


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """For how many days the buyer may choose, and what happens without a pick."""

    days: int
    without_pick: WithoutPick = WithoutPick.FIRST

    def ends_at(self, now: datetime) -> datetime:
        """The last moment to pick."""
        return now + timedelta(days=self.days)


def terms_to_data(offer: OfferTerms) -> dict[str, str | int]:
    """Plain data for JSON, which `terms_from_data` reads back."""
    return {"days": offer.days, "without_pick": offer.without_pick.value}


def terms_from_data(data: Mapping[str, object]) -> OfferTerms:
    """The terms that `terms_to_data` kept."""
    return OfferTerms(int(str(data["days"])), WithoutPick(str(data["without_pick"])))


def terms_of(
    known: OfferTerms | None, days: int | None, without_pick: WithoutPick | None
) -> OfferTerms:
    """The known terms with what was said instead; raises `WrongInput` where no days are known."""
    if known is not None:
        return OfferTerms(days or known.days, without_pick or known.without_pick)
    if days is None:
        raise WrongInput("Say for how many days the buyer may choose.")
    return OfferTerms(days, without_pick or WithoutPick.FIRST)


def check_set(remedies: Sequence[Remedy]) -> None:
    """A choice needs two remedies that differ; raises `WrongInput`."""
    if len(set(remedies)) < 2:
        raise WrongInput("A buyer can only choose where there are two remedies or more.")


def dearest(remedies: Sequence[Remedy]) -> Remedy:
    """The remedy whose amount stands for all of them while nothing is picked. What has no amount
    comes first: it is within nobody's limit."""
    return max(remedies, key=lambda remedy: (remedy.amount is None, _minor(remedy)))


def why_not(remedy: Remedy, order: Order, left: Money, *, is_given: bool) -> Text | None:
    """Why a remedy of an offer can no longer be given; None where it can. `left` of the order without
    this offer; `is_given`: the platform, or a person for it, still gives such."""
    lines = {line.id for line in order.lines}
    if not is_given or remedy.kind in order.unavailable or not set(remedy.line_ids) <= lines:
        return NOT_HERE
    nothing = remedy.kind.bound is Bound.LEFT and left.amount_minor <= 0
    if nothing or left.currency != (remedy.amount or left).currency:
        return REFUNDED_ELSEWHERE
    return None if terms.fits(remedy, order, left) else REFUNDED_ELSEWHERE


def _minor(remedy: Remedy) -> int:
    return 0 if remedy.amount is None else remedy.amount.amount_minor
