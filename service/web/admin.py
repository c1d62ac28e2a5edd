"""The seller's pages: the waiting list, one case, and what can be done with it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from babel.dates import format_datetime
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from integrations.contract import Action
from integrations.money import Money, WrongAmount
from service.db import queries
from service.db.models import Case, Seller
from service.domain.errors import DomainError, WrongInput
from service.operations import decisions, follow_ups, make_goods, triage
from service.operations.decisions import Remedy, actor_of
from service.web import words
from service.web.auth import sellers_only
from service.web.here import context, seller
from service.web.next_step import next_step

blueprint = Blueprint("admin", __name__)
PAGE = 50


@blueprint.app_template_filter("money")
def money(minor: int, currency: str) -> str:
    """An amount with its currency, plain and without doubt."""
    amount = Money(minor, currency)
    return f"{currency} {amount.amount:,}"


@blueprint.app_template_filter("when")
def when(at: datetime | None) -> str:
    """A time in the shop's installation zone, short."""
    if at is None:
        return "-"
    return str(format_datetime(at.astimezone(g.zone), "d MMM, HH:mm", locale=get_locale()))


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "word": words.word,
        "told": words.told,
        "me": g.get("seller"),
        "get_locale": get_locale,
    }


@blueprint.get("/")
@sellers_only
def waiting() -> str:
    """Cases in which a person has something to do, oldest first."""
    after = max(0, request.args.get("after", 0, type=int))
    with context().database.reading() as session:
        cases = queries.cases_waiting(session, most=PAGE, after=after)
        return render_template(
            "admin/waiting.html", cases=cases, counts=queries.counts_by_state(session),
            onward=after + PAGE if len(cases) == PAGE else None,
            broken=queries.deliveries_needing_attention(session, most=1),
            paused=queries.paused_connections(session),
            price=lambda case: _price(session, case),
        )  # fmt: skip


def _price(session: Session, case: Case) -> dict[str, object] | None:
    found = queries.proposal(session, case.id)
    return found.remedies[0] if found is not None and found.remedies else None


@blueprint.get("/cases")
@sellers_only
def cases() -> str:
    """All cases, newest first."""
    state = request.args.get("state", "")
    before = request.args.get("before", type=int)
    with context().database.reading() as session:
        found = queries.cases_in(session, [state] if state else [], most=PAGE, before=before)
        return render_template(
            "admin/cases.html", cases=found, state=state,
            counts=queries.counts_by_state(session),
            onward=found[-1].id if len(found) == PAGE else None,
        )  # fmt: skip


@blueprint.get("/cases/<reference>")
@sellers_only
def case(reference: str) -> str:
    """One case with everything a decision needs."""
    return _case_page(reference, "")


def _case_page(reference: str, problem: str) -> str:
    with context().database.reading() as session:
        found = queries.case_by_reference(session, reference)
        names = {f"seller:{one.id}": one.name for one in session.query(Seller)}
        return render_template(
            "admin/case.html", case=found, review=found.review, problem=problem,
            proposal=queries.proposal(session, found.id), names=names,
            earlier=queries.earlier_cases(session, found),
            next_step=next_step(session, found), actions=list(Action),
            may_decide=seller().role != "viewer",
        )  # fmt: skip


@blueprint.post("/cases/<reference>")
@sellers_only
def act(reference: str) -> Response | tuple[str, int]:
    """Do what the pressed button says; a refusal is shown on the case itself."""
    with context().database.reading() as session:
        found = queries.case_by_reference(session, reference)
    try:
        _do(found, request.form.get("do", ""))
    except DomainError as error:
        return _case_page(reference, _(error.message)), 409
    flash(_("Done."))
    return redirect(url_for("admin.case", reference=found.reference), 303)


def _do(found: Case, what: str) -> None:
    """One verb per button."""
    form, me, ctx = request.form, seller(), context()
    number = form.get("id", 0, type=int)
    if what == "approve":
        reason = form.get("reason", "")
        decisions.approve(ctx, found.id, me, number=form.get("number", -1, type=int), reason=reason)
    elif what == "change":
        decisions.approve(ctx, found.id, me, changed=_changed(found), reason=form.get("reason", ""))
    elif what == "decline":
        decisions.decline(ctx, found.id, me, form.get("reason", ""))
    elif what == "close":
        decisions.close_case(ctx, found.id, me, form.get("reason", ""))
    elif what == "order":
        _decider()
        triage.choose_order(ctx, found.id, form.get("order_id", ""), actor=actor_of(me))
    elif what == "send_now":
        follow_ups.send_now(ctx, number, me)
    elif what == "mark_sent":
        follow_ups.mark_sent(ctx, number, me)
    elif what == "stop":
        follow_ups.stop_messages(ctx, found.id, me)
    else:
        _settle(what, number)


def _settle(what: str, number: int) -> None:
    """What a person does with a make-good that got stuck."""
    _decider()
    actor, ctx = actor_of(seller()), context()
    if what in ("try_again", "not_done"):
        make_goods.try_again(ctx, number, actor=actor, surely_not_done=what == "not_done")
    elif what == "done":
        make_goods.done_by_hand(ctx, number, actor=actor, code=request.form.get("code", ""))
    elif what == "cancel":
        make_goods.cancel(ctx, number, actor=actor)
    else:
        raise WrongInput("Press one of the buttons of the page.")


def _decider() -> None:
    if seller().role == "viewer":
        raise WrongInput("Viewers may only look.")


def _changed(found: Case) -> Remedy:
    """The make-good a seller chose instead of the proposed one."""
    if not found.order:
        raise WrongInput("Choose the order first.")
    try:
        action = Action(request.form.get("action", ""))
        text = request.form.get("amount", "").replace(",", ".").strip()
        amount = Money.of(Decimal(text) if text else Decimal(0), found.order["currency"])
    except (ValueError, ArithmeticError, WrongAmount) as error:
        raise WrongInput("Enter the amount as a number, such as 12.50.") from error
    lines = tuple(request.form.getlist("line")) or tuple(one["id"] for one in found.order["lines"])
    days = request.form.get("expires_days", 90, type=int)
    return Remedy(action, amount, lines, days if action is Action.VOUCHER else None)


@blueprint.get("/deliveries")
@sellers_only
def deliveries() -> str:
    """Deliveries that were genuine but could not be read."""
    with context().database.reading() as session:
        found = queries.deliveries_needing_attention(session)
        return render_template("admin/deliveries.html", deliveries=found)
