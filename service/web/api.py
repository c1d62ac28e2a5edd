"""/api/v1 for programs: cases, decisions, deliveries; and the OpenAPI document of it all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response, g, jsonify, request
from marshmallow import Schema, ValidationError

from integrations.contract import Action
from integrations.money import Money
from service.db import queries
from service.db.models import Case
from service.domain.errors import WrongInput
from service.operations import decisions, sellers
from service.operations.decisions import Remedy
from service.web import schemas
from service.web.auth import limiter, open_to_all
from service.web.here import context, seller

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
View = TypeVar("View", bound=Callable[..., Any])
MOST = 100


def programs_only(view: View) -> View:
    """A bearer token of an active seller."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        found = sellers.seller_of_token(context(), token) if scheme == "Bearer" else None
        if found is None:
            message = "Send a token: Authorization: Bearer mg_..."
            answer = jsonify(error={"code": "not_signed_in", "message": message})
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer, 401
        g.seller = found
        return view(*args, **kwargs)

    guarded.guard = "token"  # type: ignore[attr-defined]
    return cast(View, guarded)


def _body(schema: Schema) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(request.get_json(silent=True) or {})
    except ValidationError as error:
        raise WrongInput(f"The body is wrong: {error.messages}") from error
    return loaded


def _most() -> int:
    return max(1, min(MOST, request.args.get("most", 50, type=int)))


@blueprint.get("/cases")
@programs_only
def cases() -> Response:
    """List cases, newest first."""
    states = request.args.getlist("state")
    with context().database.reading() as session:
        found = queries.cases_in(
            session, states, most=_most(), before=request.args.get("before", type=int)
        )
        page = {"cases": found, "next": found[-1].id if len(found) == _most() else None}
        return jsonify(schemas.CasesOut().dump(page))


@blueprint.get("/cases/<reference>")
@programs_only
def case(reference: str) -> Response:
    """Read one case."""
    return _detail(reference)


def _detail(reference: str) -> Response:
    with context().database.reading() as session:
        found = queries.case_by_reference(session, reference)
        proposal = queries.proposal(session, found.id)
        out = schemas.CaseDetailOut(exclude=("proposal",)).dump(found)
        rows = proposal.remedies if proposal is not None else []
        out["proposal"] = schemas.RemedyOut(many=True).dump(rows)
        return jsonify(out)


def _find(reference: str) -> Case:
    with context().database.reading() as session:
        return queries.case_by_reference(session, reference)


@blueprint.post("/cases/<reference>/approve")
@programs_only
@limiter.limit("120 per minute")
def approve(reference: str) -> Response:
    """Approve the proposed or a changed make-good."""
    found, wanted = _find(reference), _body(schemas.ApproveIn())
    changed = wanted["changed"] and Remedy(
        Action(wanted["changed"]["action"]),
        Money(wanted["changed"]["amount_minor"], wanted["changed"]["currency"].upper()),
        tuple(wanted["changed"]["line_ids"]) or _lines(found), wanted["changed"]["expires_days"],
    )  # fmt: skip
    decisions.approve(
        context(), found.id, seller(), number=wanted["number"], changed=changed or None,
        reason=wanted["reason"],
    )  # fmt: skip
    return _detail(reference)


def _lines(found: Case) -> tuple[str, ...]:
    return tuple(line["id"] for line in found.order.get("lines", ()))


@blueprint.post("/cases/<reference>/decline")
@programs_only
def decline(reference: str) -> Response:
    """Decline a make-good."""
    found = _find(reference)
    decisions.decline(context(), found.id, seller(), _body(schemas.DeclineIn())["reason"])
    return _detail(reference)


@blueprint.get("/deliveries")
@programs_only
def deliveries() -> Response:
    """List deliveries that need attention, newest first."""
    with context().database.reading() as session:
        found = queries.deliveries_needing_attention(
            session, most=_most(), before=request.args.get("before", type=int)
        )
        page = {"deliveries": found, "next": found[-1].id if len(found) == _most() else None}
        return jsonify(schemas.DeliveriesOut().dump(page))


@blueprint.get("/openapi.json")
@open_to_all
def openapi() -> Response:
    """The document programs are written from."""
    return jsonify(document())


def document() -> dict[str, Any]:
    """OpenAPI 3.1, made from the schemas."""
    spec = APISpec(
        "Makegood", "1", "3.1.0", plugins=[MarshmallowPlugin()], security=[{"token": []}]
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    before = [_query("before", "integer"), _query("most", "integer")]
    named = [{"name": "reference", "in": "path", "required": True, "schema": {"type": "string"}}]
    _path(spec, "/cases", "get", "List cases, newest first", schemas.CasesOut,
          parameters=[_query("state", "string"), *before])  # fmt: skip
    _path(spec, "/cases/{reference}", "get", "Read one case", schemas.CaseDetailOut,
          parameters=named)  # fmt: skip
    _path(spec, "/cases/{reference}/approve", "post", "Approve a make-good",
          schemas.CaseDetailOut, parameters=named, body=schemas.ApproveIn)  # fmt: skip
    _path(spec, "/cases/{reference}/decline", "post", "Decline a make-good",
          schemas.CaseDetailOut, parameters=named, body=schemas.DeclineIn)  # fmt: skip
    _path(spec, "/deliveries", "get", "List deliveries that need attention",
          schemas.DeliveriesOut, parameters=before)  # fmt: skip
    return spec.to_dict()


def _query(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": kind}}


def _path(
    spec: APISpec, path: str, method: str, summary: str, out: type[Schema], *,
    parameters: list[dict[str, Any]], body: type[Schema] | None = None,
) -> None:  # fmt: skip
    error = {
        "type": "object",
        "properties": {"error": schemas.ErrorOut},
    }
    operation: dict[str, Any] = {
        "summary": summary, "parameters": parameters,
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": out}}},
            "default": {
                "description": "Refused, with what to do",
                "content": {"application/json": {"schema": error}},
            },
        },
    }  # fmt: skip
    if body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
    spec.path(path=f"/api/v1{path}", operations={method: operation})
