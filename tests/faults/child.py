"""The process that dies: it runs the real flows and ends itself at its n-th point.

A point is the moment before or after a commit or a call out. They are counted as they come, so
none can be forgotten. What the process was promised ("accepted", "approved") it tells its parent
at once, because after that the promise binds.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from unittest import mock

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select
from werkzeug.test import Client

from integrations.http import Http, Response
from integrations.sandbox.ledger import Ledger, leave_review
from integrations.sandbox.sender import Sender
from jobs import drain, sweep
from jobs.worker import Listener
from service import redis_wakeup, settings
from service.app import create_wsgi
from service.db.models import Case, Message
from service.wiring import Wiring, wire
from tests.world import FakeClock

DIED = 77
LONGEST = 10.0
"""Seconds a drain woken through Redis may take to begin and end."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a process is to do: `steps` in turn, dying at `point` (0: not at all)."""

    env: dict[str, str]
    now: str
    order_id: int
    ledger: str
    webhook: tuple[str, str]
    """Address and secret of the connection's webhooks."""
    token: str
    steps: list[list[Any]]
    point: int = 0
    patience: float | None = None
    """How long this process waits for a shop's answer, where not as usual."""
    warm: bool = False
    """Do it in the zygote itself, so that its forks begin warm."""


class _InProcess(Http):
    """Hands the shop's callbacks to the application of this process."""

    def __init__(self, client: Client, say: Callable[[str], None]) -> None:
        super().__init__()
        self._client, self._say = client, say

    def call(self, method: str, url: str, **sent: Any) -> Response:
        path = "/" + url.split("/", 3)[3]
        got = self._client.open(path, method=method, headers=sent["headers"], data=sent["body"])
        if got.status_code == 202:
            self._say(f"accepted {sent['headers']['X-Sandbox-Delivery']}")
        return Response(got.status_code, {}, got.get_data())


class _OnePass(threading.Event):
    """Ends a loop after its first pass."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


class Parts:
    """What a process is made of, put together before the fork: no thread, no connection yet."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env, self.clock = env, FakeClock()
        self.wired = wire(settings.load(env), clock=self.clock)
        self.client = Client(create_wsgi(self.wired))


@dataclass(slots=True)
class Process:
    """One life of a process: web, worker and clock, as far as its errand goes."""

    errand: Errand
    parts: Parts
    say: Callable[[str], None]
    points: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Do all steps; ends the whole process at the wanted point."""
        wired, clock, client = self.parts.wired, self.parts.clock, self.parts.client
        clock.move(seconds=(datetime.fromisoformat(self.errand.now) - clock.now()).total_seconds())
        ledger = Ledger(self.errand.ledger)
        sender = Sender(ledger, *self.errand.webhook, clock.now)
        sender._http = _InProcess(client, self.say)
        do: dict[str, Callable[..., object]] = {
            "rate": partial(_rate, ledger, sender, clock, self.errand.order_id),
            "deliver": sender.send_due,
            "work": partial(_work, wired, self.errand.warm),
            "approve": partial(_approve, wired, client, self),
            "approve_case": partial(_approve_case, client, self),
            "answer": partial(_answer, wired, client, self),
            "move": lambda seconds: clock.move(seconds=seconds),
        }
        self._watch(wired)
        for name, *values in self.errand.steps:
            do[name](*values)
            self.say(f"did {name}")
        self.say(f"points {self.points}")

    def _watch(self, wired: Wiring) -> None:
        database, http = wired.context.database, wired.context.http
        database.before_commit = database.after_commit = self._point
        http.before_call = http.after_call = self._point
        if self.errand.patience is not None:
            http._total = self.errand.patience

    def _point(self, *_: object) -> None:
        with self._counting:
            self.points += 1
            if self.points == self.errand.point:
                os._exit(DIED)


def _rate(
    ledger: Ledger, sender: Sender, clock: FakeClock, order_id: int, stars: int, text: str
) -> None:
    """The buyer rates (0 stars: withdraws) at the shop, and the shop sends its callbacks here."""
    leave_review(ledger, order_id, stars or 1, text, clock.now(), withdraw=stars == 0)
    sender.send_due()


def _work(wired: Wiring, warm: bool) -> None:
    if warm:
        # With threads that end: a fork would find the lasting ones gone.
        drain.Drain(wired.context, 1, wired.stop).run()
    elif wired.redis is None:
        sweep.sweep(wired)
    else:
        _by_rq(
            wired,
            wired.redis,
            Queue(redis_wakeup.QUEUE, connection=wired.redis, serializer=JSONSerializer),
        )


def _by_rq(wired: Wiring, redis: Redis, jobs: Queue) -> None:
    """The clock wakes through Redis and a real worker drains, until nothing is due."""
    ends = time.monotonic() + LONGEST
    with mock.patch.object(drain, "wiring", return_value=wired):
        while sweep.is_due(wired) or jobs.count:
            sweep.clock(replace(wired, stop=_OnePass()))
            Listener(redis).work(burst=True, logging_level="ERROR")
            if time.monotonic() > ends:
                raise TimeoutError("what is due was not worked off")


def _case(wired: Wiring, order_id: int) -> Case:
    with wired.context.database.reading() as session:
        return session.scalars(select(Case).where(Case.order_id == str(order_id))).one()


def _approve(wired: Wiring, client: Client, process: Process, action: str, minor: int) -> None:
    """A program of the seller's approves over the API."""
    case = _case(wired, process.errand.order_id)
    line = case.order["lines"][0]["id"]
    changed = {
        "action": action,
        "amount_minor": minor,
        "currency": "IDR",
        "line_ids": [line],
        "expires_days": 30 if action == "voucher" else None,
    }
    _approve_case(client, process, case.reference, changed)


def _approve_case(
    client: Client, process: Process, reference: str, changed: dict[str, Any]
) -> None:
    """A program approves this make-good of this case."""
    got = client.post(
        f"/api/v1/cases/{reference}/approve",
        data=json.dumps({"changed": changed}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {process.errand.token}"},
    )
    process.say(f"approved {got.status_code}")


def _answer(wired: Wiring, client: Client, process: Process, solved: str) -> None:
    """The buyer opens the link of the question and presses the button, if it came."""
    case = _case(wired, process.errand.order_id)
    with wired.context.database.reading() as session:
        asked = session.scalars(
            select(Message)
            .where(Message.case_id == case.id, Message.state == "sent")
            .where(Message.step == "resolution_check")
        ).one_or_none()
    if asked is None:
        return
    path = "/b/" + wired.context.links.buyer("answer", asked.id).partition("/b/")[2]
    client.get(path)
    got = client.post(path, data={"solved": solved, "stars": "5"})
    process.say(f"answered {got.status_code}")
