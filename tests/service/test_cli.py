"""Commands as they are typed: what they print, and how they end."""

from __future__ import annotations

import re
import signal

from sqlalchemy import select

from service.db.models import Periodic, SecondFactor
from service.db.outbox import heartbeat
from testbed.processes import until
from tests.jobs.processes import environment, flask, running
from tests.world import World


def _beating(world: World) -> set[str]:
    with world.context.database.reading() as session:
        return set(session.scalars(select(Periodic.name)))


CLOCK = ["-m", "flask", "--app", "service.cli:make", "clock"]


def test_migrate_can_be_repeated(world: World) -> None:
    first, second = flask(world, "migrate"), flask(world, "migrate")

    assert (first.stdout, second.stdout) == ("The database is up to date.\n",) * 2
    assert (first.returncode, second.returncode) == (0, 0)


def test_seller_is_added_with_a_link_to_sign_in(world: World) -> None:
    done = flask(world, "seller", "add", "New@Example.test", "--role", "agent")
    again = flask(world, "seller", "add", "new@example.test")
    link = flask(world, "seller", "link", "new@example.test")

    assert re.fullmatch(rf"{world.url}/sign-in/\S+\n", done.stdout)
    assert (again.returncode, "is a seller here already" in again.stderr) == (1, True)
    assert re.fullmatch(rf"{world.url}/sign-in/\S+\n", link.stdout)


def test_second_factor_of_the_last_owner_is_reset(world: World) -> None:
    with world.context.database.transaction() as session:
        kept = world.context.vault.encrypt({"secret": "x"})
        at = world.clock.now()
        session.add(SecondFactor(seller_id=1, secret=kept, last_step=0, created_at=at))

    done = flask(world, "seller", "reset-second-factor", "owner@example.test")
    again = flask(world, "seller", "reset-second-factor", "owner@example.test")

    assert (done.returncode, "signs in without a code now" in done.stdout) == (0, True)
    assert again.stderr == "Error: This seller has no second factor.\n"


def test_link_of_nobody_is_refused(world: World) -> None:
    done = flask(world, "seller", "link", "nobody@example.test")

    assert done.returncode == 1
    assert done.stderr == "Error: There is no seller nobody@example.test.\n"


def test_erase_says_how_much_was_emptied(world: World) -> None:
    world.rate(1)
    too_early = flask(world, "erase", "sari@example.test")
    world.work()

    done = flask(world, "erase", "sari@example.test")
    again = flask(world, "erase", "sari@example.test")
    unclear = flask(world, "erase", "b1")

    assert (too_early.returncode, "still being read" in too_early.stderr) == (1, True)
    assert done.stdout == "Emptied: 1 cases, 1 reviews, 1 messages, 1 deliveries.\n"
    assert (again.returncode, "Nothing is kept about sari@example.test" in again.stderr) == (
        1,
        True,
    )
    assert (unclear.returncode, "together with the shop" in unclear.stderr) == (1, True)


def test_clock_works_until_it_is_stopped(world: World) -> None:
    world.rate(1)
    with running(CLOCK, environment(world)) as process:
        until("the case", lambda: [case.state for case in world.cases()] == ["awaiting_approval"])
        until("its heartbeat", lambda: heartbeat.CLOCK in _beating(world))

        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 0
