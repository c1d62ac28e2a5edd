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
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from integrations import registry
from integrations.contract import Channel, Config, MessageChannel
from integrations.http import PROGRAM, Http
from integrations.network import Network, networks
from service import logs, settings
from service.clock import Clock, SystemClock
from service.db.models import LaneCalls, RefusedDeliveries
from service.db.outbox.heartbeat import Heart
from service.db.reviews.intake import Intake
from service.db.session import Database
from service.db.shops.counts import Counts
from service.operations.context import Context
from service.security.links import Links
from service.security.vault import Vault
from service.settings import Settings
from service.wakeup import Notifier

if TYPE_CHECKING:
    from redis import Redis

    from service.redis_wakeup import RedisNotifier

log = logging.getLogger(__name__)

REFUSALS_AFTER, CALLS_AFTER = 2.0, 30.0
"""Seconds after which what was counted is written."""


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
    refusals: Counts
    """Counts the deliveries that are refused."""
    called: Counts
    """Counts the calls that are made by lanes."""
    calls: ThreadPoolExecutor
    """Where calls out are made; its threads begin with the first call."""
    draining: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one drain of this process."""

    @property
    def redis(self) -> Redis | None:
        """The Redis of this installation; None when embedded."""
        return self.notifier.redis

    def close(self) -> None:
        """Store the deliveries that wait, then let go of all connections."""
        self.stop.set()
        self.intake.close()
        self.refusals.close()
        self.notifier.close()
        self.calls.shutdown()
        self.called.close()
        self.context.database.close()


def wire(settings: Settings, *, clock: Clock | None = None) -> Wiring:
    """Build from settings; the clock is handed in by tests."""
    database = Database(settings.database_url, pool=settings.database_pool)
    notifier = _notifier(settings.redis_url)
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
        second_factor_of_owners=settings.second_factor == "owners",
        staff_mail=_staff_mail(settings, clock),
    )
    calls = ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="deliver")
    heart = Heart(database, context.clock)
    intake = Intake(database)
    refusals = Counts(database, RefusedDeliveries, REFUSALS_AFTER)
    called = Counts(database, LaneCalls, CALLS_AFTER)
    return Wiring(
        settings, context, notifier, threading.Event(), heart, intake, refusals, called, calls
    )


def _staff_mail(settings: Settings, clock: Clock) -> MessageChannel | None:
    """The installation's own mail server, which may stand in any network: whoever runs it has said so."""
    if not settings.smtp_url:
        return None
    anywhere = Network(networks("0.0.0.0/0 ::/0"), ca_file=settings.ca_file)
    kind = registry.channel(Channel.EMAIL)
    config = Config(dict(settings.smtp_url))
    return cast(MessageChannel, cast(Any, kind)(config, Http(network=anywhere), clock.now))


def _notifier(redis_url: str) -> Notifier | RedisNotifier:
    if not redis_url:
        return Notifier()
    # Redis and RQ take 6 MB, which an installation without them need not have.
    from service.redis_wakeup import RedisNotifier  # noqa: PLC0415

    return RedisNotifier(redis_url)


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
    all halts every thread of the process for up to a tenth of a second, again and again. Collect
    less often, too: nearly all that a rating makes goes by itself."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
