"""What polling and the daily check notice that no webhook tells of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from integrations.contract import CheckResult, EventKind, PollResult, ReviewEvent, UnreadRow
from integrations.errors import Temporary
from integrations.sentence import Text, Words
from service.db.models import Connection, Delivery, Kind, OutboxRow
from service.domain.staff.authority import OPERATOR
from service.operations.reviews import refetch
from service.operations.reviews.apply import apply_event
from service.operations.shops import connections
from tests.world import World

LOW = ReviewEvent(EventKind.CHANGED, "r1", 1, "Pecah")


class Shop:
    """A shop behind the contract: what polling lists, what a look gives, what a check finds."""

    def __init__(self) -> None:
        self.pages: list[PollResult] = []
        self.reviews: dict[str, ReviewEvent] = {}
        self.findings: list[CheckResult] = []
        self.looked: list[str] = []
        self.away = False

    def poll(self, cursor: str, now: datetime) -> PollResult:
        return self.pages.pop(0) if self.pages else PollResult([], "end")

    def look(self, subject: str) -> list[ReviewEvent]:
        self.looked.append(subject)
        number = subject.partition(":")[2]
        return [self.reviews.get(number, ReviewEvent(EventKind.WITHDRAWN, number))]

    def check(self) -> Sequence[CheckResult]:
        if self.away:
            raise Temporary("the shop could not be reached")
        return self.findings


@pytest.fixture(name="shop")
def _shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Stands in for the sandbox in polling, looking and checking."""
    made = Shop()
    kind = type(world.context.adapter(world.connection()))

    def of(name: str) -> Callable[..., object]:
        return lambda self, *given: getattr(made, name)(*given)

    for name in ("poll", "look", "check"):
        assert callable(getattr(kind, name))
        monkeypatch.setattr(kind, name, of(name))
    return made


def _open_case(world: World, event: ReviewEvent = LOW) -> None:
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        assert apply_event(session, connection, event, now=world.clock.now()) == "case opened"


def _later(world: World, **span: float) -> None:
    """Let time pass, poll, and let what polling put off a little be done too."""
    world.clock.move(**span)
    world.work()
    world.clock.move(minutes=9)
    world.work()


def _rows(world: World, kind: Kind) -> list[OutboxRow]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(OutboxRow).where(OutboxRow.kind == kind)))


@pytest.mark.parametrize(
    ("now_there", "reason"),
    [({"r1": ReviewEvent(EventKind.CHANGED, "r1", 5, "Baik")}, "recovered"), ({}, "withdrawn")],
    ids=["raised", "removed for good"],
)
def test_open_case_closes_when_its_review_changed_and_no_page_tells(
    world: World, shop: Shop, now_there: dict[str, ReviewEvent], reason: str
) -> None:
    _open_case(world)
    shop.reviews = now_there

    _later(world, hours=25)

    assert world.case().close_reason == reason


def test_review_is_looked_at_once_a_day_when_its_case_stays_open(world: World, shop: Shop) -> None:
    _open_case(world)
    shop.reviews = {"r1": LOW}

    _later(world, hours=23)
    before = list(shop.looked)
    for _ in range(10):
        _later(world, hours=5)

    assert before == []
    assert shop.looked == ["review:r1", "review:r1"]
    assert world.case().closed_at is None


def test_review_is_left_alone_when_its_case_is_closed(world: World, shop: Shop) -> None:
    _open_case(world)
    _later(world, hours=25)

    _later(world, hours=25)

    assert shop.looked == ["review:r1"]


def test_looks_are_bounded_and_spread_and_the_longest_waiting_go_first(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refetch, "LOOKS_AT_ONCE", 2)
    for number in ("r3", "r1", "r2"):
        _open_case(world, ReviewEvent(EventKind.CHANGED, number, 1))
        world.clock.move(minutes=1)
    shop.reviews = {each: ReviewEvent(EventKind.CHANGED, each, 1) for each in ("r1", "r2", "r3")}
    world.clock.move(hours=25)

    world.work()
    at_once = list(shop.looked)
    world.clock.move(minutes=6)
    world.work()
    first_pass = list(shop.looked)
    world.clock.move(minutes=5)
    world.work()

    assert at_once == ["review:r3"]
    assert first_pass == ["review:r3", "review:r1"]
    assert shop.looked == ["review:r3", "review:r1", "review:r2"]


