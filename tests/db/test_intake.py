"""Taking deliveries in: many at once share a commit, a failing one fails nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from service.db.models import Delivery, OutboxRow
from service.db.reviews.intake import Intake
from service.db.reviews.new_delivery import NewDelivery
from service.db.session import Database, _held
from testbed.processes import until
from tests.db.conftest import Desk


@pytest.fixture
def lane(desk: Desk) -> int:
    return desk.lane(outward=False)


@pytest.fixture
def intake(desk: Desk) -> Iterator[Intake]:
    made = Intake(desk.database)
    yield made
    made.close()


def _new(desk: Desk, lane: int, key: str, *, connection_id: int = 1) -> NewDelivery:
    return NewDelivery(connection_id, lane, key, "{}", b"body " + key.encode(), desk.now())


def _stored(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        deliveries = session.scalar(select(func.count()).select_from(Delivery))
        rows = session.scalar(select(func.count()).select_from(OutboxRow))
        return deliveries or 0, rows or 0


def test_delivery_is_stored_as_it_came_and_is_due(desk: Desk, lane: int, intake: Intake) -> None:
    fresh = intake.accept(_new(desk, lane, "d1"))

    with desk.database.reading() as session:
        delivery, row = (
            session.scalars(select(Delivery)).one(),
            session.scalars(select(OutboxRow)).one(),
        )
    assert fresh
    assert (delivery.body, delivery.received_at, delivery.state) == (
        b"body d1",
        desk.now(),
        "waiting",
    )
    assert (row.ref_id, row.kind, row.lane_id, row.due_at) == (
        delivery.id,
        "read_delivery",
        lane,
        desk.now(),
    )
    assert len(desk.claim()) == 1


def test_many_at_once_are_all_stored_and_share_commits(
    desk: Desk, lane: int, intake: Intake
) -> None:
    commits: list[int] = []
    desk.database.after_commit = lambda: commits.append(1)

    with ThreadPoolExecutor(32) as pool:
        fresh = list(pool.map(lambda n: intake.accept(_new(desk, lane, f"d{n}")), range(400)))

    assert all(fresh)
    assert _stored(desk.database) == (400, 400)
    assert len(commits) <= 200


def test_nobody_is_answered_before_the_commit(desk: Desk, lane: int, intake: Intake) -> None:
    at_commit, may_commit = threading.Event(), threading.Event()

    def wait() -> None:
        at_commit.set()
        assert may_commit.wait(10)

    desk.database.before_commit = wait
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(intake.accept, _new(desk, lane, "d1"))
        assert at_commit.wait(10)
        other = Database(desk.database.url)
        before = (answer.done(), _stored(other))
        other.close()
        may_commit.set()
        fresh = answer.result(10)

    assert (before, fresh) == ((False, (0, 0)), True)
    assert _stored(desk.database) == (1, 1)


def test_same_key_is_stored_once_though_it_comes_many_times(
    desk: Desk, lane: int, intake: Intake
) -> None:
    with ThreadPoolExecutor(16) as pool:
        fresh = list(pool.map(lambda n: intake.accept(_new(desk, lane, f"d{n % 4}")), range(64)))

    assert fresh.count(True) == 4
    assert _stored(desk.database) == (4, 4)


def test_failing_delivery_takes_no_other_with_it(desk: Desk, lane: int, intake: Intake) -> None:
    """A connection deleted meanwhile: its deliveries cannot be stored, the others can."""

    def accept(number: int) -> bool:
        gone = number % 10 == 0
        new = _new(desk, lane, f"d{number}", connection_id=999 if gone else 1)
        try:
            return intake.accept(new)
        except Exception:
            return False

    with ThreadPoolExecutor(32) as pool:
        accepted = list(pool.map(accept, range(200)))

    assert accepted == [number % 10 != 0 for number in range(200)]
    assert _stored(desk.database) == (180, 180)


def test_nothing_is_half_stored_when_the_outbox_row_fails(
    desk: Desk, lane: int, intake: Intake
) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        intake.accept(_new(desk, 999, "d1"))

    assert _stored(desk.database) == (0, 0)
    assert intake.accept(_new(desk, lane, "d1"))


def test_intake_goes_on_after_the_database_came_back(desk: Desk, lane: int, intake: Intake) -> None:
    with desk.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO away"))
    with pytest.raises(Exception, match="outbox"):
        intake.accept(_new(desk, lane, "d1"))
    with desk.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO outbox"))

    assert intake.accept(_new(desk, lane, "d1"))
    assert _stored(desk.database) == (1, 1)


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when intake has the gate: from then on nobody goes before it who is not there already."""
    event = threading.Event()

    @contextmanager
    def seen(path: Path, owner_of: Path) -> Iterator[None]:
        with _held(path, owner_of):
            if path.suffix == ".gate" and threading.current_thread().name == "intake":
                event.set()
            yield

    monkeypatch.setattr("service.db.session._held", seen)
    return event


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_intake_goes_before_transactions_that_wait(
    desk: Desk, lane: int, intake: Intake, ahead: threading.Event
) -> None:
    committed: list[str] = []
    desk.database.after_commit = lambda: committed.append(threading.current_thread().name)

    def transact() -> None:
        with desk.database.transaction():
            pass

    with ThreadPoolExecutor(8) as pool, desk.database.transaction():
        for _ in range(6):
            pool.submit(transact)
        pool.submit(intake.accept, _new(desk, lane, "d1"))
        assert ahead.wait(10)

    assert len(committed) == 8
    # After this transaction, and the one that may have passed the gate before.
    assert committed.index("intake") <= 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_comes_while_intake_waits_goes_along(
    desk: Desk, lane: int, intake: Intake, ahead: threading.Event
) -> None:
    commits: list[int] = []
    with ThreadPoolExecutor(8) as pool, desk.database.transaction():
        fresh = [pool.submit(intake.accept, _new(desk, lane, f"d{n}")) for n in range(8)]
        assert ahead.wait(10)
        # The first is in the hands of the writer, who waits for this transaction to end.
        until("the others", lambda: intake._waiting.qsize() == 7)
        desk.database.after_commit = lambda: commits.append(len(commits))

    assert all(each.result(10) for each in fresh)
    assert len(commits) == 2, "the transaction, then all deliveries together"
    assert _stored(desk.database) == (8, 8)


