"""What we write only we may read: with an open umask, and where wider rights were there before."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.db.session import Database
from service.security.private_files import (
    open_private,
    private_database,
    private_folder,
    write_anew,
    write_new,
)


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def rights(folder: Path) -> dict[str, str]:
    """Everything in a folder that others may touch, with its rights."""
    return {
        str(path.relative_to(folder)): oct(stat.S_IMODE(path.stat().st_mode))
        for path in [folder, *folder.rglob("*")]
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and not path.is_socket()
    }


def _write(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        session.connection().exec_driver_sql("CREATE TABLE IF NOT EXISTS word (text TEXT)")
        session.connection().exec_driver_sql("INSERT INTO word VALUES ('one')")
    return database


def test_database_and_all_beside_it_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "instance"

    database = _write(folder / "makegood.db")

    assert {each.name for each in folder.iterdir()} >= {
        "makegood.db",
        "makegood.db-wal",
        "makegood.db-shm",
        "makegood.db.lock",
        "makegood.db.turn",
        "makegood.db.gate",
    }
    assert rights(folder) == {}
    database.close()


def test_wider_rights_from_before_are_taken_back(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "instance")
    reader = sqlite3.connect(folder / "makegood.db")
    reader.executescript("PRAGMA journal_mode=WAL; CREATE TABLE word (text TEXT)")
    for path in [folder, *folder.iterdir()]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    assert len(rights(folder)) == 4

    private_folder(folder)
    database = _write(folder / "makegood.db")

    assert rights(folder) == {}
    database.close()
    reader.close()


def test_folder_shared_with_others_stays_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)

    _write(shared / "makegood.db").close()

    assert stat.S_IMODE(shared.stat().st_mode) == 0o755


def test_new_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    write_new(path, "first")
    write_new(path, "second")

    assert path.read_text() == "first"
    assert rights(tmp_path) in ({}, {".": oct(stat.S_IMODE(tmp_path.stat().st_mode))})
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for another user")
def test_what_root_makes_belongs_to_the_owner_of_the_database(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "instance")
    os.chown(folder, 12345, 12345)

    database = _write(folder / "makegood.db")

    owners = {each.name: each.stat().st_uid for each in folder.iterdir()}
    assert set(owners.values()) == {12345}
    database.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_file_of_another_user_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "makegood.db.lock"
    os.close(open_private(path, tmp_path))
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    child = os.fork()
    if child == 0:
        os.setuid(12345)
        try:
            open_private(path, tmp_path)
        except PermissionError as error:
            told = str(error)
            os._exit(
                0
                if told.startswith(f"{path} belongs to the user with the number 0,")
                and f"chown 12345 {path}" in told
                else 3
            )
        os._exit(4)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_no_file_stays_open_to_everybody(tmp_path: Path) -> None:
    """A device such as /dev/null, named by mistake where a file is wanted; here a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    reader = os.open(pipe, os.O_RDWR)

    private_database(pipe)
    write_anew(pipe, "words")

    assert stat.filemode(pipe.stat().st_mode) == "prw-rw-rw-"
    assert os.read(reader, 10) == b"words"
    os.close(reader)
