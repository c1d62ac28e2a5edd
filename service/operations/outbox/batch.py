"""Outbox rows that go on in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from integrations.contract import InboundEvent
from integrations.errors import AdapterError
from service.db.models import Case
from service.db.outbox import claims
from service.db.outbox.chaining import claim_in_place
from service.db.outbox.claims import Claim
from service.db.transaction import Lock, Transaction
from service.domain.errors import DomainError, LostClaim
from service.operations.context import Context
from service.operations.outbox.call_out import CallOut
from service.operations.outbox.failures import deal_with, follow_stuck, holds_lane
from service.operations.outbox.handler import HeldRow, Phase, Work
from service.operations.outbox.locking import adds_up_money, lock
from service.operations.outbox.registry import HANDLERS
from service.operations.reviews import rewritten
from service.operations.shops import recovery

log = logging.getLogger(__name__)

Claiming = Callable[[Transaction, Sequence[CallOut]], list[Claim]]
"""Claims rows in a transaction that is about to end; the calls are those that will follow it."""


class Batch:
    """Takes rows through the steps of their handlers in one transaction. `calls` are to be made after it."""

    def __init__(self, context: Context, session: Transaction) -> None:
        self._context, self._session = context, session
        self._now, self._began = context.clock.now(), context.http.now()
        self.calls: list[CallOut] = []
        self._stopped_lanes: set[int] = set()

    def advance(self, ended: Sequence[CallOut], to_begin: Sequence[Claim]) -> None:
        """Settle what has ended, then begin what may still be."""
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

    def claim_and_begin(self, claim_more: Claiming) -> list[Claim]:
        """Claim what is due in a transaction that has written all else, and begin what is about cases
        made in it; gives the rest."""
        new_cases = [row for row in self._session.new if isinstance(row, Case)]
        self._session.finish()
        self._session.hold_new(Lock.CASE, [case.id for case in new_cases])
        claimed = claim_more(self._session, [])
        begun = [claim for claim in claimed if self._may_begin(claim)]
        for claim in begun:
            self._go_on(Work(HANDLERS[claim.kind], claim), is_ours=True)
        follow_stuck(self._session, begun, self._now)
        return [claim for claim in claimed if claim not in begun]

    def _may_begin(self, claim: Claim) -> bool:
        """Nothing is left to be locked for it."""
        handler = HANDLERS[claim.kind]
        is_held = handler.about is Case and self._session.holds(Lock.CASE, claim.ref_id)
        return is_held and not adds_up_money(claim, Phase.BEGIN)

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
                self.calls.append(out)

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
        """A platform that gave an answer is not away."""
        answered = {
            out.work.claim.lane_id
            for out in ended
            if out.work.handler.shows_platform_back
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
