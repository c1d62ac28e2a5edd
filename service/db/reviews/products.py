"""Cases by the product they are about, to find an older review of the same buyer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import BigInteger, Select, and_, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, joinedload

from service.db.models import Case, Review
from service.domain.cases.states import CloseReason
from service.domain.reviews.versions import marks_of

_LOCK = text("SELECT pg_advisory_xact_lock(one) FROM unnest(:keys) AS one").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger))
)


def product_key(connection_id: int, product_id: str) -> str:
    """One product of one connection; '' where the product is unknown."""
    return f"{connection_id}:{product_id}" if product_id else ""


def know_products(
    session: Session, named: Iterable[tuple[str, Mapping[str, str]]], since: datetime
) -> None:
    """Let `cases_about` find the cases of these products (by key) and buyers without asking again.

    On PostgreSQL reviews of one product are taken in one after the other until the commit, so that
    of two that arrive at once the second finds the case of the first; SQLite has one writer anyway.
    Cases that were closed before `since` are left out.
    """
    pairs = [(key, mark) for key, buyer in named if key for mark in marks_of(buyer)]
    asked: set[tuple[str, str]] = session.info.setdefault("products_asked", set())
    fresh = set(pairs) - asked
    if not fresh:
        return
    asked |= fresh
    keys = sorted({key for key, _ in fresh})
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK, {"keys": sorted(map(_number, keys))})
    # What was opened in this transaction may be what is looked for.
    session.flush()
    known: dict[str, dict[int, Case]] = session.info.setdefault("cases_about", {})
    for case in session.scalars(_cases(keys, {mark for _, mark in fresh}, since)):
        known.setdefault(case.product_key, {})[case.id] = case


def cases_about(session: Session, key: str) -> list[Case]:
    """The cases `know_products` found and those opened since, newest first."""
    found: dict[str, dict[int, Case]] = session.info.get("cases_about", {})
    opened: dict[str, list[Case]] = session.info.get("cases_opened", {})
    stored = sorted(found.get(key, {}).values(), key=lambda case: case.id, reverse=True)
    return [*reversed(opened.get(key, [])), *stored]


def lock_as_it_is_now(session: Session, case: Case) -> None:
    """Lock a case and read it again: another transaction may have changed it meanwhile."""
    session.flush()
    row = select(Case).where(Case.id == case.id).with_for_update(key_share=True)
    session.scalars(row, execution_options={"populate_existing": True}).one()


def remember_opened(session: Session, case: Case) -> None:
    """Let `cases_about` find a case that is new in this transaction."""
    if case.product_key:
        opened: dict[str, list[Case]] = session.info.setdefault("cases_opened", {})
        opened.setdefault(case.product_key, []).append(case)


def _cases(keys: Collection[str], marks: Collection[str], since: datetime) -> Select[Case]:
    ids = [mark.removeprefix("id:") for mark in marks if mark.startswith("id:")]
    addresses = [mark.removeprefix("mail:") for mark in marks if mark.startswith("mail:")]
    gone = and_(Case.close_reason == CloseReason.WITHDRAWN, Case.closed_at >= since)
    return (
        select(Case)
        .join(Case.review)
        .where(Case.product_key.in_(keys), or_(Case.closed_at.is_(None), gone))
        .where(
            or_(
                Review.buyer["id"].as_string().in_(ids),
                func.lower(Review.buyer["email"].as_string()).in_(addresses),
            )
        )
        .options(joinedload(Case.review))
    )


def _number(key: str) -> int:
    """A lock's number for a key; two keys of one number only wait for each other."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)
