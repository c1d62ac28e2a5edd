"""Claims work in the transaction that puts it, in place of work that ends there."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from service.db.models import Connection, Kind, Lane, OutboxRow
from service.db.outbox.claims import LEASE, Claim, write_puts
from service.db.transaction import Transaction
from service.domain.shops.connection_states import ConnectionState


def claim_in_place(
    session: Transaction, ended: Sequence[Claim], kind: Kind, now: datetime
) -> list[Claim]:
    """Claim work of a kind that is new in this transaction and due now, in place of as many rows
    of the same lanes that end in it: a lane never has more in hand than before.

    Lanes that are paused or count calls a minute are left to `claim`.
    """
    puts = session.later(write_puts)
    room = Counter(claim.lane_id for claim in ended)
    free = _free(session, room) if puts else set()
    taken: list[tuple[Any, int]] = []
    for row in list(puts):
        of_kind, about, _, lane_id, due_at = row
        if of_kind is not kind or due_at > now or about not in session.new:
            continue
        if lane_id in free and room[lane_id] > 0:
            room[lane_id] -= 1
            puts.remove(row)
            taken.append((about, lane_id))
    return _put_claimed(session, kind, taken, now) if taken else []


def _free(session: Transaction, lane_ids: Iterable[int]) -> set[int]:
    """The outward lanes among these that are not held up, whatever their rate limit."""
    lanes = [session.get_one(Lane, lane_id) for lane_id in lane_ids]
    return {lane.id for lane in lanes if lane.rate_id is None and not _is_paused(session, lane)}


def _is_paused(session: Transaction, lane: Lane) -> bool:
    if lane.connection_id is None:
        return False
    return session.get_one(Connection, lane.connection_id).state is ConnectionState.PAUSED


_TABLE: Any = OutboxRow.__table__
_PUT_CLAIMED = insert(_TABLE).returning(OutboxRow.id, OutboxRow.ref_id)


def _put_claimed(
    session: Transaction, kind: Kind, taken: Sequence[tuple[Any, int]], now: datetime
) -> list[Claim]:
    session.flush()
    token = secrets.token_hex(8)
    lanes = {about.id: lane_id for about, lane_id in taken}
    rows = [
        {
            "kind": kind,
            "ref_id": ref_id,
            "step": "",
            "lane_id": lane_id,
            "tries": 0,
            "due_at": now + LEASE,
            "claim_token": token,
            "given_up": False,
            "note": None,
        }
        for ref_id, lane_id in lanes.items()
    ]
    stored = session.connection().execute(_PUT_CLAIMED, rows).all()
    return [Claim(row.id, kind, row.ref_id, "", lanes[row.ref_id], 0, token) for row in stored]
