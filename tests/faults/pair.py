"""Two processes' parts over one database and one shop, and a hand on the moment between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from werkzeug.test import Client

from jobs.drain import Drain
from service.app import create_wsgi
from service.db.outbox.claims import LEASE
from service.operations.shops import connections
from service.operations.staff import tokens
from service.wiring import Wiring, wire
from tests.faults import promises
from tests.faults.child import Errand
from tests.faults.flows import ASKING, MINOR, SOON, approve
from tests.faults.people import case_of
from tests.faults.trial import named
from tests.world import KEY, SECRET, World

LIMITS = {"IDR": {"each": 10**9, "shop_day": 10**12, "buyer_day": 10**12}}
"""What goes by itself: everything."""
ACT = "/api/make-goods"
SAY = "/api/messages"


class Pair:
    """`world.wired` is the first, `second` another of the same installation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.second = wire(world.wired.settings, clock=world.clock)
        self._began = world.clock.now()
        for each in (world.wired, self.second):
            each.context.http.now = self._seconds
        world.set_shop(follow_ups=SOON, asking=ASKING)
        world.work()
        self._serve = world._app
        world._app = self._watched
        self.asked: list[str] = []
        self._at: dict[tuple[str, str], Callable[[], object]] = {}

    def _seconds(self) -> float:
        """The processes' own time runs with the clock on the wall."""
        return (self.world.clock.now() - self._began).total_seconds()

    def _watched(self, environ: Any, start: Any) -> Iterable[bytes]:
        """Notes what the shop is asked to do, and lets something happen meanwhile."""
        path = environ["PATH_INFO"].removeprefix("/sandbox")
        if environ["REQUEST_METHOD"] != "POST":
            return self._serve(environ, start)
        self.asked.append(path)
        self._happen("arrived", path)
        answer = self._serve(environ, start)
        self._happen("acted", path)
        return answer

    def _happen(self, when: str, path: str) -> None:
        self._at.pop((when, path), lambda: None)()

    def meanwhile(self, when: str, path: str, happens: Callable[[], object]) -> None:
        """Once, `before` or `after` the first one's call, or when it `arrived` or `acted`."""
        http = self.world.context.http

        def called(when: str, method: str, url: str) -> None:
            if method == "POST":
                self._happen(when, "/api" + url.partition("/api")[2])

        http.before_call, http.after_call = partial(called, "before"), partial(called, "after")
        self._at[when, path] = happens

    def take_over(self) -> None:
        """The lease ends, and the second works off all that is due."""
        self.world.clock.move(seconds=LEASE.total_seconds() + 1)
        Drain(self.second.context, 2, threading.Event()).run()

    def work_first(self) -> None:
        """The first works with one call at a time, so that it never takes over from itself."""
        Drain(self.world.context, 1, threading.Event()).run()

    def approved(self) -> int:
        """A case whose make-good is approved and not begun."""
        order_id = self.world.rate(1)
        self.world.work()
        approve(self.world, order_id, "refund")
        return order_id

    def settle(self) -> None:
        """Let all that was put off come due, a few times over."""
        for hours in (0, 0.1, 0.2, 0.3):
            self.world.clock.move(hours=hours)
            self.world.work()

    def made_once(self, order_id: int) -> None:
        """Both books have it once, settled once."""
        case = case_of(self.world, order_id)
        promises.one_effect(self.world, case, MINOR)
        told = [entry.what for entry in case.history]
        assert (told.count("approve"), told.count("made")) == (1, 1), told
        promises.nothing_is_held(self.world)

    def clients(self) -> tuple[list[Client], dict[str, str]]:
        """A web process of each, and the header of a program that may decide."""
        token = tokens.add_token(self.world.context, self.world.owner, "pair")
        apps = [Client(create_wsgi(each)) for each in (self.world.wired, self.second)]
        return apps, {"Authorization": f"Bearer {token}"}

    def close(self) -> None:
        """Let go of the second's connections."""
        self.second.close()


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """Do all in threads of their own that start together; gives what came of each."""
    gate = threading.Barrier(len(doings))
    results: list[Any] = [None] * len(doings)

    def run(at: int, doing: Callable[[], Any]) -> None:
        gate.wait(10)
        results[at] = doing()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def drain(wired: Wiring) -> int:
    """All that is due, with four calls at a time."""
    return Drain(wired.context, 4, threading.Event()).run()


def errand_for(world: World, url: str, steps: list[list[str]], point: int = 0) -> Errand:
    """What a process of its own is to do beside the others, with four calls at a time."""
    env = {
        "MAKEGOOD_DATABASE_URL": named(url),
        "MAKEGOOD_SECRET_KEY": SECRET,
        "MAKEGOOD_ENCRYPTION_KEYS": KEY,
        "MAKEGOOD_PUBLIC_URL": world.url,
        "MAKEGOOD_WORKER_THREADS": "4",
    }
    secret = connections.webhook_secret(world.context, world.connection())
    return Errand(
        env,
        world.clock.now().isoformat(),
        0,
        str(world.sandbox.ledger.path),
        (world.sandbox.sender.url, secret),
        "",
        list(steps),
        point,
    )
