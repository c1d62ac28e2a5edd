"""Removes what tells of a buyer: on request, and when cases and reviews ended long ago.

Names, addresses, texts, comments and message bodies go; figures, states and history stay. The
do-not-contact list stays too: it holds hashes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select, update
from sqlalchemy.orm import Session

from integrations.contract import MessageReceived, ReviewEvent
from integrations.sentence import Said, Text, without
from service.db import audit, queries
from service.db.models import Case, Kind, MakeGood, OutboxRow, Review, ReviewVersion, Shop
from service.db.transaction import Transaction
from service.domain.cases.states import CloseReason
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.remedies.states import ENDED
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import close, history, search
from service.operations.context import Context
from service.operations.messages.stopping import stop_planned
from service.operations.reviews import delivery_bodies
from service.operations.reviews.delivery_bodies import Body
from service.operations.staff.permits import permit, permit_upkeep

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


@dataclass(slots=True)
class _Traces:
    """One buyer: addresses, ids by shop, and the rows that hold them."""

    emails: set[str] = field(default_factory=set)
    ids: set[tuple[int, str]] = field(default_factory=set)
    cases: list[int] = field(default_factory=list)
    shops: set[int] = field(default_factory=set)
    reviews: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Id -> connection and the platform's id."""

    def holds(self, email: str, shop_id: int, buyer_id: str) -> bool:
        return email.strip().lower() in self.emails or (shop_id, buyer_id) in self.ids


def erase_buyer(context: Context, who: str, actor: Actor, *, shop_id: int | None = None) -> Erased:
    """Empty everything kept about a buyer, named by address, or by the platform's id in one shop.

    Open cases are closed. Raises `WrongInput` for an id without a shop, `NotFound` for a shop that
    is not there, `WrongState` while a make-good is not settled or a delivery about the buyer is
    still being read.
    """
    who = who.strip()
    if "@" not in who and (shop_id is None or not who):
        raise WrongInput("Enter the buyer's address, or the buyer's id together with the shop.")
    with context.database.reading() as session:
        if shop_id is not None and session.get(Shop, shop_id) is None:
            raise NotFound("There is no such shop.")
        traces = _find(session, who, shop_id)
        bodies = list(_deliveries(session, traces))
    shops = {shop_id or 0, *traces.shops, *(body.shop_id for body in bodies)} - {0}
    with context.database.transaction() as session:
        now = context.clock.now()
        cases = [queries.locked_case(session, case_id) for case_id in traces.cases]
        for shop in sorted(shops):
            permit(session, actor, Permission.MANAGE, shop)
        _check_settled(cases)
        messages = sum(_empty_case(session, case, now, ON_REQUEST, actor) for case in cases)
        for shop in sorted(shops):
            audit.note(
                session,
                "buyer.erased",
                shop_id=shop,
                subject=f"shop:{shop}",
                detail=Text("%(cases)s cases in all shops", cases=len(cases)),
            )
        _take_from_candidates(session, traces)
        _empty_reviews(session, list(traces.reviews))
        delivery_bodies.empty(session, [body.id for body in bodies])
    return Erased(len(cases), len(traces.reviews), messages, len(bodies))


def _find(session: Session, who: str, shop_id: int | None) -> _Traces:
    """Rows that name the buyer, then those of the ids and addresses found in them."""
    traces = _Traces()
    if "@" in who:
        traces.emails.add(who.lower())
    else:
        traces.ids.add((shop_id or 0, who))
    for _ in range(2):
        for review in session.scalars(select(Review).where(_names(Review, Review.buyer, traces))):
            traces.reviews[review.id] = (review.connection_id, review.platform_id)
            traces.shops.add(review.shop_id)
            _learn(traces, review.shop_id, review.buyer)
        buyer = Case.order["buyer"]
        of_buyer = or_(_names(Case, buyer, traces), Case.review_id.in_(list(traces.reviews)))
        for case in session.scalars(select(Case).where(of_buyer).order_by(Case.id)):
            if case.id not in traces.cases:
                traces.cases.append(case.id)
            review = case.review
            traces.reviews[review.id] = (review.connection_id, review.platform_id)
            traces.shops.add(case.shop_id)
            _learn(traces, case.shop_id, case.order.get("buyer", {}))
    return traces


def _names(table: type[Case] | type[Review], buyer: Any, traces: _Traces) -> ColumnElement[bool]:
    """The JSON object `buyer` is this buyer's."""
    same: list[ColumnElement[bool]] = [func.lower(buyer["email"].as_string()).in_(traces.emails)]
    for shop_id, buyer_id in traces.ids:
        same.append(and_(table.shop_id == shop_id, buyer["id"].as_string() == buyer_id))
    return or_(*same)


def _learn(traces: _Traces, shop_id: int, buyer: dict[str, Any]) -> None:
    if buyer.get("email"):
        traces.emails.add(buyer["email"].strip().lower())
    if buyer.get("id"):
        traces.ids.add((shop_id, buyer["id"]))


