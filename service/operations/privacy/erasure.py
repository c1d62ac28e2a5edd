"""Removes buyers' data: on request, and when cases and reviews ended long ago.

Names, addresses, texts, comments and message bodies go; figures, states and history stay. The
do-not-contact list stays too: it holds hashes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from integrations.contract import MessageReceived, ReviewEvent
from integrations.sentence import Counted, Said, Text, without
from service.db import audit
from service.db.cases import case_queries
from service.db.models import (
    ApiAnswer,
    Case,
    Kind,
    MakeGood,
    OutboxRow,
    Review,
    ReviewVersion,
    Thanks,
    VoiceName,
)
from service.db.transaction import Transaction
from service.domain.cases.states import CloseReason
from service.domain.errors import WrongState
from service.domain.remedies.states import ENDED
from service.domain.reviews.delivery_states import DeliveryState
from service.domain.staff.authority import Actor, Permission
from service.operations.apart import apart
from service.operations.cases import close, history, notes, search
from service.operations.context import Context
from service.operations.messages.opt_out import forget_hints
from service.operations.messages.stopping import stop_planned
from service.operations.privacy import traces
from service.operations.privacy.traces import Traces
from service.operations.reviews import delivery_bodies
from service.operations.reviews.delivery_bodies import Body
from service.operations.staff.permits import permit, permit_keeping

ON_REQUEST = Text("erased on request")
BY_AGE = Text("erased by age")
KEEP_OF_BUYER = ("country",)
"""What stays of an order's buyer: needed for figures, and tells of nobody."""
CASES_AT_ONCE = 50
REVIEWS_AT_ONCE = 200
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were emptied."""

    cases: int = 0
    reviews: int = 0
    messages: int = 0
    deliveries: int = 0


def erase_buyer(
    context: Context,
    who: str,
    actor: Actor,
    *,
    shop_id: int | None = None,
    connection_id: int | None = None,
) -> Erased:
    """Empty everything kept about a buyer, named by address, or by the platform's id in one shop;
    where several of its connections know that id, in one of them.

    Open cases are closed. Raises `WrongInput` for an id that may name several buyers, `NotFound` for
    a shop that is not there, `WrongState` while a make-good is not settled or a delivery about the
    buyer is still being read.
    """
    with context.database.reading() as session:
        buyer = traces.of(session, who, shop_id, connection_id)
        bodies = list(deliveries_about(session, buyer))
    shops = {shop_id or 0, *buyer.shops, *(body.shop_id for body in bodies)} - {0}
    with context.database.transaction() as session:
        now = context.clock.now()
        cases = [case_queries.locked_case(session, case_id) for case_id in buyer.cases]
        for shop in sorted(shops):
            permit(session, actor, Permission.MANAGE, shop)
        check_settled(cases)
        messages = sum(
            _empty_case(context, session, case, at=now, why=ON_REQUEST, actor=actor)
            for case in cases
        )
        _note_erased(session, sorted(shops), len(cases))
        _take_from_candidates(session, buyer)
        _empty_reviews(session, list(buyer.reviews))
        delivery_bodies.empty(session, [body.id for body in bodies])
    return Erased(len(cases), len(buyer.reviews), messages, len(bodies))


def _note_erased(session: Transaction, shop_ids: Sequence[int], cases: int) -> None:
    """Tell the audit of each shop, without a word of the buyer."""
    emptied = Counted("%(cases)s case in all shops", "%(cases)s cases in all shops", cases=cases)
    for shop_id in shop_ids:
        subject = f"shop:{shop_id}"
        audit.note(session, "buyer.erased", shop_id=shop_id, subject=subject, detail=emptied)


def deliveries_about(session: Session, buyer: Traces) -> Iterator[Body]:
    """Deliveries about this buyer; raises `WrongState` while one is still being read."""
    reviews = set(buyer.reviews.values())
    for body in delivery_bodies.kept(session):
        if not _is_about(body, buyer, reviews):
            continue
        if body.state is DeliveryState.WAITING:
            raise WrongState(
                "A delivery about this buyer is still being read. Try again in a minute."
            )
        yield body


def _is_about(body: Body, buyer: Traces, reviews: set[tuple[int, str]]) -> bool:
    return body.names(buyer.emails) or any(
        (body.connection_id, event.review_id) in reviews
        or buyer.holds(event.buyer.email, body.connection_id, event.buyer.id)
        for event in body.events()
        if isinstance(event, ReviewEvent | MessageReceived)
    )


def check_settled(cases: Iterable[Case]) -> None:
    """Raises `WrongState` while a make-good of them may yet be carried out."""
    for case in cases:
        for make_good in case.make_goods:
            if make_good.state not in ENDED:
                raise WrongState(
                    "A make-good of this buyer is not settled. Settle it first, then erase: %(reference)s",
                    reference=make_good.reference,
                )


def _empty_case(
    context: Context, session: Transaction, case: Case, *, at: datetime, why: Said, actor: Actor
) -> int:
    """Remove the buyer from a case, closing it where it is open; gives how many messages."""
    if case.closed_at is None:
        close.close(session, case, CloseReason.BY_SELLER, at=at, actor=actor, detail=why)
    stop_planned(session, case, why, at=at, with_own_words=True, with_codes=True)
    forget_hints(context, session, case)
    notes.forget(case)
    _scrub(case)
    case.order = _without_buyer(case.order)
    case.candidates, case.buyer_key, case.advice, case.doubt = [], "", None, None
    case.messages_stopped, case.erased_at, case.profile = True, at, None
    session.execute(update(Thanks).where(Thanks.case_id == case.id).values(buyer_key=""))
    session.execute(
        update(MakeGood).where(MakeGood.case_id == case.id).values(buyer_key="", used_order="")
    )
    attempts = [attempt for message in case.messages for attempt in message.attempts]
    for message in case.messages:
        message.subject = message.text = ""
    for attempt in attempts:
        attempt.subject = attempt.text = ""
    _forget_notes(session, case)
    session.execute(delete(ApiAnswer).where(ApiAnswer.reference == case.reference))
    search.case_changed(session, case)
    history.note(session, case, "erased", at=at, actor=actor, detail=why)
    return len(attempts)


def _without_buyer(order: dict[str, Any]) -> dict[str, Any]:
    if not order:
        return order
    kept = {name: old if name in KEEP_OF_BUYER else "" for name, old in order["buyer"].items()}
    # What was made for one buyer may show who that is.
    lines = [{**line, "picture": ""} for line in order["lines"]]
    return {**order, "buyer": kept, "lines": lines}


def _scrub(case: Case) -> None:
    """Take name and address out of what sellers wrote and platforms answered."""
    buyers = (case.order.get("buyer", {}), case.review.buyer)
    words = {buyer.get(name, "") for buyer in buyers for name in ("name", "email", "phone")}
    words |= {line for buyer in buyers for line in buyer.get("address", "").splitlines()}
    words = {word for word in words if len(word) >= SHORTEST_NAME}
    if not words:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))), re.I)
    attempts = [attempt for make_good in case.make_goods for attempt in make_good.attempts]
    for rows, name in (
        (case.history, "detail"),
        (case.decisions, "reason"),
        (case.make_goods, "note"),
        (case.messages, "reason"),
        (attempts, "note"),
    ):
        for row in rows:
            text = getattr(row, name)
            clean = pattern.sub("…", text) if isinstance(text, str) else without(text, pattern)
            if clean != text:
                setattr(row, name, clean)


def _forget_notes(session: Transaction, case: Case) -> None:
    """What platforms answered is noted beside the work it was about."""
    about = (
        (Kind.FIND_ORDER, [case.id]),
        (Kind.END_CASE, [case.id]),
        (Kind.MAKE_GOOD, [make_good.id for make_good in case.make_goods]),
        (Kind.SEND_MESSAGE, [message.id for message in case.messages]),
    )
    for kind, ids in about:
        row = update(OutboxRow).where(OutboxRow.kind == kind, OutboxRow.ref_id.in_(ids))
        session.execute(row.values(note=None))


def _take_from_candidates(session: Transaction, buyer: Traces) -> None:
    """Orders of this buyer that were offered as candidates in others' cases."""
    for case in session.scalars(select(Case).where(cast(Case.candidates, String) != "[]")):
        left = [
            candidate
            for candidate in case.candidates
            if not buyer.holds(
                candidate["buyer"]["email"],
                candidate.get("connection_id", case.review.connection_id),
                candidate["buyer"]["id"],
            )
        ]
        if len(left) != len(case.candidates):
            case.candidates = left


