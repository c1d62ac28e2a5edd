"""Drains the outbox: claims due rows, lane by lane, and carries them out until none is left."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from integrations.errors import AdapterError
from service import logs
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.db.shops.counts import Counts
from service.db.transaction import Transaction
from service.operations.context import Context
from service.operations.outbox import runner
from service.operations.outbox.call_out import CallOut, make_call
from service.operations.outbox.failures import Stopping
from service.wiring import Wiring, wiring

log = logging.getLogger(__name__)

MANY, FEW = 20, 14
"""Rows in one commit: many share its cost. On SQLite, where everyone waits for it, few."""
SLOW_SECONDS = 2.0
"""A lane with a call this old may not take the last free threads."""
GATHER_SECONDS = 0.005
"""What ends within this time of another call shares its commit."""
LOOK_EVERY = 0.2
AWAY_SECONDS = 1.0
"""Between tries to write down outcomes while the database is away."""
LAST_SECONDS = 30.0
"""How long a worker that was told to stop tries to write them down."""


class Drain:
    """One pass over the outbox. All rows are written by the one thread that runs it; a pool of
    threads makes the calls out, so that no transaction is open while a platform takes its time.

    Rows in hand and what calls gave are kept until that is written down, however long the database
    is away.
    """

    def __init__(
        self,
        context: Context,
        threads: int,
        stop: threading.Event,
        *,
        pool: ThreadPoolExecutor | None = None,
        beat: Callable[[], None] = lambda: None,
        called: Counts | None = None,
    ) -> None:
        """`beat` is called now and then; `called` counts the calls that are made."""
        self._context = context
        self._threads = threads
        self._at_once = FEW if context.database.sqlite else MANY
        self._stop = stop
        self._pool = pool
        self._beat = beat
        self._called = called
        self._running: list[CallOut] = []
        self._held: list[Claim] = []
        self._unsettled: list[CallOut] = []
        self._ends = math.inf
        self._woken = -1
        self._looked_at = 0.0
        self._served = 0
        self.done = 0

    def run(self) -> int:
        """Work until nothing is due, or until asked to stop; gives how many rows were taken up."""
        if self._pool is not None:
            return self._work(self._pool)
        with ThreadPoolExecutor(self._threads, thread_name_prefix="deliver") as pool:
            return self._work(pool)

    def _work(self, pool: ThreadPoolExecutor) -> int:
        while True:
            try:
                if not self._step(pool):
                    return self.done
            except Exception as error:
                if not self._keeps_trying():
                    raise
                log.warning("what is in hand waits for the database: %s", type(error).__name__)
                time.sleep(AWAY_SECONDS)

    def _keeps_trying(self) -> bool:
        """True while something is in hand; a stop ends it soon."""
        now = self._context.http.now()
        if self._stop.is_set():
            self._ends = min(self._ends, now + LAST_SECONDS)
        in_hand = bool(self._running or self._unsettled or self._held)
        return in_hand and now < self._ends

    def _step(self, pool: ThreadPoolExecutor) -> bool:
        """Settle what has ended, begin what was claimed, claim what is due, in one commit; False when
        nothing is left."""
        self._beat()
        if self._stop.is_set() and self._held:
            self._give_back()
        # However much waits to begin, what has ended has half of a commit.
        room = max(self._at_once // 2, self._at_once - len(self._held))
        self._unsettled += self._ended(room - len(self._unsettled))
        if not (self._unsettled or self._held) and self._may_find_more():
            with self._context.database.transaction() as session:
                self._held = self._claim(session, [], self._at_once)
        if not (self._unsettled or self._held or self._running):
            return False
        self._start(pool, runner.carry_out_batches(self._context, self._held, self._claim_more))
        if self._unsettled or self._held:
            # What ends makes room: look again, unless the same commit does.
            self._woken = -1
            advancing = runner.advance(self._context, self._unsettled, self._held, self._claim_more)
            self._start(pool, advancing)
        if not self._held:
            answers = [out.answer for out in self._running if out.answer is not None]
            wait(answers, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            wait(answers, timeout=GATHER_SECONDS)
        return True

    def _start(self, pool: ThreadPoolExecutor, calls: Iterable[CallOut]) -> None:
        for out in calls:
            out.answer = pool.submit(self._call, out)
            self._running.append(out)

    def _may_find_more(self) -> bool:
        """True while claims give something, after this process has put work due at once, and now
        and then for what others put: every other look would be for nothing."""
        now = self._context.http.now()
        return self._woken != self._context.database.woken or now - self._looked_at >= LOOK_EVERY

    def _give_back(self) -> None:
        """What was claimed in the last commit before the stop is for another worker."""
        with self._context.database.transaction() as session:
            claims.release(session, self._held, self._context.clock.now())
            session.wakes = True
        self._held = []

    def _claim_more(self, session: Transaction, calls: Sequence[CallOut]) -> list[Claim]:
        """As many as leave room in the next commit for what ends meanwhile."""
        return self._claim(session, calls, self._at_once // 2)

    def _claim(self, session: Transaction, calls: Sequence[CallOut], room: int) -> list[Claim]:
        """Claim what is due, beside the calls that are under way or about to be made."""
        self._looked_at, woken = self._context.http.now(), self._context.database.woken
        running = [*self._running, *calls]
        free = self._threads - len(running)
        claimed = (
            []
            if self._stop.is_set()
            else claims.claim(
                session,
                self._context.clock.now(),
                most=min(free, room),
                per_lane=max(1, self._threads // 2),
                inward=self._at_once,
                skip=self._lanes_to_skip(running, free),
                after=self._served,
            )
        )
        self._woken = -1 if claimed else woken
        self._served = claimed[-1].lane_id if claimed else 0
        self.done += len(claimed)
        return claimed

    def _lanes_to_skip(self, running: Sequence[CallOut], free: int) -> list[int]:
        """Lanes that have half of the threads already; and, while only few are free, those that a
        call of theirs shows to be slow."""
        numbers = Counter(out.work.claim.lane_id for out in running)
        skipped = {lane for lane, number in numbers.items() if number >= self._threads // 2}
        if free <= self._threads // 2:
            now = self._context.http.now()
            skipped |= {out.work.claim.lane_id for out in running if now - out.began > SLOW_SECONDS}
        return sorted(skipped)

    def _call(self, out: CallOut) -> object:
        claim = out.work.claim
        with logs.ids(row=claim.id, job=claim.kind.value, ref=claim.ref_id, case=out.case):
            if self._stop.is_set():
                raise Stopping("the worker was stopped before this call", outcome="not_done")
            try:
                answer = make_call(self._context, out)
            except AdapterError as error:
                self._count(claim.lane_id, type(error).__name__)
                raise
            finally:
                self._count(claim.lane_id, "", max(1, round(out.made)))
            return answer

    def _count(self, lane_id: int, reason: str, number: int = 1) -> None:
        if self._called is not None:
            self._called.note(lane_id, reason, self._context.clock.now(), number)

    def _ended(self, most: int) -> list[CallOut]:
        ended = [out for out in self._running if out.answer is not None and out.answer.done()]
        ended = ended[: max(0, most)]
        self._running = [out for out in self._running if out not in ended]
        return ended


def drain_once() -> int:
    """The RQ job: one drain with this process's own wiring, after the one that may be under way."""
    wired = wiring()
    wired.notifier.begin()
    with wired.draining:
        return drain(wired)


def drain(wired: Wiring) -> int:
    """One drain with the process's lasting pool, whose lines to platforms stay open.

    A process makes one at a time (`Wiring.draining`): its threads are counted by the drain.
    """
    return Drain(
        wired.context,
        wired.settings.worker_threads,
        wired.stop,
        pool=wired.calls,
        beat=wired.heart.beat,
        called=wired.called,
    ).run()
