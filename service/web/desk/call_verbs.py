"""Calls to the buyer: asked for from the case, and what came of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint
from flask_babel import lazy_gettext as lazy

from service.db.models import Call, Case
from service.db.shops import shop_queries
from service.domain.errors import NotFound
from service.domain.messages.calls import CallMove
from service.operations.messages import calls
from service.operations.messages.calls import CallResult
from service.web.desk.case_forms import CallForm
from service.web.desk.case_verbs import verb
from service.web.request_context import actor, context

blueprint = Blueprint("call_verbs", __name__, url_prefix="/cases/<reference>/calls")


@blueprint.post("")
@verb(lazy("Call the buyer: number and guide are below."))
def ask(case: Case) -> None:
    """Have the buyer called."""
    calls.ask(context(), case.id, actor())


@blueprint.post("/<int:call_id>/reached")
@verb(lazy("Noted: you have spoken with the buyer."), CallForm)
def reached(case: Case, call_id: int, form: CallForm) -> None:
    """Note what the buyer said."""
    _record(case, call_id, form, CallMove.REACH)


@blueprint.post("/<int:call_id>/again")
@verb(lazy("Noted: the call is due then."), CallForm)
def again(case: Case, call_id: int, form: CallForm) -> None:
    """Note an appointment."""
    _record(case, call_id, form, CallMove.CALL_AGAIN)


@blueprint.post("/<int:call_id>/not-reached")
@verb(lazy("Noted: the buyer was not reached."), CallForm)
def not_reached(case: Case, call_id: int, form: CallForm) -> None:
    """Note that nobody answers."""
    _record(case, call_id, form, CallMove.GIVE_UP)


@blueprint.post("/<int:call_id>/wrong-number")
@verb(lazy("Noted: this number is not the buyer's."), CallForm)
def wrong_number(case: Case, call_id: int, form: CallForm) -> None:
    """Note that it is somebody else's number."""
    _record(case, call_id, form, CallMove.MISDIAL)


def _record(case: Case, call_id: int, form: CallForm, how: CallMove) -> None:
    with context().database.reading() as session:
        call = session.get(Call, call_id)
        if call is None or call.case_id != case.id:
            raise NotFound("There is no such call in this case.")
        zone = ZoneInfo(shop_queries.shop(session, case.shop_id).zone)
    again_at = form.value("again_at") if how is CallMove.CALL_AGAIN else None
    outcome = CallResult(
        how,
        form.words.data or "",
        form.value("answer") if how is CallMove.REACH else None,
        # The appointment is in the shop's own time.
        again_at and again_at.replace(tzinfo=zone),
    )
    calls.record(context(), call_id, actor(), outcome)