def _empty_reviews(session: Transaction, ids: Sequence[int]) -> None:
    emptied = update(Review).where(Review.id.in_(ids))
    session.execute(emptied.values(text="", buyer={}, photos=None, films=None))
    session.execute(update(ReviewVersion).where(ReviewVersion.review_id.in_(ids)).values(text=""))
    session.execute(delete(VoiceName).where(VoiceName.review_id.in_(ids)))


def purge_ended(context: Context, actor: Actor, shop_id: int | None = None) -> bool:
    """Remove the buyers of a batch of cases and reviews that ended long ago, of one shop where it is
    named; True when more may be left. Cases with a make-good that is not settled wait for it."""
    before = context.clock.now() - context.keep_buyers
    with context.database.reading() as session:
        permit_keeping(session, actor, shop_id)
        cases = session.scalars(ended_cases(before, shop_id).limit(CASES_AT_ONCE)).all()
        reviews = session.scalars(ended_reviews(before, shop_id).limit(REVIEWS_AT_ONCE)).all()
    for case_id in cases:
        with (
            apart("removing the buyer of case", case_id),
            context.database.transaction() as session,
        ):
            case = case_queries.locked_case(session, case_id)
            _empty_case(context, session, case, at=context.clock.now(), why=BY_AGE, actor=actor)
    if reviews:
        with context.database.transaction() as session:
            _empty_reviews(session, reviews)
    return len(cases) == CASES_AT_ONCE or len(reviews) == REVIEWS_AT_ONCE


