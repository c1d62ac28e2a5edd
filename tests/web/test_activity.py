"""The page of a connection says what came in, what was refused and why, and shows a delivery."""

from __future__ import annotations

from unittest import mock

import requests
from sqlalchemy import select

from integrations.errors import Temporary
from jobs.drain import drain
from service.db.models import Delivery, LaneCalls, RefusedDeliveries
from service.db.shops.counts import Counts, counts_since
from service.domain.staff.authority import SellerRole
from tests.web.pages import text_of
from tests.world import World


def _page(world: World) -> str:
    return text_of(world.browser().get(f"/connections/{world.connection_id}"))


def _refuse(world: World, number: int) -> None:
    headers = {
        "X-Sandbox-Delivery": "d1",
        "X-Sandbox-Timestamp": str(int(world.clock.now().timestamp())),
        "X-Sandbox-Signature": "wrong",
    }
    for _ in range(number):
        answer = requests.post(world.sandbox.sender.url, data=b"{}", headers=headers, timeout=10)
        assert answer.status_code == 401


def test_page_waits_for_the_first_delivery_and_then_says_when_it_came(world: World) -> None:
    waiting = _page(world)
    world.rate(1)
    world.clock.move(minutes=2)

    assert "Waiting for the first delivery" in waiting
    assert "Last received: 2 minutes ago. Accepted in the last 24 hours: 1." in _page(world)


def test_refused_deliveries_are_counted_with_why_and_written_together(world: World) -> None:
    refusals = Counts(world.context.database, RefusedDeliveries, after=3600)
    for _ in range(1000):
        refusals.note(world.connection_id, "signature does not match", world.clock.now())
    refusals.write()
    world.clock.move(hours=1)
    refusals.note(world.connection_id, "signature does not match", world.clock.now())
    refusals.write()

    with world.context.database.reading() as session:
        rows = session.scalars(select(RefusedDeliveries).order_by(RefusedDeliveries.hour)).all()
    assert [row.number for row in rows] == [1000, 1]
    page = _page(world)
    assert "Refused in the last 24 hours: 1001" in page
    assert "signature does not match" in page


def test_wrong_signature_at_the_endpoint_is_seen_on_the_page(world: World) -> None:
    _refuse(world, 3)
    seen = 0
    while seen < 3:
        with world.context.database.reading() as session:
            since = world.clock.now()
            seen = sum(
                row.number
                for row in counts_since(session, RefusedDeliveries, [world.connection_id], since)
            )

    assert "Refused in the last 24 hours: 3" in _page(world)
    with world.context.database.reading() as session:
        assert session.scalars(select(Delivery.id)).all() == []


def test_body_is_shown_to_whoever_manages_the_connection_only(world: World) -> None:
    world.rate(1, "Warnanya salah")
    with world.context.database.reading() as session:
        number = session.scalars(select(Delivery.id)).one()
    agent = world.seller("agent@example.test", SellerRole.AGENT)

    shown = world.browser().get(f"/deliveries/{number}").text
    refused = world.browser(agent).get(f"/deliveries/{number}")

    assert "Warnanya salah" in shown
    assert "Warnanya salah" not in refused.text


def test_calls_and_their_errors_are_counted_together(world: World) -> None:
    drain(world.wired)
    world.wired.called.write()
    went_well = _page(world)
    world.clock.move(hours=25)
    with mock.patch("integrations.http.Http.call", side_effect=Temporary("it is away")):
        drain(world.wired)
    world.wired.called.write()
    with world.context.database.reading() as session:
        rows = session.scalars(select(LaneCalls)).all()

    assert "Calls to the platform in the last 24 hours: 1." in went_well
    assert "of them: no answer, or not now" not in went_well
    assert "of them: no answer, or not now, the last" in _page(world)
    assert len({(row.lane_id, row.hour, row.reason) for row in rows}) == len(rows)
