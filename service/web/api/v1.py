"""/api/v1 for programs: cases, decisions, deliveries, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from integrations.money import Money
from integrations.remedies import KINDS, Remedy
from service.db.cases import case_queries
from service.db.models import Case
from service.db.outbox.waiting import waiting_work
from service.db.remedies import remedy_queries
from service.db.reviews import delivery_queries
from service.db.shops import shop_queries
from service.domain.errors import WrongInput
from service.domain.staff.authority import Permission, may
from service.operations.cases import reopen, root_cause
from service.operations.cases.evidence import evidence_of
from service.operations.cases.platform_pages import pages_of
from service.operations.cases.proof import proof_of
from service.operations.remedies import decisions, holds
from service.operations.shops import recovery
from service.web.api import inputs, schemas
from service.web.api.buyer_summary import buyer_summary
from service.web.api.guard import programs_with
from service.web.api.idempotency import once
from service.web.api.picture_schemas import pictures_out
from service.web.api.proof_schemas import ProofOut
from service.web.limits import MINUTE, limited
from service.web.request_context import actor, context

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


def body_of(schema: Schema) -> dict[str, Any]:
    """The JSON object that was sent. One that cannot be read is never taken for an empty one."""
    try:
        sent = request.get_json(force=True)
    except BadRequest as error:
        raise WrongInput("Send a JSON object as the body.") from error
    return _loaded(schema, sent)


def query_of(schema: Schema) -> dict[str, Any]:
    """What stands behind the question mark; a name that is repeated is a list."""
    sent: dict[str, Any] = {}
    for name, values in request.args.lists():
        listed = isinstance(schema.fields.get(name), fields.List) or len(values) > 1
        sent[name] = values if listed else values[0]
    return _loaded(schema, sent)


def _loaded(schema: Schema, sent: object) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(cast(dict[str, Any], sent))
    except ValidationError as error:
        problems = dict(_named(error.messages))
        listed = " ".join(f"{name or 'body'}: {text}" for name, text in problems.items())
        raise WrongInput("Wrong or unknown: %(told)s", told=listed, fields=problems) from error
    return loaded


def _named(messages: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Each wrong field by its path, such as `changed.amount_minor`."""
    if not isinstance(messages, dict):
        yield path, " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
        return
    for name, below in messages.items():
        onward = path if name == "_schema" else f"{path}.{name}".lstrip(".")
        yield from _named(below, onward)


@blueprint.get("/cases/<reference>")
@programs_with(Permission.LOOK)
def case(reference: str) -> Response:
    """Read one case."""
    return detail_of(reference)


@blueprint.get("/cases/<reference>/proof")
@programs_with(Permission.LOOK)
def proof(reference: str) -> Response:
    """Read what a case can prove."""
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        record = proof_of(session, case, context().clock.now())
        return jsonify(ProofOut().dump(record))


def detail_of(reference: str) -> Response:
    """A case as programs read it."""
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        proposal = remedy_queries.proposal(session, case.id)
        apart = ("proposal", "proposal_id", "proposal_offer", "evidence", "buyer_summary", "pages")
        out = schemas.CaseDetailOut(exclude=(*apart, "pictures")).dump(case)
        evidence = evidence_of(session, case, context().clock.now())
        out["evidence"] = schemas.EvidenceOut(many=True).dump(evidence)
        out["pages"] = _pages(session, case)
        out["pictures"] = pictures_out(case)
        out["buyer_summary"] = buyer_summary(session, case)
        rows = proposal.remedies if proposal is not None else []
        out["proposal"] = schemas.RemedyOut(many=True).dump(rows)
        out["proposal_id"] = None if proposal is None else proposal.id
        out["proposal_offer"] = None if proposal is None else proposal.offer
        return jsonify(out)


def _pages(session: Session, case: Case) -> dict[str, str]:
    """Where order, review and chat stand at their platform; the chat for those who may decide."""
    pages = dict.fromkeys(("order", "review", "chat"), "") | pages_of(session, case)
    return pages if may(actor(), Permission.DECIDE, case.shop_id) else {**pages, "chat": ""}


def find(reference: str) -> Case:
    """A case by its reference; raises `NotFound`."""
    with context().database.reading() as session:
        return case_queries.case_by_reference(session, reference)


