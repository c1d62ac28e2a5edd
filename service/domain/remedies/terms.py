"""Whether a remedy may be promised: its amount, its lines, and what the order leaves."""

from __future__ import annotations

from dataclasses import replace
from math import lcm

from integrations.contract import Order
from integrations.money import Money, least_step
from integrations.remedies import Bound, Remedy, Spends, Worth
from integrations.sentence import Text
from service.domain.errors import WrongInput


def priced(remedy: Remedy, order: Order) -> Remedy:
    """The remedy with the amount its kind says, whatever amount came with it, where it is not chosen."""
    if remedy.kind.worth is Worth.CHOSEN:
        return remedy
    if remedy.kind.worth is Worth.NONE:
        return replace(remedy, amount=None)
    paid = sum(line.paid.amount_minor for line in order.lines if line.id in remedy.line_ids)
    return replace(remedy, amount=Money(paid, order.paid.currency))


def check_terms(remedy: Remedy, order: Order) -> None:
    """Lines, currency and amount fit the order; raises `WrongInput`."""
    unknown = set(remedy.line_ids) - {line.id for line in order.lines}
    if unknown or (remedy.kind.takes_lines and not remedy.line_ids):
        raise WrongInput("Choose which lines of the order are meant.")
    amount, currency = remedy.amount, order.paid.currency
    if remedy.kind.worth is Worth.NONE:
        return
    if amount is not None and amount.currency != currency:
        raise WrongInput(
            "The order was paid in %(currency)s: enter that currency.", currency=currency
        )
    # A free gift that came broken is sent again all the same.
    least = 0 if remedy.kind.worth is Worth.LINES else 1
    if amount is None or amount.amount_minor < least:
        raise WrongInput("Enter an amount above zero.")
    step = lcm(order.step, least_step(currency))
    if remedy.kind.worth is Worth.CHOSEN and amount.amount_minor % step:
        booked = max(step, amount.amount_minor // step * step)
        raise WrongInput(
            "This shop books amounts in steps of %(step)s. Enter %(amount)s, say.",
            step=Money(step, currency),
            amount=Money(booked, currency),
        )


def fits(remedy: Remedy, order: Order, left: Money) -> bool:
    """True where the amount is within what its kind may not exceed; `left` of the order is without
    what its other make-goods were promised."""
    most = _most(remedy, order, left)
    return remedy.amount is None or most is None or remedy.amount <= most


def too_much(remedy: Remedy, order: Order, left: Money, promised: Money) -> WrongInput:
    """The refusal of a remedy that does not fit; `promised` to the order's other make-goods."""
    kind = remedy.kind
    if kind.bound is Bound.LEFT and promised.amount_minor and kind.spends is not Spends.GOODS:
        return WrongInput(
            "Only %(left)s of this order can still be refunded: %(promised)s is promised already by"
            " other make-goods of it.",
            left=left,
            promised=promised,
        )
    return WrongInput(Text(kind.too_much, left=_most(remedy, order, left) or left))


def _most(remedy: Remedy, order: Order, left: Money) -> Money | None:
    return {Bound.LEFT: left, Bound.PAID: order.paid, Bound.NONE: None}[remedy.kind.bound]
