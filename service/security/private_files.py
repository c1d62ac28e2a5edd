"""Files and folders that only the user Makegood runs as may read, whatever the umask says."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG

FILE, FOLDER = 0o600, 0o700
BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the ends of their names."""


class NotOurs(PermissionError):
    """A file of another user; the message says what to do."""

    def __str__(self) -> str:
        return f"{self.filename} {self.strerror}"


def private_folder(path: Path) -> Path:
    """A folder of our own, made where it is missing; one with wider rights is closed."""
    path.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    _close(path, FOLDER)
    return path


def private_database(path: Path) -> Path:
    """A SQLite file, made where it is missing; what lies beside it takes its rights.

    A folder that is missing is made for it. One that is there may be shared with others and stays
    as it is.
    """
    if not path.parent.exists():
        private_folder(path.parent)
    os.close(open_private(path, path.parent))
    for end in BESIDE:
        _close(path.with_name(path.name + end), FILE)
    return path


def open_private(path: Path, owner_of: Path) -> int:
    """A descriptor for reading and writing a file, made where it is missing.

    What root makes belongs to the owner of `owner_of`: a command that was once run as root locks
    nobody out. Raises `NotOurs`.
    """
    flags = os.O_RDWR | os.O_CLOEXEC
    try:
        with suppress(FileNotFoundError):
            return os.open(path, flags)
        descriptor = os.open(path, flags | os.O_CREAT, FILE)
    except PermissionError as error:
        raise NotOurs(error.errno, _advice(path), str(path)) from error
    os.fchmod(descriptor, FILE)
    if os.geteuid() == 0:
        owner = owner_of.stat()
        with suppress(PermissionError):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def write_new(path: Path, text: str) -> None:
    """Write a private file unless there is one; of two who do, the first one's stays, whole."""
    beside = _beside(path, text)
    with suppress(FileExistsError):
        os.link(beside, path)
    beside.unlink()
    _close(path, FILE)


def write_anew(path: Path, text: str) -> None:
    """Write a private file, or another in its place; who reads it finds a whole one. What is there
    and no file, such as a pipe or /dev/stdout, is written to as it stands."""
    if path.exists() and not path.is_file():
        path.write_text(text, "utf-8")
        return
    os.replace(_beside(path, text), path)


def _beside(path: Path, text: str) -> Path:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return beside


def _close(path: Path, mode: int) -> None:
    # Only the owner can; who is not the owner is told so when the file is opened. A device such as
    # /dev/null belongs to everybody, whoever names it here as root.
    with suppress(FileNotFoundError, PermissionError):
        present = path.stat().st_mode
        if (S_ISREG(present) or S_ISDIR(present)) and present & 0o777 != mode:
            path.chmod(mode)


def _advice(path: Path) -> str:
    try:
        owner = f"belongs to the user with the number {path.stat().st_uid}"
    except OSError:
        owner = "cannot be made"
    return (
        f"{owner}, Makegood runs as {os.geteuid()}: give it to that user"
        f" (chown {os.geteuid()} {path})"
    )
