"""What a platform means by its refusals, as a table: the first row that fits counts."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from integrations.errors import AdapterError, CallOutcome, Temporary
from integrations.http import Response
from integrations.sentence import Text

REFUSED_FOR_GOOD = frozenset(range(400, 500)) - {408, 425, 429}
"""Statuses that come again when the call is made again (RFC 9110, 15.5)."""
FAILED_THERE = range(500, 600)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which error stands for an answer whose status is among these, and whose code matches all of the
    pattern; a platform that gave no code has the code ''.

    `sentence` may have `status`, `code` and `said`, the platform's own words, to fill in. `pause`:
    seconds to wait where the answer names none.
    """

    error: type[AdapterError]
    sentence: str | Text
    code: str = ".*"
    status: Container[int] = range(300, 600)
    outcome: CallOutcome | None = None
    pause: float | None = None

    def fits(self, status: int, code: str) -> bool:
        """Whether this row speaks of such an answer."""
        return status in self.status and re.fullmatch(self.code, code, re.DOTALL) is not None


def error_by(
    table: Sequence[Refusal], response: Response, code: str, said: str, wait: float | None
) -> AdapterError | None:
    """The error of the first row that fits, None where none does."""
    row = next((row for row in table if row.fits(response.status, code)), None)
    if row is None:
        return None
    text = row.sentence
    if isinstance(text, str):
        text = Text(text, status=response.status, code=code[:80], said=said)
    error = row.error(text, outcome=row.outcome)
    error.code = code
    if isinstance(error, Temporary):
        error.retry_after = wait or row.pause
    return error
