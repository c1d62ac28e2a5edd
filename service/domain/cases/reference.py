"""Short references such as MG-7F3K2QX9 that people can read out and platforms can store."""

from __future__ import annotations

import re
from random import Random

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L or U: nothing that is misread or spells words."""
LENGTH = 8
_REFERENCE = re.compile(f"MG-[{ALPHABET}]{{{LENGTH}}}", re.IGNORECASE)


def new_reference(random: Random) -> str:
    """A new case reference; nobody can foretell one of `secrets.SystemRandom`."""
    return "MG-" + "".join(random.choices(ALPHABET, k=LENGTH))


def is_reference(typed: str) -> bool:
    """Whether this is written as a case's reference, in large or small letters. One in twelve has no digit."""
    return _REFERENCE.fullmatch(typed) is not None


def make_good_reference(case_reference: str, number: int) -> str:
    """The reference of the n-th make-good of a case, as the platform stores it."""
    return f"{case_reference}-{number}"
