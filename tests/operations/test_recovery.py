"""Nothing is stuck in silence: every kind of work is seen when it fails, passing faults mend
themselves, and a shop that comes back has everything done within a minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from integrations import errors
from integrations.contract import CheckResult
from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import Sandbox
from integrations.sandbox.client import Client
from integrations.sentence import Text
from service.db.cases import case_queries
from service.db.models import Case, Kind, OutboxRow
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.domain.messages.states import MessageState
from service.domain.reports.periods import PeriodKind
from service.domain.staff.authority import SellerRole
from service.operations.endpoints import endpoints
from service.operations.notices import addresses, report_mails
from service.operations.outbox.handler import Work
from service.operations.outbox.registry import HANDLERS
from service.operations.remedies import decisions
from service.operations.staff import tokens
from tests.operations.steps import change_handler
from tests.operations.test_offers import offered
from tests.world import World

Answer = Callable[..., Any]


class Shop:
    """What every call of the sandbox's adapter does: as ever, or fail as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error: Exception | None = None
        ask = Client.ask

        def answer(client: Client, *asked: Any) -> Any:
            if self.error is not None:
                raise self.error
            return ask(client, *asked)

        monkeypatch.setattr(Client, "ask", answer)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(monkeypatch)


AWAY = errors.Temporary("the shop could not be reached", outcome="not_done")


def _rows(world: World, kind: Kind) -> list[OutboxRow]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.kind == kind)))


def _approved(world: World, number: int) -> None:
    orders = [world.rate(1) for _ in range(number)]
    world.work()
    for case, order_id in zip(world.cases(), orders, strict=True):
        refund = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
        decisions.approve(world.context, case.id, world.owner, changed=refund)


def _lives(world: World, *, minutes: float, every: float = 1.0) -> None:
    """Time passes; the clock looks each second or so."""
    ends = world.clock.now() + timedelta(minutes=minutes)
    while world.clock.now() < ends:
        world.clock.move(seconds=every)
        world.work()


