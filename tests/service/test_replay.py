"""`flask replay`: every good row goes through the real endpoint, every bad one is named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from integrations.contract import Role
from service.db.models import Case, Delivery
from service.domain.errors import NotFound, WrongInput
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.replay import Replayed, replay
from tests.jobs.processes import flask
from tests.world import World

HEAD = "id,category,product,location,price_idr,rating,text"
GOOD = (
    '1,Dapur,Ketel,Bandung,259000,1,"Pecah, kemasan tipis"',
    "2,Dapur,Ketel,Bandung,259000,3,Lama sekali",
    "3,Dapur,Ketel,Bandung,259000,4,Oke",
    '4,Dapur,Ketel,Bandung,259000,5,"Bagus\nsekali"',
)
BAD = (
    "5,Dapur,Ketel,Bandung,259000,6,Terlalu banyak",
    "6,Dapur,Ketel",
    ",Dapur,Ketel,Bandung,259000,1,Tanpa nomor",
    "1,Dapur,Ketel,Bandung,259000,2,Nomor sama",
)


@pytest.fixture
def connection_id(world: World) -> int:
    """A shop of one's own that sends reviews."""
    values = {"base_url": f"{world.url}/nowhere", "outgoing_secret": "whsec_" + "QUJD" * 10}
    new = NewConnection("standard", "Toko sendiri", [Role.REVIEWS], values)
    return connections.connect(world.context, world.shop_id, OPERATOR, new)


@contextmanager
def _working(world: World) -> Iterator[None]:
    """A worker beside the replay, as there always is."""
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            if world.work() == 0:
                ended.wait(0.02)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _csv(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "reviews.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


def _replay(world: World, connection_id: int, path: Path, said: list[str]) -> Replayed:
    with _working(world):
        return replay(world.wired, path, connection_id, url="", at_once=4, say=said.append)


def _count(world: World, table: type[Case] | type[Delivery]) -> int:
    with world.context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_low_rows_open_cases_and_a_second_run_opens_none(
    world: World, connection_id: int, tmp_path: Path
) -> None:
    path, said = _csv(tmp_path, *GOOD), list[str]()

    first = _replay(world, connection_id, path, said)
    second = _replay(world, connection_id, path, said)

    assert (first.sent, first.accepted, first.opened) == (4, 4, 2)
    assert (first.unreadable, first.unread, first.problems) == (0, 0, [])
    assert (second.sent, second.accepted, second.opened) == (4, 4, 0)
    assert (_count(world, Delivery), _count(world, Case)) == (4, 2)
    assert said == ["4 sent, 4 accepted"] * 2
    assert "4 sent, 4 accepted" in first.told()
    assert "2 opened a case, 0 unreadable" in first.told()


def test_bad_rows_are_named_with_their_line_and_the_others_go(
    world: World, connection_id: int, tmp_path: Path
) -> None:
    path, said = _csv(tmp_path, GOOD[0], *BAD, *GOOD[1:]), list[str]()

    told = _replay(world, connection_id, path, said)

    assert (told.sent, told.accepted, told.opened) == (4, 4, 2)
    assert told.problems == [
        "line 3: the rating is '6', not 1 to 5",
        "line 4: has fewer columns than the first line",
        "line 5: has no id",
        "line 6: has the id of line 2",
    ]
    assert said[:4] == told.problems


def test_row_that_is_not_utf_8_is_named(world: World, connection_id: int, tmp_path: Path) -> None:
    path, odd = tmp_path / "reviews.csv", "8,a,b,c,1,1,emoji lost elsewhere: \ufffd\n"
    path.write_bytes(f"{HEAD}\n9,a,b,c,1,1,".encode() + b"caf\xe9\n" + odd.encode())

    told = _replay(world, connection_id, path, [])

    assert (told.problems, told.accepted) == (["line 2: is not UTF-8"], 1)


def test_progress_is_told_while_sending(
    world: World, connection_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.replay.PART", 2)
    said = list[str]()

    _replay(world, connection_id, _csv(tmp_path, *GOOD), said)

    assert said == ["2 sent, 2 accepted", "4 sent, 4 accepted"]


def test_refused_rows_are_named_and_not_tried_again(
    world: World, connection_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _csv(tmp_path, *GOOD[:2])
    monkeypatch.setattr("integrations.standard.key_of", lambda _: b"another key entirely")
    monkeypatch.setattr("service.replay.PAUSE_SECONDS", 3600)
    keys = iter([b"one", b"two"])
    monkeypatch.setattr("integrations.standard_webhooks._keys", lambda _: [next(keys)])

    told = _replay(world, connection_id, path, [])

    assert (told.sent, told.accepted, told.opened) == (2, 0, 0)
    assert sorted(told.problems) == ["line 2: answered 401", "line 3: answered 401"]


def test_file_without_the_columns_is_refused(
    world: World, connection_id: int, tmp_path: Path
) -> None:
    with pytest.raises(WrongInput, match="lacks the columns rating, text"):
        _replay(world, connection_id, _csv(tmp_path, head="id,product,location,price_idr"), [])


def test_connection_that_cannot_take_a_csv_is_refused(world: World, tmp_path: Path) -> None:
    path = _csv(tmp_path, *GOOD)

    with pytest.raises(WrongInput, match="standard"):
        _replay(world, world.connection_id, path, [])
    with pytest.raises(NotFound):
        _replay(world, 999, path, [])


def test_nothing_is_sent_when_nobody_answers(
    world: World, connection_id: int, tmp_path: Path
) -> None:
    path = _csv(tmp_path, *GOOD)

    with pytest.raises(WrongInput, match=r"Nothing answers at http://127\.0\.0\.1:1\."):
        replay(world.wired, path, connection_id, url="http://127.0.0.1:1/", at_once=2, say=print)


def test_command_tells_the_figures_and_fails_when_a_row_is_bad(
    world: World, connection_id: int, tmp_path: Path
) -> None:
    good, bad = _csv(tmp_path, *GOOD), tmp_path / "bad.csv"
    bad.write_text("\n".join([HEAD, BAD[0], "7,Dapur,Ketel,Bandung,1,5,ok"]) + "\n")
    argv = ("replay", "--connection", str(connection_id))
    # The command signs with the machine's time.
    world.clock.move(seconds=(datetime.now(UTC) - world.clock.now()).total_seconds())

    with _working(world):
        fine, wrong = flask(world, *argv, str(good)), flask(world, *argv, str(bad))

    assert fine.returncode == 0, fine.stderr
    assert fine.stdout.splitlines()[-1].startswith("4 sent, 4 accepted in ")
    assert wrong.returncode == 1
    assert wrong.stdout.splitlines()[0] == "line 2: the rating is '6', not 1 to 5"
    assert wrong.stdout.splitlines()[-1].startswith("1 sent, 1 accepted in ")
