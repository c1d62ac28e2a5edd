"""Takes claimed outbox rows through the steps of their handlers, many in one commit."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.exc import InterfaceError, OperationalError

from service.db.models import Kind
from service.db.outbox import claims, rates
from service.db.outbox.claims import Claim
from service.db.transaction import Transaction
from service.domain.errors import LostClaim
from service.operations.context import Context
from service.operations.outbox.batch import Batch, Claiming
from service.operations.outbox.call_out import CallOut
from service.operations.outbox.failures import PAUSES, deal_with, follow_stuck, unexpected
from service.operations.outbox.handler import HeldRow, Phase
from service.operations.outbox.locking import adds_up_money, lock
from service.operations.outbox.registry import HANDLERS

log = logging.getLogger(__name__)


def _claim_nothing(session: Transaction, calls: Sequence[CallOut]) -> list[Claim]:
    return []


def advance(
    context: Context,
    ended: list[CallOut],
    to_begin: list[Claim],
    claim_more: Claiming = _claim_nothing,
) -> Iterator[CallOut]:
    """Go on with what calls gave and begin claimed rows; gives the calls to make now.

    What is dealt with is taken out of the lists; what raises is the database's, and the rest can be
    tried later. Rows that `claim_more` has claimed in the same commit are then in `to_begin`; those of
    kinds that go by whole batches stay there.
    """
    batched = [claim for claim in to_begin if _goes_by_batch(claim)]
    single = [claim for claim in to_begin if not _goes_by_batch(claim)]
    parts = _parts(ended, single, is_one_writer=context.database.sqlite)
    try:
        for part in parts:
            claiming = claim_more if part is parts[-1] else _claim_nothing
            yield from _advance(context, part.ended, part.to_begin, claiming)
    finally:
        ended[:] = [out for part in parts for out in part.ended]
        to_begin[:] = batched + [claim for part in parts for claim in part.to_begin]


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes by one commit."""

    ended: list[CallOut]
    to_begin: list[Claim]


def _parts(
    ended: Sequence[CallOut], to_begin: Sequence[Claim], *, is_one_writer: bool
) -> list[_Part]:
    """Reviews are locked before the cases of others are: what tells of them has its own commit. So has
    what adds up money, because other workers wait for its shops until that; not where there is one
    writer, whom they wait for anyway."""
    reviews, adding, others = _Part([], []), _Part([], []), _Part([], [])
    for out in ended:
        if out.work.handler.events is not None:
            reviews.ended.append(out)
        elif adds_up_money(out.work.claim, Phase.SETTLE) and not is_one_writer:
            adding.ended.append(out)
        else:
            others.ended.append(out)
    for claim in to_begin:
        is_apart = adds_up_money(claim, Phase.BEGIN) and not is_one_writer
        (adding if is_apart else others).to_begin.append(claim)
    return [part for part in (reviews, adding, others) if part.ended or part.to_begin]


def _advance(
    context: Context,
    ended: list[CallOut],
    to_begin: list[Claim],
    claim_more: Claiming = _claim_nothing,
) -> Iterator[CallOut]:
    """In one commit. A row that fails does not take the others with it: then each goes by itself."""
    claimed: list[Claim] = []
    try:
        with context.database.transaction() as session:
            batch = Batch(context, session)
            batch.advance(ended, to_begin)
            # What this has put may be claimed, and what it has finished makes room.
            session.finish()
            # Last of what may wait for others: a rate is locked after all else.
            rates.pay(session, [(out.work.claim.lane_id, out.made - out.paid) for out in ended])
            claimed = claim_more(session, batch.calls)
            calls = batch.calls
    except Exception as error:
        for out in ended:
            out.work.rewind()
        if len(ended) + len(to_begin) > 1:
            log.warning("a batch failed (%s): one by one", type(error).__name__)
            while ended:
                yield from _advance(context, ended[:1], [])
                del ended[0]
            while to_begin:
                yield from _advance(context, [], to_begin[:1])
                del to_begin[0]
            return
        _failed(context, [*to_begin, *(out.work.claim for out in ended)][0], error)
        calls, claimed = [], []
    for out in calls:
        out.work.keep()
    ended.clear()
    to_begin[:] = claimed
    yield from calls


def carry_out_batches(
    context: Context, claimed: list[Claim], claim_more: Claiming = _claim_nothing
) -> Iterator[CallOut]:
    """Carry out the rows of kinds that go by whole batches; gives the calls to make now.

    They are taken out of the list; rows that `claim_more` has claimed in the same commit are then in it,
    but those about what was made there, which are begun in it.
    """
    batched = [claim for claim in claimed if _goes_by_batch(claim)]
    for _, together in groupby(sorted(batched, key=_kind), key=_kind):
        rows = list(together)
        claiming = claim_more if len(rows) == len(claimed) else _claim_nothing
        calls, more = _carry_out_batch(context, rows, claiming)
        claimed[:] = [claim for claim in claimed if claim not in rows] + more
        yield from calls


def _kind(claim: Claim) -> Kind:
    return claim.kind


def _goes_by_batch(claim: Claim) -> bool:
    return HANDLERS[claim.kind].carry_out_batch is not None


def _carry_out_batch(
    context: Context, rows: Sequence[Claim], claim_more: Claiming
) -> tuple[list[CallOut], list[Claim]]:
    """Gives the calls to make now and what was claimed besides. When the batch fails, each row goes by
    itself and nothing with it, so that one cannot block the others."""
    carry_out = HANDLERS[rows[0].kind].carry_out_batch
    assert carry_out is not None
    calls: list[CallOut] = []
    more: list[Claim] = []

    def last(session: Transaction) -> None:
        batch = Batch(context, session)
        more.extend(batch.claim_and_begin(claim_more))
        calls.extend(batch.calls)

    try:
        carry_out(context, rows, last)
    except Exception as error:
        log.warning("a batch failed (%s): one by one", type(error).__name__)
        for claim in rows:
            try:
                carry_out(context, [claim], lambda session: None)
            except Exception as error_of_row:
                _failed(context, claim, error_of_row)
        return [], []
    for out in calls:
        out.work.keep()
    return calls, more


def _failed(context: Context, claim: Claim, error: Exception) -> None:
    """A fault of ours or of the database in what was to be written of one row."""
    if isinstance(error, LostClaim):
        log.warning("row %s was taken over", claim.id)
        return
    log.error("row %s failed", claim.id, exc_info=error)
    try:
        with context.database.transaction() as session:
            row = _held(context, session, claim, context.clock.now())
            if row.is_ours:
                deal_with(HANDLERS[claim.kind], row, error)
                follow_stuck(session, [claim], row.now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # Not even that could be shown: it must not come again and again before all others.
        log.exception("row %s cannot be given to a person", claim.id)
        with context.database.transaction() as session:
            row = _held(context, session, claim, context.clock.now())
            if row.is_ours:
                row.postpone(row.now + PAUSES[-1], note=unexpected(error), tries=claim.tries + 1)


def _held(context: Context, session: Transaction, claim: Claim, now: datetime) -> HeldRow:
    lock(session, [claim], [])
    still_ours = claims.renew(session, [claim], now)
    return HeldRow(context, session, claim, now, claim.id in still_ours)
