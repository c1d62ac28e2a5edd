"""Every command works beside what `make run` keeps, without settings, and says in a line what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from service import VERSION, cli, embedded, mail_commands, settings
from service.__main__ import main
from service.db.advice import NO_TABLES
from service.security.private_files import write_new
from service.wiring import wire
from tests.jobs.processes import ROOT, flask
from tests.world import KEY, World

PUBLIC_URL = "https://shop.example/makegood"


def _in(folder: Path, *argv: str, **values: str) -> subprocess.CompletedProcess[str]:
    """A command typed in a folder, with no more settings than these."""
    shutil.copy(ROOT / "wsgi.py", folder)
    return subprocess.run(
        [sys.executable, "-m", "flask", *argv],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **values},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `make run` was once."""
    folder, before = tmp_path_factory.mktemp("checkout"), Path.cwd()
    os.chdir(folder)
    os.environ["MAKEGOOD_PUBLIC_URL"] = PUBLIC_URL
    try:
        wired = wire(embedded.own_settings())
        embedded.set_up(wired)
        wired.close()
    finally:
        os.chdir(before)
        del os.environ["MAKEGOOD_PUBLIC_URL"]
    return folder


ELSEWHERE = frozenset({"clock", "causes", "wording", "severity"})
"""Tried apart: one never ends, the others read lists and teach models and keep nothing."""


def _all_commands() -> list[list[str]]:
    """Each command there is, with something in place of what it wants to be told."""
    stand_in = {
        "path": "wsgi.py",
        "target": "copy.db",
        "source": "copy.db",
        "email": "owner@example.test",
        "who": "a@b.example",
    }
    found = []

    def walk(command: click.Command, words: list[str]) -> None:
        if isinstance(command, click.Group):
            for name, below in command.commands.items():
                walk(below, [*words, name])
            return
        given = list(words)
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                given.append(stand_in[str(parameter.name)])
            elif parameter.required:
                given += [parameter.opts[0], "1"]
        found.append(given)

    for name, command in cli.make().cli.commands.items():
        if name not in ELSEWHERE:
            walk(command, [name])
    return found


COMMANDS = _all_commands()


def test_help_lists_our_commands_whatever_the_settings_are(tmp_path: Path) -> None:
    done = _in(tmp_path, "--help", MAKEGOOD_ZONE="Mars/Base")

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    for name in ("migrate", "seller", "replay", "erase", "backup"):
        assert f"\n  {name} " in done.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_works_beside_what_make_run_keeps(installed: Path, words: list[str]) -> None:
    if words[0] == "restore":
        _in(installed, "sweep")
    done = _in(installed, *words)

    assert "Traceback" not in done.stderr
    assert "MAKEGOOD_" not in done.stderr
    if words[0] == "restore":
        assert "is at work" in done.stderr, "a clock was, just now"
    elif words[0] == "erase":
        assert (done.returncode, "Nothing is kept about" in done.stderr) == (1, True)
    elif words[0] not in ("replay", "seller", "doctor"):
        assert done.returncode == 0, done.stderr


def test_own_command_tells_the_version_and_has_all_the_commands(tmp_path: Path) -> None:
    typed = [str(ROOT / "makegood"), "--version"]
    told = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert told.stdout == f"Makegood {VERSION}\n"
    assert main.commands == cli.make().cli.commands


def test_own_command_works_beside_what_make_run_keeps(installed: Path) -> None:
    typed = [str(ROOT / "makegood"), "seller", "link", embedded.OWNER]
    told = subprocess.run(typed, cwd=installed, capture_output=True, text=True, check=True)

    assert told.stdout.startswith(f"{PUBLIC_URL}/sign-in/")


def test_link_leads_to_where_make_run_was_told_to_be(installed: Path) -> None:
    done = _in(installed, "seller", "link", embedded.OWNER)
    elsewhere = _in(
        installed, "seller", "link", embedded.OWNER, MAKEGOOD_PUBLIC_URL="https://other.example"
    )

    assert done.stdout.startswith(f"{PUBLIC_URL}/sign-in/")
    assert elsewhere.stdout.startswith("https://other.example/sign-in/")


