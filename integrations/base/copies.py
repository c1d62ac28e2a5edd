"""A resend is a new order of the same lines: what cannot be ordered again, and what a copy lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.sentence import Text


@dataclass(frozen=True, slots=True)
class CopiedLine:
    """A line as far as it is copied. `choices`: names and values of what its buyer chose, in their order;
    `hidden`: names of what programs of the shop keep with it, which belongs to the first order."""

    product_id: str
    variant_id: str
    name: str
    quantity: Decimal
    choices: Sequence[tuple[str, Any]] = ()
    hidden: frozenset[str] = frozenset()


def by_hand(lines: Sequence[CopiedLine]) -> Text | None:
    """Why no API takes these lines, None where it does: parts of one, lines of no product."""
    for line in lines:
        if line.quantity != line.quantity.to_integral_value() or line.quantity <= 0:
            return Text(
                "The shop's API takes whole quantities only, and %(name)s was bought %(quantity)s"
                " times. Make the replacement order by hand.",
                name=line.name,
                quantity=f"{line.quantity:f}",
            )
        if not line.product_id:
            return Text(
                "%(name)s is no product of the shop any more. Send it by hand.", name=line.name
            )
    return None


def left_to_compare(
    number: str, total: Decimal, copy: Sequence[CopiedLine], lines: Sequence[CopiedLine]
) -> Text | None:
    """What is left to do of a copy: it is to be paid, lacks something, or programs of the shop kept
    something hidden of the first order; None where it is as it should be."""
    lacking = ", ".join(_lacking(copy, lines))
    hidden = ", ".join(sorted({name for line in lines for name in line.hidden}))
    if not (total or lacking or hidden):
        return None
    return Text(
        "Compare the replacement order %(number)s with the first one in the shop, then mark this"
        " as done. To be paid: %(total)s; lacking: %(lacking)s; kept by plugins and not copied:"
        " %(hidden)s.",
        number=number,
        total=f"{total.normalize():f}",
        lacking=lacking or "-",
        hidden=hidden or "-",
    )


def _lacking(copy: Sequence[CopiedLine], lines: Sequence[CopiedLine]) -> list[str]:
    """What is not in the order that was made: a line, or a choice of one."""
    quantities = Counter[tuple[str, str]]()
    for line in copy:
        quantities[line.product_id, line.variant_id] += int(line.quantity)
    choices = [choice for line in copy for choice in line.choices]
    names = []
    for line in lines:
        product = (line.product_id, line.variant_id)
        if quantities[product] < line.quantity:
            names.append(line.name)
        quantities[product] -= int(line.quantity)
        missing = (key for key, value in line.choices if (key, value) not in choices)
        names += [f"{key} of {line.name}" for key in missing]
    return names
