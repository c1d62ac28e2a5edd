"""HMAC helpers: every compare in constant time, every time window takes `now`."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from integrations.errors import BadSignature


def hmac_sha256(secret: str | bytes, body: bytes) -> bytes:
    """The 32 raw bytes of HMAC-SHA256."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.digest(key, body, "sha256")


def check_base64(signature: str, body: bytes, secrets: Sequence[str]) -> None:
    """Raise `BadSignature` unless `signature` is the base64 HMAC-SHA256 of `body` under one secret."""
    expected = [base64.b64encode(hmac_sha256(secret, body)) for secret in secrets if secret]
    check_any([signature.encode()], expected)


def check_any(signatures: Sequence[bytes], expected: Sequence[bytes]) -> None:
    """Raise `BadSignature` unless one of the signatures is one of those that are right."""
    # A list, so that every pair is compared and the time taken tells nothing.
    if True not in [hmac.compare_digest(right, sent) for right in expected for sent in signatures]:
        raise BadSignature("signature does not match")


def check_age(sent_at: datetime, now: datetime, window_seconds: float = 300) -> None:
    """Raise `BadSignature` when the signed time is further than the window from `now`."""
    if abs((now - sent_at).total_seconds()) > window_seconds:
        raise BadSignature("signed time is outside the window")


def body_hash(body: bytes) -> str:
    """A short stable name for signed bytes."""
    return hashlib.sha256(body).hexdigest()[:32]