def test_undated_review_opens_no_case_when_it_stood_there_before_the_first_pass_ended(
    world: World, shop: Shop
) -> None:
    shop.pages = [
        PollResult([LOW], "1", more=True),
        PollResult([ReviewEvent(EventKind.CHANGED, "r2", 1)], ""),
    ]

    world.work()

    assert shop.pages == []
    assert world.cases() == []


def test_undated_review_opens_a_case_when_it_came_after_the_first_pass(
    world: World, shop: Shop
) -> None:
    world.work()
    shop.pages = [PollResult([LOW], "")]

    _later(world, minutes=10)

    assert len(world.cases()) == 1


def test_old_review_opens_no_case_in_any_pass_and_one_of_today_does_in_the_first(
    world: World, shop: Shop
) -> None:
    now = world.clock.now()
    old = ReviewEvent(EventKind.CHANGED, "r1", 1, written_at=now - timedelta(days=2))
    fresh = ReviewEvent(EventKind.CHANGED, "r2", 1, written_at=now + timedelta(seconds=1))
    shop.pages = [PollResult([old, fresh], "")]

    world.work()

    assert [case.review.platform_id for case in world.cases()] == ["r2"]


def test_daily_check_shows_what_is_off_and_clears_it_when_it_is_mended(
    world: World, shop: Shop
) -> None:
    shop.findings = [
        CheckResult(Text("Key"), True),
        CheckResult(Text("Webhook A"), False, Text("it is off")),
    ]

    _later(world, hours=25)
    page = world.browser().get("/").text
    shown = world.connection().problem
    shop.findings = [CheckResult(Text("Webhook A"), True)]
    _later(world, hours=1)

    assert str(shown) == "Webhook A: it is off"
    assert "Webhook A: it is off" in page
    assert (world.connection().state, world.connection().problem) == ("working", None)


def test_check_is_not_made_before_a_day_has_passed_and_then_again_the_next_day(
    world: World, shop: Shop
) -> None:
    shop.away = True

    _later(world, hours=23)
    before = world.connection().problem
    _later(world, hours=1)

    [row] = _rows(world, Kind.CHECK)
    assert before is None
    assert str(world.connection().problem) == "Connection: the shop could not be reached"
    assert row.done_at is None


def test_test_button_replaces_what_the_check_found(world: World, shop: Shop) -> None:
    shop.findings = [CheckResult(Text("Webhook A"), False, Text("it is off"))]
    connections.test_connection(world.context, world.connection_id, OPERATOR)
    found = world.connection().problem
    shop.findings = [CheckResult(Text("Webhook A"), True)]

    connections.test_connection(world.context, world.connection_id, OPERATOR)

    assert found is not None
    assert world.connection().problem is None


def test_row_that_cannot_be_read_is_shown_once_and_hides_no_other(world: World, shop: Shop) -> None:
    odd = UnreadRow(
        "review:7", {"x-row": "yes"}, b'{"id": 7}', Words("rating: must be from 0 to 5")
    )
    shop.pages = [PollResult([LOW], "1", unread=[odd]), PollResult([], "1", unread=[odd])]
    with world.context.database.transaction() as session:
        session.get_one(Connection, world.connection_id).read_through_at = world.clock.now()

    world.work()
    world.clock.move(minutes=11)
    world.work()

    with world.context.database.reading() as session:
        [kept] = session.scalars(select(Delivery).where(Delivery.key == "review:7"))
    assert [case.review.platform_id for case in world.cases()] == ["r1"]
    assert (kept.state, str(kept.note), kept.body) == (
        "needs_attention",
        str(odd.problem),
        odd.body,
    )
    assert f"#{kept.id}<" in world.browser().get("/deliveries").text
