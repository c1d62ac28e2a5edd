"""Signed, expiring links: a buyer's answer page, a seller's sign-in."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from service.domain.errors import NotFound

BUYER = timedelta(days=180)
SIGN_IN = timedelta(minutes=30)
TOKEN_DIGITS = 24
"""Hex digits of a token in an address: 96 bits, which nobody guesses."""


class Links:
    """Makes and reads links; `purpose` keeps a link for one page from opening another."""

    def __init__(self, secret_key: str, public_url: str) -> None:
        self._secret = secret_key
        self.public_url = public_url

    def token(self, purpose: str, value: Any) -> str:
        """A token to put in an address."""
        return str(self._serializer(purpose).dumps(value))

    def read(self, purpose: str, token: str, most: timedelta) -> Any:
        """What the token holds; raises `NotFound` when it is forged, cut, or older than `most`."""
        try:
            return self._serializer(purpose).loads(token, max_age=int(most.total_seconds()))
        except SignatureExpired as error:
            raise NotFound("this link has expired") from error
        except BadSignature as error:
            raise NotFound("this link is not valid: open it again from the message") from error

    def buyer(self, page: str, message_id: int) -> str:
        """The full address of a page of the buyer, such as `answer`, to which a message leads."""
        return f"{self.public_url}/b/{page}/{self.token('buyer-' + page, message_id)}"

    def message_of_buyer(self, page: str, token: str) -> int:
        """The message that leads to this page of the buyer; raises as `read`."""
        return int(self.read(f"buyer-{page}", token, BUYER))

    def reply_token(self, message_id: int) -> str:
        """By which an answer to a message finds it: the same each time, in signs that mail servers
        leave as they are."""
        signature = hmac.new(self._secret.encode(), f"reply:{message_id}".encode(), "sha256")
        return f"{message_id}-{signature.hexdigest()[:TOKEN_DIGITS]}"

    def replied_to(self, tokens: Iterable[str]) -> int | None:
        """The message that the first genuine token names; None where none is."""
        for token in tokens:
            number = token.partition("-")[0]
            if number.isdecimal() and len(number) < 19:
                message_id = int(number)
                if hmac.compare_digest(self.reply_token(message_id), token):
                    return message_id
        return None

    def webhook(self, public_id: str) -> str:
        """Where the platform of a connection delivers its webhooks."""
        return f"{self.public_url}/webhooks/{public_id}"

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"makegood-{purpose}")
