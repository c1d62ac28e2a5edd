"""How long what a person approves can be undone before anything of it begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.domain.errors import WrongInput

HOLD_SECONDS = 20
LONGEST = 600


def held_until(seconds: int, now: datetime) -> datetime | None:
    """Until when an approval made now can be undone; None: it begins at once."""
    return now + timedelta(seconds=seconds) if seconds else None


def check_seconds(seconds: int) -> int:
    """A hold that a shop may set; raises `WrongInput`."""
    if not 0 <= seconds <= LONGEST:
        raise WrongInput("Enter the seconds as a whole number from 0 to %(most)s.", most=LONGEST)
    return seconds