def test_no_secret_of_the_environment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values = {
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "SMTP_URL": f"smtp://care:{'s' * 40}@smtp.example?from=care@shop.example",
    }
    for name in settings.SECRET:
        monkeypatch.setenv(f"MAKEGOOD_{name}", values.get(name, "s" * 40))

    embedded.own_settings()

    kept = "".join(path.read_text() for path in (tmp_path / "instance").iterdir())
    assert "s" * 40 not in kept
    assert [path.name for path in (tmp_path / "instance").iterdir()] == [settings.STARTED_WITH]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "MAKEGOOD_SECRET_KEY is missing"),
        ({"MAKEGOOD_ZONE": "Mars/Base"}, "MAKEGOOD_ZONE: 'Mars/Base' is no time zone"),
        ({"MAKEGOOD_PUBLIK_URL": "http://a.example"}, "did you mean MAKEGOOD_PUBLIC_URL?"),
    ],
    ids=["missing", "wrong", "misspelt"],
)
@pytest.mark.parametrize(
    "words", [["migrate"], ["seller", "link", "a@b.example"], ["clock"]], ids=" ".join
)
def test_each_wrong_setting_is_one_line(
    tmp_path: Path, words: list[str], values: dict[str, str], said: str
) -> None:
    done = _in(tmp_path, *words, **values)

    lines = done.stderr.removeprefix("Error: ").splitlines()
    assert done.returncode == 1
    assert all(line.startswith("MAKEGOOD_") for line in lines)
    assert sum(said in line for line in lines) == 1
    assert not (tmp_path / "instance").exists()


def test_database_without_tables_is_one_line(tmp_path: Path) -> None:
    write_new(tmp_path / "key", "k" * 40)
    keys = {"MAKEGOOD_SECRET_KEY_FILE": str(tmp_path / "key")}
    fernet = Fernet.generate_key().decode()

    done = _in(tmp_path, "seller", "link", "a@b.example", MAKEGOOD_ENCRYPTION_KEYS=fernet, **keys)

    assert (done.returncode, done.stderr) == (1, f"Error: {NO_TABLES}\n")


def test_database_that_is_away_is_one_line(world: World) -> None:
    done = flask(world, "rekey", MAKEGOOD_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "The database cannot be used" in done.stderr


def test_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("no database at all, but a file with some words in it" * 40)
    keys = {"MAKEGOOD_SECRET_KEY": "s" * 40, "MAKEGOOD_ENCRYPTION_KEYS": KEY}
    values = {**keys, "MAKEGOOD_DATABASE_URL": f"sqlite:///{tmp_path / 'notes'}"}

    done = _in(tmp_path, "sweep", **values)
    started = subprocess.run(
        [sys.executable, "-m", "service.embedded"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **values},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert (started.returncode, len(started.stderr.splitlines())) == (2, 1)
    assert "file is not a database" in done.stderr
    assert "file is not a database" in started.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["erase", "--shop", "9" * 30, "b-9"],
        ["replay", "--connection", "0", "/dev/null"],
        ["seller", "add", "a\udcff@b.example"],
        ["seller", "link", ""],
        ["backup", ""],
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_odd_words_are_refused_without_a_trace(installed: Path, words: list[str]) -> None:
    done = _in(installed, *words)

    assert done.returncode in (1, 2)
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in done.stderr


def test_owner_can_be_added_twice_without_a_trace(installed: Path) -> None:
    done = _in(installed, "seller", "add", embedded.OWNER)

    assert done.stderr == f"Error: {embedded.OWNER} is a seller here already.\n"


def test_mail_on_standard_input_is_taken_in(installed: Path) -> None:
    mail = b"From: a@b.test\nTo: care@shop.example\nSubject: Halo\n\nHalo\n"
    argv = [sys.executable, "-m", "flask", "mail", "read"]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}

    taken = subprocess.run(
        argv, cwd=installed, env=env, input=mail, capture_output=True, check=False, timeout=60
    )

    assert (taken.stdout, taken.returncode) == (b"stranger\n", 0)


def test_mail_that_cannot_be_kept_is_left_to_the_mail_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> object:
        raise RuntimeError("no database")

    monkeypatch.setattr("service.mail_commands.wiring", broken)

    done = CliRunner().invoke(mail_commands.mail, ["read"], input="Subject: x\n\nHalo")

    assert done.exit_code == 75