def test_waiting_deliveries_are_stored_when_the_intake_is_closed(desk: Desk, lane: int) -> None:
    made = Intake(desk.database)
    with ThreadPoolExecutor(8) as pool:
        fresh = [pool.submit(made.accept, _new(desk, lane, f"d{n}")) for n in range(20)]
        assert all(each.result(10) for each in fresh)

    made.close()

    assert _stored(desk.database) == (20, 20)


def test_two_cases_of_one_review_are_refused_by_the_database(desk: Desk) -> None:
    case = (
        "INSERT INTO cases (shop_id, review_id, reference, state, close_reason, opened_at,"
        " buyer_key, order_id, order_seen, candidates, advice, cause, messages_stopped)"
        " VALUES (1, 1, :ref, 'opened', NULL, :at, '', '', '{}', '[]', '', '', :no)"
    )
    review = (
        "INSERT INTO review (connection_id, shop_id, platform_id, text, withdrawn, seen_at,"
        " product_id, product_name, order_ids, buyer)"
        " VALUES (1, 1, 'r1', '', :no, :at, '', '', '[]', '{}')"
    )
    desk.lane()
    at = {"at": desk.now().replace(tzinfo=None), "no": False}
    with desk.database.transaction() as session:
        session.execute(text(review), at)
        session.execute(text(case), {**at, "ref": "MG-1"})

    with pytest.raises(IntegrityError), desk.database.transaction() as session:
        session.execute(text(case), {**at, "ref": "MG-2"})
