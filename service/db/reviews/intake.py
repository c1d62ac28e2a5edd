"""Stores accepted deliveries, as fast as the disk allows: the only plain SQL of the product.

Deliveries that come together share one commit; each waits for it, none is answered before.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from concurrent.futures import Future

from service.db.reviews.new_delivery import NewDelivery, Store
from service.db.session import Database

log = logging.getLogger(__name__)

BATCH = 256
WAIT_SECONDS = 25.0
"""Longer than a commit waits for the lock, shorter than senders wait for an answer."""
LOOK_SECONDS = 1.0
"""How often a waiting caller looks whether anybody is writing at all."""


_Waiting = tuple[NewDelivery, Future[bool]]


class Intake:
    """Stores deliveries with their outbox rows; writers begin with the first one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        # PostgreSQL: who waits for a lock of another connection stops one of them only.
        self._writers: list[threading.Thread | None] = [None] * (1 if database.sqlite else 2)
        self._start = threading.Lock()

    def store(self, new: NewDelivery) -> Future[bool]:
        """Gives at once what will say, after the commit, whether the delivery is new: False when
        the same key is there already. It raises what the database raised."""
        stored: Future[bool] = Future()
        self._waiting.put((new, stored))
        self._ensure_writers()
        return stored

    def accept(self, new: NewDelivery) -> bool:
        """As `store`, and wait; raises `TimeoutError` when it takes longer than a sender waits.
        Stored or not, the sender may send again."""
        stored = self.store(new)
        ends = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                return stored.result(min(LOOK_SECONDS, max(0.0, ends - time.monotonic())))
            except TimeoutError:
                if stored.done() or time.monotonic() >= ends:
                    raise
            self._ensure_writers()

    def close(self) -> None:
        """Store what waits, then end the writers."""
        with self._start:
            running = [writer for writer in self._writers if writer is not None]
            for _ in running:
                self._waiting.put(None)
            for writer in running:
                writer.join()
            self._writers = [None] * len(self._writers)

    def _ensure_writers(self) -> None:
        """A thread that ended, for whatever reason, is replaced."""
        if all(writer is not None and writer.is_alive() for writer in self._writers):
            return
        with self._start:
            for place, writer in enumerate(self._writers):
                if writer is None or not writer.is_alive():
                    started = threading.Thread(target=self._write, daemon=True, name="intake")
                    self._writers[place] = started
                    started.start()

    def _write(self) -> None:
        store: Store | None = None
        while (first := self._waiting.get()) is not None:
            group = [first]
            try:
                store = store or self._open()
                self._commit(store, group, gather=True)
            except BaseException as error:
                # The database cannot be opened or read: the callers are told, the next one tries
                # anew.
                for _, stored in group:
                    if not stored.done():
                        stored.set_exception(error)
                if store is not None:
                    store.close()
                    store = None
        if store is not None:
            store.close()

    def _open(self) -> Store:
        # An installation goes without what the other database would load.
        if self._database.sqlite:
            from service.db.reviews.intake_sqlite import SqliteStore  # noqa: PLC0415

            return SqliteStore(self._database)
        from service.db.reviews.intake_postgres import PostgresStore  # noqa: PLC0415

        return PostgresStore(self._database)

    def _gather(self, group: list[_Waiting]) -> None:
        """Take along what has come while this group waited."""
        while len(group) < BATCH:
            try:
                waiting = self._waiting.get_nowait()
            except queue.Empty:
                return
            if waiting is None:
                self._waiting.put(None)
                return
            group.append(waiting)

    def _commit(self, store: Store, group: list[_Waiting], *, gather: bool = False) -> None:
        def deliveries() -> list[NewDelivery]:
            if gather:
                self._gather(group)
            return [new for new, _ in group]

        try:
            fresh = store.insert(deliveries)
        except Exception as error:
            if len(group) > 1 and store.takes_apart(error):
                # The others must not suffer for it.
                for waiting in group:
                    self._commit(store, [waiting])
                return
            for _, stored in group:
                stored.set_exception(error)
            return
        for (_, stored), is_new in zip(group, fresh, strict=True):
            stored.set_result(is_new)
        if any(fresh):
            _notify(self._database)


def _notify(database: Database) -> None:
    """What is stored is found without being notified too, only later."""
    try:
        database.ring()
    except Exception:
        log.exception("nobody could be woken for a delivery")
