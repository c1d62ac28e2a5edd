"""Takes claimed outbox rows through the steps of their handlers, many in one commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError

from integrations.contract import InboundEvent
from integrations.errors import AdapterError
from service.db.models import Case, Kind
from service.db.outbox import claims, rates
from service.db.outbox.chaining import claim_in_place
from service.db.outbox.claims import Claim
from service.db.transaction import Transaction
from service.domain.errors import DomainError, LostClaim
from service.operations.context import Context
from service.operations.outbox.call_out import CallOut
from service.operations.outbox.failures import (
    PAUSES,
    deal_with,
    follow_stuck,
    holds_lane,
    unexpected,
)
from service.operations.outbox.handler import HeldRow, Phase, Work
from service.operations.outbox.locking import adds_up_money, lock
from service.operations.outbox.registry import HANDLERS
from service.operations.reviews import rewritten
from service.operations.shops import recovery

log = logging.getLogger(__name__)


Claiming = Callable[[Transaction, Sequence[CallOut]], list[Claim]]
"""Claims rows in a transaction that is about to end; the calls are those that will follow it."""


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
    tried later. Rows that `claim_more` has claimed in the same commit are then in `to_begin`.
    """
    parts = [part for part in _parts(ended, to_begin) if part.ended or part.to_begin]
    try:
        for part in parts:
            claiming = claim_more if part is parts[-1] else _claim_nothing
            yield from _advance(context, part.ended, part.to_begin, claiming)
    finally:
        ended[:] = [out for part in parts for out in part.ended]
        to_begin[:] = [claim for part in parts for claim in part.to_begin]


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes by one commit."""

    ended: list[CallOut]
    to_begin: list[Claim]


def _parts(ended: Sequence[CallOut], to_begin: Sequence[Claim]) -> list[_Part]:
    """Reviews are locked before the cases of others are: what tells of them has its own commit. So has
    what adds up money, because other workers wait for its shops until that."""
    reviews, adding, others = _Part([], []), _Part([], []), _Part([], [])
    for out in ended:
        if out.work.handler.events is not None:
            reviews.ended.append(out)
        elif adds_up_money(out.work.claim, Phase.SETTLE):
            adding.ended.append(out)
        else:
            others.ended.append(out)
    for claim in to_begin:
        part = adding if adds_up_money(claim, Phase.BEGIN) else others
        part.to_begin.append(claim)
    return [reviews, adding, others]


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
            calls = _Batch(context, session).advance(ended, to_begin)
            # What this has put may be claimed, and what it has finished makes room.
            session.finish()
            # Last of what may wait for others: a rate is locked after all else.
            rates.pay(session, [(out.work.claim.lane_id, out.made - out.paid) for out in ended])
            claimed = claim_more(session, calls)
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


class _Batch:
    """Rows that go on in one transaction."""

    def __init__(self, context: Context, session: Transaction) -> None:
        self._context, self._session = context, session
        self._now, self._began = context.clock.now(), context.http.now()
        self._calls: list[CallOut] = []
        self._stopped_lanes: set[int] = set()

    def advance(self, ended: Sequence[CallOut], to_begin: Sequence[Claim]) -> list[CallOut]:
        """Settle what has ended, then begin what may still be; gives the calls to make."""
        claimed_before = [out.work.claim for out in ended]
        rows = [*claimed_before, *to_begin]
        rewritten.know(self._session, _events(ended), self._now)
        lock(self._session, claimed_before, to_begin)
        still_ours = claims.renew(self._session, rows, self._now)
        for out in ended:
            self._settle(out, is_ours=out.work.claim.id in still_ours)
        self._note_answers(
            [out for out in ended if out.work.claim.id in still_ours or out.call.is_fact]
        )
        # Claimed before their lane was told to wait: not begun after all.
        stopped = [claim for claim in to_begin if claim.lane_id in self._stopped_lanes]
        claims.release(self._session, stopped, self._now)
        begun = [claim for claim in to_begin if claim.id in still_ours and claim not in stopped]
        for claim in [*begun, *self._following(ended, still_ours)]:
            self._go_on(Work(HANDLERS[claim.kind], claim), is_ours=True)
        follow_stuck(self._session, rows, self._now)
        return self._calls

    def _settle(self, out: CallOut, *, is_ours: bool) -> None:
        if is_ours or out.call.is_fact:
            self._go_on(out.work, is_ours=is_ours, answer=out.answer)
        else:
            log.warning("row %s was taken over", out.work.claim.id)

    def _go_on(self, work: Work, *, is_ours: bool, answer: Future[Any] | None = None) -> None:
        """Take the steps to the next call. What they raise between writes is told by them: it is
        dealt with beside what they wrote. What a write raises undoes the batch."""
        row = HeldRow(self._context, self._session, work.claim, self._now, is_ours)
        try:
            call = work.go_on(row, answer)
        except LostClaim:
            log.warning("row %s was taken over", work.claim.id)
        except Exception as error:
            if work.is_writing:
                raise
            is_calls = answer is not None and error is answer.exception()
            if not (is_calls or isinstance(error, AdapterError | DomainError)):
                log.error("row %s failed", work.claim.id, exc_info=error)
            self._raised(work, row, error)
        else:
            if call is not None:
                row.require_claim()
                paid = 1 if answer is None else 0
                out = CallOut(work, call, self._began, self._reference(work), paid)
                self._calls.append(out)

    def _raised(self, work: Work, row: HeldRow, error: Exception) -> None:
        if holds_lane(error):
            self._stopped_lanes.add(work.claim.lane_id)
        if row.is_ours:
            deal_with(work.handler, row, error)

    def _reference(self, work: Work) -> str:
        """The reference of the case at hand, which the steps have loaded."""
        subject = self._session.get(work.handler.about, work.claim.ref_id)
        case = subject if isinstance(subject, Case) else getattr(subject, "case", None)
        return "" if case is None else str(case.reference)

    def _note_answers(self, ended: Sequence[CallOut]) -> None:
        """A platform that gave an answer is not away; of a check only its findings say that, and a
        mailbox says nothing of the server that mails are sent by."""
        answered = {
            out.work.claim.lane_id
            for out in ended
            if out.work.claim.kind not in (Kind.CHECK, Kind.READ_MAILBOX)
            and out.answer is not None
            and out.answer.exception() is None
        }
        if answered:
            recovery.answered(self._session, answered, self._now)

    def _following(self, ended: Sequence[CallOut], still_ours: frozenset[int]) -> Iterator[Claim]:
        """Work that what ended here has put, and which is begun in the same commit."""
        free = [
            out.work.claim
            for out in ended
            if out.work.claim.id in still_ours and out.work.claim.lane_id not in self._stopped_lanes
        ]
        for handler in HANDLERS.values():
            before = [claim for claim in free if claim.kind is handler.follows]
            if before:
                yield from claim_in_place(self._session, before, handler.kind, self._now)


def _events(ended: Sequence[CallOut]) -> Iterator[tuple[int, InboundEvent]]:
    """What answers say of reviews, with the connection that was asked."""
    for out in ended:
        events, answer = out.work.handler.events, out.answer
        if events is not None and answer is not None and answer.exception() is None:
            for event in events(answer.result()):
                yield out.work.claim.ref_id, event


def carry_out_batches(context: Context, claimed: Sequence[Claim]) -> list[Claim]:
    """Carry out the rows of kinds that go by whole batches; gives the rest."""
    single = [claim for claim in claimed if HANDLERS[claim.kind].carry_out_batch is None]
    batched = [claim for claim in claimed if HANDLERS[claim.kind].carry_out_batch is not None]
    for _, rows in groupby(sorted(batched, key=_kind), key=_kind):
        _carry_out_batch(context, list(rows))
    return single


def _kind(claim: Claim) -> Kind:
    return claim.kind


def _carry_out_batch(context: Context, rows: Sequence[Claim]) -> None:
    """When the batch fails, one by one, so that one row cannot block the others."""
    carry_out = HANDLERS[rows[0].kind].carry_out_batch
    assert carry_out is not None
    try:
        carry_out(context, rows)
    except Exception as error:
        if len(rows) > 1:
            log.warning("a batch failed (%s): one by one", type(error).__name__)
            for claim in rows:
                _carry_out_batch(context, [claim])
            return
        _failed(context, rows[0], error)


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
