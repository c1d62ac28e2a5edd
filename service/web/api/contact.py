"""Calls, channels and the do-not-contact list, for programs: what the desk can do with them."""

from __future__ import annotations

from flask import Response, jsonify

from service.db.cases import case_queries
from service.db.models import Call, DoNotContact
from service.domain.errors import NotFound
from service.domain.messages.ladder import Severity
from service.domain.staff.authority import Permission
from service.operations.cases.orders import buyer_of
from service.operations.messages import calls, do_not_contact
from service.operations.messages.calls import CallResult
from service.operations.messages.ways import ladder_of
from service.operations.shops import ladders, settings
from service.web.api import contact_schemas, inputs
from service.web.api.guard import programs_with
from service.web.api.idempotency import once
from service.web.api.v1 import blueprint, body_of, case, query_of
from service.web.limits import MINUTE, limited
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.get("/cases/<reference>/calls")
@programs_with(Permission.LOOK)
def list_calls(reference: str) -> Response:
    """List the calls of a case."""
    with context().database.reading() as session:
        row = case_queries.case_by_reference(session, reference)
        out = {"number": buyer_of(row).phone, "calls": row.calls}
        return jsonify(contact_schemas.CallsOut().dump(out))


@blueprint.post("/cases/<reference>/calls")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def ask_for_call(reference: str) -> Response:
    """Have the buyer called."""
    calls.ask(context(), _case_id(reference), actor())
    return list_calls(reference)


@blueprint.post("/cases/<reference>/calls/<int:call_id>/outcome")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def record_call(reference: str, call_id: int) -> Response:
    """Say what came of a call."""
    case_id = _case_id(reference)
    with context().database.reading() as session:
        call = session.get(Call, call_id)
        if call is None or call.case_id != case_id:
            raise NotFound("There is no such call in this case.")
    calls.record(
        context(), call_id, actor(), CallResult(**body_of(contact_schemas.CallOutcomeIn()))
    )
    return list_calls(reference)


def _case_id(reference: str) -> int:
    with context().database.reading() as session:
        return case_queries.case_by_reference(session, reference).id


@blueprint.post("/cases/<reference>/do-not-contact")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def put_buyer(reference: str) -> Response:
    """Put the buyer of a case on the do-not-contact list."""
    sent = body_of(contact_schemas.ReasonIn())
    do_not_contact.put_buyer(context(), _case_id(reference), actor(), sent["reason"])
    return case(reference)


@blueprint.get("/shops/<int:shop_id>/do-not-contact")
@programs_with(Permission.MANAGE)
def list_entries(shop_id: int) -> Response:
    """List who wants no messages, newest first."""
    asked = query_of(inputs.PageQuery())
    return _entries(shop_id, asked["most"], asked["before"])


def _entries(shop_id: int, most: int = 50, before: int | None = None) -> Response:
    with context().database.reading() as session:
        rows = do_not_contact.entries(session, [shop_id], before=before, most=most)
        page = {"entries": rows, "next": rows[-1].id if len(rows) == most else None}
        return jsonify(contact_schemas.DoNotContactOut().dump(page))


@blueprint.post("/shops/<int:shop_id>/do-not-contact")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def put_on_list(shop_id: int) -> Response:
    """Put an address or a number on the list."""
    sent = body_of(contact_schemas.DoNotContactIn())
    do_not_contact.put(context(), shop_id, actor(), sent["who"], sent["reason"])
    return _entries(shop_id)


@blueprint.post("/shops/<int:shop_id>/do-not-contact/<int:entry_id>/take-off")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def take_off_list(shop_id: int, entry_id: int) -> Response:
    """Take an entry off the list."""
    with context().database.reading() as session:
        entry = session.get(DoNotContact, entry_id)
        if entry is None or entry.shop_id != shop_id:
            raise NotFound("There is no such entry.")
    sent = body_of(contact_schemas.ReasonIn())
    do_not_contact.take_off(context(), entry_id, actor(), sent["reason"])
    return _entries(shop_id)


@blueprint.get("/shops/<int:shop_id>/channels")
@programs_with(Permission.MANAGE)
def read_ladders(shop_id: int) -> Response:
    """Read the ladders of a shop."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        by_severity = {severity.value: ladder_of(shop, severity) for severity in Severity}
        return jsonify(contact_schemas.LaddersOut().dump(by_severity))


@blueprint.post("/shops/<int:shop_id>/channels")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def set_ladder(shop_id: int) -> Response:
    """Set a ladder of a shop."""
    sent = body_of(contact_schemas.LadderIn())
    ladders.put(context(), shop_id, actor(), sent["severity"], tuple(sent["channels"]))
    return read_ladders(shop_id)
