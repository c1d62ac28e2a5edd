"""Make-goods: what is asked of a platform, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from integrations.remedies import Remedy
from integrations.sentence import Said

if TYPE_CHECKING:
    from integrations.contract.orders import Order

Progress = Mapping[str, str | int]
"""What an adapter wants to know at the next step of the same action: ids of what it has made so far."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """One make-good to carry out, or to go on with: `remedy` as it was given, with its last moment
    where it ends.

    `key` is the same on every try. `reference` (such as MG-7F3K2Q-1) is put where `find` can read
    it back. `progress`: what the last step gave (`Pending.progress`), empty at the first.
    """

    remedy: Remedy
    key: str
    reference: str
    order: Order
    progress: Progress = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """It is done. `vendor_id` is the platform's own id, `code` the buyer's; `already`: it had been
    done before this call."""

    vendor_id: str
    already: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Under way, and nothing is wrong. The action goes on (`act`, with `progress`) at `until`, or
    when an event tells that the order or a return of it has changed; `until` now means: at once,
    after `progress` was stored.

    `buyer_until`: the last moment at which the buyer can do what it waits for; None where it is the
    platform that is waited for. `text` says to the seller what it waits for.
    """

    until: datetime
    progress: Progress
    text: Said
    buyer_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ByHand:
    """The platform cannot do it, or not all of it: what the seller does by hand. `vendor_id` and
    `code` name what the platform has made all the same."""

    text: Said
    vendor_id: str = ""
    already: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform had taken it up and has refused it since: surely nothing was done."""

    text: Said


ActionResult = Done | Pending | ByHand
Found = Done | Pending | ByHand | Refused


def done_unless(
    left: Said | None, vendor_id: str, *, already: bool = False, code: str = ""
) -> Done | ByHand:
    """Done, unless something is left for the seller to do by hand."""
    if left is None:
        return Done(vendor_id, already, code)
    return ByHand(left, vendor_id, already, code)
