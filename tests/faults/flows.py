"""The flows a process is killed in, and what each must have left behind in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from integrations.money import Money
from integrations.remedies import KINDS, Remedy
from integrations.sandbox import trouble
from service.domain.remedies.holds import HOLD_SECONDS
from service.operations.remedies import decisions
from tests.faults.people import People, case_of
from tests.world import World

MINOR = 1_000_000
HOUR = 3600
SOON = {
    "confirmation_hours": 0,
    "resolution_check_hours": 1,
    "update_invitation_hours": 48,
    "silent_hours": 72,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}
ASKING = {"invitations": True, "lawful_basis": ["ID"]}

OPENED = ("opened", "order_found", "planned receipt", "propose")
MADE = (
    "approve",
    "made",
    "planned confirmation",
    "planned resolution_check",
    "planned update_invitation",
    "sent confirmation",
)
ASKED = ("sent resolution_check", "planned resolution_reminder")
SOLVED = (*ASKED, "answered solved", "sent update_invitation")
ENDED = ("review_changed", "close")


@dataclass(frozen=True, slots=True)
class Flow:
    """`prepare` leads to where the flow begins; `steps` are the dying process's; `words` must be
    in the history in the end, each once and in this order."""

    prepare: Callable[[World, People], int]
    steps: tuple[tuple[Any, ...], ...]
    words: tuple[str, ...]
    reason: str = "recovered"
    solved: bool = True
    hold_seconds: int = 0


def _sold(world: World, people: People) -> int:
    return people.sell()


def _awaiting(world: World, people: People) -> int:
    order_id = world.rate(1, order_id=people.sell())
    world.work()
    return order_id


def _content(world: World, people: People) -> int:
    order_id = world.rate(5, "Bagus", people.sell())
    world.work()
    return order_id


def _made_good(world: World, people: People) -> int:
    order_id = _awaiting(world, people)
    approve(world, order_id, people.action)
    world.work()
    trouble.choose(world.sandbox.ledger, order_id, people.trouble)
    return order_id


def _troubled(world: World, people: People) -> int:
    order_id = _awaiting(world, people)
    trouble.choose(world.sandbox.ledger, order_id, people.trouble)
    return order_id


def approve(world: World, order_id: int, action: str) -> None:
    """The owner approves a make-good of this kind."""
    case = case_of(world, order_id)
    line = case.order["lines"][0]["id"]
    days = timedelta(days=30) if KINDS[action].expires else None
    wanted = Remedy(KINDS[action], Money(MINOR, "IDR"), (line,), days)
    decisions.approve(world.context, case.id, world.owner, changed=wanted)


# The last move lets what a shop's trouble put off come due again within the same life.
_MAKE = (("approve", "{action}", MINOR), ("work",), ("move", 6), ("work",))
_MAKE_HELD = (_MAKE[0], ("work",), ("move", HOLD_SECONDS), *_MAKE[1:])
_ASK = (("move", HOUR), ("work",), ("answer", "yes"), ("move", 48 * HOUR), ("work",))
_RATE = (("rate", 1, "Barang rusak"), ("work",))
_RAISE = (("rate", 5, "Masalah selesai"), ("work",))

FLOWS: dict[str, Flow] = {
    "read": Flow(_sold, _RATE, OPENED + MADE + SOLVED + ENDED),
    "lowered": Flow(
        _content,
        (("rate", 2, "Rusak setelah sehari"), ("work",)),
        OPENED + MADE + SOLVED + ENDED,
    ),
    "make-good": Flow(_troubled, _MAKE, OPENED + MADE + SOLVED + ENDED),
    "held": Flow(
        _troubled,
        _MAKE_HELD,
        (*OPENED, MADE[0], "hold_ended", *MADE[1:], *SOLVED, *ENDED),
        hold_seconds=HOLD_SECONDS,
    ),
    "messages": Flow(_made_good, _ASK, OPENED + MADE + SOLVED + ENDED),
    "not-solved": Flow(
        _made_good,
        (("move", HOUR), ("work",), ("answer", "no"), ("work",)),
        (
            *OPENED,
            *MADE,
            *ASKED,
            "answered not_solved",
            "reopen",
            "propose",
            "decline",
            *ENDED,
        ),
        solved=False,
    ),
    "raised": Flow(_made_good, _RAISE, OPENED + MADE + ENDED),
    "withdrawn": Flow(
        _made_good, (("rate", 0, ""), ("work",)), (*OPENED, *MADE, "close"), "withdrawn"
    ),
    "life": Flow(_sold, _RATE + _MAKE + _ASK + _RAISE, OPENED + MADE + SOLVED + ENDED),
}


def steps_of(flow: Flow, action: str) -> list[list[Any]]:
    """The steps with the make-good filled in."""
    return [[action if each == "{action}" else each for each in step] for step in flow.steps]
