"""The page of one case, and what can be done with it."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from integrations.remedies import KINDS, Remedy, Worth
from service import VERSION
from service.db import queries, staff, tasks
from service.db.models import Case, MakeGood, Review
from service.domain.cases.states import CLOSE_REASONS, FORMER_STATES, CaseState, Move
from service.domain.complaints.causes import CAUSES
from service.domain.errors import DomainError, Unconfirmed, WrongInput
from service.domain.messages.states import MessageMove
from service.domain.messages.templates import MessageText
from service.domain.messages.zones import exists
from service.domain.staff import authority
from service.domain.staff.authority import Permission
from service.localization import read_amount
from service.operations.cases import causes, confirm, find_order
from service.operations.messages import by_seller, texts
from service.operations.messages.moves import allows
from service.operations.messages.preview import refuse_if_stopped
from service.operations.messages.send_check import reaches_buyer
from service.operations.remedies import balance, decisions, make_goods
from service.operations.staff import permits
from service.web import formatting, words
from service.web.auth import may
from service.web.desk.complaint import marked
from service.web.desk.make_goods import shown
from service.web.desk.next_step import next_step
from service.web.desk.proposals import proposed
from service.web.desk.thread import thread_of
from service.web.errors import refusal, status_of
from service.web.i18n import label, translate
from service.web.request_context import actor, context

blueprint = Blueprint("admin", __name__)
DAYS = 90
"""How long what expires is good where the seller does not say."""

DONE = {
    "approve": lazy("Approved. It is carried out now."),
    "change": lazy("Approved. It is carried out now."),
    "decline": lazy("Declined. The case stays open a while, in case the rating changes."),
    "order": lazy("The order is set."),
    "send_now": lazy("The message goes out now."),
    "mark_sent": lazy("Noted: the message was sent."),
    "leave": lazy("Noted: this message will not be sent."),
    "stop": lazy("No more messages to this buyer about this case."),
    "close": lazy("The case is closed."),
    "cause": lazy("Noted. It counts from now on."),
    "confirm": lazy("Noted: you have looked. The buyer is answered as usual."),
    "look_again": lazy("It is looked up again now. Nothing is carried out."),
    "try_again": lazy("It is tried again now."),
    "not_done": lazy("It is carried out now."),
    "done": lazy("Noted: it is done."),
    "cancel": lazy("Taken back. The case waits for a decision again."),
}

blueprint.add_app_template_filter(formatting.money, "money")
blueprint.add_app_template_filter(formatting.when, "when")
blueprint.add_app_template_filter(translate, "translate")
blueprint.add_app_template_filter(label, "label")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "word": words.word,
        "deed": words.deed,
        "me": g.get("seller"),
        "may": _may,
        "manages": _manages,
        "get_locale": get_locale,
        "version": VERSION,
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
        found = queries.case_by_reference(session, reference)
        if exists(found.shop.zone):
            g.zone = ZoneInfo(found.shop.zone)
        proposal = queries.proposal(session, found.id)
        return render_template(
            "admin/case.html",
            case=found,
            review=found.review,
            older_reviews=[session.get_one(Review, one) for one in found.older_review_ids],
            form_action=url_for("admin.case", reference=found.reference),
            problem="" if error is None else refusal(error),
            typed_problems=[] if error is None else error.fields.get("text", [error.text]),
            unconfirmed=isinstance(error, Unconfirmed),
            names=staff.actor_names(session),
            proposed=proposed(session, found, actor(), context().clock.now()),
            left=balance.left_of(session, found) if found.order else None,
            make_goods=[
                shown(make_good, may_ask=_may_ask(session, make_good))
                for make_good in found.make_goods
            ],
            decidable=found.may(Move.APPROVE),
            waits=bool(tasks.cases_waiting(session, [found.id])),
            first=_first(found, proposal),
            why_none=proposal.reason if proposal is not None else "",
            earlier=queries.earlier_cases(session, found),
            typed={} if error is None else request.form,
            next_step=next_step(session, found),
            thread=thread_of(context(), session, found, context().clock.now()),
            greeting=_greeting(session, found),
            may_stop_messages=any(allows(message, MessageMove.STOP) for message in found.messages)
            and not found.messages_stopped,
            kinds=KINDS,
            causes=CAUSES,
            complaint=marked(found),
            days=DAYS,
            may_decide=authority.may(actor(), Permission.DECIDE, found.shop_id),
            states={*CaseState, *FORMER_STATES},
            hidden_details=list(CLOSE_REASONS.values()),
        )


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


@blueprint.post("/cases/<reference>")
@may(Permission.DECIDE)
def act(reference: str) -> Response | tuple[str, int]:
    """Do what the pressed button says; a refusal is shown on the case itself."""
    with context().database.reading() as session:
        found = queries.case_by_reference(session, reference)
    what = request.form.get("do", "")
    try:
        _do(found, what)
    except DomainError as error:
        return case_page(reference, error), status_of(error)
    flash(DONE.get(what, _("Done.")))
    return redirect(url_for("admin.case", reference=found.reference), 303)


def _do(found: Case, what: str) -> None:
    """One verb per button."""
    form, me, ctx = request.form, actor(), context()
    number = form.get("id", 0, type=int)
    if what == "approve":
        reason = form.get("reason", "")
        decisions.approve(
            ctx,
            found.id,
            me,
            number=form.get("number", -1, type=int),
            reason=reason,
            seen=form.get("proposal", type=int),
        )
    elif what == "change":
        decisions.approve(ctx, found.id, me, changed=_changed(found), reason=form.get("reason", ""))
    elif what == "decline":
        decisions.decline(ctx, found.id, me, form.get("reason", ""))
    elif what == "close":
        decisions.close_case(ctx, found.id, me, form.get("reason", ""))
    elif what == "order":
        candidate = form.get("candidate", "")
        find_order.choose_order(
            ctx,
            found.id,
            candidate or form.get("order_id", ""),
            actor=me,
            is_candidate=bool(candidate),
        )
    elif what == "cause":
        causes.correct(ctx, found.id, me, form.get("cause", ""))
    elif what == "confirm":
        confirm.confirm(ctx, found.id, me)
    elif what == "stop":
        by_seller.stop_messages(ctx, found.id, me)
    elif what in ("send_now", "mark_sent", "leave"):
        _message(found, what, number)
    else:
        _settle(found, what, number)


def _message(found: Case, what: str, number: int) -> None:
    """What a person does with one message of this case."""
    _belongs(number, [message.id for message in _loaded(found).messages])
    verb = {
        "send_now": by_seller.send_now,
        "mark_sent": by_seller.mark_sent,
        "leave": by_seller.leave_out,
    }[what]
    if what == "send_now":
        refuse_if_stopped(context(), number)
    verb(context(), number, actor())


def _settle(found: Case, what: str, number: int) -> None:
    """What a person does with a make-good of this case that got stuck."""
    _belongs(number, [one.id for one in _loaded(found).make_goods])
    me, ctx = actor(), context()
    if what in ("try_again", "not_done"):
        make_goods.try_again(ctx, number, actor=me, surely_not_done=what == "not_done")
    elif what == "look_again":
        make_goods.look_again(ctx, number, actor=me)
    elif what == "done":
        make_goods.done_by_hand(ctx, number, actor=me, code=request.form.get("code", ""))
    elif what == "cancel":
        make_goods.cancel(ctx, number, actor=me)
    else:
        raise WrongInput("Press one of the buttons of the page.")


def _loaded(found: Case) -> Case:
    with context().database.reading() as session:
        case = queries.case(session, found.id)
        _ = (case.messages, case.make_goods)
        return case


def _belongs(number: int, ids: list[int]) -> None:
    if number not in ids:
        raise WrongInput("Press one of the buttons of the page.")


def _changed(found: Case) -> Remedy:
    """The make-good a seller chose instead of the proposed one."""
    if not found.order:
        raise WrongInput("Choose the order first.")
    form = request.form
    kind = KINDS.get(form.get("action", ""))
    if kind is None:
        raise WrongInput("Choose the make-good.")
    amount = None
    if kind.worth is Worth.CHOSEN:
        amount = read_amount(form.get("amount", ""), found.order["currency"])
    lines = tuple(form.getlist("line"))
    if not lines:
        raise WrongInput("Choose which lines of the order are meant.")
    return Remedy(kind, amount, lines, timedelta(days=_days()) if kind.expires else None)


def _days() -> int:
    text = request.form.get("expires_days", "").strip()
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= 3650:
        raise WrongInput("Enter for how many days it is good, from 1 to 3650.")
    return int(text)
