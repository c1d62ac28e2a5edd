"""Examines an installation from its own machine: what works, what does not, and how to fix it."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from integrations import time_limits
from integrations.contract import Adapter
from integrations.errors import AdapterError
from integrations.network import CONNECT_SECONDS, Network, loopback, networks
from service import settings
from service.db import migrations
from service.db.models import Connection
from service.db.outbox import backlog, heartbeat
from service.wiring import Wiring

FREE_SPACE = 500 * 1024 * 1024
"""Bytes below which a database on this disk soon cannot be written."""
APART = timedelta(seconds=30)
"""Clocks further apart than this confuse signatures and due times."""

RENEWED_BY = timedelta(days=14)
"""A certificate with less time left is not renewed by itself any more."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at; `advice` says how to fix it where it is not `ok`."""

    name: str
    ok: bool
    advice: str = ""


def examine(wired: Wiring, *, call_out: bool = True) -> Iterator[Examined]:
    """Look at everything, one thing after the other; only reads. `call_out`: try each connection at
    its platform too."""
    yield from _settings(wired)
    reached = _database(wired)
    yield reached
    is_readable = reached.ok
    if reached.ok:
        tables = _tables(wired)
        yield tables
        yield _time(wired)
        is_readable = tables.ok
    if is_readable:
        yield from _at_work(wired)
    yield from _redis(wired)
    yield from _disk(wired)
    if call_out:
        yield from _certificate(wired)
        yield from _mail(wired)
    if is_readable and call_out:
        yield from _connections(wired)


def _settings(wired: Wiring) -> Iterator[Examined]:
    for name in settings.unknown():
        yield Examined(name, ok=False, advice="is no setting of Makegood: nobody reads it")
    host = urlsplit(wired.settings.public_url).hostname or ""
    open_to_all = not wired.settings.secure and not loopback(host)
    yield Examined(
        f"address {wired.settings.public_url}",
        ok=not open_to_all,
        advice="buyers and platforms reach it without encryption: put a proxy with a certificate in"
        " front and set MAKEGOOD_PUBLIC_URL to its https address",
    )


def _database(wired: Wiring) -> Examined:
    try:
        with wired.context.database.reading() as session:
            session.execute(select(1))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        return Examined("database", ok=False, advice=f"cannot be read ({reason})")
    return Examined("database", ok=True)


def _tables(wired: Wiring) -> Examined:
    present, newest = migrations.versions(wired.context.database)
    return Examined(
        f"tables {present or '-'}",
        ok=present == newest,
        advice=f"this version needs {newest}: run `flask migrate`",
    )


def _time(wired: Wiring) -> Examined:
    if wired.context.database.sqlite:
        return Examined("time", ok=True)
    before = wired.context.clock.now()
    with wired.context.database.reading() as session:
        theirs = session.scalar(select(func.clock_timestamp()))
    apart = abs(theirs - before) if theirs is not None else timedelta()
    return Examined(
        "time",
        ok=apart < APART,
        advice=f"this machine and the database are {apart.total_seconds():.0f} seconds apart: let"
        " both keep time by NTP",
    )


def _at_work(wired: Wiring) -> Iterator[Examined]:
    now = wired.context.clock.now()
    with wired.context.database.reading() as session:
        silent = heartbeat.silent(session, heartbeat.ROLES, now)
        waits = backlog.backlog(session, now)
    for role, name in heartbeat.ROLES.items():
        yield Examined(
            name,
            ok=role not in silent,
            advice="nobody has been at work for minutes: start `make run`, or the line of the"
            f" Procfile named {name}",
        )
    stalled = waits.stalled_since
    late = now - stalled if stalled is not None else timedelta()
    yield Examined(
        f"work due now: {waits.due}",
        ok=late < backlog.LATE_AFTER,
        advice=f"the oldest has waited {int(late.total_seconds() // 60)} minutes",
    )


def _redis(wired: Wiring) -> Iterator[Examined]:
    if wired.redis is None:
        return
    trouble = wired.notifier.trouble()
    advice = f"does not answer ({trouble}): work is still done, a second later"
    yield Examined("Redis", ok=not trouble, advice=advice)


def _disk(wired: Wiring) -> Iterator[Examined]:
    if not wired.context.database.sqlite:
        return
    folder = wired.context.database.path.absolute().parent
    free = shutil.disk_usage(folder).free
    yield Examined(
        f"{free // 1024**2} MB free in {folder}",
        ok=free > FREE_SPACE,
        advice="make room: what cannot be written is refused",
    )


def _certificate(wired: Wiring) -> Iterator[Examined]:
    """What visitors see of the proxy in front; an address of our own may stand in any network."""
    parts = urlsplit(wired.settings.public_url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return
    anywhere = Network(networks("0.0.0.0/0 ::/0"), ca_file=wired.settings.ca_file)
    try:
        line = anywhere.connect(host, parts.port or 443, CONNECT_SECONDS)
        line.settimeout(CONNECT_SECONDS)
        trust = anywhere.trust(ssl.create_default_context())
        with line, trust.wrap_socket(line, server_hostname=host) as encrypted:
            shown = cast(dict[str, Any], encrypted.getpeercert())
    except ssl.SSLCertVerificationError as error:
        advice = f"browsers and platforms refuse it ({error.verify_message}): mend it at the proxy"
        yield Examined(f"certificate of {host}", ok=False, advice=advice)
    except (OSError, AdapterError) as error:
        advice = f"cannot be asked for from here ({error}): start the proxy, or look from elsewhere"
        yield Examined(f"certificate of {host}", ok=False, advice=advice)
    else:
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
        left = ends - wired.context.clock.now()
        name = f"certificate of {host}, good for {left.days} days"
        yield Examined(name, ok=left > RENEWED_BY, advice="renew it at the proxy")


def _mail(wired: Wiring) -> Iterator[Examined]:
    if wired.context.staff_mail is not None:
        yield from _tried(
            "mail server of MAKEGOOD_SMTP_URL", wired, lambda: wired.context.staff_mail
        )


def _connections(wired: Wiring) -> Iterator[Examined]:
    context = wired.context
    with context.database.reading() as session:
        connections = session.scalars(select(Connection).order_by(Connection.id)).all()
    for connection in connections:
        if not connection.roles:
            continue
        name = f"connection {connection.name}"
        yield from _tried(name, wired, partial(context.adapter, connection))


def _tried(name: str, wired: Wiring, adapter: Callable[[], object]) -> Iterator[Examined]:
    """One that cannot even be made says so, and the next is looked at."""
    try:
        with wired.context.http.within(time_limits.TRY):
            findings = cast(Adapter, adapter()).check()
    except AdapterError as error:
        yield Examined(name, ok=False, advice=str(error.text))
        return
    except Exception as error:
        advice = f"could not be examined ({type(error).__name__}: {error}): connect it again"
        yield Examined(name, ok=False, advice=advice)
        return
    wrong = [finding for finding in findings if not finding.ok]
    for finding in wrong:
        advice = str(finding.advice) if finding.advice else "does not work"
        yield Examined(f"{name}, {finding.name}", ok=False, advice=advice)
    if not wrong:
        yield Examined(name, ok=True)
