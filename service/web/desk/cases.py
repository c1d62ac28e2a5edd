"""The page of one case, and what can be done with it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from service import VERSION
from service.db.cases import buyer_summaries, case_queries
from service.db.models import Case, MakeGood, Proposal, Review
from service.db.remedies import remedy_queries
from service.db.staff import seller_queries
from service.db.tasks import task_queries
from service.domain.cases.evidence import by_bearing
from service.domain.cases.root_causes import ROOT_CAUSES
from service.domain.cases.states import Move
from service.domain.complaints.causes import CAUSES
from service.domain.errors import DomainError, Unconfirmed
from service.domain.messages.states import MessageMove
from service.domain.staff import authority
from service.domain.staff.authority import Permission
from service.operations.cases import escalation
from service.operations.cases.evidence import evidence_of
from service.operations.cases.platform_pages import pages_of
from service.operations.messages import public_reply, texts
from service.operations.messages.moves import allows
from service.operations.messages.send_check import reaches_buyer
from service.operations.remedies import balance, make_goods
from service.operations.staff import permits
from service.operations.tasks import wanted
from service.web import formatting, history_words, words
from service.web.auth import may
from service.web.desk import calls, proposals, thanks, undo
from service.web.desk.case_forms import CallForm, CaseForm, OtherForm
from service.web.desk.choices import currencies
from service.web.desk.complaint import marked
from service.web.desk.make_goods import shown
from service.web.desk.next_step import next_step
from service.web.desk.thread import thread_of
from service.web.errors import refusal
from service.web.i18n import label, translate
from service.web.request_context import actor, context

blueprint = Blueprint("cases", __name__)

blueprint.add_app_template_filter(formatting.money, "money")
blueprint.add_app_template_filter(formatting.when, "when")
blueprint.add_app_template_filter(formatting.clock, "clock")
blueprint.add_app_template_filter(formatting.date, "date")
blueprint.add_app_template_filter(formatting.ago, "ago")
blueprint.add_app_template_filter(translate, "translate")
blueprint.add_app_template_filter(label, "label")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "word": words.word,
        "happened": history_words.happened,
        "history_detail": history_words.detail,
        "actor_name": history_words.actor_name,
        "causes": CAUSES,
        "root_causes": ROOT_CAUSES,
        "me": g.get("seller"),
        "may": _may,
        "manages": _manages,
        "currencies": currencies,
        "get_locale": get_locale,
        "version": VERSION,
        "seller_name": authority.seller_name,
        "here": _here,
    }


def _here() -> str:
    """The address of this page, to come back to."""
    query = request.query_string.decode("latin-1")
    return f"{request.path}?{query}" if query else request.path


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


@blueprint.get("/cases/<reference>/next")
@may(Permission.LOOK)
def next_case(reference: str) -> Response:
    """The case that comes after this one on the waiting page; that page where none does."""
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        following = task_queries.next_case(session, actor().shops(Permission.LOOK), case.id)
    if following is None:
        return redirect(url_for("waiting.overview"), 303)
    return redirect(url_for("cases.case", reference=following.reference), 303)


def case_page(
    reference: str, error: DomainError | None = None, form: CaseForm | None = None
) -> str:
    """The page; after a refusal with what was typed. `form`: the one that was refused."""
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        formatting.use_zone(case.shop.zone)
        proposal = remedy_queries.proposal(session, case.id)
        return render_template(
            "desk/case.html",
            case=case,
            review=case.review,
            older_reviews=[
                session.get_one(Review, review_id) for review_id in case.older_review_ids
            ],
            **_refused(error, form),
            names=seller_queries.actor_names(session),
            deciders=seller_queries.deciders(session, case.shop_id),
            left=balance.left_of(session, case) if case.order else None,
            make_goods=[shown(row, may_ask=_may_ask(session, row)) for row in case.make_goods],
            **undo.shown(case),
            pages=pages_of(session, case),
            **_of_reach(session, case),
            decidable=case.may(Move.APPROVE),
            waits=bool(task_queries.cases_waiting(session, [case.id])),
            **_forms(case, proposal, form),
            why_none=proposal.reason if proposal is not None else "",
            evidence=by_bearing(evidence_of(session, case, context().clock.now())),
            **_buyer(session, case),
            next_step=next_step(session, case, actor()),
            look_by=wanted.look_by(case),
            now=context().clock.now(),
            thread=thread_of(context(), session, case, context().clock.now()),
            **calls.shown(session, case),
            **thanks.shown(session, case),
            may_stop_messages=_may_stop_messages(case),
            complaint=marked(case),
            only_owner=escalation.refusal(case, actor()),
            may_decide=authority.may(actor(), Permission.DECIDE, case.shop_id),
        )


def _of_reach(session: Session, case: Case) -> dict[str, Any]:
    """What depends on whether the buyer can be written to, which is asked once: what may be proposed to
    them, how a message of the seller's own begins, what a public reply may be."""
    reached = reaches_buyer(context(), session, case)
    return {
        **proposals.parts(context(), session, case, actor(), reached=reached),
        "greeting": texts.greeting(session, case) if reached else None,
        "reply_rules": public_reply.allowed(session, case, reached=reached),
    }


def _buyer(session: Session, case: Case) -> dict[str, Any]:
    """What is known of the buyer over all their cases; nothing once they were erased."""
    if case.erased_at is not None:
        return {"buyer": None}
    others = buyer_summaries.other_cases(session, case)
    return {"buyer": buyer_summaries.summary(session, case), "other_cases": others}


def _forms(case: Case, proposal: Proposal | None, refused: CaseForm | None) -> dict[str, Any]:
    """The forms of the page: the one that was refused as it was typed, others as they begin."""
    other, call = refused, refused
    if not isinstance(other, OtherForm):
        other = OtherForm.beginning_with(case, _first(proposal))
    if not isinstance(call, CallForm):
        call = CallForm(case)
    return {"currency": other.currency, "other_form": other, "call_form": call}


def _refused(error: DomainError | None, form: CaseForm | None) -> dict[str, Any]:
    """What was refused, why, beside which field, and what was typed; nothing where nothing was."""
    sent = form.data if form is not None else {}
    return {
        "problem": "" if error is None else refusal(error),
        "typed_problems": [] if error is None else error.fields.get("text", [error.text]),
        "unconfirmed": isinstance(error, Unconfirmed),
        "refused": "" if error is None else (request.endpoint or "").rpartition(".")[2],
        "refused_part": (request.view_args or {}).get("make_good_id"),
        "typed": {name: entry for name, entry in sent.items() if entry is not None},
        "wrongs": form.errors if form is not None else {},
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


def _may_ask(session: Session, make_good: MakeGood) -> bool:
    """Whether the platform can be asked what became of it."""
    return make_good.outcome_unknown and make_goods.capabilities_of(session, make_good).look_up


def _first(proposal: Proposal | None) -> dict[str, object]:
    """What the form for another make-good starts with: the first proposal."""
    row = proposal.remedies[0] if proposal is not None and proposal.remedies else {}
    amount = row.get("amount_minor") and formatting.plain(row["amount_minor"], row["currency"])
    return {**row, "amount": amount or ""}
