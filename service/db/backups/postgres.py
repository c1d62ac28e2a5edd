"""Backups of PostgreSQL by its own programs: one schema, read back beside the one in use and renamed.

https://www.postgresql.org/docs/current/app-pgdump.html
https://www.postgresql.org/docs/current/app-pgrestore.html
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import which
from typing import IO, Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.exc import DBAPIError

from service.db.backups.files import BackupError, Staged
from service.db.session import Database
from service.security.private_files import open_private
from service.settings import child_environment

INSTALL = (
    "install the client programs of PostgreSQL, of the server's version or newer (on Debian and"
    " Ubuntu: apt-get install postgresql-client)"
)
LONGEST_NAME = 40
"""Letters of a schema's name that are kept in front of a date: names end after 63 bytes."""


def copy(url: str, target: Path) -> None:
    """Write our schema, as one snapshot, to a new file; raises `BackupError`."""
    if target.exists():
        raise BackupError(f"{target} is there already: name a new file.")
    database = Database(url, pool=1)
    schema = _schema(database)
    database.close()
    program = _Program("pg_dump", url)
    try:
        descriptor = open_private(target, target.absolute().parent)
    except OSError as error:
        raise BackupError(f"{target} could not be written: {error}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            program.run("--format=custom", f"--schema={_quoted(schema)}", into=file)
    except BackupError:
        target.unlink()
        raise


@contextmanager
def staged(database: Database, source: Path, now: datetime) -> Iterator[Staged]:
    """The schema of the file under a name of its own beside ours; raises `BackupError`."""
    stamp = f"{now:%Y%m%d_%H%M%S}"
    beside, ours = f"restoring_{stamp}", _schema(database)
    _read_in(database, source, beside, stamp)
    restored = Database(_with_schema(database.url, beside), pool=2)
    try:
        yield Staged(restored, lambda: _take_place(database, restored, (ours, beside), stamp))
    finally:
        restored.close()
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_quoted(beside)} CASCADE")


def _take_place(
    database: Database, restored: Database, schemas: tuple[str, str], stamp: str
) -> str:
    ours, beside = schemas
    kept = f"{ours[:LONGEST_NAME]}_before_{stamp}"
    restored.close()
    try:
        with database.engine.begin() as connection:
            _rename(connection, ours, kept)
            _rename(connection, beside, ours)
    except DBAPIError as error:
        raise BackupError(
            f"The schema {ours} could not be put aside: {error.orig}. Its owner may rename it."
        ) from error
    database.close()
    return f"the schema {kept}"


def _rename(connection: Connection, old: str, new: str) -> None:
    connection.exec_driver_sql(f"ALTER SCHEMA {_quoted(old)} RENAME TO {_quoted(new)}")


def _read_in(database: Database, source: Path, beside: str, stamp: str) -> None:
    """Run the file's statements and rename what they make, in one transaction: whoever works in a
    schema of the file's name sees nothing of it."""
    pg_restore = _Program("pg_restore", database.url)
    schema, aside = _schema_of_file(pg_restore, source), f"aside_{stamp}"
    with database.engine.connect() as connection:
        is_taken = schema in inspect(connection).get_schema_names()
    before = [f"ALTER SCHEMA {_quoted(schema)} RENAME TO {aside}"] if is_taken else []
    before.append(f"CREATE SCHEMA {_quoted(schema)}")
    after = [f"ALTER SCHEMA {_quoted(schema)} RENAME TO {beside}"]
    after += [f"ALTER SCHEMA {aside} RENAME TO {_quoted(schema)}"] if is_taken else []
    only_ours = ("--no-owner", "--no-privileges", f"--schema={schema}", "--file=-", str(source))
    with _transaction(database.url, source) as pipe:
        _write(pipe, before)
        pg_restore.run(*only_ours, into=pipe, connected=False)
        _write(pipe, after)


@contextmanager
def _transaction(url: str, source: Path) -> Iterator[IO[bytes]]:
    """A pipe to `psql`, which commits what was written there unless the block raises."""
    psql = _Program("psql", url)
    words = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with subprocess.Popen(  # noqa: S603 - a program of PostgreSQL's, found in PATH
        psql.command(*words),
        env=psql.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            yield process.stdin
            process.stdin.close()
        except BrokenPipeError:
            # It has ended by an error of its own, told below.
            pass
        except BackupError as error:
            # Without its end the transaction is none.
            process.kill()
            if process.poll() is None or process.returncode < 0:
                raise BackupError(f"{source} is damaged: {error}") from error
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise BackupError(f"{source} could not be read in: {_first_line(said)}")


def _write(pipe: IO[bytes], statements: list[str]) -> None:
    pipe.write("".join(f"{statement};\n" for statement in statements).encode())
    pipe.flush()


def _schema_of_file(pg_restore: _Program, source: Path) -> str:
    """By its table of contents: where the versions of our tables are kept."""
    try:
        contents = pg_restore.run("--list", str(source), connected=False)
    except BackupError as error:
        raise BackupError(f"{source} is damaged: {error}") from error
    line = re.search(r"^\d+; \d+ \d+ TABLE (\S+) alembic_version ", contents, re.MULTILINE)
    if line is None:
        raise BackupError(f"{source} is no backup of Makegood: its tables are others.")
    return line[1]


@dataclass(frozen=True, slots=True)
class _Program:
    """One of PostgreSQL's programs; the password goes by its environment, where no list of processes
    shows it."""

    name: str
    url: str

    def command(self, *words: str, connected: bool = True) -> list[str]:
        path = which(self.name)
        if path is None:
            raise BackupError(f"{self.name} is missing: {INSTALL}.")
        if not connected:
            return [path, *words]
        place = {key: value for key, value in self._words.items() if key != "password"}
        return [path, *words, f"--dbname={make_conninfo('', **place)}"]

    @property
    def environment(self) -> dict[str, str]:
        password = self._words.get("password")
        return child_environment(**({"PGPASSWORD": str(password)} if password else {}))

    @property
    def _words(self) -> dict[str, Any]:
        return dict(conninfo_to_dict(self.url.replace("postgresql+psycopg:", "postgresql:", 1)))

    def run(
        self, *words: str, into: int | IO[bytes] = subprocess.PIPE, connected: bool = True
    ) -> str:
        """What it printed, where not `into` a file; raises `BackupError` with its first complaint."""
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, found in PATH
            self.command(*words, connected=connected),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=into,
            stderr=subprocess.PIPE,
            check=False,
        )
        said = done.stderr.decode(errors="replace")
        if done.returncode:
            mismatch = f" ({INSTALL})" if "server version mismatch" in said else ""
            raise BackupError(f"{_first_line(said)}{mismatch}")
        return (done.stdout or b"").decode(errors="replace")


def _first_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[0] if lines else "it ended without a word"


def _with_schema(url: str, schema: str) -> str:
    parsed = make_url(url)
    options = f"{parsed.query.get('options', '')} -csearch_path={schema}".strip()
    return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)


def _schema(database: Database) -> str:
    with database.engine.connect() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
    if schema is None:
        raise BackupError("The schema that MAKEGOOD_DATABASE_URL names is not there: create it.")
    return str(schema)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
