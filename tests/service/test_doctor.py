"""The doctor says what is wrong and how to mend it, and finds nothing where all is well."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from alembic import command
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from integrations.contract import Role
from integrations.errors import Misconfigured
from service import doctor
from service.db import migrations
from service.db.models import Connection
from service.db.outbox import heartbeat
from service.doctor import Examined, examine
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from tests.integrations.email import mailbox_server, post_office
from tests.integrations.email.mailbox_server import PASSWORD, Box
from tests.integrations.email.post_office import PostOffice
from tests.jobs.processes import flask
from tests.operations.steps import with_email
from tests.world import World


def _wrong(world: World, *, call_out: bool = True) -> list[Examined]:
    return [seen for seen in examine(world.wired, call_out=call_out) if not seen.ok]


@pytest.fixture(autouse=True)
def _at_work(world: World) -> None:
    world.wired.heart.roles = (heartbeat.WORKER, heartbeat.CLOCK)
    world.wired.heart.beat()


def test_nothing_is_wrong_where_all_is_well(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if not world.context.database.sqlite:
        # The database's own clock goes on while the world's stands still.
        monkeypatch.setattr("service.doctor._time", lambda wired: Examined("time", ok=True))
    assert _wrong(world) == []


def test_clocks_that_are_apart_are_named(world: World) -> None:
    wrong = [seen.name for seen in _wrong(world)]

    assert wrong == ([] if world.context.database.sqlite else ["time"])


def test_silent_worker_and_late_work_are_named(world: World) -> None:
    world.rate(1)
    world.clock.move(hours=1)

    names = [seen.name for seen in _wrong(world, call_out=False) if seen.name != "time"]

    assert names == ["worker", "clock", "work due now: 2"]


def test_tables_of_an_older_version_are_named(world: World) -> None:
    command.downgrade(migrations.config(world.context.database), "-1")

    (tables,) = [seen for seen in _wrong(world, call_out=False) if seen.name != "time"]

    assert "run `flask migrate`" in tables.advice


def test_a_connection_that_does_not_work_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = type(world.context.adapter(world.connection()))

    def check(self: object) -> None:
        raise Misconfigured("The key was refused. Enter it anew.")

    monkeypatch.setattr(adapter, "check", check)

    (sandbox,) = [seen for seen in _wrong(world) if seen.name != "time"]

    assert (sandbox.name, sandbox.advice) == (
        "connection Sandbox",
        "The key was refused. Enter it anew.",
    )


@pytest.mark.parametrize("broken", [{"secrets": b"x"}, {"adapter": "gone"}])
def test_connection_that_cannot_be_made_hides_no_other(
    world: World, broken: dict[str, Any]
) -> None:
    values = {"base_url": f"{world.url}/sandbox", "api_key": "wrong"}
    new = NewConnection("sandbox", "Second", list(Role), values)
    connections.connect(world.context, world.shop_id, OPERATOR, new)
    with world.context.database.transaction() as session:
        first = Connection.id == world.connection_id
        session.execute(update(Connection).where(first).values(broken))

    # The clock of the test is not the time of PostgreSQL.
    wrong = {seen.name.partition(",")[0] for seen in _wrong(world)} - {"time"}

    assert wrong == {"connection Sandbox", "connection Second"}


def test_an_open_address_without_encryption_is_named(world: World) -> None:
    public = replace(world.wired.settings, public_url="http://makegood.example.com")

    wrong = [seen for seen in examine(replace(world.wired, settings=public)) if not seen.ok]

    assert "https" in wrong[0].advice


def test_a_database_that_is_away_is_named_and_nothing_else_breaks(world: World) -> None:
    world.settings(public_url=world.wired.settings.public_url)
    object.__setattr__(world.context.database, "reading", _away)

    assert [seen.name for seen in _wrong(world)] == ["database"]


def _away() -> None:
    raise OperationalError("SELECT 1", {}, Exception("connection refused"))


def test_the_command_ends_with_an_error_where_something_is_wrong(world: World) -> None:
    world.clock.move(hours=1)
    done = flask(world, "doctor", "--offline")

    assert done.returncode == 1
    assert "WRONG worker: nobody has been at work for minutes" in done.stdout
    assert "ok    database" in done.stdout


def test_mailbox_that_cannot_be_read_is_named_beside_mail_that_goes(world: World) -> None:
    box = Box({})
    with post_office.opened(PostOffice()) as office, mailbox_server.opened(box):
        entries = {"imap_host": "127.0.0.1", "imap_port": str(box.port), "imap_username": "care"}
        with_email(world, office, **entries, imap_password=PASSWORD)
        good = [seen for seen in examine(world.wired) if "Mail" in seen.name]
        box.folder = "Elsewhere"
        (wrong,) = [seen for seen in _wrong(world) if "Mail" in seen.name]

    assert [(seen.name, seen.ok) for seen in good] == [("connection Mail", True)]
    assert wrong.name == "connection Mail, Mailbox for answers"
    assert "no folder INBOX" in wrong.advice


def test_mail_server_of_the_installation_is_tried(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    context = replace(world.context, staff_mail=cast(Any, post_office.adapter(port)))

    wrong = [
        seen for seen in examine(replace(world.wired, context=context)) if "SMTP_URL" in seen.name
    ]

    assert ["could not be reached" in seen.advice for seen in wrong] == [True]
    assert not any(
        "SMTP_URL" in seen.name
        for seen in examine(replace(world.wired, context=context), call_out=False)
    )


@contextmanager
def _proxy(folder: Path) -> Iterator[int]:
    """A server that shows a certificate and says nothing; gives its port."""
    within = post_office.server_context(folder)

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listening.accept()
                with suppress(OSError), within.wrap_socket(line, server_side=True) as encrypted:
                    encrypted.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def _certificate(world: World, port: int, ca_file: str) -> Examined:
    public = replace(world.wired.settings, public_url=f"https://127.0.0.1:{port}", ca_file=ca_file)
    (seen,) = [
        seen
        for seen in examine(replace(world.wired, settings=public))
        if seen.name.startswith("certificate")
    ]
    return seen


def test_certificate_that_is_not_trusted_or_ends_soon_is_named(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _proxy(tmp_path) as port:
        stranger = _certificate(world, port, "")
        trusted = _certificate(world, port, str(tmp_path / "ca.pem"))
        monkeypatch.setattr(doctor, "RENEWED_BY", timedelta(days=36500))
        ending = _certificate(world, port, str(tmp_path / "ca.pem"))
    gone = _certificate(world, port, "")

    assert (stranger.ok, trusted.ok, ending.ok, gone.ok) == (False, True, False, False)
    assert "refuse it" in stranger.advice
    assert "good for" in trusted.name
    assert "cannot be asked for" in gone.advice
