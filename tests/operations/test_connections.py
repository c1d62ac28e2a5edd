"""Connections: what is entered, changed secrets, pause and going on, letting a platform go."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from sqlalchemy import select

from integrations.contract import Role
from integrations.sandbox.codec import sign
from service.db.models import Connection, Kind, OutboxRow
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.staff.authority import OPERATOR
from service.operations.outbox.registry import HANDLERS
from service.operations.remedies import decisions
from service.operations.shops import connections, disconnect
from service.operations.shops.connections import NewConnection
from tests.integrations.email.mailbox_server import Box
from tests.integrations.email.mailbox_server import opened as box_opened
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import (
    CHECK,
    helped,
    lasts,
    message_of,
    rated,
    refund,
    with_email,
    with_mailbox,
    work_for,
)
from tests.world import World

GOOD = {"base_url": "http://127.0.0.1:9/sandbox", "api_key": "k"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"values": {"api_key": "k"}}, "Address of the sandbox"),
        ({"values": {"base_url": "http://127.0.0.1:9"}}, "Key of the sandbox"),
        ({"roles": []}, "roles"),
        ({"threshold": 5}, "from 1 to 4"),
        ({"adapter": "nosuch"}, "nosuch"),
        ({"adapter": "email", "roles": [Role.ORDERS]}, "roles"),
    ],
    ids=["address", "key", "no role", "threshold", "platform", "role it cannot play"],
)
def test_wrong_entry_is_named_when_connecting(
    world: World, changes: dict[str, Any], named: str
) -> None:
    wanted = {"adapter": "sandbox", "name": "", "roles": [Role.REVIEWS], "values": GOOD, **changes}
    if changes.get("adapter") == "email":
        wanted["values"] = {"host": "127.0.0.1", "from_address": "care@shop.example"}

    with pytest.raises(WrongInput, match=named):
        connections.connect(world.context, world.shop_id, OPERATOR, NewConnection(**wanted))


def test_connecting_to_no_shop_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        connections.connect(
            world.context, 999, OPERATOR, NewConnection("sandbox", "", list(Role), GOOD)
        )


def test_keys_are_encrypted_at_rest(world: World) -> None:
    secret = connections.webhook_secret(world.context, world.connection())
    kept = world.connection()

    assert b"test-key" not in kept.secrets
    assert secret.encode() not in kept.secrets
    assert "test-key" not in str(kept.values)


def _delivered(world: World, secret: str, number: str) -> int:
    stamp, body = str(int(world.clock.now().timestamp())), b'{"event": "other"}'
    headers = {
        "X-Sandbox-Delivery": number,
        "X-Sandbox-Timestamp": stamp,
        "X-Sandbox-Signature": sign(secret, number, stamp, body),
    }
    address = f"{world.url}/webhooks/{world.connection().public_id}"
    return requests.post(address, data=body, headers=headers, timeout=10).status_code


def test_old_and_new_secret_are_good_until_the_change_after_next(world: World) -> None:
    first = connections.webhook_secret(world.context, world.connection())
    second = connections.add_webhook_secret(world.context, world.connection_id, OPERATOR)
    while_two = [_delivered(world, secret, f"a{n}") for n, secret in enumerate((first, second))]
    third = connections.add_webhook_secret(
        world.context, world.connection_id, OPERATOR, "entered-by-hand"
    )
    world.clock.move(seconds=11)

    answers = [
        _delivered(world, secret, f"b{n}") for n, secret in enumerate((first, second, third))
    ]

    assert (while_two, answers, third) == ([202, 202], [401, 202, 202], "entered-by-hand")


def _change_key(world: World, key: str) -> None:
    values = {**world.connection().values, "api_key": key}
    connections.change_connection(
        world.context,
        world.connection_id,
        OPERATOR,
        name="",
        values=values,
        threshold=3,
        roles=list(Role),
    )


def test_wrong_key_pauses_and_a_good_test_lets_it_go_on(world: World) -> None:
    order_id = rated(world)
    _change_key(world, "wrong")
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    world.work()
    paused = world.connection().problem
    bad = connections.test_connection(world.context, world.connection_id, OPERATOR)
    world.sandbox.app.config["API_KEY"] = "wrong"

    good = connections.test_connection(world.context, world.connection_id, OPERATOR)
    world.work()

    assert "refused the key" in str(paused)
    assert ([f.ok for f in bad], [f.ok for f in good]) == ([False], [True])
    assert world.connection().state == "working"
    assert len(world.ledger()["made"]) == 1


def test_webhook_address_is_shut_and_keys_forgotten_when_disconnected(world: World) -> None:
    secret = connections.webhook_secret(world.context, world.connection())
    disconnect.disconnect(world.context, world.connection_id, OPERATOR)
    world.clock.move(seconds=11)

    assert _delivered(world, secret, "late") == 404
    assert "api_key" not in world.context.vault.decrypt(world.connection().secrets)


def test_platform_is_asked_nothing_when_disconnected(world: World) -> None:
    helped(world)
    disconnect.disconnect(world.context, world.connection_id, OPERATOR)
    calls: list[str] = []
    world.context.http.before_call = lambda method, url: calls.append(url)

    work_for(world, 24 * 9)

    assert calls == []
    assert message_of(world, CHECK).state == "stopped"
    assert len(world.case().history) > 5


def test_nothing_that_asks_a_platform_is_left_when_disconnected(world: World) -> None:
    asking = {handler.kind for handler in HANDLERS.values() if handler.about is Connection}
    with world.context.database.transaction() as session:
        lane = shop_queries.lane(session, world.connection_id, outward=True)
        for kind in asking:
            claims.put(session, kind, world.connection_id, lane_id=lane, due_at=world.clock.now())
    disconnect.disconnect(world.context, world.connection_id, OPERATOR)

    with world.context.database.reading() as session:
        left = session.scalars(select(OutboxRow.kind).where(OutboxRow.done_at.is_(None))).all()
    assert len(asking) > 3
    assert asking.isdisjoint(left)


def test_messages_go_by_the_next_channel_when_the_first_is_disconnected(world: World) -> None:
    with opened(PostOffice()) as office:
        with_email(world, office)
        helped(world)
        disconnect.disconnect(world.context, world.connection_id, OPERATOR)
        work_for(world, 24 * 4)

        assert len(office.taken) == 1


@pytest.mark.parametrize("state", ["approved", "refused"])
def test_disconnecting_is_refused_while_a_make_good_is_not_settled(
    world: World, state: str
) -> None:
    order_id = rated(world)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    if state == "refused":
        world.sandbox.ledger.change_setting("random_share", "0")
        with world.sandbox.ledger.write() as connection:
            connection.execute("UPDATE orders SET trouble = 'permanent'")
        world.work()

    with pytest.raises(WrongState, match="Settle them first"):
        disconnect.disconnect(world.context, world.connection_id, OPERATOR)
    assert world.connection().roles


def test_rating_opens_no_stuck_case_when_read_after_disconnecting(world: World) -> None:
    world.rate(1)
    disconnect.disconnect(world.context, world.connection_id, OPERATOR)

    world.work()

    assert (world.case().state, "Connect where" in str(world.case().advice)) == (
        "awaiting_order",
        True,
    )


def test_button_disconnects_and_entering_the_key_connects_again(world: World) -> None:
    browser = world.browser()
    address = f"/connections/{world.connection_id}"

    left = browser.post(f"{address}/disconnect", {})
    back = browser.post(
        f"{address}/change",
        {
            "name": "S",
            "threshold": "3",
            "api_key": "test-key",
            "base_url": f"{world.url}/sandbox",
            "roles": [str(role) for role in Role],
        },
    )
    found = connections.test_connection(world.context, world.connection_id, OPERATOR)

    assert (left.status_code, back.status_code) == (200, 200)
    assert [f.ok for f in found] == [True]
    with world.context.database.reading() as session:
        assert len(session.get_one(Connection, world.connection_id).roles) == len(Role)


def test_work_that_lasts_is_all_that_waits_where_nothing_has_happened(world: World) -> None:
    with opened(PostOffice()) as office, box_opened(Box({})) as box:
        with_mailbox(world, office, box)
        world.work()

    with world.context.database.reading() as session:
        waiting = select(OutboxRow.kind).where(OutboxRow.done_at.is_(None))
        kinds = set(session.scalars(waiting))
        assert set(session.scalars(waiting.where(lasts()))) == kinds
    assert kinds == {Kind.POLL, Kind.CHECK, Kind.READ_MAILBOX}
