"""Named reads of the versions of texts to buyers. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.db.models import TextVersion
from service.domain.errors import NotFound


def versions(
    session: Session,
    shop_id: int,
    key: str,
    language: str,
    *,
    most: int,
    before: int | None = None,
) -> Sequence[TextVersion]:
    """Versions of a text, newest first, below a number for the next page."""
    rows = select(TextVersion).where(*_of(shop_id, key, language))
    if before is not None:
        rows = rows.where(TextVersion.number < before)
    return session.scalars(rows.order_by(TextVersion.number.desc()).limit(most)).all()


def version(session: Session, shop_id: int, key: str, language: str, number: int) -> TextVersion:
    """A version by its number; raises `NotFound`."""
    this = select(TextVersion).where(*_of(shop_id, key, language), TextVersion.number == number)
    row = session.scalar(this)
    if row is None:
        raise NotFound("There is no such version.")
    return row


def newest_number(session: Session, shop_id: int, key: str, language: str) -> int:
    """The number of the version in use; 0 where there is none."""
    newest = select(func.max(TextVersion.number)).where(*_of(shop_id, key, language))
    return session.scalar(newest) or 0


def _of(shop_id: int, key: str, language: str) -> tuple[ColumnElement[bool], ...]:
    return (
        TextVersion.shop_id == shop_id,
        TextVersion.key == key,
        TextVersion.language == language,
    )
