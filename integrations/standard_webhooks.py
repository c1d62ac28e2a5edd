"""How the Standard Webhooks scheme signs (https://www.standardwebhooks.com), with the time handed in.

Calls to shops of one's own, what they send, and what programs are told of cases are signed so.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime
from functools import lru_cache

from integrations.sentence import Text
from integrations.signatures import hmac_sha256

PREFIX = "whsec_"
LEAST_KEY_BYTES = 24
"""The scheme asks for 24 to 64 random bytes."""
NEW_KEY_BYTES = 32


class WrongSecret(ValueError):
    """The text is no `whsec_` secret; `text` says what is."""

    text = Text(
        "a signing secret is %(prefix)s followed by at least %(least)s random bytes in base64: copy"
        " the whole secret, or make a new one",
        prefix=PREFIX,
        least=LEAST_KEY_BYTES,
    )


@lru_cache(maxsize=1024)
def key_of(secret: str) -> bytes:
    """Decode a `whsec_` secret; raises `WrongSecret` when it is none."""
    text = secret.removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) < LEAST_KEY_BYTES:
        raise WrongSecret(str(WrongSecret.text))
    return key


def new_secret() -> str:
    """A fresh `whsec_` secret; good for what other platforms sign too."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_KEY_BYTES)).decode()


def sign(
    key: bytes, message_id: str, sent_at: datetime, content: bytes, *older: bytes
) -> dict[str, str]:
    """The three headers that sign `content`, with older keys too where a secret is being replaced."""
    seconds = str(int(sent_at.timestamp()))
    signatures = [signature(each, message_id, seconds, content) for each in (key, *older)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{each.decode()}=" for each in signatures),
    }


def signature(key: bytes, message_id: str, seconds: str, content: bytes) -> bytes:
    """Base64 without its padding, which some senders leave out."""
    signed = b"%b.%b.%b" % (message_id.encode(), seconds.encode(), content)
    return base64.b64encode(hmac_sha256(key, signed)).rstrip(b"=")
