"""The page of one case, and what can be done with it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import get_locale
from sqlalchemy.orm import Session

from integrations.remedies import KINDS
from service import VERSION
from service.db.cases import case_queries
from service.db.models import Case, MakeGood, Review
from service.db.remedies import remedy_queries
from service.db.staff import seller_queries
from service.db.tasks import task_queries
from service.domain.cases.states import CLOSE_REASONS, FORMER_STATES, CaseState, Move
from service.domain.complaints.causes import CAUSES
from service.domain.errors import DomainError, Unconfirmed
from service.domain.messages.states import MessageMove
from service.domain.messages.templates import MessageText
from service.domain.staff import authority
from service.domain.staff.authority import Permission
from service.operations.messages import public_reply, texts
from service.operations.messages.moves import allows
from service.operations.messages.send_check import reaches_buyer
from service.operations.remedies import balance, make_goods
from service.operations.staff import permits
from service.web import formatting, words
from service.web.auth import may
from service.web.desk.complaint import marked
from service.web.desk.make_goods import shown
from service.web.desk.next_step import next_step
from service.web.desk.proposals import choice, proposed
from service.web.desk.thread import thread_of
from service.web.errors import refusal
from service.web.i18n import label, translate
from service.web.request_context import actor, context

blueprint = Blueprint("admin", __name__)
DAYS = 90
"""How long what expires is good where the seller does not say."""

blueprint.add_app_template_filter(formatting.money, "money")
blueprint.add_app_template_filter(formatting.when, "when")
blueprint.add_app_template_filter(translate, "translate")
blueprint.add_app_template_filter(label, "label")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "word": words.word,
        "event_label": words.event_label,
        "me": g.get("seller"),
        "may": _may,
        "manages": _manages,
        "get_locale": get_locale,
        "version": VERSION,
        "seller_name": authority.seller_name,
    }


def _may(permission: str, shop_id: int) -> bool:
    """Whether who looks at this page has a permission in a shop."""
    return authority.may(actor(), Permission(permission), shop_id)


def _manages() -> bool:
    """Whether pages for owners are shown: to owners of a shop, and to who may add the first."""
    if actor().shops(Permission.MANAGE):
        return True
    with context().database.reading() as session:
        return permits.may_add_shop(session, actor())


@blueprint.get("/cases/<reference>")
@may(Permission.LOOK)
def case(reference: str) -> str:
    """One case with everything a decision needs."""
    return case_page(reference)


def case_page(reference: str, error: DomainError | None = None) -> str:
    """The page; after a refusal with what was typed still in its fields."""
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        formatting.use_zone(case.shop.zone)
        proposal = remedy_queries.proposal(session, case.id)
        return render_template(
            "admin/case.html",
            case=case,
            review=case.review,
            older_reviews=[
                session.get_one(Review, review_id) for review_id in case.older_review_ids
            ],
            **_refused(error),
            names=seller_queries.actor_names(session),
            choice=choice(session, case, actor(), context().clock.now()),
            deciders=seller_queries.deciders(session, case.shop_id),
            proposed=proposed(session, case, actor(), context().clock.now()),
            left=balance.left_of(session, case) if case.order else None,
            make_goods=[shown(row, may_ask=_may_ask(session, row)) for row in case.make_goods],
            decidable=case.may(Move.APPROVE),
            waits=bool(task_queries.cases_waiting(session, [case.id])),
            first=_first(case, proposal),
            why_none=proposal.reason if proposal is not None else "",
            earlier=case_queries.earlier_cases(session, case),
            next_step=next_step(session, case),
            thread=thread_of(context(), session, case, context().clock.now()),
            greeting=_greeting(session, case),
            reply_rules=public_reply.allowed(session, case),
            may_stop_messages=_may_stop_messages(case),
            kinds=KINDS,
            causes=CAUSES,
            complaint=marked(case),
            days=DAYS,
            may_decide=authority.may(actor(), Permission.DECIDE, case.shop_id),
            states={*CaseState, *FORMER_STATES},
            hidden_details=list(CLOSE_REASONS.values()),
        )


def _refused(error: DomainError | None) -> dict[str, Any]:
    """What was refused, why, and what was typed; nothing where nothing was."""
    return {
        "problem": "" if error is None else refusal(error),
        "typed_problems": [] if error is None else error.fields.get("text", [error.text]),
        "unconfirmed": isinstance(error, Unconfirmed),
        "refused": "" if error is None else (request.endpoint or "").rpartition(".")[2],
        "refused_part": (request.view_args or {}).get("make_good_id"),
        "typed": {} if error is None else request.form,
    }


def _may_stop_messages(case: Case) -> bool:
    stoppable = any(allows(message, MessageMove.STOP) for message in case.messages)
    return stoppable and not case.messages_stopped


def whole_case(case_id: int) -> Case:
    """A case with its messages and make-goods, read."""
    with context().database.reading() as session:
        case = case_queries.case(session, case_id)
        _ = (case.messages, case.make_goods)
        return case


def _greeting(session: Session, case: Case) -> MessageText | None:
    """How a message of the seller's own begins; None where the buyer cannot be written to."""
    if not reaches_buyer(context(), session, case):
        return None
    return texts.greeting(session, case)


def _may_ask(session: Session, make_good: MakeGood) -> bool:
    """Whether the platform can be asked what became of it."""
    return make_good.outcome_unknown and make_goods.capabilities_of(session, make_good).look_up


def _first(case: Case, proposal: object) -> dict[str, object]:
    """What the form for another make-good starts with: the first proposal."""
    rows = getattr(proposal, "remedies", None) or [{}]
    row = rows[0]
    amount = row.get("amount_minor") and formatting.plain(row["amount_minor"], row["currency"])
    return {**row, "amount": amount or "", "currency": case.order.get("currency", "")}
