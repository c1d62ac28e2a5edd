"""Short references such as MG-7F3K2QX9 that people can read out and platforms can store."""

from __future__ import annotations

from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L or U: nothing that is misread or spells words."""
LENGTH = 8


def new_reference(choice: Callable[[str], str]) -> str:
    """A new case reference; `choice` picks one character (`secrets.choice`)."""
    return "MG-" + "".join(choice(ALPHABET) for _ in range(LENGTH))


def make_good_reference(case_reference: str, number: int) -> str:
    """The reference of the n-th make-good of a case, as the platform stores it."""
    return f"{case_reference}-{number}"
