"""What a person or a clock may be refused.

DomainError
+-- NotFound         no such row, or not yours
+-- WrongState       the case or make-good is not in the state this needs
+-- NotPermitted     the role may not do this
+-- OverLimit        the amount is above what this seller may approve
+-- WrongInput       a value is missing or wrong; the message says what to enter
+-- LostClaim        another worker has taken this row over; leave it alone
"""

from __future__ import annotations


class DomainError(Exception):
    """Base of all; `message` is shown to people, `code` is stable for programs and translation."""

    code = "error"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


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


class LostClaim(DomainError):
    code = "lost_claim"
