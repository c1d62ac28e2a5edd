"""No table grows for ever without a reason, and what is past its time goes: all of it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from service.db.models import (
    ApiAnswer,
    ApiToken,
    Attempted,
    Base,
    Delivery,
    Endpoint,
    EndpointEvent,
    Invitation,
    Kind,
    Lane,
    Notice,
    NoticeAddress,
    OutboxRow,
    ReportMail,
    ReportSubscription,
    SentForm,
    Shop,
    SignIn,
    Task,
)
from service.db.transaction import Transaction
from service.domain.errors import NotFound, NotPermitted
from service.domain.reports.mails import ReportMailState
from service.domain.reports.periods import PeriodKind
from service.domain.staff.authority import CLOCK, OPERATOR, SellerRole
from service.domain.tasks.kinds import TaskGroup, TaskKind
from service.domain.tasks.states import TaskState
from service.operations.privacy import keeping
from service.operations.privacy.keeping import Rule
from tests.operations.steps import helped
from tests.web.pages import text_of
from tests.world import START, World

OF_CASES = "belongs to a case or a review, of which figures and history stay and the buyer goes"
OF_SHOPS = "one of a shop, a person or a connection: as many as people set up"
BY_HAND = "a row for what a person did, without a buyer in it, which must be known later"
STAYS = {
    "cases": "figures and history stay; the buyer goes after MAKEGOOD_BUYER_KEEP_DAYS",
    "review": "figures stay; the buyer and the words go after MAKEGOOD_BUYER_KEEP_DAYS",
    **dict.fromkeys(
        [
            "attempt",
            "buyer_mark",
            "call",
            "cause_label",
            "decision",
            "history",
            "make_good",
            "message",
            "message_attempt",
            "offer",
            "offer_option",
            "proposal",
            "reply",
            "review_version",
            "search_entry",
            "thanks",
            "voice_name",
        ],
        OF_CASES,
    ),
    **dict.fromkeys(
        [
            "api_token",
            "connection",
            "credential",
            "endpoint",
            "lane",
            "membership",
            "notice_address",
            "notice_choices",
            "playbook_draft",
            "rate",
            "recovery_code",
            "report_subscription",
            "saved_filter",
            "second_factor",
            "seller",
            "shop",
        ],
        OF_SHOPS,
    ),
    **dict.fromkeys(["audit", "playbook_version", "text_version"], BY_HAND),
    "do_not_contact": "forgetting the wish would be breaking it; it is a hash",
    "allowed_again": "what a buyer allowed one shop, by the same hash",
    "shared_mark": "of so many buyers that it tells of none; deleted with the last case that has it",
    "report_mark": "deleted once its day is counted anew",
    "report_totals": "one for each day, week and month of a shop",
    "periodic": "one for each periodic job and role",
    **dict.fromkeys(
        ["lane_calls", "refused_deliveries"],
        "a number for an hour, deleted after a month by the next that is counted",
    ),
}


def test_every_table_has_a_rule_or_a_reason_to_stay(world: World) -> None:
    tables = Base.metadata.tables
    ruled = {rule.table.__tablename__ for rule in keeping.rules(world.context)}

    assert ruled.isdisjoint(STAYS)
    assert ruled | STAYS.keys() == tables.keys()


def test_what_is_said_to_belong_to_a_case_does(world: World) -> None:
    """By its foreign keys, however far."""
    owners = {"cases", "review"}
    while more := {
        name
        for name, table in Base.metadata.tables.items()
        if name not in owners
        and STAYS.get(name) == OF_CASES
        and any(key.column.table.name in owners for key in table.foreign_keys)
    }:
        owners |= more

    assert {name for name, why in STAYS.items() if why == OF_CASES} <= owners


def _lane(session: Transaction) -> int:
    lane = Lane(connection_id=None, outward=True, concurrency=1)
    session.add(lane)
    session.flush()
    return lane.id


def _delivery(world: World, at: datetime, body: bytes) -> Delivery:
    return Delivery(
        connection_id=world.connection_id,
        key=f"{at.isoformat()}{body!r}",
        headers="{}",
        body=body,
        received_at=at,
        state="read",
    )


def _event(world: World, session: Transaction, at: datetime) -> EndpointEvent:
    endpoint = Endpoint(
        shop_id=world.shop_id,
        lane_id=_lane(session),
        name="E",
        url="https://example.test",
        events=[],
        secrets=b"",
        created_at=at,
    )
    session.add(endpoint)
    session.flush()
    return EndpointEvent(
        endpoint_id=endpoint.id,
        key="k",
        kind="case.opened",
        payload={},
        state="sent",
        created_at=at,
    )


def _notice(world: World, session: Transaction, at: datetime) -> Notice:
    address = NoticeAddress(
        seller_id=world.owner.id,
        lane_id=_lane(session),
        name="mail",
        is_mail=True,
        secrets=b"",
        created_at=at,
    )
    session.add(address)
    session.flush()
    return Notice(address_id=address.id, task_ids=[], state="sent", due_at=at, created_at=at)


def _report(world: World, session: Transaction, at: datetime) -> ReportMail:
    row = session.scalar(select(ReportSubscription))
    if row is None:
        row = ReportSubscription(
            shop_id=world.shop_id,
            seller_id=world.owner.id,
            kind=PeriodKind.DAY,
            lane_id=_lane(session),
            next_at=at + timedelta(days=36500),
            created_at=at,
        )
        session.add(row)
        session.flush()
    return ReportMail(
        subscription_id=row.id,
        first_day=at.date() - timedelta(days=at.minute),
        zone="UTC",
        state=ReportMailState.SENT,
        created_at=at,
    )


def _answer(world: World, session: Transaction, at: datetime) -> ApiAnswer:
    token = ApiToken(
        name="t", hash=at.isoformat(), seller_id=world.owner.id, scopes=[], created_at=at
    )
    session.add(token)
    session.flush()
    return ApiAnswer(token_id=token.id, key="k", request_hash="h", begun_at=at)


Make = Callable[[World, Transaction, datetime], Any]
OLD_ROWS: dict[tuple[type[Base], bool], Make] = {
    (Delivery, False): lambda world, _, at: _delivery(world, at, b"{}"),
    (Delivery, True): lambda world, _, at: _delivery(world, at, b""),
    (Task, True): lambda world, _, at: Task(
        kind=TaskKind.MEND_CONNECTION,
        state=TaskState.DONE,
        urgency=TaskGroup.NOT_SOLVED,
        shop_id=world.shop_id,
        connection_id=world.connection_id,
        subject_id=7,
        opened_at=at,
        ended_at=at,
    ),
    (EndpointEvent, True): _event,
    (ReportMail, True): _report,
    (OutboxRow, True): lambda world, session, at: OutboxRow(
        kind=Kind.LOOK, ref_id=int(at.timestamp()), lane_id=_lane(session), due_at=at, done_at=at
    ),
    (SignIn, True): lambda world, _, at: SignIn(
        key_hash=at.isoformat(),
        seller_id=world.owner.id,
        session_version=1,
        expires_at=at,
        created_at=at,
    ),
    (ApiAnswer, True): _answer,
    (SentForm, True): lambda world, _, at: SentForm(
        seller_id=world.owner.id, key=at.isoformat(), made_at="/shops/1", begun_at=at
    ),
    (Notice, True): _notice,
    (Invitation, True): lambda world, _, at: Invitation(
        key_hash=at.isoformat(),
        name="",
        seller_id=world.owner.id,
        shops={},
        created_at=at,
        expires_at=at,
    ),
    (Attempted, True): lambda world, _, at: Attempted(key_hash="h", at=at),
}
"""How a row of each rule is made that is as old as said; whether the row itself goes."""


def _rule(world: World, table: type[Base], goes: bool) -> Rule:
    ways = [rule for rule in keeping.rules(world.context) if rule.table is table]
    return ways[-1] if goes else ways[0]


def test_every_rule_is_tried() -> None:
    tables = [table for table, _ in OLD_ROWS]

    assert len(OLD_ROWS) == len(keeping.rules(_NOW)), "add to OLD_ROWS how such a row is made"
    assert tables


class _Now:
    """As much of a context as the rules ask for."""

    keep_bodies = timedelta(days=90)

    class clock:  # noqa: N801 - stands for the attribute
        """One that stands still."""

        @staticmethod
        def now() -> datetime:
            return START


_NOW: Any = _Now()


@pytest.mark.parametrize(
    ("table", "goes"), OLD_ROWS, ids=[f"{t.__tablename__}-{goes}" for t, goes in OLD_ROWS]
)
def test_what_is_past_its_time_goes_and_what_is_not_stays(
    world: World, table: type[Base], goes: bool
) -> None:
    rule, now = _rule(world, table, goes), world.clock.now()
    moments = (now - rule.kept - timedelta(minutes=1), now - rule.kept + timedelta(minutes=1))
    ids = []
    for at in moments:
        with world.context.database.transaction() as session:
            row = OLD_ROWS[table, goes](world, session, at)
            session.add(row)
            session.flush()
            ids.append(row.id)

    assert keeping.purge(world.context, CLOCK) is False

    with world.context.database.reading() as session:
        past, young = (session.get(table, row_id) for row_id in ids)
        assert young is not None
        if goes:
            assert past is None
        else:
            assert isinstance(past, Delivery)
            assert isinstance(young, Delivery)
            assert (past.body, young.body) == (b"", b"{}")


def test_owner_sees_what_is_old_and_deletes_it_in_that_shop_alone(world: World) -> None:
    helped(world)
    world.clock.move(days=60)
    world.work()
    world.clock.move(days=366)
    browser, address = world.browser(), f"/shops/{world.shop_id}/old-data"

    before = text_of(browser.get(address))
    told = text_of(browser.press(address, address))

    assert "Buyers of cases that are closed 365 days 1" in before
    assert "Deleted." in told
    assert "Nothing is past its time." in told
    assert (world.case().erased_at, world.case().review.text) == (world.clock.now(), "")
    assert "shop.purged" in _audit(world)


def _audit(world: World) -> str:
    with world.context.database.reading() as session:
        table = Base.metadata.tables["audit"]
        return " ".join(session.scalars(select(table.c.what)))


def test_another_shop_is_left_alone_and_staff_are_refused(world: World) -> None:
    with world.context.database.transaction() as session:
        other = Shop(name="Other", zone="UTC", created_at=world.clock.now())
        session.add(other)
        session.flush()
        other_id = other.id
    at = world.clock.now() - timedelta(days=91)
    with world.context.database.transaction() as session:
        session.add(_delivery(world, at, b"{}"))
    agent = world.seller("agent@example.test", SellerRole.AGENT)

    with pytest.raises(NotPermitted):
        keeping.purge_shop(world.context, world.shop_id, agent)
    with pytest.raises(NotFound):
        keeping.purge_shop(world.context, other_id, world.owner)
    assert keeping.purge(world.context, OPERATOR, other_id) is False

    with world.context.database.reading() as session:
        assert session.scalar(select(func.count()).where(Delivery.body != b"")) == 1
