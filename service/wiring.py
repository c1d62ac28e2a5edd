"""Builds what runs: database, vault, links, notifier. The only place that knows them all."""

from __future__ import annotations

import gc
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

from redis import Redis

from integrations.http import PROGRAM, Http
from integrations.network import Network
from service import logs, settings
from service.clock import Clock, SystemClock
from service.db.outbox.heartbeat import Heart
from service.db.reviews.deliveries import Intake, open_intake
from service.db.session import Database
from service.operations.context import Context
from service.security.links import Links
from service.security.vault import Vault
from service.settings import Settings
from service.wakeup import Notifier, RedisNotifier

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wiring:
    """One process's parts. `stop` ends its drains at the next row."""

    settings: Settings
    context: Context
    notifier: Notifier | RedisNotifier
    stop: threading.Event
    heart: Heart
    intake: Intake
    """Stores deliveries; its thread or its connections begin with the first one."""
    calls: ThreadPoolExecutor
    """Where calls out are made; its threads begin with the first call."""
    draining: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one drain of this process."""

    @property
    def redis(self) -> Redis | None:
        """The Redis of this installation; None when embedded."""
        return self.notifier.redis if isinstance(self.notifier, RedisNotifier) else None

    def close(self) -> None:
        """Store the deliveries that wait, then let go of all connections."""
        self.stop.set()
        self.intake.close()
        self.notifier.close()
        self.calls.shutdown()
        self.context.database.close()


def wire(settings: Settings, *, clock: Clock | None = None) -> Wiring:
    """Build from settings; the clock is handed in by tests."""
    database = Database(settings.database_url, pool=settings.database_pool)
    notifier = RedisNotifier(settings.redis_url) if settings.redis_url else Notifier()
    database.wake = notifier.notify
    clock = clock or SystemClock()
    database.now = clock.now
    context = Context(
        database=database,
        clock=clock,
        vault=Vault(settings.encryption_keys, settings.secret_key),
        links=Links(settings.secret_key, settings.public_url),
        http=_http(settings),
        keep_bodies=timedelta(days=settings.body_keep_days),
        keep_buyers=timedelta(days=settings.buyer_keep_days),
    )
    calls = ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="deliver")
    heart = Heart(database, context.clock)
    intake = open_intake(database)
    return Wiring(settings, context, notifier, threading.Event(), heart, intake, calls)


def _http(settings: Settings) -> Http:
    public, inside = urlsplit(settings.public_url), urlsplit(settings.inside_url)
    host = inside.hostname or ""
    port = inside.port or (443 if inside.scheme == "https" else 80)
    return Http(
        # Only the sandbox of `make run` answers at our own address.
        network=Network(
            settings.callable_networks,
            own=(host, port) if settings.embedded or settings.sandbox_path else None,
            ca_file=settings.ca_file,
        ),
        proxy=settings.proxy,
        no_proxy=",".join(filter(None, (settings.no_proxy, public.hostname, host))),
        user_agent=f"{PROGRAM} (+{settings.public_url})",
    )


@cache
def wiring() -> Wiring:
    """This process's own wiring, from the environment; raises `WrongSetting`."""
    loaded = settings.load(settings.installed())
    prepare_process(loaded)
    return wire(loaded)


def prepare_process(loaded: Settings) -> None:
    """What a process of ours does first: logs, private files, a word on settings nobody reads."""
    logs.set_up(loaded.log_level)
    os.umask(0o077)
    for name in settings.unknown():
        log.warning("%s is no setting of Makegood: nobody reads it", name)


def keep_loaded() -> None:
    """Exclude what is loaded by now from garbage collection (`gc.freeze`): collecting through it
    all halts every thread of the process for up to a tenth of a second, again and again."""
    gc.collect()
    gc.freeze()