@blueprint.post("/cases/<reference>/approve")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def approve(reference: str) -> Response:
    """Approve the proposed or a changed make-good."""
    case, asked = find(reference), body_of(inputs.ApproveIn())
    decisions.approve(
        context(),
        case.id,
        actor(),
        number=asked["number"],
        changed=asked["changed"] and _remedy(case, asked["changed"]),
        reason=asked["reason"],
        seen=asked["proposal_id"],
    )
    return detail_of(reference)


def _remedy(case: Case, sent: dict[str, Any]) -> Remedy:
    """The remedy a program sent."""
    days, minor = sent["expires_days"], sent.get("amount_minor")
    return Remedy(
        KINDS[sent["action"]],
        None if minor is None else Money(minor, sent["currency"].upper()),
        tuple(sent["line_ids"]) or _only_line(case),
        None if days is None else timedelta(days=days),
    )


def _only_line(case: Case) -> tuple[str, ...]:
    """The line of an order that has no other. Which of several is meant, a program says itself."""
    lines = tuple(line["id"] for line in case.order.get("lines", ()))
    return lines if len(lines) == 1 else ()


@blueprint.post("/cases/<reference>/offer")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def offer(reference: str) -> Response:
    """Let the buyer choose among proposed make-goods."""
    case, asked = find(reference), body_of(inputs.OfferIn())
    decisions.offer(
        context(),
        case.id,
        actor(),
        numbers=asked["numbers"],
        days=asked["days"],
        without_pick=asked["without_pick"],
        reason=asked["reason"],
        seen=asked["proposal_id"],
    )
    return detail_of(reference)


@blueprint.post("/cases/<reference>/decline")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def decline(reference: str) -> Response:
    """Decline a make-good."""
    case = find(reference)
    decisions.decline(context(), case.id, actor(), body_of(inputs.DeclineIn())["reason"])
    return detail_of(reference)


@blueprint.post("/cases/<reference>/undo")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def undo(reference: str) -> Response:
    """Undo what was approved, while its make-good is held."""
    holds.undo(context(), find(reference).id, actor())
    return detail_of(reference)


@blueprint.post("/cases/<reference>/close")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def close(reference: str) -> Response:
    """Close a case."""
    case, asked = find(reference), body_of(inputs.CloseIn())
    decisions.close_case(context(), case.id, actor(), asked["reason"], asked["root_cause"])
    return detail_of(reference)


@blueprint.post("/cases/<reference>/reopen")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def reopen_case(reference: str) -> Response:
    """Open a closed case again."""
    case, asked = find(reference), body_of(inputs.ReopenIn())
    reopen.reopen(context(), case.id, actor(), asked["reason"])
    return detail_of(reference)


@blueprint.post("/cases/<reference>/root-cause")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def record_root_cause(reference: str) -> Response:
    """Say where a complaint comes from."""
    case, asked = find(reference), body_of(inputs.RootCauseIn())
    root_cause.record(context(), case.id, actor(), asked["root_cause"])
    return detail_of(reference)


@blueprint.get("/deliveries")
@programs_with(Permission.LOOK)
def deliveries() -> Response:
    """List deliveries that need attention, newest first."""
    asked = query_of(inputs.PageQuery())
    return unread(asked["most"], asked["before"])


def unread(most: int = 50, before: int | None = None) -> Response:
    """A page of deliveries that need attention."""
    shops = actor().shops(Permission.LOOK)
    with context().database.reading() as session:
        rows = delivery_queries.deliveries_needing_attention(
            session, shops, most=most, before=before
        )
        page = {"deliveries": rows, "next": rows[-1].id if len(rows) == most else None}
        return jsonify(schemas.DeliveriesOut().dump(page))


@blueprint.get("/waiting")
@programs_with(Permission.LOOK)
def waiting() -> Response:
    """List what waits for platforms: why, and until when."""
    shops = actor().shops(Permission.LOOK)
    with context().database.reading() as session:
        lists = {
            "waiting": waiting_work(session, shops),
            "connections": shop_queries.connections_in_trouble(session, shops),
        }
        return jsonify(schemas.WaitingListOut().dump(lists))


@blueprint.post("/connections/<int:connection_id>/try-now")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def try_now(connection_id: int) -> Response:
    """Try at once what waits for a connection."""
    recovery.try_now(context(), connection_id, actor())
    return waiting()
