"""Rules of vouchers after they were given: whether they were used, and for how long that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from integrations.sentence import Text


class VoucherUsage(StrEnum):
    """What is known of the use of a voucher that was given."""

    OPEN = "open"
    USED = "used"
    UNUSED = "unused"
    UNKNOWN = "unknown"


USAGES: Mapping[VoucherUsage, Text] = {
    VoucherUsage.USED: Text("used"),
    VoucherUsage.UNUSED: Text("expired without being used"),
    VoucherUsage.OPEN: Text("not used yet"),
    VoucherUsage.UNKNOWN: Text("not known"),
}
"""In words, in the order in which reports list them."""
LOOK_EVERY = timedelta(days=1)
GRACE = timedelta(days=3)
"""How long after its last moment a use may still show: platforms end a voucher by their own clocks, and
count a use once its order is paid."""
LONGEST = timedelta(days=365)
"""How long the use of one without an end is asked for."""


def is_over(expires_at: datetime | None, done_at: datetime, now: datetime) -> bool:
    """Whether nothing more can be learned of a voucher."""
    return now >= (done_at + LONGEST if expires_at is None else expires_at + GRACE)
