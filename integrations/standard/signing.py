"""The Standard Webhooks scheme with the time handed in; both directions use it."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from integrations.errors import BadSignature
from integrations.sentence import Text
from integrations.signatures import check_age, hmac_sha256

PREFIX = "whsec_"
LEAST_KEY_BYTES = 24
"""The scheme asks for 24 to 64 random bytes."""
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


def sign(key: bytes, message_id: str, sent_at: datetime, content: bytes) -> dict[str, str]:
    """The three headers that sign `content`."""
    seconds = str(int(sent_at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{_signature(key, message_id, seconds, content).decode()}=",
    }


def check(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """Give the message id of a rightly signed request; raises `BadSignature`."""
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
    expected = [_signature(key, message_id, seconds, body) for key in _keys(secrets)]
    # A list, so that every pair is compared and the time taken tells nothing.
    if True not in [
        hmac.compare_digest(right, other) for right in expected for other in signatures
    ]:
        raise BadSignature("signature does not match")
    check_age(datetime.fromtimestamp(int(seconds), UTC), now)
    return message_id


def _signature(key: bytes, message_id: str, seconds: str, content: bytes) -> bytes:
    """Base64 without its padding, which some senders leave out."""
    signed = b"%b.%b.%b" % (message_id.encode(), seconds.encode(), content)
    return base64.b64encode(hmac_sha256(key, signed)).rstrip(b"=")


def _listed(header: str) -> list[bytes]:
    """The `v1` signatures of the list; other versions are not ours to judge."""
    parts = header.split()[:MOST_SIGNATURES]
    return [part[3:].rstrip("=").encode("utf-8", "replace") for part in parts if part[:3] == "v1,"]


def _keys(secrets: Sequence[str]) -> list[bytes]:
    """The usable keys; `check()` of the adapter names the unusable ones to the seller."""
    keys = []
    for secret in secrets:
        try:
            keys.append(key_of(secret))
        except WrongSecret:
            continue
    return keys


def sample(row: Mapping[str, str], secret: str, now: datetime) -> tuple[dict[str, str], bytes]:
    """A signed `review.created` made of a row of a reviews CSV; the same row has the same id."""
    content = {
        "type": "review.created",
        "data": {
            "review": {
                "id": f"csv-{row['id']}",
                "rating": int(row["rating"]),
                "text": row["text"],
                "version": 1,
            },
            "product": {"id": row["product"][:150], "name": row["product"]},
        },
    }
    body = json.dumps(content).encode()
    return sign(key_of(secret), f"csv-{row['id']}", now, body), body
