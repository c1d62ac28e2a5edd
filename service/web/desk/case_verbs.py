"""What a seller does with a case: one address for each verb, a refusal shown on the case itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as lazy

from service.db.cases import case_queries
from service.db.models import Case
from service.domain.errors import DomainError, WrongInput
from service.domain.staff.authority import Permission
from service.operations.cases import (
    assign,
    causes,
    confirm,
    notes,
    order_choice,
    reopen,
    root_cause,
)
from service.operations.messages import by_seller
from service.operations.remedies import decisions, holds
from service.web.auth import may, own_path
from service.web.desk import undo
from service.web.desk.case_forms import CaseForm, OtherForm
from service.web.desk.cases import case_page
from service.web.desk.once import once
from service.web.desk.verb_forms import (
    CandidateForm,
    CauseForm,
    CloseForm,
    HandOverForm,
    NoteForm,
    OrderForm,
    ProposalForm,
    ReasonForm,
    RootCauseForm,
)
from service.web.errors import status_of
from service.web.request_context import actor, context

blueprint = Blueprint("case_verbs", __name__, url_prefix="/cases/<reference>")


def verb(
    sentence: Any, form_class: type[CaseForm] = CaseForm
) -> Callable[[Callable[..., None]], Callable[..., ResponseReturnValue]]:
    """For those who may decide: does one thing to a case, then says `sentence`. `form_class`: of the
    form that it reads, which it gets as `form` once its entries are right."""

    def decorated(act: Callable[..., None]) -> Callable[..., ResponseReturnValue]:
        @may(Permission.DECIDE)
        @once
        @wraps(act)
        def acted(reference: str, **rest: Any) -> ResponseReturnValue:
            with context().database.reading() as session:
                case = case_queries.case_by_reference(session, reference)
            form = form_class(case, request.form)
            if form_class is not CaseForm:
                rest["form"] = form
            try:
                form.check()
                act(case, **rest)
            except DomainError as error:
                if isinstance(error, WrongInput) and not form.errors:
                    form.refuse(error, form.about)
                return case_page(reference, error, form), status_of(error)
            undo.tell(sentence, [case.reference])
            at_case = url_for("cases.case", reference=case.reference)
            return redirect(own_path(form.next.data or "", at_case), 303)

        return acted

    return decorated


@blueprint.post("/approve")
@verb(undo.APPROVED, ProposalForm)
def approve(case: Case, form: ProposalForm) -> None:
    """Approve a proposed make-good."""
    number, seen = form.value("number"), form.value("proposal")
    which = -1 if number is None else number
    decisions.approve(context(), case.id, actor(), number=which, seen=seen)


@blueprint.post("/approve-other")
@verb(undo.APPROVED, OtherForm)
def approve_other(case: Case, form: OtherForm) -> None:
    """Approve another make-good than the proposed ones."""
    reason = form.reason.data or ""
    decisions.approve(context(), case.id, actor(), changed=form.remedy, reason=reason)


@blueprint.post("/undo")
@verb(undo.UNDONE)
def undo_approval(case: Case) -> None:
    """Take back what was just approved."""
    holds.undo(context(), case.id, actor())


@blueprint.post("/offer")
@verb(lazy("The buyer is told that there is a choice."), ProposalForm)
def offer(case: Case, form: ProposalForm) -> None:
    """Let the buyer choose among the proposed make-goods."""
    decisions.offer(context(), case.id, actor(), seen=form.value("proposal"))


@blueprint.post("/decline")
@verb(lazy("Declined. The case stays open a while, in case the rating changes."), ReasonForm)
def decline(case: Case, form: ReasonForm) -> None:
    """Decide against a make-good."""
    decisions.decline(context(), case.id, actor(), form.value("reason"))


@blueprint.post("/close")
@verb(lazy("The case is closed."), CloseForm)
def close(case: Case, form: CloseForm) -> None:
    """Close the case, with the root cause where one was tapped."""
    reason, root = form.value("reason"), form.value("root_cause")
    decisions.close_case(context(), case.id, actor(), reason, root)


@blueprint.post("/reopen")
@verb(lazy("The case is open again."), ReasonForm)
def reopen_case(case: Case, form: ReasonForm) -> None:
    """Open a closed case again."""
    reopen.reopen(context(), case.id, actor(), form.value("reason"))


@blueprint.post("/root-cause")
@verb(lazy("Noted."), RootCauseForm)
def record_root_cause(case: Case, form: RootCauseForm) -> None:
    """Say where the complaint comes from."""
    root_cause.record(context(), case.id, actor(), form.value("root_cause"))


@blueprint.post("/candidate")
@verb(lazy("The order is set."), CandidateForm)
def take_candidate(case: Case, form: CandidateForm) -> None:
    """Take one of the orders that fit."""
    candidate = form.value("candidate")
    order_choice.choose_order(context(), case.id, candidate, actor=actor(), is_candidate=True)


@blueprint.post("/order")
@verb(lazy("The order is set."), OrderForm)
def choose_order(case: Case, form: OrderForm) -> None:
    """Take the order of a typed number."""
    order_choice.choose_order(context(), case.id, form.value("order_id"), actor=actor())


@blueprint.post("/cause")
@verb(lazy("Noted. It counts from now on."), CauseForm)
def correct_cause(case: Case, form: CauseForm) -> None:
    """Say what the case is about."""
    causes.correct(context(), case.id, actor(), form.value("cause"))


@blueprint.post("/confirm")
@verb(lazy("Noted: you have looked. The buyer is answered as usual."))
def confirm_case(case: Case) -> None:
    """Say that one has looked at what speaks against the case."""
    confirm.confirm(context(), case.id, actor())


@blueprint.post("/hand-over")
@verb(lazy("Handed over."), HandOverForm)
def hand_over(case: Case, form: HandOverForm) -> None:
    """Give the case to somebody, or to nobody in particular."""
    assign.hand_over(context(), case.id, actor(), form.value("to"), form.value("reason"))


@blueprint.post("/note")
@verb(lazy("Noted, for you and your staff only."), NoteForm)
def note(case: Case, form: NoteForm) -> None:
    """Write a note for staff."""
    notes.add(context(), case.id, actor(), form.value("text"))


@blueprint.post("/ask-owner")
@verb(lazy("The owner is asked."), NoteForm)
def ask_owner(case: Case, form: NoteForm) -> None:
    """Ask the owner to decide."""
    notes.ask_owner(context(), case.id, actor(), form.value("text"))


@blueprint.post("/answer-staff")
@verb(lazy("Answered. Whoever asked decides."), NoteForm)
def answer_staff(case: Case, form: NoteForm) -> None:
    """Answer what the owner was asked, without deciding."""
    notes.answer(context(), case.id, actor(), form.value("text"))


@blueprint.post("/stop-messages")
@verb(lazy("No more messages to this buyer about this case."))
def stop_messages(case: Case) -> None:
    """Send this buyer nothing more about this case."""
    by_seller.stop_messages(context(), case.id, actor())
