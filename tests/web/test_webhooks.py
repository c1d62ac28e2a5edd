"""The receiver's promises: signed or nothing, committed before answered, one effect."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import requests
from sqlalchemy import func, select

from integrations.sandbox.codec import sign
from integrations.sandbox.ledger import callbacks_due, leave_review
from integrations.sandbox.seed import sell
from service.db.models import Delivery, OutboxRow
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from tests.world import World


def _signed(world: World, body: bytes, *, secret: str = "", key: str = "d1") -> dict[str, str]:
    stamp = str(int(world.clock.now().timestamp()))
    secret = secret or connections.webhook_secret(world.context, world.connection())
    return {
        "X-Sandbox-Delivery": key,
        "X-Sandbox-Timestamp": stamp,
        "X-Sandbox-Signature": sign(secret, key, stamp, body),
    }


def _post(world: World, body: bytes, headers: dict[str, str]) -> int:
    address = world.sandbox.sender.url
    return requests.post(address, data=body, headers=headers, timeout=10).status_code


def _stored(world: World) -> tuple[int, int]:
    with world.context.database.reading() as session:
        deliveries = session.scalar(select(func.count()).select_from(Delivery))
        rows = session.scalar(
            select(func.count()).select_from(OutboxRow).where(OutboxRow.kind == "read_delivery")
        )
        return deliveries or 0, rows or 0


def _note(world: World) -> tuple[str, str]:
    with world.context.database.reading() as session:
        found = session.scalars(select(Delivery)).one()
        return found.state, str(found.note or "")


def test_nothing_is_stored_when_the_signature_is_wrong(world: World) -> None:
    status = _post(world, b"{}", _signed(world, b"{}", secret="wrong"))

    assert (status, _stored(world)) == (401, (0, 0))


def test_nothing_is_stored_when_the_signature_is_missing(world: World) -> None:
    assert (_post(world, b"{}", {}), _stored(world)) == (401, (0, 0))


def test_unknown_connection_is_404(world: World) -> None:
    answer = requests.post(f"{world.url}/webhooks/nobody", data=b"{}", timeout=10)

    assert answer.status_code == 404


def test_too_large_delivery_is_413(world: World) -> None:
    body = b"x" * (world.wired.settings.max_body_bytes + 1)

    assert (_post(world, body, _signed(world, body)), _stored(world)) == (413, (0, 0))


def test_delivery_and_outbox_row_are_stored_together(world: World) -> None:
    status = _post(world, b"{}", _signed(world, b"{}"))

    assert (status, _stored(world)) == (202, (1, 1))


def test_same_delivery_at_the_same_time_has_one_effect(world: World) -> None:
    headers = _signed(world, b"{}")

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda _: _post(world, b"{}", headers), range(16)))

    assert (statuses, _stored(world)) == ({202}, (1, 1))


def test_signed_but_unreadable_delivery_is_kept_and_shown(world: World) -> None:
    _post(world, b"not json", _signed(world, b"not json"))

    world.work()

    state, note = _note(world)
    assert state == "needs_attention"
    assert note[1:] in world.browser().get("/deliveries").text


def test_readable_but_uninteresting_delivery_is_marked_so(world: World) -> None:
    body = json.dumps({"event": "shop.opened"}).encode()
    _post(world, body, _signed(world, body))

    world.work()

    assert _note(world)[0] == "uninteresting"


def test_new_secret_and_the_one_before_are_both_good(world: World) -> None:
    old = connections.webhook_secret(world.context, world.connection())
    new = connections.add_webhook_secret(world.context, world.connection_id, OPERATOR)

    statuses = [
        _post(world, b"{}", _signed(world, b"{}", secret=each, key=each[-8:]))
        for each in (old, new)
    ]

    assert statuses == [202, 202]


def test_events_out_of_order_leave_the_latest_review(world: World) -> None:
    ledger = world.sandbox.ledger
    order_id = sell(ledger, 1, world.clock.now())[0]
    for stars, text in ((1, "rusak"), (2, "masih rusak"), (5, "beres")):
        leave_review(ledger, order_id, stars, text, world.clock.now())
    ledger.change_setting("shuffled", "on")
    assert len(callbacks_due(ledger, world.clock.now())) == 3

    world.sandbox.sender.send_due()
    world.work()

    assert world.cases() == []


def test_repeated_callbacks_open_one_case(world: World) -> None:
    world.sandbox.ledger.change_setting("duplicates", "on")

    world.rate(1)
    world.work()

    assert len(world.cases()) == 1
