"""What a case can prove: what was granted and when, and what the buyer was told and asked, by whose rules.

Platforms and authorities ask it of sellers: that nothing was given for a review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.sentence import Said, from_data
from service.db.models import Case, Connection, Message, MessageAttempt, ReviewVersion
from service.db.remedies import thanks_queries
from service.db.staff import seller_queries
from service.domain.messages.kinds import Step
from service.domain.messages.states import Author, HandOverOutcome
from service.domain.remedies.states import MakeGoodState
from service.domain.remedies.thanks import Gesture, thanks_from_data

_NEVER_LEFT = frozenset({HandOverOutcome.NOT_SENT, HandOverOutcome.REFUSED})


@dataclass(frozen=True, slots=True)
class ProvenMakeGood:
    """One make-good. `before_asking`: it was decided before the buyer was first asked about the
    review; None where they never were."""

    reference: str
    what: Said
    state: MakeGoodState
    decided_at: datetime
    decided_by: str
    limit: Said | None
    done_at: datetime | None
    platform_id: str
    before_asking: bool | None
    is_thanks: bool


@dataclass(frozen=True, slots=True)
class ProvenThanks:
    """One step further, given after the buyer said that the problem was solved. `apart_days`: how far the
    shop keeps it from any invitation about a review. `invited_at`: when the buyer was last invited
    before; None: never."""

    gesture: Gesture
    given_at: datetime
    given_by: str
    make_good: str
    apart_days: int
    invited_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProvenMessage:
    """One hand-over of a message to a channel, letter for letter but for the buyer's secret link to the
    review. `wording`: which text it was made from. `verdict_*`: what policy said at that moment."""

    step: Step | None
    author: Author
    at: datetime
    outcome: HandOverOutcome
    channel: str
    language: str
    wording: str
    subject: str
    text: str
    verdict_layer: str
    verdict_reason: Said | None
    verdict_source: str
    verdict_checked_on: date | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The record of one case. `asked_at`: when the buyer was first invited to update the review."""

    reference: str
    shop: str
    platform: str
    product: str
    order_id: str
    order_number: str
    opened_at: datetime
    closed_at: datetime | None
    erased_at: datetime | None
    asked_at: datetime | None
    made_at: datetime
    versions: Sequence[ReviewVersion]
    make_goods: Sequence[ProvenMakeGood]
    messages: Sequence[ProvenMessage]
    thanks: Sequence[ProvenThanks]


def proof_of(session: Session, case: Case, now: datetime) -> Proof:
    """The record as it stands; nothing is written."""
    messages = sorted(_messages(session, case), key=lambda message: message.at)
    invitations = (message.at for message in messages if message.step is Step.UPDATE_INVITATION)
    asked_at = next(invitations, None)
    return Proof(
        reference=case.reference,
        shop=case.shop.name,
        platform=session.get_one(Connection, case.review.connection_id).adapter,
        product=case.review.product_name,
        order_id=case.order_id,
        order_number=case.order.get("number", ""),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        erased_at=case.erased_at,
        asked_at=asked_at,
        made_at=now,
        versions=case.review.versions,
        make_goods=_make_goods(session, case, asked_at),
        messages=messages,
        thanks=_thanks(session, case),
    )


def _thanks(session: Session, case: Case) -> list[ProvenThanks]:
    names = seller_queries.actor_names(session)
    return [
        ProvenThanks(
            gesture=thanks.gesture,
            given_at=thanks.given_at,
            given_by=names.get(thanks.actor, thanks.actor),
            make_good=thanks.make_good.reference if thanks.make_good else "",
            apart_days=thanks_from_data(case.shop.thanks).apart_days,
            invited_at=thanks_queries.invited_at(session, case),
        )
        for thanks in thanks_queries.given(session, case)
        if thanks.case_id == case.id
    ]


def _make_goods(session: Session, case: Case, asked_at: datetime | None) -> list[ProvenMakeGood]:
    names = seller_queries.actor_names(session)
    return [
        ProvenMakeGood(
            reference=make_good.reference,
            what=make_good.remedy.described,
            state=make_good.state,
            decided_at=make_good.decided_at,
            decided_by=names.get(make_good.decision.actor, make_good.decision.actor),
            limit=make_good.decision.limit,
            done_at=make_good.done_at,
            platform_id=make_good.vendor_id,
            before_asking=None if asked_at is None else make_good.decided_at <= asked_at,
            is_thanks=make_good.is_thanks,
        )
        for make_good in case.make_goods
    ]


def _messages(session: Session, case: Case) -> list[ProvenMessage]:
    connections = select(Connection.id, Connection.name).where(Connection.shop_id == case.shop_id)
    names = {row.id: row.name for row in session.execute(connections)}
    return [
        _handed_over(message, attempt, names.get(attempt.connection_id, ""))
        for message in case.messages
        for attempt in message.attempts
        if attempt.outcome not in _NEVER_LEFT
    ]


def _handed_over(message: Message, attempt: MessageAttempt, channel: str) -> ProvenMessage:
    verdict = attempt.verdict
    checked_on = verdict.get("checked_on")
    return ProvenMessage(
        step=message.step,
        author=message.author,
        at=attempt.started_at,
        outcome=attempt.outcome,
        channel=channel,
        language=attempt.language,
        wording=attempt.wording,
        subject=attempt.subject,
        text=attempt.text,
        verdict_layer=verdict.get("layer", ""),
        verdict_reason=from_data(verdict["reason"]) if verdict else None,
        verdict_source=verdict.get("source", ""),
        verdict_checked_on=date.fromisoformat(checked_on) if checked_on else None,
    )