def ended_cases(before: datetime, shop_id: int | None = None) -> Select[int]:
    """Cases that ended before, and still tell of their buyer."""
    # Counted case by case: of an "exists" PostgreSQL would read all make-goods first.
    unsettled = (
        select(func.count())
        .where(MakeGood.case_id == Case.id, MakeGood.state.not_in(ENDED))
        .scalar_subquery()
    )
    ids = select(Case.id).where(Case.closed_at < before, Case.erased_at.is_(None))
    ids = ids.where(unsettled == 0).order_by(Case.id)
    return ids if shop_id is None else ids.where(Case.shop_id == shop_id)


def ended_reviews(before: datetime, shop_id: int | None = None) -> Select[int]:
    """Reviews without a change and without a case since then that still hold something."""
    busy = (
        select(Case.id)
        .where(Case.review_id == Review.id)
        .where(or_(Case.closed_at.is_(None), Case.closed_at >= before))
    )
    versions = select(ReviewVersion.id).where(ReviewVersion.review_id == Review.id)
    has_words = versions.where(ReviewVersion.text != "").exists()
    media = (Review.photos.is_not(None), Review.films.is_not(None))
    ids = (
        select(Review.id)
        .where(or_(Review.text != "", has_words, cast(Review.buyer, String) != "{}", *media))
        .where(Review.seen_at < before, ~busy.exists())
        .where(~versions.where(ReviewVersion.seen_at >= before).exists())
        .order_by(Review.id)
    )
    return ids if shop_id is None else ids.where(Review.shop_id == shop_id)
