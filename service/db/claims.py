"""The outbox at its core: put, claim, hold, finish, put off. Nothing here calls out.

    waiting (due_at ahead) --time--> due --claim--> claimed (token, due_at = end of lease)
    claimed --finish--> done        claimed --put_off--> waiting, one try more
    claimed --give_up--> done and given up, shown as needing attention
    claimed --lease over--> due again, for whoever claims next

Every write of a worker names its token, so a worker that lost its claim changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from service.db.models import Kind, Lane, OutboxRow
from service.domain.errors import LostClaim

LEASE = timedelta(seconds=60)
"""Longer than the longest call out (integrations.http), so that a held row is never taken over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One row in our hands until the lease ends."""

    id: int
    kind: Kind
    ref_id: int
    step: str
    lane_id: int
    tries: int
    token: str


def put(
    session: Session, kind: Kind, ref_id: int, *, lane_id: int, due_at: datetime, step: str = "",
    now: datetime | None = None,
) -> None:  # fmt: skip
    """Put work; work already there for the same row and step is made due then, if it was done or
    given up it starts anew. With `now`, work due by then wakes the workers after the commit."""
    row = session.scalar(
        select(OutboxRow).where(
            OutboxRow.kind == kind, OutboxRow.ref_id == ref_id, OutboxRow.step == step
        )
    )
    if row is None:
        row = OutboxRow(kind=kind, ref_id=ref_id, step=step, lane_id=lane_id, due_at=due_at)
        session.add(row)
    else:
        # A claim in flight loses its token: what it does next is fenced off.
        row.lane_id, row.due_at, row.tries = lane_id, due_at, 0
        row.claim_token, row.done_at, row.given_up, row.note = None, None, False, ""
    if now is not None and due_at <= now:
        session.info["wake"] = True


def claim(
    session: Session, now: datetime, *, most: int, per_lane: int, inward: int,
    skip: Sequence[int] = (),
) -> list[Claim]:  # fmt: skip
    """Claim due rows, a few of each lane in turn. Empty: nothing is due that may go now.

    `most` and `per_lane` bound outward rows, which call out; `inward` bounds the others.
    """
    claimed: list[Claim] = []
    left = {True: most, False: inward}
    for lane in _lanes(session, now, skip):
        room = left[lane.outward]
        if lane.outward:
            room = min(room, per_lane)
            room = min(room, _allowance(session, lane, now)) if room > 0 else 0
        rows = _due(session, lane.id, now, room) if room > 0 else []
        if lane.outward and lane.per_minute is not None and rows:
            lane.allowance -= len(rows)
        left[lane.outward] -= len(rows)
        claimed += [_take(row, now) for row in rows]
    session.flush()
    return claimed


def _lanes(session: Session, now: datetime, skip: Sequence[int]) -> list[Lane]:
    """Lanes with due work that may go, the longest waiting first, so that a lane left out of one
    batch leads the next."""
    first = (
        select(OutboxRow.due_at)
        .where(OutboxRow.lane_id == Lane.id, OutboxRow.done_at.is_(None))
        .order_by(OutboxRow.due_at)
        .limit(1)
        .correlate(Lane)
        .scalar_subquery()
    )
    due = (
        select(Lane, first.label("first"))
        .where(Lane.paused.is_(False), Lane.id.not_in(skip))
        .where((Lane.paused_until.is_(None)) | (Lane.paused_until <= now))
        .subquery()
    )
    found = session.execute(
        select(due.c.id).where(due.c.first <= now).order_by(due.c.first)
    ).scalars()
    return [lane for id_ in list(found) if (lane := _lock(session, id_)) is not None]


def _lock(session: Session, lane_id: int) -> Lane | None:
    """The lane, locked where it counts calls; None while another worker is claiming from it."""
    lane = session.get(Lane, lane_id)
    if lane is None or not lane.outward or session.get_bind().dialect.name == "sqlite":
        return lane
    return session.scalar(
        select(Lane)
        .where(Lane.id == lane_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _allowance(session: Session, lane: Lane, now: datetime) -> int:
    """How many rows of an outward lane may start now; refills the bucket as a side effect."""
    in_hand = session.scalar(
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.lane_id == lane.id, OutboxRow.done_at.is_(None))
        .where(OutboxRow.claim_token.is_not(None), OutboxRow.due_at > now)
    )
    free = lane.concurrency - (in_hand or 0)
    if lane.per_minute is None:
        return free
    passed = max(0.0, (now - lane.allowance_at).total_seconds())
    lane.allowance = min(float(lane.per_minute), lane.allowance + passed * lane.per_minute / 60)
    lane.allowance_at = now
    return min(free, int(lane.allowance))


def _due(session: Session, lane_id: int, now: datetime, most: int) -> Sequence[OutboxRow]:
    rows = select(OutboxRow).where(
        OutboxRow.lane_id == lane_id, OutboxRow.done_at.is_(None), OutboxRow.due_at <= now
    )
    return session.scalars(
        rows.order_by(OutboxRow.due_at).limit(most).with_for_update(skip_locked=True)
    ).all()


def _take(row: OutboxRow, now: datetime) -> Claim:
    row.claim_token = secrets.token_hex(8)
    row.due_at = now + LEASE
    return Claim(
        row.id, Kind(row.kind), row.ref_id, row.step, row.lane_id, row.tries, row.claim_token
    )


def hold(session: Session, held: Claim, now: datetime) -> None:
    """Renew the lease in this transaction; raises `LostClaim` when another has taken over."""
    _write(session, held, due_at=now + LEASE)


def finish(session: Session, held: Claim, now: datetime, note: str = "") -> None:
    """Done; raises `LostClaim`."""
    _write(session, held, done_at=now, claim_token=None, note=note)


def give_up(session: Session, held: Claim, now: datetime, note: str) -> None:
    """Done for us: a person goes on; raises `LostClaim`."""
    _write(session, held, done_at=now, claim_token=None, given_up=True, note=note)


def put_off(
    session: Session, held: Claim, until: datetime, *, note: str = "", counts: bool = True
) -> None:
    """Due again later; `counts` False for waiting that is no failure; raises `LostClaim`."""
    tries = held.tries + 1 if counts else held.tries
    _write(session, held, due_at=until, claim_token=None, tries=tries, note=note)


def give_back(session: Session, held: Sequence[Claim], now: datetime) -> None:
    """Make rows not begun due at once; those lost meanwhile are left alone."""
    for one in held:
        session.execute(_mine(one).values(due_at=now, claim_token=None))


def _mine(held: Claim):  # type: ignore[no-untyped-def]
    return update(OutboxRow).where(OutboxRow.id == held.id, OutboxRow.claim_token == held.token)


def _write(session: Session, held: Claim, **values: object) -> None:
    result = session.execute(_mine(held).values(**values))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise LostClaim("another worker has taken this over")
