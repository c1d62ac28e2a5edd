"""Compares what a platform has under our reference with what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from integrations.errors import Permanent
from integrations.sentence import Text

ACTION = Text("action")
KIND = Text("kind")
AMOUNT = Text("amount")
USE = Text("number of uses")
ADDRESS = Text("address")
END = Text("last day")
ORDER = Text("order")
LINES = Text("choice of lines")


def same_terms(what: Text, terms: Mapping[Text, bool]) -> None:
    """Raise `Permanent`, outcome unknown, where a term is not as asked: it was done, but otherwise."""
    differing = [name for name, is_same in terms.items() if not is_same]
    if differing:
        raise Permanent(
            "the shop has %(what)s with another %(terms)s: compare it there",
            what=what,
            terms=reduce(_and, differing),
            outcome="unknown",
        )


def _and(some: Text, other: Text) -> Text:
    return Text("%(some)s, %(other)s", some=some, other=other)
