"""Named reads of playbooks, and of the cases that rules are tried on. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from service.db.models import Case, PlaybookDraft, PlaybookVersion
from service.domain.errors import NotFound

RECENT_CASES = 200
"""Whose orders tell in which currencies a shop sells."""


def draft(session: Session, shop_id: int) -> PlaybookDraft | None:
    """The playbook that is being changed; None where none is."""
    return session.get(PlaybookDraft, shop_id)


def versions(
    session: Session, shop_id: int, *, most: int, before: int | None = None
) -> Sequence[PlaybookVersion]:
    """Versions of a shop's playbook, newest first, below a number for the next page."""
    rows = select(PlaybookVersion).where(PlaybookVersion.shop_id == shop_id)
    if before is not None:
        rows = rows.where(PlaybookVersion.number < before)
    return session.scalars(rows.order_by(PlaybookVersion.number.desc()).limit(most)).all()


def version(session: Session, shop_id: int, number: int) -> PlaybookVersion:
    """A version by its number; raises `NotFound`."""
    row = session.scalar(
        select(PlaybookVersion).where(
            PlaybookVersion.shop_id == shop_id, PlaybookVersion.number == number
        )
    )
    if row is None:
        raise NotFound("There is no such version.")
    return row


def newest_number(session: Session, shop_id: int) -> int:
    """The number of the version in effect; 0 where there is none."""
    rows = select(func.max(PlaybookVersion.number)).where(PlaybookVersion.shop_id == shop_id)
    return session.scalar(rows) or 0


def latest_cases(session: Session, shop_id: int, *, most: int) -> Sequence[Case]:
    """The newest cases of a shop with their reviews and make-goods."""
    rows = (
        select(Case).where(Case.shop_id == shop_id).order_by(Case.opened_at.desc(), Case.id.desc())
    )
    loaded = (joinedload(Case.review, innerjoin=True), selectinload(Case.make_goods))
    return session.scalars(rows.limit(most).options(*loaded)).all()


def currencies_of_orders(session: Session, shop_ids: Collection[int]) -> list[str]:
    """The currencies in which orders of the newest cases of each of these shops were paid."""
    if not shop_ids:
        return []
    currency = Case.order["currency"].as_string()
    newest = union_all(
        *(
            select(
                select(currency.label("currency"))
                .where(Case.shop_id == shop_id)
                .order_by(Case.opened_at.desc())
                .limit(RECENT_CASES)
                .subquery()
            )
            for shop_id in shop_ids
        )
    ).subquery()
    rows = select(newest.c.currency).where(newest.c.currency.is_not(None)).distinct()
    return sorted(session.scalars(rows))


def products_of_orders(session: Session, shop_id: int) -> dict[str, str]:
    """Products of the orders of a shop's newest cases, ids and names, by name."""
    newest = select(Case.order).where(Case.shop_id == shop_id).order_by(Case.opened_at.desc())
    products = {
        str(line["product_id"]): str(line["name"])
        for order in session.scalars(newest.limit(RECENT_CASES))
        for line in order.get("lines", ())
        if line.get("product_id")
    }
    return dict(sorted(products.items(), key=lambda product: product[1]))
