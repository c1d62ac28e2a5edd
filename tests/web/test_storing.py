"""A delivery that cannot be stored is answered 503, half of it is not kept, and the next is taken."""

from __future__ import annotations

import requests
from sqlalchemy import func, select, text

from integrations.sandbox.codec import sign
from service.db.models import Connection, Delivery, OutboxRow
from service.operations.shops import connections
from tests.world import World


def _post(world: World, secret: str = "") -> requests.Response:
    stamp = str(int(world.clock.now().timestamp()))
    secret = secret or connections.webhook_secret(world.context, world.connection())
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


def test_sender_is_asked_to_try_again_when_its_secret_cannot_be_looked_up(world: World) -> None:
    secret = connections.webhook_secret(world.context, world.connection())
    _post(world, secret)
    _rename(world, "connection", "away")
    # The first is looked up anew, since its secret may have been changed a moment ago.
    refused = [_post(world, "another").status_code]
    world.clock.move(minutes=1)
    refused.append(_post(world, secret).status_code)
    _rename(world, "away", "connection")

    assert refused == [503, 503]
    assert _post(world, "another").status_code == 401


def test_sender_is_asked_to_try_again_while_no_key_opens_the_secrets(world: World) -> None:
    secret = connections.webhook_secret(world.context, world.connection())
    with world.context.database.transaction() as session:
        session.get_one(Connection, world.connection_id).secrets = b"under another key"

    assert _post(world, secret).status_code == 503
