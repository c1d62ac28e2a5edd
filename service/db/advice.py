"""Says in one line why a database cannot be used."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

NO_TABLES = "The database has not the tables of this version. Run `flask migrate` first."
UNUSABLE = (DBAPIError, sqlite3.DatabaseError)
"""Raised by a database that is away, is none, or has not our tables."""


def advice(error: Exception) -> str:
    """What whoever runs the program can mend; `error` is one of UNUSABLE."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    message = " ".join(str(cause).split())
    missing = type(cause).__name__ == "UndefinedTable" or "no such" in message
    return NO_TABLES if missing else f"The database cannot be used: {message}"
