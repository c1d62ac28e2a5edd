"""A delivery that cannot be stored is answered 503, half of it is not kept, and the next is taken."""

from __future__ import annotations

import requests
from sqlalchemy import func, select, text

from integrations.sandbox.codec import sign
from service.db.models import Delivery, OutboxRow
from service.operations.shops import connections
from tests.world import World


def _post(world: World) -> requests.Response:
    stamp = str(int(world.clock.now().timestamp()))
    secret = connections.webhook_secret(world.context, world.connection())
    headers = {
        "X-Sandbox-Delivery": "d1",
        "X-Sandbox-Timestamp": stamp,
        "X-Sandbox-Signature": sign(secret, "d1", stamp, b"{}"),
    }
    return requests.post(world.sandbox.sender.url, data=b"{}", headers=headers, timeout=10)


def _rename(world: World, old: str, new: str) -> None:
    with world.context.database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def _stored(world: World) -> tuple[int, int]:
    with world.context.database.reading() as session:
        deliveries = session.scalar(select(func.count()).select_from(Delivery)) or 0
        rows = select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "read_delivery")
        return deliveries, session.scalar(rows) or 0


def test_sender_is_asked_to_try_again_when_a_delivery_cannot_be_stored(world: World) -> None:
    _rename(world, "outbox", "away")
    refused = _post(world)
    _rename(world, "away", "outbox")
    half = _stored(world)

    accepted = _post(world)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert half == (0, 0)
    assert (accepted.status_code, _stored(world)) == (202, (1, 1))
