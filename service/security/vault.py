"""Encrypts what shops entrust to us. Several keys: the first encrypts, all of them decrypt."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from integrations.errors import Misconfigured
from integrations.sentence import Text

NO_KEY = Text(
    "MAKEGOOD_ENCRYPTION_KEYS holds no key that opens this shop's secrets:"
    " add the key it was stored with"
)


class Vault:
    """Keeps small JSON objects as Fernet tokens."""

    def __init__(self, keys: Sequence[str], hash_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        # Each call out opens the secrets of its connection: those in use stay open.
        self._opened = lru_cache(maxsize=256)(self._fernet.decrypt)
        self._hash_key = hash_key.encode()

    def encrypt(self, value: Mapping[str, Any]) -> bytes:
        """Encrypt with the newest key."""
        return self._fernet.encrypt(json.dumps(value).encode())

    def decrypt(self, token: bytes) -> dict[str, Any]:
        """Decrypt with any key; raises `Misconfigured` when none fits."""
        try:
            value: dict[str, Any] = json.loads(self._opened(token))
        except InvalidToken as error:
            raise Misconfigured(NO_KEY) from error
        return value

    def rotate(self, token: bytes) -> bytes:
        """The same secret under the newest key; raises `Misconfigured` when no key fits."""
        try:
            return self._fernet.rotate(token)
        except InvalidToken as error:
            raise Misconfigured(NO_KEY) from error

    def fingerprint(self, text: str) -> str:
        """A keyed hash, for telling addresses apart without keeping them."""
        return hmac.digest(self._hash_key, text.strip().lower().encode(), "sha256").hex()[:40]
