"""Programs are told what happens to cases: signed, once for each event and endpoint, tried for days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from standardwebhooks import Webhook

from integrations.network import Network
from jobs import retention
from service.db.models import Audit, Endpoint, EndpointEvent, Kind, OutboxRow, Task
from service.domain.endpoints.events import KEPT, OFF_AFTER, OVERLAP, TICKED, EventState
from service.domain.errors import DomainError, NotFound, NotPermitted, WrongInput, WrongState
from service.domain.staff.authority import CLOCK, SellerRole
from service.domain.tasks.kinds import TaskKind
from service.operations.endpoints import endpoints
from service.operations.shops.reencryption import renew_secrets
from tests.operations.steps import helped, rated, work_for
from tests.receiver import Receiver, receiver
from tests.world import World

ALL = [kind.value for kind in TICKED]


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def _add(world: World, program: Receiver, kinds: list[str] = ALL) -> tuple[int, str]:
    return endpoints.add(
        world.context, world.shop_id, world.owner, name="Gudang", url=program.url, kinds=kinds
    )


def _events(world: World) -> list[EndpointEvent]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(EndpointEvent).order_by(EndpointEvent.id)))


def _endpoint(world: World, endpoint_id: int) -> Endpoint:
    with world.context.database.reading() as session:
        return session.get_one(Endpoint, endpoint_id)


def _tasks(world: World) -> list[Task]:
    with world.context.database.reading() as session:
        rows = select(Task).where(Task.kind == TaskKind.MEND_ENDPOINT).order_by(Task.id)
        return list(session.scalars(rows))


def test_program_is_told_of_a_case_from_its_opening_to_its_end(
    world: World, program: Receiver
) -> None:
    endpoint_id, secret = _add(world, program)
    order_id = helped(world)
    work_for(world, 1)
    world.rate(5, "Masalah selesai", order_id)
    work_for(world, 1)

    assert program.types == ["case.opened", "case.decided", "case.made_good", "case.closed"]
    for headers, body in program.taken:
        with time_machine.travel(int(headers["webhook-timestamp"]), tick=False):
            Webhook(secret).verify(body, headers)
    opened, decided, made, closed = program.said
    reference = world.case().reference
    assert opened["version"] == 1
    assert opened["data"]["case"]["reference"] == reference
    assert (decided["data"]["decision"], decided["data"]["case"]["state"]) == (
        "approved",
        "approved",
    )
    (given,) = made["data"]["make_goods"]
    assert (given["action"], given["amount_minor"], given["currency"], given["state"]) == (
        "refund",
        1_000_000,
        "IDR",
        "done",
    )
    assert closed["data"]["close_reason"] == "recovered"
    assert {event.state for event in _events(world)} == {EventState.SENT}
    assert [event.status for event in _events(world)] == [204] * 4
    assert len({headers["webhook-id"] for headers, _ in program.taken}) == 4
    assert _endpoint(world, endpoint_id).failing_since is None


def test_nothing_a_program_is_told_tells_of_the_buyer(world: World, program: Receiver) -> None:
    _add(world, program)
    rated(world, text="Rahasia sekali")
    case = world.case()
    buyer = case.order["buyer"]
    told = json.dumps(program.said)

    assert program.taken
    assert not [
        word
        for word in ("Rahasia", buyer["name"], buyer["email"], case.review.buyer["name"])
        if word and word in told
    ]


def test_only_what_was_ticked_is_told_and_to_each_endpoint_once(
    world: World, program: Receiver
) -> None:
    _add(world, program, ["case.opened"])
    _add(world, program, ["case.opened", "case.decided"])
    rated(world)

    assert program.types == ["case.opened", "case.opened"]
    assert len({headers["webhook-id"] for headers, _ in program.taken}) == 1
    with world.context.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == Kind.SEND_EVENT)).all()
    assert len(rows) == len(_events(world)) == 2


def test_event_is_written_with_the_change_or_not_at_all(world: World, program: Receiver) -> None:
    endpoint_id, _ = _add(world, program)

    def fail() -> None:
        raise RuntimeError("the machine loses power here")

    world.context.database.before_commit = fail
    with pytest.raises(RuntimeError):
        endpoints.try_out(world.context, endpoint_id, world.owner)
    world.context.database.before_commit = lambda: None
    assert _events(world) == []

    world.rate(1)
    world.work()

    assert [event.kind.value for event in _events(world)] == ["case.opened"]


def test_what_is_not_taken_is_tried_for_days_with_growing_pauses(
    world: World, program: Receiver
) -> None:
    endpoint_id, _ = _add(world, program, ["case.opened"])
    program.answers = [(500, {})] * 40
    world.rate(1)
    world.work()
    first = _events(world)[0]
    assert (first.state, first.status, first.answer) == (
        EventState.WAITING,
        500,
        "said by the receiver",
    )
    assert first.next_at == world.clock.now() + timedelta(seconds=5)

    work_for(world, 24 * 6)

    (event,) = _events(world)
    assert event.state is EventState.FAILED
    assert 8 <= len(program.taken) == event.attempts <= 11
    assert len({headers["webhook-id"] for headers, _ in program.taken}) == 1
    endpoint = _endpoint(world, endpoint_id)
    assert not endpoint.active
    assert [task.state for task in _tasks(world)] == ["open"]

    endpoints.switch_on(world.context, endpoint_id, world.owner, active=True)
    endpoints.replay(world.context, endpoint_id, event.id, world.owner)
    program.answers = []
    world.work()

    assert _events(world)[0].state is EventState.SENT
    assert [(task.state, task.ended_by) for task in _tasks(world)] == [("done", str(world.owner))]


def test_endpoint_that_asks_for_a_pause_gets_it(world: World, program: Receiver) -> None:
    _add(world, program, ["case.opened"])
    program.answers = [(503, {"Retry-After": "3600"})]
    world.rate(1)
    world.work()

    assert _events(world)[0].next_at == world.clock.now() + timedelta(hours=1)
    world.clock.move(minutes=59)
    world.work()
    assert len(program.taken) == 1
    world.clock.move(minutes=2)
    world.work()
    assert _events(world)[0].state is EventState.SENT


def test_endpoint_that_is_gone_is_switched_off_at_once(world: World, program: Receiver) -> None:
    endpoint_id, _ = _add(world, program, ["case.opened", "case.decided"])
    program.answers = [(410, {})]
    helped(world)

    assert len(program.taken) == 1
    assert _events(world)[0].state is EventState.FAILED
    assert not _endpoint(world, endpoint_id).active
    assert [task.kind for task in _tasks(world)] == [TaskKind.MEND_ENDPOINT]
    # What happens while it is off is not told later.
    assert len(_events(world)) == 1


def test_redirect_is_not_followed(world: World, program: Receiver) -> None:
    _add(world, program, ["case.opened"])
    with receiver() as other:
        program.answers = [(302, {"Location": other.url})]
        world.rate(1)
        world.work()

        assert other.taken == []
    assert _events(world)[0].state is EventState.WAITING


def test_endpoint_that_fails_holds_up_nothing_else(world: World, program: Receiver) -> None:
    with receiver() as other:
        _add(world, other, ["case.opened"])
        _add(world, program, ["case.opened"])
        other.answers = [(500, {})] * 5
        helped(world)

        assert program.types == ["case.opened"]
    assert [row["action"] for row in world.ledger()["made"]] == ["refund"]


def test_new_secret_overlaps_with_the_one_before(world: World, program: Receiver) -> None:
    endpoint_id, old = _add(world, program)
    new = endpoints.renew_secret(world.context, endpoint_id, world.owner)

    def works(secret: str) -> bool:
        endpoints.try_out(world.context, endpoint_id, world.owner)
        world.work()
        headers, body = program.taken[-1]
        try:
            with time_machine.travel(int(headers["webhook-timestamp"]), tick=False):
                Webhook(secret).verify(body, headers)
        except Exception:
            return False
        return True

    assert (works(old), works(new)) == (True, True)
    world.clock.move(seconds=OVERLAP.total_seconds())
    assert (works(old), works(new)) == (False, True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://shop.example/hooks",
        "https://",
        "https://user:secret@shop.example/",
        "http://shop.example/hooks",
        "https://10.0.0.8/hooks",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.8]/",
        "https://shop.example/a b",
        "https://shop.example:99999/",
    ],
)
def test_address_that_may_not_be_called_is_refused_beside_its_field(world: World, url: str) -> None:
    with pytest.raises(WrongInput) as refused:
        endpoints.add(
            world.context, world.shop_id, world.owner, name="x", url=url, kinds=["case.opened"]
        )

    assert set(refused.value.fields) == {"url"}


def test_address_that_leads_inward_later_is_not_called(
    world: World, program: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id, _ = _add(world, program)
    endpoints.try_out(world.context, endpoint_id, world.owner)
    monkeypatch.setattr(Network, "permits", lambda self, address: False)
    world.work()

    assert program.taken == []
    assert "private network" in str(_events(world)[-1].error)


def test_people_of_other_roles_and_shops_change_no_endpoint(
    world: World, program: Receiver
) -> None:
    endpoint_id, _ = _add(world, program)
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    for verb in (endpoints.renew_secret, endpoints.remove, endpoints.try_out):
        with pytest.raises(NotPermitted):
            verb(world.context, endpoint_id, agent)


def test_removed_endpoint_is_told_nothing_and_its_secret_is_forgotten(
    world: World, program: Receiver
) -> None:
    endpoint_id, _ = _add(world, program)
    endpoints.remove(world.context, endpoint_id, world.owner)
    rated(world)

    assert program.taken == []
    kept = world.context.vault.decrypt(_endpoint(world, endpoint_id).secrets)
    assert kept == {"secrets": []}
    with pytest.raises(NotFound):
        endpoints.renew_secret(world.context, endpoint_id, world.owner)


def test_switched_off_endpoint_is_not_tested(world: World, program: Receiver) -> None:
    endpoint_id, _ = _add(world, program)
    endpoints.switch_on(world.context, endpoint_id, world.owner, active=False)

    with pytest.raises(WrongState):
        endpoints.try_out(world.context, endpoint_id, world.owner)


def test_changes_stand_in_the_audit_without_a_secret(world: World, program: Receiver) -> None:
    endpoint_id, secret = _add(world, program)
    endpoints.renew_secret(world.context, endpoint_id, world.owner)
    with world.context.database.reading() as session:
        lines = session.scalars(select(Audit).where(Audit.what.like("endpoint.%"))).all()

    assert [line.what for line in lines] == ["endpoint.added", "endpoint.secrets"]
    assert secret not in " ".join(line.old + line.new for line in lines)


def test_sent_events_go_after_their_time_and_secrets_are_encrypted_anew(
    world: World, program: Receiver
) -> None:
    endpoint_id, _ = _add(world, program)
    rated(world)
    before = _endpoint(world, endpoint_id).secrets
    renew_secrets(world.context, CLOCK)
    assert _endpoint(world, endpoint_id).secrets != before
    world.clock.move(seconds=KEPT.total_seconds() + 1)

    retention.purge(world.context)

    assert _events(world) == []


def test_endpoint_stays_on_while_it_has_failed_for_less_than_days(
    world: World, program: Receiver
) -> None:
    endpoint_id, _ = _add(world, program, ["case.opened"])
    program.answers = [(500, {})] * 4
    world.rate(1)
    work_for(world, 2)

    assert timedelta(hours=2) < OFF_AFTER
    assert _endpoint(world, endpoint_id).active
    assert _events(world)[0].state is EventState.SENT


def test_shop_has_a_bounded_number_of_endpoints(world: World, program: Receiver) -> None:
    for _ in range(endpoints.MOST):
        _add(world, program)

    with pytest.raises(DomainError):
        _add(world, program)
