"""Writes to the buyer from the case: a verb for each button, a refusal beside what was typed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.db import queries
from service.domain.errors import DomainError, NotFound
from service.domain.staff.authority import Permission
from service.operations.messages import drafts
from service.operations.messages.drafts import Written
from service.web.auth import may
from service.web.desk.cases import case_page
from service.web.errors import status_of
from service.web.request_context import actor, context

blueprint = Blueprint("messages", __name__, url_prefix="/cases/<reference>/messages")
Answer = Response | tuple[str, int]
SENT = lazy("The message goes out now.")


@blueprint.post("")
@may(Permission.DECIDE)
def write(reference: str) -> Answer:
    """Keep a message of one's own as a draft."""
    verb = lambda: drafts.write(context(), _case(reference), actor(), _written(), send=False)  # noqa: E731
    return _done(reference, verb, _("The draft is kept."))


@blueprint.post("/send")
@may(Permission.DECIDE)
def send(reference: str) -> Answer:
    """Send a message of one's own."""
    verb = lambda: drafts.write(context(), _case(reference), actor(), _written(), send=True)  # noqa: E731
    return _done(reference, verb, str(SENT))


@blueprint.post("/<int:message_id>/change")
@may(Permission.DECIDE)
def change(reference: str, message_id: int) -> Answer:
    """Change the words of what was not sent yet."""
    _check_part(reference, message_id)
    verb = lambda: drafts.change(context(), message_id, actor(), _written())  # noqa: E731
    return _done(reference, verb, _("The message is changed."))


@blueprint.post("/<int:message_id>/release")
@may(Permission.DECIDE)
def release(reference: str, message_id: int) -> Answer:
    """Send a draft, as it is or as it was just changed."""
    _check_part(reference, message_id)
    written = _written() if "text" in request.form else None
    verb = lambda: drafts.release(context(), message_id, actor(), written)  # noqa: E731
    return _done(reference, verb, str(SENT))


def _done(reference: str, verb: Callable[[], object], told: str) -> Answer:
    try:
        verb()
    except DomainError as error:
        return case_page(reference, error), status_of(error)
    flash(told)
    return redirect(url_for("admin.case", reference=reference), 303)


def _written() -> Written:
    form = request.form
    return Written(
        form.get("subject", ""), form.get("text", ""), confirmed=form.get("confirmed") == "yes"
    )


def _case(reference: str) -> int:
    with context().database.reading() as session:
        return queries.case_by_reference(session, reference).id


def _check_part(reference: str, message_id: int) -> None:
    with context().database.reading() as session:
        case = queries.case_by_reference(session, reference)
        if message_id not in {message.id for message in case.messages}:
            raise NotFound("There is no such message in this case.")
