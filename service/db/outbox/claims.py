"""The outbox at its core: put, claim, renew, finish, postpone. Nothing here calls out.

    waiting (due_at ahead) --time--> due --claim--> claimed (token, due_at = end of lease)
    claimed --finish--> done        claimed --postpone--> waiting, one try more
    claimed --give_up--> done and given up, shown as needing attention
    claimed --lease over--> due again, for whoever claims next

Every write of a worker names its token, so a worker that lost its claim changes nothing.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import CursorResult, bindparam, select, update

from integrations import time_limits
from integrations.sentence import Said
from service.db.models import Kind, OutboxRow
from service.db.outbox.lanes import allowance, lanes_in_turn
from service.db.transaction import Lock, Transaction
from service.db.upserts import upsert
from service.domain.errors import LostClaim

AT_LEAST = 10
"""Rows of a lane in one batch: fewer would cost a statement for each; other lanes are next."""
LEASE = timedelta(seconds=time_limits.CLAIM)
"""Longer than the longest call out (integrations.http), so that a held row is never taken over."""


_TABLE: Any = OutboxRow.__table__
_KEY = ("kind", "ref_id", "step")


class _Stored(Protocol):
    @property
    def id(self) -> Any: ...


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
    session: Transaction,
    kind: Kind,
    about: _Stored | int,
    *,
    lane_id: int,
    due_at: datetime,
    step: str = "",
    now: datetime | None = None,
) -> None:
    """Put work about a row (which may be new in this transaction), written at its end.

    Work already there for the same row and step is made due then; if it was done or given up it
    starts anew. With `now`, work due by then wakes the workers after the commit.
    """
    session.later(write_puts).append((kind, about, step, lane_id, due_at))
    if now is not None and due_at <= now:
        session.wakes = True


def write_puts(session: Transaction, puts: list[tuple[Kind, Any, str, int, datetime]]) -> None:
    rows = {}
    for kind, about, step, lane_id, due_at in puts:
        ref_id = about if isinstance(about, int) else about.id
        rows[kind, ref_id, step] = {
            "kind": kind,
            "ref_id": ref_id,
            "step": step,
            "lane_id": lane_id,
            "due_at": due_at,
            "tries": 0,
            "given_up": False,
            "note": None,
        }
    # In one order, so that two transactions never wait for each other's rows.
    ordered = sorted(rows.values(), key=lambda row: (row["kind"], row["ref_id"], row["step"]))
    # A claim in flight loses its token: what it does next is fenced off.
    upsert(session, _TABLE, _KEY, ordered, cleared=("claim_token", "done_at"))


def claim(
    session: Transaction,
    now: datetime,
    *,
    most: int,
    per_lane: int,
    inward: int,
    skip: Sequence[int] = (),
    after: int = 0,
) -> list[Claim]:
    """Claim due rows, a few of each lane in turn. Empty: nothing is due that may go now.

    `most` and `per_lane` bound outward rows, which call out; `inward` bounds the others. Each lane
    gets an equal share of what its like may still take. `after` is the lane that was served last.
    """
    claimed: list[Claim] = []
    left = {True: most, False: inward}
    lanes = lanes_in_turn(session, now, skip, after)
    waiting = Counter(lane.outward for lane in lanes)
    for lane in lanes:
        share = max(AT_LEAST, -(-left[lane.outward] // waiting[lane.outward]))
        share = min(share, left[lane.outward])
        waiting[lane.outward] -= 1
        if lane.outward:
            share = min(share, per_lane)
            share = min(share, allowance(session, lane, now)) if share > 0 else 0
        rows = _take(session, lane.id, now, share) if share > 0 else []
        if rows and lane.rate is not None:
            lane.rate.allowance -= len(rows)
            lane.rate.last_lane_id = lane.id
        left[lane.outward] -= len(rows)
        claimed += rows
    return claimed


_NEXT = (
    select(OutboxRow.id)
    .where(OutboxRow.lane_id == bindparam("lane"), OutboxRow.done_at.is_(None))
    .where(OutboxRow.due_at <= bindparam("now"))
    .order_by(OutboxRow.due_at)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True, key_share=True)
)
_TAKE = (
    update(OutboxRow.__table__)
    .where(OutboxRow.id.in_(_NEXT))
    .values(claim_token=bindparam("token"), due_at=bindparam("lease_ends"))
    .returning(
        OutboxRow.id,
        OutboxRow.kind,
        OutboxRow.ref_id,
        OutboxRow.step,
        OutboxRow.lane_id,
        OutboxRow.tries,
    )
)


def _take(session: Transaction, lane_id: int, now: datetime, room: int) -> list[Claim]:
    token = secrets.token_hex(8)
    values = {
        "lane": lane_id,
        "now": now,
        "room": room,
        "token": token,
        "lease_ends": now + LEASE,
    }
    rows = session.connection().execute(_TAKE, values).all()
    claimed = [Claim(row[0], Kind(row[1]), *row[2:], token) for row in rows]
    return sorted(claimed, key=lambda claim: claim.id)


_MINE = update(_TABLE).where(
    OutboxRow.id == bindparam("row"), OutboxRow.claim_token == bindparam("mine")
)
_FINISH = _MINE.values(claim_token=None, done_at=bindparam("done_at"), note=bindparam("note"))
_HOLD = (
    update(_TABLE)
    .where(OutboxRow.id.in_(bindparam("rows", expanding=True)))
    .where(OutboxRow.claim_token.in_(bindparam("tokens", expanding=True)))
    .values(due_at=bindparam("lease_ends"))
    .returning(OutboxRow.id, OutboxRow.claim_token)
)
_END = (
    update(_TABLE)
    .where(OutboxRow.kind == bindparam("about"), OutboxRow.ref_id == bindparam("ref"))
    .values(claim_token=None, given_up=False, done_at=bindparam("done_at"), note=bindparam("note"))
)


def renew(session: Transaction, claims: Sequence[Claim], now: datetime) -> frozenset[int]:
    """Renew leases in this transaction and lock the rows; gives the ids of those still ours."""
    if not claims:
        return frozenset()
    session.to_lock(Lock.OUTBOX_ROW, [claim.id for claim in claims])
    tokens = {(claim.id, claim.token) for claim in claims}
    values = {
        "rows": [claim.id for claim in claims],
        "tokens": list({claim.token for claim in claims}),
        "lease_ends": now + LEASE,
    }
    renewed = session.connection().execute(_HOLD, values)
    return frozenset(row[0] for row in renewed if (row[0], row[1]) in tokens)


def finish(session: Transaction, claim: Claim, now: datetime, note: Said | None = None) -> None:
    """Done; written at the transaction's end, which raises `LostClaim` when it was taken over."""
    row = {"row": claim.id, "mine": claim.token, "done_at": now, "note": note}
    session.later(_write_finished).append(row)


