"""Drains the outbox: claims due rows, lane by lane, and carries them out until none is left."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from service import logs, wakeup
from service.db.models import Kind
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.operations.context import Context
from service.operations.outbox import runner
from service.operations.outbox.calls import Call, Stopping
from service.operations.outbox.runner import Done
from service.wiring import Wiring, wiring

MANY, FEW = 20, 14
"""Rows in one commit: many share its cost. On SQLite, where everyone waits for it, few."""
SLOW_SECONDS = 2.0
"""A lane with a call this old may not take the last free threads."""
LOOK_EVERY = 0.2
STOPPING = Stopping("the worker was stopped before this call", outcome="not_done")


class Drain:
    """One pass over the outbox. All rows are written by the one thread that runs it; a pool of
    threads makes the calls out, so that no transaction is open while a platform takes its time."""

    def __init__(
        self,
        context: Context,
        threads: int,
        stop: threading.Event,
        *,
        pool: ThreadPoolExecutor | None = None,
    ) -> None:
        self._context = context
        self._threads = threads
        self._at_once = FEW if context.database.sqlite else MANY
        self._stop = stop
        self._pool = pool
        self._running: dict[Future[Done], Call] = {}
        self._woken = -1
        self._looked_at = 0.0
        self.done = 0

    def run(self) -> int:
        """Work until nothing is due, or until asked to stop; gives how many rows were taken up."""
        if self._pool is not None:
            return self._work(self._pool)
        with ThreadPoolExecutor(self._threads, thread_name_prefix="deliver") as pool:
            return self._work(pool)

    def _work(self, pool: ThreadPoolExecutor) -> int:
        while self._step(pool):
            pass
        return self.done

    def _step(self, pool: ThreadPoolExecutor) -> bool:
        """Settle what has ended, begin what is due; False when nothing is left."""
        ended = self._ended()
        room = max(1, self._at_once - len(ended))
        held = self._claim(room) if ended or self._may_find_more() else []
        if not (ended or held or self._running):
            return False
        self.done += len(held)
        deliveries = [one for one in held if one.kind is Kind.READ_DELIVERY]
        if deliveries:
            runner.read_deliveries(self._context, deliveries)
        others = [one for one in held if one.kind is not Kind.READ_DELIVERY]
        if ended or others:
            for call in runner.advance(self._context, ended, others):
                self._running[pool.submit(self._carry_out, call)] = call
        if self._running and not held:
            wait(self._running, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
        return True

    def _may_find_more(self) -> bool:
        """True while claims give something, after this process has put work due at once, and now
        and then for what others put: every other look would be for nothing."""
        now = self._context.http.now()
        return self._woken != self._context.database.woken or now - self._looked_at >= LOOK_EVERY

    def _claim(self, room: int) -> list[Claim]:
        self._looked_at, woken = self._context.http.now(), self._context.database.woken
        held = [] if self._stop.is_set() else self._claimed(room)
        self._woken = -1 if held else woken
        return held

    def _claimed(self, room: int) -> list[Claim]:
        free = self._threads - len(self._running)
        with self._context.database.transaction() as session:
            return claims.claim(
                session,
                self._context.clock.now(),
                most=min(free, room),
                per_lane=max(1, self._threads // 2),
                inward=self._at_once,
                skip=self._lanes_to_skip(free),
            )

    def _lanes_to_skip(self, free: int) -> list[int]:
        """Lanes that have half of the threads already; and, while only few are free, those that a
        call of theirs shows to be slow."""
        running = Counter(one.held.lane_id for one in self._running.values())
        skipped = {lane for lane, number in running.items() if number >= self._threads // 2}
        if free <= self._threads // 2:
            now = self._context.http.now()
            for one in self._running.values():
                if now - one.began > SLOW_SECONDS:
                    skipped.add(one.held.lane_id)
        return sorted(skipped)

    def _carry_out(self, call: Call) -> Done:
        held = call.held
        with logs.ids(row=held.id, job=held.kind.value, ref=held.ref_id, case=call.case):
            if self._stop.is_set():
                return Done(call, error=STOPPING)
            return runner.carry_out(self._context, call)

    def _ended(self) -> list[Done]:
        ended = [one for one in self._running if one.done()][: self._at_once]
        calls = [(self._running.pop(one), one) for one in ended]
        return [one.result() for _, one in calls]


def drain_once() -> int:
    """The RQ job: one drain with this process's own wiring."""
    wired = wiring()
    redis = wired.redis
    if redis is not None:
        # From here on a wake-up may find new work that this drain has not seen.
        redis.delete(wakeup.WAKE_KEY)
    return drain(wired)


def drain(wired: Wiring) -> int:
    """One drain with the process's lasting pool, whose lines to platforms stay open."""
    threads = wired.settings.worker_threads
    return Drain(wired.context, threads, wired.stop, pool=wired.calls).run()
