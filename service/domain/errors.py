"""What a person or a clock may be refused.

DomainError
+-- NotFound         no such row, or not yours
+-- WrongState       the case or make-good is not in the state this needs
+-- NotPermitted     the role may not do this
+-- OverLimit        the amount is above what this seller may approve
+-- WrongInput       a value is missing or wrong; the message says what to enter
|   +-- Unconfirmed  it may be so, once a person who has read the advice says so
+-- LostClaim        another worker has taken this row over; leave it alone
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sentence import Said, Text, Value


class DomainError(Exception):
    """Base of all. `code` is stable for programs; `text` is for people: a `Text`, or the English
    sentence of one with its values. `fields` says what is wrong with each field of a form."""

    code = "error"

    def __init__(
        self,
        text: str | Said,
        /,
        *,
        fields: Mapping[str, Any] | None = None,
        **values: Value,
    ) -> None:
        self.text: Said = Text(text, **values) if isinstance(text, str) else text
        self.fields = fields or {}
        super().__init__(str(self.text))

    @property
    def message(self) -> str:
        """The sentence in English, for logs and programs."""
        return str(self.text)


class NotFound(DomainError):
    code = "not_found"


class WrongState(DomainError):
    code = "wrong_state"


class NotPermitted(DomainError):
    code = "not_permitted"


class OverLimit(DomainError):
    code = "over_limit"


class WrongInput(DomainError):
    code = "wrong_input"


class Unconfirmed(WrongInput):
    code = "unconfirmed"


class LostClaim(DomainError):
    code = "lost_claim"
