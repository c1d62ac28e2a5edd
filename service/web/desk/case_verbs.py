"""What a seller does with a case: one address for each verb, a refusal shown on the case itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from integrations.remedies import KINDS, Remedy, Worth
from service.db.cases import case_queries
from service.db.models import Case
from service.domain.errors import DomainError, WrongInput
from service.domain.staff.authority import Permission
from service.localization import read_amount
from service.operations.cases import assign, causes, confirm, order_choice
from service.operations.messages import by_seller
from service.operations.remedies import decisions
from service.web.auth import may
from service.web.desk.cases import case_page
from service.web.errors import status_of
from service.web.request_context import actor, context

blueprint = Blueprint("case_verbs", __name__, url_prefix="/cases/<reference>")
Answer = Response | tuple[str, int]
LONGEST_LIFE = 3650
"""Days for which a code may be good."""


def verb(sentence: Any) -> Callable[[Callable[..., None]], Callable[..., Answer]]:
    """For those who may decide: does one thing to a case, then says `sentence`."""

    def decorated(act: Callable[..., None]) -> Callable[..., Answer]:
        @may(Permission.DECIDE)
        @wraps(act)
        def acted(reference: str, **rest: Any) -> Answer:
            with context().database.reading() as session:
                case = case_queries.case_by_reference(session, reference)
            try:
                act(case, **rest)
            except DomainError as error:
                return case_page(reference, error), status_of(error)
            flash(sentence)
            return redirect(url_for("admin.case", reference=case.reference), 303)

        return acted

    return decorated


@blueprint.post("/approve")
@verb(lazy("Approved. It is carried out now."))
def approve(case: Case) -> None:
    """Approve a proposed make-good."""
    form = request.form
    decisions.approve(
        context(),
        case.id,
        actor(),
        number=form.get("number", -1, type=int),
        seen=form.get("proposal", type=int),
    )


@blueprint.post("/approve-other")
@verb(lazy("Approved. It is carried out now."))
def approve_other(case: Case) -> None:
    """Approve another make-good than the proposed ones."""
    reason = request.form.get("reason", "")
    decisions.approve(context(), case.id, actor(), changed=_other(case), reason=reason)


def _other(case: Case) -> Remedy:
    if not case.order:
        raise WrongInput("Choose the order first.")
    form = request.form
    kind = KINDS.get(form.get("action", ""))
    if kind is None:
        raise WrongInput("Choose the make-good.")
    amount = None
    if kind.worth is Worth.CHOSEN:
        amount = read_amount(form.get("amount", ""), case.order["currency"])
    lines = tuple(form.getlist("line"))
    if not lines:
        raise WrongInput("Choose which lines of the order are meant.")
    return Remedy(kind, amount, lines, timedelta(days=_days()) if kind.expires else None)


def _days() -> int:
    text = request.form.get("expires_days", "").strip()
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= LONGEST_LIFE:
        raise WrongInput("Enter for how many days it is good, from 1 to 3650.")
    return int(text)


@blueprint.post("/offer")
@verb(lazy("The buyer is told that there is a choice."))
def offer(case: Case) -> None:
    """Let the buyer choose among the proposed make-goods."""
    seen = request.form.get("proposal", type=int)
    decisions.offer(context(), case.id, actor(), seen=seen)


@blueprint.post("/decline")
@verb(lazy("Declined. The case stays open a while, in case the rating changes."))
def decline(case: Case) -> None:
    """Decide against a make-good."""
    decisions.decline(context(), case.id, actor(), request.form.get("reason", ""))


@blueprint.post("/close")
@verb(lazy("The case is closed."))
def close(case: Case) -> None:
    """Close the case."""
    decisions.close_case(context(), case.id, actor(), request.form.get("reason", ""))


@blueprint.post("/candidate")
@verb(lazy("The order is set."))
def take_candidate(case: Case) -> None:
    """Take one of the orders that fit."""
    candidate = request.form.get("candidate", "")
    order_choice.choose_order(context(), case.id, candidate, actor=actor(), is_candidate=True)


@blueprint.post("/order")
@verb(lazy("The order is set."))
def choose_order(case: Case) -> None:
    """Take the order of a typed number."""
    number = request.form.get("order_id", "")
    order_choice.choose_order(context(), case.id, number, actor=actor())


@blueprint.post("/cause")
@verb(lazy("Noted. It counts from now on."))
def correct_cause(case: Case) -> None:
    """Say what the case is about."""
    causes.correct(context(), case.id, actor(), request.form.get("cause", ""))


@blueprint.post("/confirm")
@verb(lazy("Noted: you have looked. The buyer is answered as usual."))
def confirm_case(case: Case) -> None:
    """Say that one has looked at what speaks against the case."""
    confirm.confirm(context(), case.id, actor())


@blueprint.post("/hand-over")
@verb(lazy("Handed over."))
def hand_over(case: Case) -> None:
    """Give the case to somebody, or to nobody in particular."""
    form = request.form
    assign.hand_over(context(), case.id, actor(), form.get("to", type=int), form.get("reason", ""))


@blueprint.post("/stop-messages")
@verb(lazy("No more messages to this buyer about this case."))
def stop_messages(case: Case) -> None:
    """Send this buyer nothing more about this case."""
    by_seller.stop_messages(context(), case.id, actor())
