"""Retention, table by table: applied by the clock, and by owners who ask for it at once.

What is to go is looked for outside the write lock; each write is short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from integrations.sentence import Text
from service.db import api_answers, audit, sent_forms
from service.db.models import (
    ApiAnswer,
    Attempted,
    Base,
    Connection,
    Delivery,
    Endpoint,
    EndpointEvent,
    Invitation,
    Notice,
    OutboxRow,
    ReportMail,
    ReportSubscription,
    SentForm,
    SignIn,
    Task,
)
from service.db.staff.attempts import COUNTED_FOR
from service.db.transaction import Transaction
from service.domain.endpoints import events
from service.domain.endpoints.events import EventState
from service.domain.notices import notices
from service.domain.notices.notices import NoticeState
from service.domain.reports.mails import ReportMailState
from service.domain.reviews.delivery_states import DeliveryState
from service.domain.staff.authority import Actor, Permission
from service.operations.apart import apart
from service.operations.context import Context
from service.operations.privacy import erasure
from service.operations.reviews import delivery_bodies
from service.operations.staff.permits import permit, permit_keeping

MONTH = timedelta(days=30)
QUARTER = timedelta(days=90)
YEAR = timedelta(days=365)
"""How long it is remembered that a delivery was taken in, beyond the time its body is kept."""
AT_ONCE = 500
BATCHES = 20
"""Batches of one run; what is left is done a minute later."""
COUNTED_TO = 1_000
Remove = Callable[[Transaction, Sequence[int]], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of one table that go after a time. What changes meanwhile so that it must stay does."""

    label: Text
    key: InstrumentedAttribute[int]
    kept: timedelta
    old: ColumnElement[bool]
    remove: Remove
    shop: Callable[[int], ColumnElement[bool]] | None = None
    """Which rows are a shop's; None: they are no shop's."""

    @property
    def table(self) -> type[Base]:
        """Whose rows go."""
        return cast(type[Base], self.key.class_)


@dataclass(frozen=True, slots=True)
class Old:
    """What would be deleted of a shop now; `number` is at most `COUNTED_TO`."""

    label: Text
    kept: timedelta
    number: int


def _deleted(key: InstrumentedAttribute[int], *still: ColumnElement[bool]) -> Remove:
    def remove(session: Transaction, ids: Sequence[int]) -> None:
        session.execute(delete(key.class_).where(key.in_(ids), *still))

    return remove


def rules(context: Context) -> list[Rule]:
    """All rules but those for cases and reviews (`erasure.purge_ended`)."""
    now = context.clock.now()
    return [
        *_of_deliveries(now, context.keep_bodies),
        *_of_shops(now),
        *_of_outgoing(now),
        *_of_people(now),
    ]


def _of_deliveries(now: datetime, kept: timedelta) -> list[Rule]:
    remembered = kept + YEAR
    of_connections = _of(Delivery.connection_id, Connection)
    is_read = Delivery.state != DeliveryState.WAITING
    return [
        Rule(
            Text("What platforms sent, as it came"),
            Delivery.id,
            kept,
            (Delivery.received_at < now - kept) & (Delivery.body != b"") & is_read,
            delivery_bodies.empty,
            of_connections,
        ),
        Rule(
            Text("The note that it came"),
            Delivery.id,
            remembered,
            (Delivery.received_at < now - remembered) & (Delivery.body == b"") & is_read,
            _deleted(Delivery.id),
            of_connections,
        ),
    ]


def _of_shops(now: datetime) -> list[Rule]:
    return [
        Rule(
            Text("Tasks that were done"),
            Task.id,
            QUARTER,
            Task.ended_at <= now - QUARTER,
            _deleted(Task.id, Task.ended_at.is_not(None)),
            lambda shop_id: Task.shop_id == shop_id,
        ),
        Rule(
            Text("Events for programs"),
            EndpointEvent.id,
            events.KEPT,
            (EndpointEvent.created_at <= now - events.KEPT)
            & (EndpointEvent.state != EventState.WAITING),
            _deleted(EndpointEvent.id, EndpointEvent.state != EventState.WAITING),
            _of(EndpointEvent.endpoint_id, Endpoint),
        ),
        Rule(
            Text("Reports sent by mail"),
            ReportMail.id,
            QUARTER,
            (ReportMail.created_at <= now - QUARTER)
            & (ReportMail.state != ReportMailState.WAITING),
            _deleted(ReportMail.id, ReportMail.state != ReportMailState.WAITING),
            _of(ReportMail.subscription_id, ReportSubscription),
        ),
    ]


