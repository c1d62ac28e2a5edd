"""One variant of the matrix: a world in which process after process dies, each at another point."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg
from redis import Redis
from sqlalchemy import func, select

from service.db.models import Kind, OutboxRow
from service.db.outbox.claims import LEASE
from service.operations.shops import connections
from service.operations.staff import tokens
from tests.faults import promises
from tests.faults.child import Errand
from tests.faults.flows import ASKING, FLOWS, MINOR, SOON, Flow, approve, steps_of
from tests.faults.line import Line
from tests.faults.matrix import Stand, Variant
from tests.faults.people import People, case_of, glance
from tests.faults.zygote import Ending, Zygote
from tests.operations.steps import lasts
from tests.world import KEY, SECRET, World

POLL_SECONDS = 1.0
PATIENCE, LATE = 0.1, 0.2
"""A process that gives up on a late shop, and how late the shop answers."""
LONGEST_LIFE = 40
"""Turns after which a life that is not over is stuck."""


@dataclass(slots=True)
class Trial:
    """Runs variants on a stand. `people` counts what only a person could settle."""

    stand: Stand
    world: World
    zygote: Zygote
    url: str
    redis_url: str = ""
    variant: Variant = field(init=False)
    people: Counter[str] = field(init=False)
    died: int = field(init=False)
    _line: Line = field(init=False)
    _token: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self._line = Line(self.world._server)
        self.world.set_shop(follow_ups=SOON, asking=ASKING)
        self.world.work()
        self._warm()

    def _warm(self) -> None:
        """Let the zygote see a whole case once."""
        self.begin(Variant("life"))
        order_id = self.world.rate(1)
        self.zygote.run(self._errand(order_id, 0, [["work"]], warm=True))
        approve(self.world, order_id, "refund")
        self.zygote.run(self._errand(order_id, 0, [["work"]], warm=True))
        self.world.rate(5, "Bagus", order_id)
        self.world.work()

    def begin(self, variant: Variant) -> None:
        """Take up the next variant."""
        self.variant, self.people, self.died = variant, Counter(), 0
        self.world.set_shop(hold_seconds=self.flow.hold_seconds)

    @property
    def flow(self) -> Flow:
        """The flow of this variant."""
        return FLOWS[self.variant.flow]

    def try_point(self, point: int) -> Ending:
        """Let a process die at this point (0: live), restart, and hold everything to the promises."""
        # Points take days each, and a token ends after a year.
        self._token = tokens.add_token(self.world.context, self.world.owner, "faults")
        people = People(self.world, self.variant.action, self.variant.trouble, self.flow.solved)
        order_id = self.flow.prepare(self.world, people)
        ending = self.zygote.run(self._errand(order_id, point))
        self._bury(point)
        self.world.clock.move(seconds=self._passed(point, ending))
        self._acknowledged_is_kept(order_id, ending)
        self._restart(order_id)
        if self._died_approving(ending):
            people.seller_presses_again(order_id, approve)
        self._live_on(people, order_id)
        self._check(people, order_id, died=ending.died)
        self.died += ending.died
        self.people += people.asked
        return ending

    def _passed(self, point: int, ending: Ending) -> float:
        """Until the process died, or all its errand was to take: then nobody noticed for long."""
        moves = [step[1] for step in self.flow.steps if step[0] == "move"]
        late = point % 3 == 0
        return float(sum(moves if late else moves[: ending.said.count("did move")]))

    def _errand(
        self,
        order_id: int,
        point: int,
        steps: list[list[Any]] | None = None,
        *,
        warm: bool = False,
    ) -> Errand:
        world, connection = self.world, self.world.connection()
        env = {
            "MAKEGOOD_DATABASE_URL": named(self.url),
            "MAKEGOOD_SECRET_KEY": SECRET,
            "MAKEGOOD_ENCRYPTION_KEYS": KEY,
            "MAKEGOOD_PUBLIC_URL": world.url,
            "MAKEGOOD_REDIS_URL": self.redis_url,
            "MAKEGOOD_WORKER_THREADS": "1",
        }
        return Errand(
            env,
            world.clock.now().isoformat(),
            order_id,
            str(world.sandbox.ledger.path),
            (world.sandbox.sender.url, connections.webhook_secret(world.context, connection)),
            self._token,
            steps or steps_of(self.flow, self.variant.action),
            point,
            PATIENCE if self.variant.trouble == "slow" else None,
            warm,
        )

    def _bury(self, point: int) -> None:
        """Wait until nothing of the dead is left: shop's work, server's side of connections."""
        self._line.wait_until_idle()
        if not self.url.startswith("sqlite"):
            wait_for_backends(self.url)
        if self.redis_url and point % 2:
            # Every second time Redis forgets everything; else what the dead had asked stays.
            with Redis.from_url(self.redis_url) as redis:
                redis.flushdb()

    def _acknowledged_is_kept(self, order_id: int, ending: Ending) -> None:
        """What the process had answered for is there, whatever happened to it then."""
        with self.world.context.database.reading() as session:
            kept = promises.delivery_keys(session)
        assert set(ending.told("accepted")) <= kept, "an accepted delivery was lost"
        if ending.told("approved"):
            assert ending.told("approved") == ["200"]
            assert len(glance(self.world, order_id).make_goods) == 1, "an approval was lost"
        if ending.told("answered"):
            assert ending.told("answered") == ["200"]
            assert glance(self.world, order_id).answers, "an answer was lost"

    def _died_approving(self, ending: Ending) -> bool:
        """The seller pressed and got no answer."""
        steps = [step[0] for step in self.flow.steps]
        done = sum(line.startswith("did ") for line in ending.said)
        pressing = ending.died and steps[done] == "approve"
        return pressing and not ending.told("approved")

    def _restart(self, order_id: int) -> None:
        """Another worker, when the lease has ended and the clock has looked once more."""
        self.world.clock.move(seconds=LEASE.total_seconds() + POLL_SECONDS)
        if self.redis_url:
            self.zygote.run(self._errand(order_id, 0, [["work"]]))
            # It may have given up on a late shop, which is not as late as the clock moves on.
            self._line.wait_until_idle()
        else:
            self.world.work()
        promises.nothing_is_held(self.world)

    def _live_on(self, people: People, order_id: int) -> None:
        """The life goes on to its end: platform, worker and people do what is theirs, and the
        clock moves on to what is due next when nobody has anything to do."""
        people.platform_sends_again()
        for _ in range(LONGEST_LIFE):
            self.world.work()
            if people.act(order_id, approve):
                continue
            case = glance(self.world, order_id)
            if case.closed_at is not None and all(
                message.state in ("sent", "stopped", "received") for message in case.messages
            ):
                return
            self._wait_for_work()

    def _wait_for_work(self) -> None:
        """Move the clock to the next row that is there for a time only. That a case closes by itself
        after a month is not waited for: then it is stuck."""
        with self.world.context.database.reading() as session:
            due = session.scalar(
                select(func.min(OutboxRow.due_at)).where(
                    OutboxRow.done_at.is_(None), ~lasts(), OutboxRow.kind != Kind.END_CASE
                )
            )
        now = self.world.clock.now()
        assert due is not None, "the case is not over and nothing is planned for it"
        assert due > now, "what is due was not worked off"
        self.world.clock.move(seconds=(due - now).total_seconds())

    def _check(self, people: People, order_id: int, *, died: bool) -> None:
        world, case = self.world, case_of(self.world, order_id)
        assert (case.state, case.close_reason) == ("closed", self.flow.reason)
        promises.nothing_is_stuck(world)
        promises.one_effect(world, case, MINOR)
        promises.messages_at_most_once(world, case)
        promises.history_is_complete(case, self.flow.words)
        promises.read_once(world, case)
        blind = self.stand.kind == "sandbox-blind"
        assert blind or not people.asked["make-good"], "a person had to settle a make-good"
        hidden = self.variant.trouble == "message_500"
        assert people.asked["message"] <= died + hidden, "a person had to settle a message"


def wait_for_backends(url: str) -> None:
    """Until PostgreSQL has noticed that a process of ours is gone, and undone its work."""
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = %s LIMIT 1", (_name(url),)
        ).fetchone():
            time.sleep(0.002)


def named(url: str) -> str:
    """The database's address under a name by which the server shows who is connected."""
    return url if url.startswith("sqlite") else f"{url}&application_name={_name(url)}"


def _name(url: str) -> str:
    return "faults_" + url.rpartition("%3D")[2]
