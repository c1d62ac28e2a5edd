"""What an adapter may raise, and nothing else.

AdapterError
+-- BadSignature      a webhook that is not, or wrongly, signed: 401, nothing stored
+-- Unreadable        signed, but not understood: kept and shown to the seller
+-- Temporary         not now; `retry_after` seconds if the platform named them
+-- Permanent         not by trying again; the message says what a person can do
|   +-- Rejected      refused for good, and surely nothing was done
|       +-- OptedOut  because the buyer wants nothing more by this channel
+-- Unsupported       the platform cannot do this by API; becomes a task for the seller
+-- Misconfigured     key, address or permission is wrong; pauses the connection

Each says in `outcome` what is known of what was asked for: "not_done" is a promise that nothing
happened on the platform; "unknown" means that it may have, so it is looked up before it is done again.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from integrations.sentence import Said, Text, Value, Words

CallOutcome = Literal["not_done", "unknown"]


class AdapterError(Exception):
    """Base of all. `text` is for people and holds no secret and no buyer text: a `Text`, or the
    English sentence of one with its values. `field`: the entry of the connection that it comes from,
    '' where that is not known."""

    usual_outcome: ClassVar[CallOutcome] = "not_done"
    code: str = ""
    """What the platform itself calls its refusal, '' where it does not name it."""

    def __init__(
        self,
        text: str | Said,
        /,
        *,
        outcome: CallOutcome | None = None,
        field: str = "",
        **values: Value,
    ) -> None:
        self.text: Said = Text(text, **values) if isinstance(text, str) else text
        self.field = field
        self.outcome: CallOutcome = outcome or self.usual_outcome
        super().__init__(str(self.text))

    @property
    def message(self) -> str:
        """The sentence in English, for logs and programs."""
        return str(self.text)


class BadSignature(AdapterError):
    """The request was not signed with a secret of this connection."""


class Unreadable(AdapterError):
    """The request is genuine but its body does not say what it should."""


class Temporary(AdapterError):
    """Try again later.

    Its outcome is unknown unless the raiser is sure that the platform did nothing (connection
    refused, 429).
    """

    usual_outcome: ClassVar[CallOutcome] = "unknown"

    def __init__(
        self,
        text: str | Said,
        /,
        *,
        retry_after: float | None = None,
        outcome: CallOutcome | None = None,
        field: str = "",
        **values: Value,
    ) -> None:
        super().__init__(text, outcome=outcome, field=field, **values)
        self.retry_after = retry_after


class Permanent(AdapterError):
    """The platform will say the same again, but it may have acted before it said so."""

    usual_outcome: ClassVar[CallOutcome] = "unknown"


class Rejected(Permanent):
    """The platform refuses this for good and did nothing."""

    usual_outcome: ClassVar[CallOutcome] = "not_done"


class OptedOut(Rejected):
    """The buyer told the channel that they want nothing more by it."""


class Unsupported(AdapterError):
    """The platform has no such call."""


class Misconfigured(AdapterError):
    """The seller must mend the connection: key, address, permission. Found before anything was sent,
    or said at the platform's door."""


def reason_of(error: Exception) -> Said:
    """Why a call failed, for a person: an adapter's own sentence, else the name of the fault."""
    return error.text if isinstance(error, AdapterError) else Words(type(error).__name__)


def may_have_acted(error: Exception) -> bool:
    """True unless an adapter says itself that the platform did nothing."""
    return not isinstance(error, AdapterError) or error.outcome == "unknown"