def _api(world: World) -> dict[str, Any]:
    token = tokens.add_token(world.context, world.owner, "test")
    answer = requests.get(
        f"{world.url}/api/v1/waiting", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_all_is_done_within_a_minute_of_the_return_of_a_shop(world: World, shop: Shop) -> None:
    _approved(world, 3)
    shop.error = AWAY
    _lives(world, minutes=10, every=5)
    away = [case.make_goods[0].state for case in world.cases()]

    shop.error = None
    _lives(world, minutes=1, every=5)

    assert away == ["approved"] * 3
    assert [case.make_goods[0].state for case in world.cases()] == ["done"] * 3
    assert not _api(world)["waiting"]


def test_one_success_wakes_what_waits_though_the_check_still_fails(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _approved(world, 3)
    shop.error = AWAY
    _lives(world, minutes=10, every=5)
    blocked = [CheckResult(Text("Sandbox"), ok=False, advice=Text("no such page"), blocking=True)]
    monkeypatch.setattr(Sandbox, "check", lambda adapter: blocked)
    shop.error = None

    with world.context.database.transaction() as session:
        first = select(OutboxRow.id).where(OutboxRow.kind == Kind.MAKE_GOOD).limit(1)
        row = session.get_one(OutboxRow, session.scalar(first))
        row.due_at = world.clock.now()
    world.work()

    assert [case.make_goods[0].state for case in world.cases()] == ["done"] * 3


def test_what_fails_for_itself_is_not_hurried_by_the_success_of_others(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _approved(world, 1)
    busy = errors.Temporary("this order is locked", outcome="not_done")
    act = Sandbox.act

    def refuse(adapter: Sandbox, request: Any) -> Any:
        raise busy

    monkeypatch.setattr(Sandbox, "act", refuse)
    _lives(world, minutes=60, every=10)
    (row,) = _rows(world, Kind.MAKE_GOOD)

    assert row.done_at is None
    assert row.tries <= 7
    monkeypatch.setattr(Sandbox, "act", act)


@pytest.mark.parametrize(
    "error",
    [
        errors.Misconfigured("the shop refused the key"),
        errors.Permanent("the shop answered 404"),
        errors.Permanent("the shop answered 406"),
        AWAY,
    ],
    ids=lambda error: f"{type(error).__name__} {error}",
)
@pytest.mark.parametrize("hours", [0.3, 9])
def test_passing_refusal_mends_itself(
    world: World, shop: Shop, error: Exception, hours: float
) -> None:
    world.work()
    world.rate(1)
    shop.error = error
    _lives(world, minutes=hours * 60, every=120)
    told = _api(world)
    page = world.browser().get("/").text

    shop.error = None
    _lives(world, minutes=20, every=30)

    assert told["waiting"] or told["connections"]
    assert str(error)[1:] in page or hours < 1
    assert world.case().state == "awaiting_approval"
    connection = world.connection()
    assert (connection.state, connection.problem) == ("working", None)
    if isinstance(error, errors.Misconfigured):
        assert "goes on by itself" in world.browser().get("/").text


def test_what_is_refused_though_the_check_works_is_not_tried_without_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that may read only: each resumption costs one refused call."""
    _approved(world, 1)
    calls: list[int] = []

    def refuse(adapter: Sandbox, request: Any) -> Any:
        calls.append(1)
        raise errors.Misconfigured("this key may only read")

    monkeypatch.setattr(Sandbox, "act", refuse)
    _lives(world, minutes=120, every=30)

    assert 3 <= len(calls) <= 12
    assert world.case().make_goods[0].state == "approved"


def _event(world: World) -> None:
    url, kinds = "http://127.0.0.1:9/hooks", ["case.closed"]
    endpoint_id, _ = endpoints.add(
        world.context, world.shop_id, world.owner, name="Gudang", url=url, kinds=kinds
    )
    endpoints.try_out(world.context, endpoint_id, world.owner)


def _notice(world: World) -> None:
    address = "json://127.0.0.1:9/x"
    address_id = addresses.add_address(world.context, world.owner, "", address)
    addresses.try_address(world.context, world.owner, address_id)


def _report(world: World) -> None:
    owner = world.owner
    report_mails.choose(world.context, world.shop_id, owner.id, owner, [PeriodKind.DAY])
    world.clock.move(days=1)
    report_mails.gather_reports(world.context)


TO_OTHERS: dict[Kind, Callable[[World], None]] = {
    Kind.SEND_EVENT: _event,
    Kind.SEND_NOTICE: _notice,
    Kind.SEND_REPORT: _report,
}
"""What goes to programs and staff, and belongs to no case."""
PAGES = {
    Kind.SEND_EVENT: "/endpoints/1",
    Kind.SEND_NOTICE: "/me/notices",
    Kind.SEND_REPORT: "/me/reports",
}


def _open_row(world: World, kind: Kind) -> OutboxRow:
    """A row of this kind that is due, made as it comes in life."""
    if kind is Kind.END_OFFER:
        offered(world)
        return _rows(world, kind)[0]
    if kind in TO_OTHERS:
        TO_OTHERS[kind](world)
        return _rows(world, kind)[0]
    if kind is Kind.END_HOLD:
        world.set_shop(hold_seconds=20)
    order_id = world.rate(1)
    if kind is Kind.READ_DELIVERY:
        return _rows(world, kind)[0]
    if kind is Kind.LOOK:
        _put(world, kind, world.connection_id, step=f"review:r{order_id}")
    if kind in (Kind.READ_MAILBOX, Kind.LOOK_AT_VOUCHERS):
        _put(world, kind, world.connection_id)
    world.work()
    case = world.case()
    if kind in (Kind.MAKE_GOOD, Kind.END_HOLD):
        refund = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
        decisions.approve(world.context, case.id, world.owner, changed=refund)
    if kind in (Kind.FIND_ORDER, Kind.END_CASE):
        with world.context.database.transaction() as session:
            session.execute(update(Case).values(state="opened"))
        _put(world, kind, case.id)
    if kind is Kind.SEND_MESSAGE:
        with world.context.database.transaction() as session:
            plan = case_queries.case(session, case.id).messages[0]
            plan.state, plan.sent_at = MessageState.PLANNED, None
        _put(world, kind, case.messages[0].id)
    return _rows(world, kind)[0]


def _put(world: World, kind: Kind, ref_id: int, step: str = "") -> None:
    with world.context.database.transaction() as session:
        lane = shop_queries.lane(session, world.connection_id, outward=True)
        claims.put(session, kind, ref_id, lane_id=lane, due_at=world.clock.now(), step=step)


@pytest.mark.parametrize("kind", list(Kind))
def test_fault_of_ours_in_any_kind_of_work_is_seen_soon_and_holds_up_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    """Whatever kinds there are: a bug on one row is shown on page and API within minutes."""
    row = _open_row(world, kind)

    def fail(*_: object, **__: object) -> None:
        raise KeyError("a field that nobody expected")

    if HANDLERS[kind].carry_out is None:
        change_handler(monkeypatch, kind, carry_out_batch=fail)
    else:
        change_handler(monkeypatch, kind, carry_out=lambda work: work.write(fail))
    with world.context.database.transaction() as session:
        again = session.get_one(OutboxRow, row.id)
        again.due_at, again.done_at = world.clock.now(), None
    _lives(world, minutes=10, every=20)

    with world.context.database.reading() as reading:
        row = reading.get_one(OutboxRow, row.id)
    assert (row.done_at is None) == (HANDLERS[kind].recurs)
    page = world.browser().get("/").text
    waiting = {entry["kind"] for entry in _api(world)["waiting"]}
    if HANDLERS[kind].recurs:
        assert kind in waiting
        assert "Try now" in page
    elif kind in TO_OTHERS:
        assert row.given_up
        assert "KeyError" in world.browser().get(PAGES[kind]).text
    else:
        # An offer is closed by its end: what is left is its case, which waits for the seller.
        assert row.given_up == (kind is not Kind.END_OFFER)
        assert kind is not Kind.END_OFFER or "KeyError" in str(world.case().advice)
        assert kind is Kind.READ_DELIVERY or world.case().reference in page
        assert kind is not Kind.READ_DELIVERY or "could not be read" in page


def test_row_that_cannot_even_be_given_up_does_not_block(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("a field that nobody expected")

    _approved(world, 2)
    first, second = _rows(world, Kind.MAKE_GOOD)
    carry_out = HANDLERS[Kind.MAKE_GOOD].carry_out

    def carry_out_others(work: Work) -> Any:
        assert carry_out is not None
        return work.write(fail) if work.claim.id == first.id else carry_out(work)

    change_handler(monkeypatch, Kind.MAKE_GOOD, carry_out=carry_out_others, give_up=fail)
    _lives(world, minutes=10, every=20)

    states = {row.id: row.done_at is not None for row in _rows(world, Kind.MAKE_GOOD)}
    assert states == {first.id: False, second.id: True}
    assert [entry["kind"] for entry in _api(world)["waiting"]] == [Kind.MAKE_GOOD]


def test_person_lets_go_now_what_waits(world: World, shop: Shop) -> None:
    _approved(world, 1)
    shop.error = AWAY
    _lives(world, minutes=3, every=5)
    (waits,) = [entry for entry in _api(world)["waiting"] if entry["kind"] == "make_good"]
    shop.error = None
    path = f"/connections/{world.connection_id}/try-now"

    viewer = world.browser(world.seller("v@example.test", SellerRole.VIEWER))
    offered = path in viewer.get("/").text
    pressed = world.browser().press("/", path)
    world.work()

    assert waits["next_at"] > world.clock.now().isoformat()
    assert (offered, pressed.status_code) == (False, 200)
    assert world.case().make_goods[0].state == "done"


def test_program_lets_go_now_what_waits_unless_it_may_only_look(world: World, shop: Shop) -> None:
    _approved(world, 1)
    shop.error = AWAY
    _lives(world, minutes=3, every=5)
    shop.error = None
    viewer = world.seller("v@example.test", SellerRole.VIEWER)

    answers = []
    for who in (viewer, world.owner):
        token = tokens.add_token(world.context, who, "test")
        answers.append(
            requests.post(
                f"{world.url}/api/v1/connections/{world.connection_id}/try-now",
                headers={"Authorization": f"Bearer {token}"},
                timeout=10,
            )
        )
    world.work()

    assert [answer.status_code for answer in answers] == [403, 200]
    assert world.case().make_goods[0].state == "done"
