"""How the Standard Webhooks scheme signs (https://www.standardwebhooks.com) and how that is checked, with
the time handed in.

Calls to shops of one's own, what they send, and what programs are told of cases are signed so.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from integrations.entries import WrongEntry
from integrations.errors import BadSignature
from integrations.sentence import Text
from integrations.signatures import body_hash, check_age, check_any, hmac_sha256

PREFIX = "whsec_"
LEAST_KEY_BYTES = 24
"""The scheme asks for 24 to 64 random bytes."""
NEW_KEY_BYTES = 32
LONGEST_ID = 200
MOST_SIGNATURES = 16


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


def entered_key(field: str, secret: str) -> bytes:
    """The same of a secret that was entered in a field; raises `WrongEntry`."""
    try:
        return key_of(secret)
    except WrongSecret as error:
        raise WrongEntry(error.text, field=field) from error


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


def check_signed(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> str:
    """Give the message id of a rightly signed request with a hash of its body, so that a program which
    gives several events one id, that of a review say, loses none; raises `BadSignature`."""
    # Svix uses the same scheme under its own header names.
    family = "webhook" if "webhook-id" in headers else "svix"
    message_id = headers.get(f"{family}-id", "")
    seconds = headers.get(f"{family}-timestamp", "")
    signatures = _listed(headers.get(f"{family}-signature", ""))
    if not (message_id and seconds and signatures):
        raise BadSignature("webhook-id, webhook-timestamp or a v1 webhook-signature is missing")
    # A full stop in the id would let its end be read as the time.
    if "." in message_id or len(message_id) > LONGEST_ID or not message_id.isprintable():
        raise BadSignature("webhook-id is not an id")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise BadSignature("webhook-timestamp is not in whole seconds")
    expected = [signature(key, message_id, seconds, body) for key in _keys(secrets)]
    check_any(signatures, expected)
    check_age(datetime.fromtimestamp(int(seconds), UTC), now)
    return f"{message_id}.{body_hash(body)}"


def _listed(header: str) -> list[bytes]:
    """The `v1` signatures of the list; other versions are not ours to judge."""
    parts = header.split()[:MOST_SIGNATURES]
    return [part[3:].rstrip("=").encode("utf-8", "replace") for part in parts if part[:3] == "v1,"]


def _keys(secrets: Sequence[str]) -> list[bytes]:
    """The usable ones; a test of the connection names the others to the seller."""
    keys = []
    for secret in secrets:
        try:
            keys.append(key_of(secret))
        except WrongSecret:
            continue
    return keys
