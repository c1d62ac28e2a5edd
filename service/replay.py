"""Sends a CSV of reviews through the real endpoint, signed as the connection's platform signs."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from integrations import registry
from integrations.errors import AdapterError
from service.db.models import Case, Connection, Delivery
from service.domain.errors import NotFound, WrongInput
from service.wiring import Wiring

COLUMNS = ("id", "category", "product", "location", "price_idr", "rating", "text")
WAIT_SECONDS = 600.0


@dataclass(slots=True)
class _Told:
    sent: int = 0
    accepted: int = 0


def replay(
    wired: Wiring, path: Path, connection_id: int, *, url: str, at_once: int,
    say: Callable[[str], None],
) -> str:  # fmt: skip
    """Send every row, wait until all are read, and say how many were sent, accepted, opened a
    case. Raises `NotFound`, `WrongInput` naming the line."""
    context = wired.context
    with context.database.reading() as session:
        connection = session.get(Connection, connection_id)
        if connection is None:
            raise NotFound("there is no such connection")
        before = session.scalar(select(func.max(Case.id))) or 0
    make = getattr(registry.get(connection.adapter), "sample", None)
    if make is None:
        raise WrongInput("Choose a connection of the platform “standard”.")
    secret = context.config(connection).webhook_secrets[0]
    address = f"{url.rstrip('/') or context.links.public_url}/webhooks/{connection.public_id}"
    told, began = _Told(), time.monotonic()

    def send(row: dict[str, str]) -> bool:
        headers, body = make(row, secret, context.clock.now())
        for _ in range(5):
            try:
                if context.http.call("POST", address, headers=headers, body=body).ok:
                    return True
            except AdapterError:
                time.sleep(0.5)
        return False

    with ThreadPoolExecutor(at_once) as pool:
        for accepted in pool.map(send, _rows(path)):
            told.sent += 1
            told.accepted += accepted
            if told.sent % 500 == 0:
                say(f"{told.sent} sent")
    seconds = time.monotonic() - began
    unread = _wait(wired, connection_id)
    with context.database.reading() as session:
        opened = session.scalar(select(func.count()).select_from(Case).where(Case.id > before))
        broken = session.scalar(
            select(func.count()).select_from(Delivery)
            .where(Delivery.connection_id == connection_id, Delivery.state == "needs_attention")
        )  # fmt: skip
    return (
        f"{told.sent} sent, {told.accepted} accepted in {seconds:.1f} s,"
        f" all read after {time.monotonic() - began:.1f} s: {opened} opened a case,"
        f" {broken} unreadable, {unread} still waiting"
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise WrongInput(f"{path.name} lacks the columns {', '.join(sorted(missing))}.")
        for number, row in enumerate(reader, 2):
            if row["rating"] not in ("1", "2", "3", "4", "5"):
                raise WrongInput(f"{path.name}, line {number}: the rating must be 1 to 5.")
            yield row


def _wait(wired: Wiring, connection_id: int) -> int:
    """Until the workers have read everything; gives what is left when they do not."""
    ends = time.monotonic() + WAIT_SECONDS
    while True:
        with wired.context.database.reading() as session:
            waiting = session.scalar(
                select(func.count()).select_from(Delivery)
                .where(Delivery.connection_id == connection_id, Delivery.state == "waiting")
            )  # fmt: skip
        if not waiting or time.monotonic() > ends:
            return waiting or 0
        time.sleep(0.1)
