"""A very long review holds no webhook up: linear work, and none of it while others wait."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from integrations import registry, text
from integrations.contract import Inbound, InboundEvent, PollResult, ReviewEvent
from service.db.models import Delivery, Review
from service.domain.cases import severity
from service.domain.cases.severity import is_grave
from service.domain.complaints.causes import read_cause
from tests.integrations.reading import reviews
from tests.world import START, World

UNITS = {
    "words": "barang rusak dan pecah ",
    "denied": "not injured ",
    "one word": "-injured",
    "gaps": "not \n  injured",
    "opened tags": "<",
    "tags": "<b>x</b>",
    "opened comments": "<!--",
    "breaks": "<br ",
    "paragraphs": "</p>\n",
    "entities": "&lt;",
    "numbers": "&#1",
    "piled marks": "\u0315\u0300",
    "spaces": " ",
    "lines": "\n",
    "joiners": "\u200d ",
    "letters": "a",
    "digits": "9",
    "quotes": "a'",
}
SIZE, SMALL = 100_000, 10_000
"""Characters; the second for looking at words, which takes longer for each."""


def _seconds(work: Callable[[str], object], value: str) -> float:
    """Of this thread's processor, which other programs on a busy machine change little."""
    begun = time.thread_time()
    work(value)
    return time.thread_time() - begun


def _growth(work: Callable[[str], object], unit: str, size: int) -> float:
    """How many times longer the work takes for a text four times as long."""
    short = ". " + unit * (size // len(unit))
    long = ". " + unit * (4 * size // len(unit))
    work(short)
    ratios = []
    for _ in range(3):
        # Below a few milliseconds the clock itself decides; nobody waits for that.
        before = max(_seconds(work, short), 0.003)
        ratios.append(_seconds(work, long) / before)
    return statistics.median(ratios)


def _woo(value: str) -> list[ReviewEvent]:
    body = {"id": 7, "status": "approved", "rating": 1, "review": value, "product_id": 3}
    headers = {"x-wc-webhook-topic": "review.created"}
    woocommerce = registry.webhooks("woocommerce")
    return reviews(woocommerce.read(Inbound(headers, json.dumps(body).encode(), START)))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("work", [text.paragraphs, text.line, text.from_html, _woo])
def test_reading_a_text_is_linear(work: Callable[[str], object], unit: str) -> None:
    # Linear work takes 4 times as long, quadratic work 16 times.
    assert _growth(work, unit, SIZE) < 9


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_looking_for_what_is_grave_is_linear(unit: str) -> None:
    assert _growth(severity.is_grave, unit, SMALL) < 9


def test_thirty_marks_on_a_letter_are_kept_and_endless_ones_are_not() -> None:
    assert text.paragraphs("z" + "\u0315" * 30) == "z" + "\u0315" * 30
    assert text.paragraphs("z" + "\u0315" * 5_000 + "a") == "z" + "\u0315" * 30 + "a"


@pytest.mark.parametrize("entity", [f"&#{'9' * 5000};", f"&#{'0' * 5000}65;", f"&#x{'f' * 5000};"])
def test_endless_entity_is_read_as_no_sign(entity: str) -> None:
    [event] = _woo(f"a {entity} b")

    assert text.from_html(f"a {entity} b") == event.text == "a \ufffd b"


class Watch:
    """Notes each work on a whole text, with whether a transaction that writes was open meanwhile."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[tuple[str, bool]] = []
        # The server's threads have transactions of their own.
        self._in_this = threading.local()
        self._begin = world.context.database.transaction
        adapter = registry.webhooks("sandbox")
        monkeypatch.setattr(world.context.database, "transaction", self._transaction)
        monkeypatch.setattr(adapter, "read", self._noted("read", adapter.read))
        monkeypatch.setattr(
            "service.operations.cases.reading.is_grave", self._noted("grave", is_grave)
        )
        monkeypatch.setattr(
            "service.operations.cases.reading.read_cause", self._noted("cause", read_cause)
        )

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with self._begin() as session:
            self._in_this.open = True
            try:
                yield session
            finally:
                self._in_this.open = False

    def _noted(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            self.seen.append((name, getattr(self._in_this, "open", False)))
            return work(*given)

        return noted


def test_texts_are_read_while_nobody_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(world, monkeypatch)
    order = world.rate(2, "Barang rusak. " * 20_000)
    world.work()
    world.rate(1, "Kompornya meledak, tangan saya terluka. " * 5_000, order)
    world.work()

    assert world.case().grave
    assert {name for name, _ in watch.seen} == {"read", "grave", "cause"}
    assert not [name for name, waiting in watch.seen if waiting]


def test_polled_texts_are_read_while_nobody_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(world, monkeypatch)
    monkeypatch.setattr(world.sandbox.sender, "send_due", lambda: None)
    world.rate(1, "Kompornya meledak, tangan saya terluka. " * 5_000)
    world.clock.move(minutes=11)
    world.work()

    assert world.case().grave
    assert watch.seen
    assert not [name for name, waiting in watch.seen if waiting]


def test_body_removed_while_it_was_read_is_not_brought_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, database = registry.webhooks("sandbox"), world.context.database
    read = adapter.read
    emptied: list[Inbound] = []

    def emptied_meanwhile(request: Inbound) -> Sequence[InboundEvent]:
        events = read(request)
        if not emptied:
            emptied.append(request)
            with database.transaction() as session:
                session.execute(update(Delivery).values(body=b"", headers="{}"))
        return events

    monkeypatch.setattr(adapter, "read", emptied_meanwhile)
    monkeypatch.setattr(adapter, "poll", lambda *_: PollResult((), "0"))
    world.rate(1, "Rahasia pembeli")
    world.work()

    with database.reading() as session:
        assert emptied
        assert session.scalars(select(Review)).all() == []
