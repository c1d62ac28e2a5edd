"""Sends a CSV of reviews through the real endpoint, signed as the connection's platform signs."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select

from integrations import registry
from integrations.errors import AdapterError
from integrations.http import Http
from service.db.models import Case, Connection, Delivery, Review
from service.domain.errors import NotFound, WrongInput
from service.domain.reviews.delivery_states import DeliveryState
from service.wiring import Wiring

COLUMNS = ("id", "product", "rating", "text")
"""Those that are sent; others may stand beside them."""
RATINGS = ("1", "2", "3", "4", "5")
PART = 500
"""Rows between two words of progress."""
TRIES, PAUSE_SECONDS = 5, 0.5
WAIT_SECONDS = 600.0
NAMED = 20
"""Bad rows named one by one; of more, only the number is told."""

Row = dict[str, str]
Say = Callable[[str], None]
Make = Callable[[Row, str, datetime], tuple[dict[str, str], bytes]]


@dataclass(slots=True)
class Replayed:
    """What came of it. `problems`: lines that were left out or not accepted, and why."""

    sent: int = 0
    accepted: int = 0
    opened: int = 0
    unreadable: int = 0
    unread: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def told(self) -> str:
        """One line for people."""
        return (
            f"{self.sent} sent, {self.accepted} accepted in {self.seconds:.1f} s:"
            f" {self.opened} opened a case, {self.unreadable} unreadable,"
            f" {self.unread} still waiting, {len(self.problems)} lines with a problem"
        )


@dataclass(frozen=True, slots=True)
class _Sender:
    """Where to, and how signed."""

    http: Http
    address: str
    secret: str
    make: Make
    now: Callable[[], datetime]

    def send(self, numbered: tuple[int, Row]) -> tuple[int, str]:
        """Send one row; gives its line and why it was not accepted, "" when it was."""
        line, row = numbered
        why = ""
        for again in range(TRIES):
            if again:
                time.sleep(PAUSE_SECONDS)
            try:
                # Signed anew each time, as a real sender does: signatures grow old.
                headers, body = self.make(row, self.secret, self.now())
                response = self.http.call("POST", self.address, headers=headers, body=body)
            except AdapterError as error:
                why = error.message
                continue
            if response.ok:
                return line, ""
            why = f"answered {response.status}"
            if response.status < 500:
                break
        return line, why


def replay(
    wired: Wiring, path: Path, connection_id: int, *, url: str, at_once: int, say: Say
) -> Replayed:
    """Send every row that can be sent, wait until all are read, and tell what came of it.

    A bad row is named and left out; the others go. Raises `NotFound`, and `WrongInput` for a file
    or connection that cannot be used at all, or when nothing answers.
    """
    context = wired.context
    with context.database.reading() as session:
        connection = session.get(Connection, connection_id)
        if connection is None:
            raise NotFound("there is no such connection")
        first_case = session.scalar(select(func.max(Case.id))) or 0
        first_delivery = session.scalar(select(func.max(Delivery.id))) or 0
    make = getattr(registry.get(connection.adapter), "sample", None)
    if make is None:
        able = [name for name in registry.ADAPTERS if hasattr(registry.get(name), "sample")]
        raise WrongInput(
            "Choose a connection of one of these platforms: %(names)s.", names=", ".join(able)
        )
    base = url.rstrip("/") or context.links.public_url
    _check_answers(context.http, base)
    sender = _Sender(
        context.http,
        f"{base}/webhooks/{connection.public_id}",
        context.config(connection).webhook_secrets[0],
        make,
        context.clock.now,
    )
    tally = _send_all(sender, path, at_once, say)
    tally.unread = _wait(wired, connection_id, say)
    _count(wired, connection_id, tally, first_case, first_delivery)
    return tally


def _check_answers(http: Http, base: str) -> None:
    try:
        http.call("GET", f"{base}/health/live")
    except AdapterError as error:
        raise WrongInput(
            "Nothing answers at %(base)s. Start Makegood, or name its address with --url.",
            base=base,
        ) from error


def _send_all(sender: _Sender, path: Path, at_once: int, say: Say) -> Replayed:
    tally, began = Replayed(), time.monotonic()

    def problem(line: int, why: str) -> None:
        tally.problems.append(f"line {line}: {why}")
        if len(tally.problems) <= NAMED:
            say(tally.problems[-1])

    rows = _rows(path, problem)
    with ThreadPoolExecutor(at_once) as pool:
        while part := list(islice(rows, PART)):
            for line, why in pool.map(sender.send, part):
                tally.sent += 1
                tally.accepted += not why
                if why:
                    problem(line, why)
            say(f"{tally.sent} sent, {tally.accepted} accepted")
    tally.seconds = time.monotonic() - began
    return tally


def _rows(path: Path, problem: Callable[[int, str], None]) -> Iterator[tuple[int, Row]]:
    """The rows that can be sent, with the line each ends on."""
    seen: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise WrongInput(
                "%(name)s lacks the columns %(value)s.",
                name=path.name,
                value=", ".join(sorted(missing)),
            )
        while True:
            try:
                row = next(reader, None)
                why = "" if row is None else _why_not(row, seen)
            except csv.Error as error:
                row, why = {}, str(error)
            if row is None:
                return
            if why:
                problem(reader.line_num, why)
                continue
            seen[row["id"]] = reader.line_num
            yield reader.line_num, row


def _why_not(row: Row, seen: dict[str, int]) -> str:
    if any(row.get(name) is None for name in COLUMNS):
        return "has fewer columns than the first line"
    # What was no UTF-8 was kept as surrogates; real texts do hold U+FFFD.
    if any("\udc80" <= sign <= "\udcff" for name in COLUMNS for sign in row[name]):
        return "is not UTF-8"
    if not row["id"].strip():
        return "has no id"
    if row["id"] in seen:
        return f"has the id of line {seen[row['id']]}"
    if row["rating"] not in RATINGS:
        return f"the rating is {row['rating'][:20]!r}, not 1 to 5"
    return ""


def _wait(wired: Wiring, connection_id: int, say: Say) -> int:
    """Until the workers have read everything; gives what is left when they do not."""
    began = time.monotonic()
    told_at = began
    while True:
        with wired.context.database.reading() as session:
            waiting = session.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(
                    Delivery.connection_id == connection_id, Delivery.state == DeliveryState.WAITING
                )
            )
        now = time.monotonic()
        if not waiting or now - began > WAIT_SECONDS:
            return waiting or 0
        if now - told_at > 5:
            told_at = now
            say(f"{waiting} to be read")
        time.sleep(0.1)


def _count(
    wired: Wiring, connection_id: int, tally: Replayed, first_case: int, first_delivery: int
) -> None:
    with wired.context.database.reading() as session:
        tally.opened = (
            session.scalar(
                select(func.count())
                .select_from(Case)
                .join(Review, Review.id == Case.review_id)
                .where(Case.id > first_case, Review.connection_id == connection_id)
            )
            or 0
        )
        tally.unreadable = (
            session.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(Delivery.id > first_delivery)
                .where(
                    Delivery.connection_id == connection_id,
                    Delivery.state == DeliveryState.NEEDS_ATTENTION,
                )
            )
            or 0
        )
