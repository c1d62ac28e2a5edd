"""Log lines: JSON with ids, and never a secret, a link or a word of a buyer, at any level."""

from __future__ import annotations

import contextvars
import io
import json
import logging
import re
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import Sandbox, trouble
from service import logs
from service.db.cases import case_queries
from service.db.models import DoNotContact, Review
from service.operations.remedies import decisions
from service.operations.shops import connections
from service.web.desk import cases
from tests.jobs.processes import ROOT
from tests.world import KEY, SECRET, START, World

AT_ONCE = {
    "resolution_check_hours": 0,
    "update_invitation_hours": 0,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}
TEXT, COMMENT = "pecah berantakan semuanya", "terima kasih sudah dibantu"
NAMES = ("", *logs.OURS, *logs.QUIET)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged at DEBUG, set up as in production."""
    told = io.StringIO()
    kept = {name: logging.getLogger(name).level for name in NAMES}
    handlers = logging.getLogger().handlers[:]
    monkeypatch.setattr(sys, "stderr", told)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.set_up("DEBUG")
    yield told
    logging.getLogger().handlers[:] = handlers
    logging.captureWarnings(False)
    for name, level in kept.items():
        logging.getLogger(name).setLevel(level)


def _read(told: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.getvalue().splitlines()]


def _fails_once(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """A fault of ours, which says all that is at hand."""
    whole, failed = getattr(owner, name), list[bool]()

    def fail(*args: Any, **options: Any) -> Any:
        if failed:
            return whole(*args, **options)
        failed.append(True)
        raise ValueError(f"{TEXT}, {COMMENT}: {args}, {options}, {SECRET}, {KEY}")

    monkeypatch.setattr(owner, name, fail)


def _walk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole loop, with everything going wrong once on the way."""
    world.set_shop(follow_ups=AT_ONCE, asking={"invitations": True, "lawful_basis": ["ID"]})
    browser = world.browser()
    for owner, name in (
        (Sandbox, "orders_for"),
        (Sandbox, "act"),
        (case_queries, "case_by_reference"),
    ):
        _fails_once(monkeypatch, owner, name)
    order_id = world.rate(1, TEXT)
    world.work()
    world.clock.move(minutes=2)
    world.work()
    trouble.choose(world.sandbox.ledger, order_id, "acted_dropped")
    remedy = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
    decisions.approve(world.context, world.case().id, world.owner, changed=remedy)
    for _ in range(3):
        world.work()
        world.clock.move(minutes=2)
    browser.get(f"/cases/{world.case().reference}")
    link = re.search(
        r"/b/answer/\S+", " ".join(message["text"] for message in world.ledger()["messages"])
    )
    assert link is not None
    browser.post(link[0], {"solved": "yes", "stars": "5", "comment": COMMENT})
    browser.get("/b/stop/forged")
    requests.post(f"{world.url}/webhooks/{world.connection().public_id}", data=TEXT, timeout=10)
    world.work()
    world.rate(5, TEXT, order_id)
    world.work()
    assert world.case().close_reason == "recovered"


def _secrets(world: World) -> dict[str, str]:
    """What must not be told, by name."""
    messages = " ".join(message["text"] for message in world.ledger()["messages"])
    order = world.sandbox.ledger.row("SELECT edit_key FROM orders")
    found = {
        "secret key": SECRET,
        "encryption key": KEY,
        "platform key": "test-key",
        "webhook secret": connections.webhook_secret(world.context, world.connection()),
        "edit link": str(order["edit_key"]),
        "text": TEXT,
        "comment": COMMENT,
        "name": "Sari",
        "address": "sari@example.test",
        "seller's address": "owner@example.test",
    }
    for at, token in enumerate(re.findall(r"/b/\w+/(\S+)", messages)):
        found[f"link {at}"] = token
    return found