def _deliveries(session: Session, traces: _Traces) -> Iterator[Body]:
    """Deliveries about this buyer; raises `WrongState` while one is still being read."""
    reviews = set(traces.reviews.values())
    for body in delivery_bodies.kept(session):
        if not _is_about(body, traces, reviews):
            continue
        if body.state == "waiting":
            raise WrongState(
                "A delivery about this buyer is still being read. Try again in a minute."
            )
        yield body


def _is_about(body: Body, traces: _Traces, reviews: set[tuple[int, str]]) -> bool:
    return body.says(traces.emails) or any(
        (body.connection_id, event.review_id) in reviews
        or traces.holds(event.buyer.email, body.shop_id, event.buyer.id)
        for event in body.events()
        if isinstance(event, ReviewEvent | MessageReceived)
    )


def _check_settled(cases: Iterable[Case]) -> None:
    for case in cases:
        for make_good in case.make_goods:
            if make_good.state not in ENDED:
                raise WrongState(
                    "A make-good of this buyer is not settled. Settle it first, then erase: %(reference)s",
                    reference=make_good.reference,
                )


def _empty_case(session: Transaction, case: Case, at: datetime, why: Said, actor: Actor) -> int:
    """Remove the buyer from a case, closing it where it is open; gives how many messages."""
    if case.closed_at is None:
        close.close(session, case, CloseReason.BY_SELLER, at=at, actor=actor, detail=why)
    stop_planned(session, case, why, at=at, with_own_words=True, with_codes=True)
    _scrub(case)
    case.order = _without_buyer(case.order)
    case.candidates, case.buyer_key, case.advice, case.doubt = [], "", None, None
    case.messages_stopped, case.erased_at = True, at
    for make_good in case.make_goods:
        make_good.buyer_key = ""
    attempts = [attempt for message in case.messages for attempt in message.attempts]
    for message in case.messages:
        message.subject = message.text = ""
    for attempt in attempts:
        attempt.subject = attempt.text = ""
    _forget_notes(session, case)
    search.case_changed(session, case)
    history.note(session, case, "erased", at=at, actor=actor, detail=why)
    return len(attempts)


def _without_buyer(order: dict[str, Any]) -> dict[str, Any]:
    if not order:
        return order
    kept = {name: old if name in KEEP_OF_BUYER else "" for name, old in order["buyer"].items()}
    return {**order, "buyer": kept}


def _scrub(case: Case) -> None:
    """Take name and address out of what sellers wrote and platforms answered."""
    buyers = (case.order.get("buyer", {}), case.review.buyer)
    words = {buyer.get(name, "") for buyer in buyers for name in ("name", "email", "phone")}
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


def _take_from_candidates(session: Transaction, traces: _Traces) -> None:
    """Orders of this buyer that were offered as candidates in others' cases."""
    for case in session.scalars(select(Case).where(cast(Case.candidates, String) != "[]")):
        left = [
            candidate
            for candidate in case.candidates
            if not traces.holds(candidate["buyer"]["email"], case.shop_id, candidate["buyer"]["id"])
        ]
        if len(left) != len(case.candidates):
            case.candidates = left


def _empty_reviews(session: Transaction, ids: Sequence[int]) -> None:
    session.execute(update(Review).where(Review.id.in_(ids)).values(text="", buyer={}))
    session.execute(update(ReviewVersion).where(ReviewVersion.review_id.in_(ids)).values(text=""))


def purge_ended(context: Context, actor: Actor) -> bool:
    """Remove the buyers of a batch of cases and reviews that ended long ago; True when more may
    be left. Cases with a make-good that is not settled wait for it."""
    permit_upkeep(actor)
    before = context.clock.now() - context.keep_buyers
    unsettled = select(MakeGood.case_id).where(MakeGood.state.not_in(ENDED))
    with context.database.reading() as session:
        cases = session.scalars(
            select(Case.id)
            .where(Case.closed_at < before, Case.erased_at.is_(None))
            .where(Case.id.not_in(unsettled))
            .order_by(Case.id)
            .limit(CASES_AT_ONCE)
        ).all()
        reviews = session.scalars(_ended_reviews(before)).all()
    if cases or reviews:
        with context.database.transaction() as session:
            for case_id in cases:
                case = queries.locked_case(session, case_id)
                _empty_case(session, case, context.clock.now(), BY_AGE, actor)
            _empty_reviews(session, reviews)
    return len(cases) == CASES_AT_ONCE or len(reviews) == REVIEWS_AT_ONCE


def _ended_reviews(before: datetime) -> Any:
    """Reviews without a change and without a case since then that still hold something."""
    busy = (
        select(Case.id)
        .where(Case.review_id == Review.id)
        .where(or_(Case.closed_at.is_(None), Case.closed_at >= before))
    )
    versions = select(ReviewVersion.id).where(ReviewVersion.review_id == Review.id)
    has_words = versions.where(ReviewVersion.text != "").exists()
    return (
        select(Review.id)
        .where(or_(Review.text != "", has_words, cast(Review.buyer, String) != "{}"))
        .where(Review.seen_at < before, ~busy.exists())
        .where(~versions.where(ReviewVersion.seen_at >= before).exists())
        .order_by(Review.id)
        .limit(REVIEWS_AT_ONCE)
    )
