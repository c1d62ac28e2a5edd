"""What an adapter may raise, and nothing else.

AdapterError
+-- BadSignature      a webhook that is not, or wrongly, signed: 401, nothing stored
+-- Unreadable        signed, but not understood: kept and shown to the seller
+-- Temporary         not now; `retry_after` seconds if the platform named them
+-- Permanent         refused for good; the message says what a person can do
+-- Unsupported       the platform cannot do this by API; becomes a task for the seller
+-- Misconfigured     key, address or permission is wrong; pauses the connection
"""

from __future__ import annotations


class AdapterError(Exception):
    """Base of all; the message is for people and holds no secret and no buyer text."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadSignature(AdapterError):
    """The request was not signed with a secret of this connection."""


class Unreadable(AdapterError):
    """The request is genuine but its body does not say what it should."""


class Temporary(AdapterError):
    """Try again later.

    `maybe_done` is False only where the platform surely did nothing (connection refused, 429).
    True means the outcome is unknown: look it up before acting again.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, maybe_done: bool = True
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.maybe_done = maybe_done


class Permanent(AdapterError):
    """The platform refused and will refuse again."""


class Unsupported(AdapterError):
    """The platform has no such call."""


class Misconfigured(AdapterError):
    """The seller must mend the connection: key, address, permission."""
