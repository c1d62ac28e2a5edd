"""Webhooks by the way of granian: stored in its event loop, answered as everywhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from integrations.sandbox.codec import sign
from service.app import create_wsgi
from service.db.models import Delivery
from service.operations.shops import connections
from service.rsgi import SMALL, Served
from service.web.webhooks import Webhooks
from tests.world import World

Answered = tuple[int, dict[str, str], bytes]


class Exchange:
    """One request's body and the answer to it."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.answered: Answered = (0, {}, b"")

    async def __call__(self) -> bytes:
        return self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answered = (status, dict(headers), body)


class Request:
    http_version, client, server = "1.1", "127.0.0.1:4711", "127.0.0.1:8000"
    scheme, query_string = "http", ""

    def __init__(self, method: str, path: str, headers: dict[str, str]) -> None:
        self.method, self.path, self.headers = method, path, headers


class Site:
    """The site as granian calls it; counts what was handed to a thread of requests."""

    def __init__(self, world: World) -> None:
        webhooks = Webhooks(world.wired)
        self._app = create_wsgi(world.wired, webhooks=webhooks)
        self.by_threads = 0
        self._served = Served(
            self._count,
            most=world.wired.settings.max_body_bytes,
            webhooks=webhooks,
            prefixes=("/webhooks/", "/makegood/webhooks/"),
        )
        self._world, self.close = world, self._served.close

    def _count(self, environ: Any, start: Any) -> Any:
        self.by_threads += 1
        return self._app(environ, start)

    def post(
        self, key: str, body: bytes = b"{}", *, method: str = "POST", path: str = "", **more: str
    ) -> Answered:
        """Send a signed delivery; `more` are headers besides."""
        world = self._world
        stamp = str(int(world.clock.now().timestamp()))
        secret = connections.webhook_secret(world.context, world.connection())
        headers = {
            "content-length": str(len(body)),
            "x-sandbox-delivery": key,
            "x-sandbox-timestamp": stamp,
            "x-sandbox-signature": sign(secret, key, stamp, body),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        address = f"{path}/webhooks/{world.connection().public_id}"
        exchange = Exchange(body)
        asyncio.run(self._served.__rsgi__(Request(method, address, headers), exchange))
        return exchange.answered


@pytest.fixture(name="site")
def _site(world: World) -> Iterator[Site]:
    site = Site(world)
    yield site
    site.close()


def stored(world: World) -> int:
    with world.context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


def test_known_connection_is_served_by_the_loop_alone(world: World, site: Site) -> None:
    answers = [site.post(f"d{number}") for number in range(4)]

    assert [status for status, _, _ in answers] == [202] * 4
    assert site.by_threads == 1, "the first one, which reads the connection"
    assert stored(world) == 4


def test_answer_is_the_same_by_either_way(world: World, site: Site) -> None:
    by_thread, by_loop = (site.post(key, x_request_id="a" * 16) for key in ("d1", "d2"))

    assert site.by_threads == 1
    assert by_thread == by_loop
    assert by_loop[1]["x-request-id"] == "a" * 16
    with world.context.database.reading() as session:
        kept = session.scalars(select(Delivery.headers)).all()
    assert len({value.replace("d1", "").replace("d2", "") for value in map(str, kept)}) == 1


def test_same_delivery_is_stored_once(world: World, site: Site) -> None:
    assert [site.post("d1")[0] for _ in range(5)] == [202] * 5
    assert stored(world) == 1


def test_what_is_not_genuine_is_refused_with_its_reason(world: World, site: Site) -> None:
    site.post("d1")

    status, _, text = site.post("d2", x_sandbox_signature="0" * 64)

    assert (status, stored(world)) == (401, 1)
    assert text.startswith(b"Not accepted")
    assert site.post("d2", method="GET")[0] == 405


def test_new_secret_counts_at_once(world: World, site: Site) -> None:
    site.post("d1")
    connections.add_webhook_secret(world.context, world.connection_id, world.owner)

    assert site.post("d2")[0] == 202
    assert stored(world) == 2


def test_large_body_is_verified_by_a_thread(world: World, site: Site) -> None:
    site.post("d1")

    status, _, _ = site.post("d2", b"[" + b" " * SMALL + b"]")

    assert (status, site.by_threads, stored(world)) == (202, 2, 2)


def test_sender_is_told_to_send_again_when_nothing_was_stored(
    world: World, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.post("d1")

    def fail() -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(world.context.database, "before_commit", fail)
    status, headers, text = site.post("d2")

    assert (status, headers["retry-after"]) == (503, "5")
    assert text == b"Not stored. Send it again.\n"
    assert stored(world) == 1


def test_path_of_the_installation_may_stand_before(world: World, site: Site) -> None:
    site.post("d1")

    assert site.post("d2", path="/makegood")[0] == 202
    assert (site.by_threads, stored(world)) == (1, 2)
