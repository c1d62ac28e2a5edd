"""Drains the outbox: claims due rows, lane by lane, and carries them out until none is left."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from service import logs, queue
from service.db import claims
from service.db.claims import Claim
from service.db.models import Kind
from service.operations import outbox
from service.operations.context import Context
from service.wiring import wiring

log = logging.getLogger(__name__)

SLOW_SECONDS = 2.0
"""A lane with a call this old may not take the last free threads."""
LOOK_EVERY = 0.2


@dataclass(slots=True)
class _Running:
    held: Claim
    began: float


class Drain:
    """One pass over the outbox with a pool of threads for calls out."""

    def __init__(self, context: Context, threads: int, stop: threading.Event) -> None:
        self._context = context
        self._threads = threads
        self._stop = stop
        self._running: dict[Future[None], _Running] = {}
        self.done = 0

    def run(self) -> int:
        """Work until nothing is due, or until asked to stop; gives how many rows were taken up."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="deliver") as pool:
            while not self._stop.is_set():
                held = self._claim()
                if not held and not self._running:
                    break
                self._hand_out(pool, held)
                if self._running and not (held and self._free()):
                    self._wait()
        self._settle()
        return self.done

    def _free(self) -> int:
        return self._threads - len(self._running)

    def _claim(self) -> list[Claim]:
        free = self._free()
        if free <= 0:
            return []
        with self._context.database.transaction() as session:
            return claims.claim(
                session, self._context.clock.now(), most=free,
                per_lane=max(1, self._threads // 2), inward=outbox.AT_ONCE,
                skip=self._slow_lanes(free),
            )  # fmt: skip

    def _slow_lanes(self, free: int) -> list[int]:
        if free > self._threads // 2:
            return []
        now = time.monotonic()
        return [
            one.held.lane_id for one in self._running.values() if now - one.began > SLOW_SECONDS
        ]

    def _hand_out(self, pool: ThreadPoolExecutor, held: list[Claim]) -> None:
        self.done += len(held)
        for one in held:
            if one.kind is not Kind.READ_DELIVERY:
                future = pool.submit(self._carry_out, one)
                self._running[future] = _Running(one, time.monotonic())
        deliveries = [one for one in held if one.kind is Kind.READ_DELIVERY]
        if deliveries:
            outbox.read_deliveries(self._context, deliveries)

    def _carry_out(self, held: Claim) -> None:
        if self._stop.is_set():
            with self._context.database.transaction() as session:
                claims.give_back(session, [held], self._context.clock.now())
            return
        with logs.ids(row=held.id, job=held.kind.value, ref=held.ref_id):
            outbox.carry_out(self._context, held)

    def _wait(self) -> None:
        wait(self._running, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
        self._settle()

    def _settle(self) -> None:
        for future in [one for one in self._running if one.done()]:
            del self._running[future]
            error = future.exception()
            if error is not None:
                # The database went away under it; the lease brings the row back.
                log.error("a row was left to its lease: %s", type(error).__name__)


def drain_once() -> int:
    """The RQ job: one drain with this process's own wiring."""
    wired = wiring()
    redis = wired.redis
    if redis is not None:
        # From here on a wake-up may find new work that this drain has not seen.
        redis.delete(queue.WAKE_KEY)
    return Drain(wired.context, wired.settings.worker_threads, wired.stop).run()
