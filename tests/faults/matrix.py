"""Which variants there are, and which of them a quick run takes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import product

FULL = os.environ.get("FAULTS_EVERY") == "1"
"""Every point of the variants that take each pair of values; else a few points of a few."""
WHOLE = os.environ.get("FAULTS_VARIANTS") == "all"
"""With every point: all variants."""
FEW = 2


@dataclass(frozen=True, slots=True)
class Stand:
    """What variants can share: a database, a way of running, a kind of platform."""

    database: str
    mode: str
    kind: str

    def __str__(self) -> str:
        return f"{self.database}-{self.mode}-{self.kind}"


@dataclass(frozen=True, slots=True)
class Variant:
    """One line of the matrix on its stand."""

    flow: str
    action: str = "refund"
    trouble: str = ""

    def __str__(self) -> str:
        return "-".join(each for each in (self.flow, self.action, self.trouble) if each)


DATABASES = ("sqlite", "postgres")
MODES = ("embedded", "rq")
KINDS = ("sandbox", "sandbox-nokey", "sandbox-nolookup", "sandbox-blind")
TROUBLES = ("", "temporary", "slow", "acted_500", "acted_dropped")
MAKES = (
    *(Variant("make-good", "refund", each) for each in TROUBLES),
    # To the outbox an action is a word it hands on: trouble is tried with one of the three.
    Variant("make-good", "resend"),
    Variant("make-good", "voucher"),
)
FLOWS = ("held", "read", "lowered", "messages", "not-solved", "raised", "withdrawn", "life")
OTHERS = (*(Variant(each) for each in FLOWS), Variant("messages", trouble="message_500"))

STANDS = tuple(Stand(*each) for each in product(DATABASES, MODES, KINDS))
MAKE = tuple((stand, each) for stand in STANDS for each in MAKES)
# Nothing but a make-good depends on what the platform knows and can be asked.
OTHER = tuple((stand, each) for each in OTHERS for stand in STANDS if stand.kind == "sandbox")
ALL = MAKE + OTHER
EACH = len(OTHER) // len(OTHERS)
# Steps that share no factor with what repeats below them, so that every value has its turn.
SAMPLE = MAKE[::13] + tuple(OTHER[n * EACH + n % EACH] for n in range(len(OTHERS)))
PLACES = tuple(product(DATABASES, MODES))
# A Latin square: each make-good at each kind of platform, each of both in each place. The other
# flows: on both databases and in both modes.
PAIRWISE = (
    *(
        (Stand(*PLACES[(row + column) % len(PLACES)], kind), each)
        for row, kind in enumerate(KINDS)
        for column, each in enumerate(MAKES)
    ),
    *(
        (Stand(*PLACES[place], "sandbox"), each)
        for number, each in enumerate(OTHERS)
        for place in ((0, 3) if number % 2 else (1, 2))
    ),
)
CHOSEN = SAMPLE if not FULL else ALL if WHOLE else PAIRWISE
PAIRED = KINDS if FULL else ("sandbox-nokey",)
"""Kinds for the tests of pairs: a quick run takes the one that can be harmed most."""


def points_of(counted: int, start: int) -> range:
    """The points to try of so many: all, or a few that differ from variant to variant."""
    step = 1 if FULL else max(1, counted // FEW)
    return range(1 + (0 if FULL else start % step), counted + 1, step)