def _of_outgoing(now: datetime) -> list[Rule]:
    return [
        Rule(
            Text("Work that was done"),
            OutboxRow.id,
            MONTH,
            OutboxRow.done_at < now - MONTH,
            # Put again meanwhile, a row is open and stays.
            _deleted(OutboxRow.id, OutboxRow.done_at.is_not(None)),
        ),
        Rule(
            Text("Answers to programs"),
            ApiAnswer.id,
            api_answers.KEPT,
            ApiAnswer.begun_at <= now - api_answers.KEPT,
            _deleted(ApiAnswer.id),
        ),
        Rule(
            Text("Forms that were sent"),
            SentForm.id,
            sent_forms.KEPT,
            SentForm.begun_at <= now - sent_forms.KEPT,
            _deleted(SentForm.id),
        ),
        Rule(
            Text("Notices"),
            Notice.id,
            notices.KEPT,
            (Notice.created_at <= now - notices.KEPT) & (Notice.state != NoticeState.WAITING),
            _deleted(Notice.id, Notice.state != NoticeState.WAITING),
        ),
    ]


def _of_people(now: datetime) -> list[Rule]:
    return [
        Rule(
            Text("Sign-ins that ended"),
            SignIn.id,
            timedelta(0),
            SignIn.expires_at <= now,
            _deleted(SignIn.id),
        ),
        Rule(
            Text("Invitations that ended"),
            Invitation.id,
            MONTH,
            or_(Invitation.ended_at <= now - MONTH, Invitation.expires_at <= now - MONTH),
            _deleted(Invitation.id),
        ),
        Rule(
            Text("Tries that are counted"),
            Attempted.id,
            COUNTED_FOR,
            Attempted.at <= now - COUNTED_FOR,
            _deleted(Attempted.id),
        ),
    ]


def _of(
    column: InstrumentedAttribute[int], owner: type[Base]
) -> Callable[[int], ColumnElement[bool]]:
    """Rows that belong to a shop by what they hang on."""
    table = owner.__table__
    return lambda shop_id: column.in_(select(table.c.id).where(table.c.shop_id == shop_id))


def purge(context: Context, actor: Actor, shop_id: int | None = None) -> bool:
    """Delete what is old, of one shop where it is named; True when more is left. Raises `NotPermitted`,
    `NotFound`."""
    with context.database.reading() as session:
        permit_keeping(session, actor, shop_id)
    left = False
    for rule in rules(context):
        if shop_id is None or rule.shop is not None:
            with apart("deleting what is old,", str(rule.label)):
                left = _in_batches(context, rule, _ids(rule, shop_id)) or left
    return left


def _ids(rule: Rule, shop_id: int | None) -> Select[int]:
    ids = select(rule.key).where(rule.old)
    return ids if shop_id is None or rule.shop is None else ids.where(rule.shop(shop_id))


def _in_batches(context: Context, rule: Rule, rows: Select[int]) -> bool:
    after = 0
    for _ in range(BATCHES):
        with context.database.reading() as session:
            batch = rows.where(rule.key > after).order_by(rule.key).limit(AT_ONCE)
            ids = list(session.scalars(batch))
        if ids:
            with context.database.transaction() as session:
                rule.remove(session, ids)
            after = ids[-1]
        if len(ids) < AT_ONCE:
            return False
    return True


def old_of(context: Context, shop_id: int, actor: Actor) -> list[Old]:
    """What `purge_shop` would delete, rule by rule; raises as it does."""
    with context.database.reading() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        before = context.clock.now() - context.keep_buyers
        of_buyers = [
            (Text("Buyers of cases that are closed"), erasure.ended_cases(before, shop_id)),
            (Text("Buyers and words of reviews"), erasure.ended_reviews(before, shop_id)),
        ]
        return [
            *(Old(label, context.keep_buyers, _count(session, ids)) for label, ids in of_buyers),
            *(
                Old(rule.label, rule.kept, _count(session, _ids(rule, shop_id)))
                for rule in rules(context)
                if rule.shop is not None
            ),
        ]


def _count(session: Session, ids: Select[int]) -> int:
    some = ids.order_by(None).limit(COUNTED_TO).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def purge_shop(context: Context, shop_id: int, actor: Actor) -> bool:
    """Delete what is old of one shop now instead of at the clock's next turn; True when more is left.
    Raises `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        audit.note(session, "shop.purged", shop_id=shop_id, subject=f"shop:{shop_id}")
    left = purge_buyers(context, actor, shop_id)
    return purge(context, actor, shop_id) or left


def purge_buyers(context: Context, actor: Actor, shop_id: int | None = None) -> bool:
    """Remove the buyers of cases and reviews that ended long ago; True when more is left."""
    return all(erasure.purge_ended(context, actor, shop_id) for _ in range(BATCHES))