def test_nothing_secret_is_logged_in_the_whole_loop(
    world: World, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    _walk(world, monkeypatch)

    told = lines.getvalue()
    secrets = _secrets(world)
    assert len([name for name in secrets if name.startswith("link")]) >= 4
    assert [name for name, secret in secrets.items() if secret in told] == []
    read = _read(lines)
    assert [line["error"] for line in read if "error" in line].count("ValueError") == 3
    assert all({"timestamp", "level", "logger", "message"} <= set(line) for line in read)


def test_failing_row_is_logged_with_its_ids_and_without_the_words_of_the_error(
    world: World, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise ValueError(f"cannot parse {TEXT!r} of sari@example.test")

    order_id = world.rate(1, TEXT)
    world.work()
    monkeypatch.setattr(Sandbox, "act", broken)
    remedy = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
    decisions.approve(world.context, world.case().id, world.owner, changed=remedy)

    world.work()

    (line,) = [each for each in _read(lines) if each.get("error") == "ValueError"]
    assert (line["job"], line["level"]) == ("make_good", "ERROR")
    assert line["case"].startswith(world.case().reference)
    assert isinstance(line["row"], int)
    assert "test_logs.py" in line["stack"]
    assert TEXT not in lines.getvalue()
    assert "sari@" not in lines.getvalue()


@pytest.mark.parametrize(
    "name", ["urllib3.connectionpool", "sqlalchemy.engine.Engine", "werkzeug", "psycopg", "rq.job"]
)
def test_details_of_others_are_not_heard(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("GET /orders?search=sari@example.test")

    assert lines.getvalue() == ""


def test_warnings_of_others_are_heard(lines: io.StringIO) -> None:
    logging.getLogger("some.library").warning("the disk is full")

    assert _read(lines)[0]["message"] == "the disk is full"


def test_file_of_another_user_is_named(lines: io.StringIO, tmp_path: Path) -> None:
    try:
        (tmp_path / "nowhere" / "makegood.db.lock").read_text()
    except OSError:
        logging.getLogger("service").exception("a request failed")

    assert "makegood.db.lock: No such file" in _read(lines)[0]["file"]


def test_level_is_ours_to_choose(lines: io.StringIO) -> None:
    logging.getLogger("service.web.desk.cases").debug("seen")
    logs.set_up("ERROR")
    logging.getLogger("service.web.desk.cases").warning("not seen")
    logging.getLogger("some.library").warning("not seen")

    assert [each["message"] for each in _read(lines)] == ["seen"]


def test_line_stays_one_line_whatever_is_in_it(lines: io.StringIO) -> None:
    logging.getLogger("jobs").error('two\nlines and a "quote"')

    (line,) = _read(lines)
    assert line["message"] == 'two\nlines and a "quote"'


def test_failing_request_is_logged_with_the_id_it_was_answered_with(
    world: World, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise KeyError("sari@example.test")

    world.rate(1)
    world.work()
    browser, reference = world.browser(), world.case().reference
    monkeypatch.setattr(cases, "next_step", broken)

    answer = browser.get(f"/cases/{reference}")

    (line,) = [each for each in _read(lines) if each.get("error") == "KeyError"]
    assert answer.status_code == 500
    assert (line["request"], line["case"]) == (answer.headers["X-Request-Id"], reference)


@pytest.mark.parametrize("path", ["/health/live", "/webhooks/nobody", "/sandbox/", "/nowhere"])
def test_every_answer_names_its_request(world: World, path: str) -> None:
    first, second = (requests.post(world.url + path, timeout=10) for _ in range(2))

    ids = [each.headers["X-Request-Id"] for each in (first, second)]
    assert ids[0] != ids[1]
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in ids)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("4bf92f35-77b3.x_1", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ("sari@example.test", False),
        ("é", False),
    ],
    ids=["usual", "long", "too long", "blank", "address", "not ascii"],
)
def test_id_of_a_proxy_is_kept_when_it_looks_like_one(given: str, kept: bool) -> None:
    assert (logs.request_id(given) == given) is kept


def test_ids_end_with_what_they_are_about(lines: io.StringIO) -> None:
    log = logging.getLogger("jobs")

    def work() -> None:
        with logs.ids(row=7):
            logs.add(case="MG-1")
            log.warning("inside")
        log.warning("outside")

    # As in a thread of its own: ids that pages of other tests have learnt are not there.
    contextvars.Context().run(work)

    # What the garbage collector warns of meanwhile is of other tests, too.
    inside, outside = (line for line in _read(lines) if line["logger"] == "jobs")
    assert (inside["row"], inside["case"]) == (7, "MG-1")
    assert {"row", "case"}.isdisjoint(outside)


def _break_the_row(session: Session) -> None:
    buyer = {"email": "sari@example.test"}
    session.add(Review(connection_id=0, shop_id=0, platform_id="r1", text=TEXT, buyer=buyer))
    session.flush()


def _break_the_key(session: Session) -> None:
    for _ in range(2):
        session.add(DoNotContact(address_hash=TEXT, reason="", created_at=START))
    session.flush()


def _break_the_type(session: Session) -> None:
    # SQLite makes a number of every text, and knows no function of this name.
    cast = "CAST(CAST(:words AS text) AS integer)"
    foreign = "" if session.connection().dialect.name == "postgresql" else ", no_such()"
    session.execute(text(f"SELECT {cast}{foreign}"), {"words": TEXT})


@pytest.mark.parametrize("broken", [_break_the_row, _break_the_key, _break_the_type])
def test_error_of_the_database_keeps_the_words_it_was_given(
    world: World, lines: io.StringIO, broken: Callable[[Session], None]
) -> None:
    with pytest.raises(SQLAlchemyError) as caught, world.context.database.transaction() as session:
        broken(session)
    logging.getLogger("jobs").error("a row failed", exc_info=caught.value)
    logging.getLogger("rq.worker").error("job failed: %s", caught.value)
    printed = "".join(traceback.format_exception(caught.value))

    assert TEXT not in printed + lines.getvalue()
    assert "sari@" not in printed + lines.getvalue()


@pytest.mark.parametrize("name", ["rq.worker", "waitress", "_granian", "werkzeug", "concurrent"])
def test_trace_in_the_message_of_another_library_is_cut(lines: io.StringIO, name: str) -> None:
    trace = f"[Job 1]: exception raised\nTraceback ...\nValueError: {TEXT}"
    logging.getLogger(name).error(trace)
    logging.getLogger(name).error("failed: %s", ValueError(TEXT))

    first, second = _read(lines)
    assert first["message"] == "[Job 1]: exception raised ..."
    assert second["message"] == "failed: ValueError"


def test_trace_names_our_own_places_and_where_it_ended(world: World, lines: io.StringIO) -> None:
    try:
        case_queries.case_by_reference(None, "MG-1")  # type: ignore[arg-type]
    except AttributeError:
        logging.getLogger("jobs").exception("failed")
    try:
        with world.context.database.reading() as session:
            session.execute(text("no statement at all"))
    except SQLAlchemyError:
        logging.getLogger("jobs").exception("failed")

    ours, foreign = _read(lines)
    assert "queries.py" in ours["stack"]
    assert "test_logs.py" in foreign["stack"]


ENDS = f"""
import logging, sys, threading
from service import logs
from service.db.cases import case_queries
from service.db.models import DoNotContact, Review
logs.set_up("INFO")
def end():
    raise ValueError({TEXT!r})
if sys.argv[1] == "thread":
    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
else:
    end()
"""


@pytest.mark.parametrize("where", ["process", "thread"])
def test_what_ends_a_process_or_a_thread_is_one_line_of_json(where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDS, where], cwd=ROOT, capture_output=True, text=True, check=False
    )

    (line,) = done.stderr.splitlines()
    told = json.loads(line)
    assert (told["error"], told["level"]) == ("ValueError", "CRITICAL")
    assert "end" in told["stack"]
    assert TEXT not in done.stderr + done.stdout
