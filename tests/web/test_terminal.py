"""What `make run` says in its terminal."""

from __future__ import annotations

import re

from service.app import create_app
from service.operations.remedies import decisions
from service.web.terminal import Terminal
from tests.world import World


def test_what_comes_in_and_is_done_is_said_once_in_a_line(world: World) -> None:
    said: list[str] = []
    world.rate(1, "Barang rusak parah")
    world.work()
    terminal = Terminal(world.wired, create_app(world.wired), said.append)
    terminal.write_new()
    assert said == [], "what happened before this start was said then"

    world.rate(2, "Pecah semua, uang kembali")
    world.work()
    terminal.write_new()
    terminal.write_new()

    case = world.cases()[-1]
    assert all(re.match(r"\d\d:\d\d:\d\d  MG-\w{8}  .+ \(2 ★\)  \S", line) for line in said)
    assert all(case.reference in line for line in said)
    assert [line.endswith("Low rating came in · buyer") for line in said].count(True) == 1
    assert len(said) == len(case.history)

    said.clear()
    decisions.close_case(world.context, case.id, world.owner, "Sudah dibicarakan lewat telepon")
    terminal.write_new()
    assert any("Closed" in line for line in said)
    whole = " ".join(said)
    assert "telepon" not in whole, "the words of people stay on the page of the case"
    assert "Pecah" not in whole


def test_lines_speak_the_language_of_the_installation(world: World) -> None:
    said: list[str] = []
    world.settings(language="id")
    terminal = Terminal(world.wired, create_app(world.wired), said.append)
    world.rate(1)
    world.work()
    terminal.write_new()

    assert any("Rating rendah masuk" in line for line in said)
