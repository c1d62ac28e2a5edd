"""What identifies a buyer: whoever shares one such mark within a shop is the same buyer, unless the mark is
of too many to be anybody's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from integrations.telephone import e164
from service.domain.reviews.versions import NO_ID

FEWEST_DIGITS = 6
"""A telephone number with fewer digits identifies nobody."""
FEWEST_DIFFERENT_DIGITS = 3
"""Below which what no network knows was typed to fill a field, such as 000000."""
IN_A_ROW = "01234567890123456789"
NOBODYS_DOMAIN = re.compile(
    r"(?:.*\.)?(?:invalid|localhost|local|example|example\.(?:com|net|org))", re.I
)
"""RFC 2606 and 6761: mail to these reaches nobody."""
NOBODYS_NAME = re.compile(r"(?:no|do-?not|donot)[-_.]?reply", re.I)
MOST_BUYERS = 5
"""Different ids at one connection, addresses, numbers or names that cases with one address or number may
have: beyond that it is a placeholder, or the shop's own, and says nothing of who the buyer is."""
MOST_STEPS = 4
"""Marks that may lie between two cases of one buyer: a person is known by few kinds of them."""
NAME = "name:"
"""How the marks begin that join nobody."""


def marks_of(
    buyer: Mapping[str, str], connection_id: int | None, country: str = ""
) -> Iterator[str]:
    """The marks of a buyer as one connection names them; its ids count there only. Numbers are read as
    people of their country write them, or of the shop's `country`. What is nobody's is no mark."""
    email = buyer.get("email", "").strip().casefold()
    number = _number(buyer.get("phone", ""), buyer.get("country", "") or country)
    if _is_somebodys(email):
        yield f"mail:{email}"
    if number:
        yield mark_of_number(number)
    if connection_id and buyer.get("id", "") not in NO_ID:
        yield f"id:{connection_id}:{buyer['id']}"


def mark_of_number(number: str) -> str:
    """The mark of a number as E.164 has it."""
    return f"phone:{number}"


def mark_of_name(name: str) -> Iterator[str]:
    """A name joins nobody: it tells how many people use one address. None where a platform hides it."""
    words = " ".join(name.casefold().split())
    if words and "*" not in words:
        yield f"{NAME}{words}"


def may_be_shared(mark: str) -> bool:
    """Whether it can be of many. A platform vouches for its ids."""
    return mark.startswith(("mail:", "phone:"))


def joins(mark: str) -> bool:
    """Whether cases with this mark are of one buyer, if it is not of too many."""
    return not mark.startswith(NAME)


def is_of_many(mark: str, beside: Collection[str]) -> bool:
    """Whether a mark is of too many to be anybody's, by all the marks beside it in whatever case."""
    numbers: dict[str, int] = {}
    for other in beside:
        kind = other.rpartition(":")[0] if other.startswith("id:") else other.partition(":")[0]
        if other != mark:
            numbers[kind] = numbers.get(kind, 0) + 1
    return may_be_shared(mark) and max(numbers.values(), default=0) > MOST_BUYERS


def _is_somebodys(email: str) -> bool:
    name, _, domain = email.rpartition("@")
    is_address = bool(name) and "." in domain and len(email.split()) == 1
    return is_address and not NOBODYS_DOMAIN.fullmatch(domain) and not NOBODYS_NAME.fullmatch(name)


def _number(typed: str, country: str) -> str:
    number = e164(typed, country)
    if number:
        return number
    digits = re.sub(r"\D", "", typed)
    if len(digits) < FEWEST_DIGITS or len(set(digits)) < FEWEST_DIFFERENT_DIGITS:
        return ""
    # No number that a network knows; it still tells one buyer from another.
    return "" if digits in IN_A_ROW or digits in IN_A_ROW[::-1] else f"+{digits}"
