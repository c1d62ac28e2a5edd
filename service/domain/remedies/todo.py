"""What a person is asked to do about a make-good, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.remedies import Remedy, Spends
from integrations.sentence import Said, Text
from service.domain.remedies.states import MakeGoodState

NOTED = Text("no reason is known")


@dataclass(frozen=True, slots=True)
class MadeFor:
    """A remedy with the number of its order, the names of its lines there, and its own reference."""

    remedy: Remedy
    number: str
    names: str
    reference: str


def todo(state: MakeGoodState, made_for: MadeFor, note: Said | None) -> Said | None:
    """What to do now; None where nothing is asked of anybody. `note`: what was last said of it."""
    if state is MakeGoodState.BY_HAND:
        return _by_hand(made_for, note)
    if state is MakeGoodState.UNKNOWN:
        return _find_out(made_for, note or NOTED)
    return note if state in (MakeGoodState.REFUSED, MakeGoodState.TO_FINISH) else None


def _by_hand(made_for: MadeFor, note: Said | None) -> Said:
    """As the platform said; else by the kind of the remedy."""
    if note is not None:
        return note
    amount = made_for.remedy.amount or ""
    task = made_for.remedy.kind.task
    return Text(
        "%(what)s, note the reference %(reference)s, then mark it as done here.",
        what=Text(task, amount=amount, number=made_for.number, names=made_for.names),
        reference=made_for.reference,
    )


def _find_out(made_for: MadeFor, why: Said) -> Text:
    """What to look for and where: money is seen where it was paid from."""
    remedy = made_for.remedy
    if remedy.kind.spends is Spends.MONEY:
        return Text(
            "It is not known whether this refund was paid (%(why)s). Look at the payment provider of"
            " the shop for %(amount)s on order %(number)s: money may have moved though the shop"
            " shows nothing.",
            why=why,
            amount=remedy.amount or "",
            number=made_for.number,
        )
    return Text(
        "It is not known whether this was carried out (%(why)s). Look in the shop for the reference"
        " %(reference)s, then say what you saw.",
        why=why,
        reference=made_for.reference,
    )