def _write_finished(session: Transaction, rows: list[dict[str, Any]]) -> None:
    result = session.connection().execute(_FINISH, rows)
    if result.rowcount != len(rows):
        raise LostClaim("another worker has taken this over")


def give_up(session: Transaction, claim: Claim, now: datetime, note: Said) -> None:
    """Done for us: a person goes on; raises `LostClaim`."""
    _write(session, claim, done_at=now, claim_token=None, given_up=True, note=note)


def postpone(
    session: Transaction,
    claim: Claim,
    until: datetime,
    *,
    note: Said | None = None,
    tries: int | None = None,
    now: datetime | None = None,
) -> None:
    """Due again later, one try more or as many as given; raises `LostClaim`. With `now`, work due
    by then wakes the workers after the commit."""
    counted = claim.tries + 1 if tries is None else tries
    _write(session, claim, due_at=until, claim_token=None, tries=counted, note=note)
    if now is not None and until <= now:
        session.wakes = True


def release(session: Transaction, claims: Sequence[Claim], now: datetime) -> None:
    """Make rows not begun due at once; those lost meanwhile are left alone."""
    for claim in claims:
        values = {"due_at": now, "claim_token": None, "row": claim.id, "mine": claim.token}
        session.connection().execute(_MINE, values)


def bring_forward(
    session: Transaction,
    kind: Kind,
    ref_ids: Sequence[int],
    now: datetime,
    *,
    note: Said | None = None,
) -> None:
    """Make rows that nobody has in hand due now; with a note only those put off with it."""
    if not ref_ids:
        return
    rows = update(OutboxRow).where(
        OutboxRow.kind == kind,
        OutboxRow.ref_id.in_(ref_ids),
        OutboxRow.done_at.is_(None),
        OutboxRow.claim_token.is_(None),
        OutboxRow.due_at > now,
    )
    session.execute(
        (rows if note is None else rows.where(OutboxRow.note == note)).values(due_at=now)
    )
    session.wakes = True


def end(
    session: Transaction, kind: Kind, ref_id: int, now: datetime, note: Said | None = None
) -> None:
    """Mark the work about a row as done, whoever has it in hand; written at the transaction's end."""
    row = {"about": kind, "ref": ref_id, "done_at": now, "note": note}
    session.later(_write_ended).append(row)


def _write_ended(session: Transaction, rows: list[dict[str, Any]]) -> None:
    session.connection().execute(_END, rows)


def _write(session: Transaction, claim: Claim, **values: object) -> None:
    result = session.connection().execute(_MINE, {**values, "row": claim.id, "mine": claim.token})
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise LostClaim("another worker has taken this over")
