"""Checks what shops of one's own send by the Standard Webhooks scheme, with the time handed in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from integrations.errors import BadSignature
from integrations.signatures import check_age, check_any
from integrations.standard_webhooks import WrongSecret, key_of, sign, signature

LONGEST_ID = 200
MOST_SIGNATURES = 16


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
    expected = [signature(key, message_id, seconds, body) for key in _keys(secrets)]
    check_any(signatures, expected)
    check_age(datetime.fromtimestamp(int(seconds), UTC), now)
    return message_id


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
