"""Rows that are parts of a case: its make-goods, messages and calls."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from service.db.models import Call, Case, MakeGood, Message

Part = TypeVar("Part", MakeGood, Message, Call)


def add(session: Session, case: Case, parts: list[Part], part: Part) -> None:
    """Store a new part of a case, and show it among its `parts` of this kind.

    Relations of parts are for reading: each names its case by key, so that no flush has to work out
    who belongs to whom.
    """
    part.case_id, part.case = case.id, case
    parts.append(part)
    session.add(part)
