"""Addresses of pictures, as platforms give them."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.text import is_web_link

MOST = 12
"""Pictures of one review; platforms take fewer."""
LONGEST = 2000


def addresses(written: Iterable[str | None]) -> tuple[str, ...]:
    """Those that a picture may be fetched from, each once, `MOST` at most. What is no address of the
    web is left out: what only helps refuses nothing."""
    stripped = (address.strip() for address in written if address)
    usable = (address for address in stripped if len(address) <= LONGEST and is_web_link(address))
    return tuple(dict.fromkeys(usable))[:MOST]


def address(written: str | None) -> str:
    """The same for one picture; '' for none."""
    return next(iter(addresses((written,))), "")
