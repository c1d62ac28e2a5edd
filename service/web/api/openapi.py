"""The OpenAPI document of /api/v1, made from the schemas that read and write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from service.web.api import inputs, schemas
from service.web.api.idempotency import HEADER

UNDERSCORES = str.maketrans("/-", "__")
Parameter = dict[str, Any]


def _in_path(name: str, kind: str, example: object) -> Parameter:
    about = {"name": name, "in": "path", "required": True}
    return {**about, "schema": {"type": kind}, "example": example}


def _in_query(schema: type[Schema]) -> Parameter:
    return {"in": "query", "schema": schema}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path: what it takes and what it answers."""

    method: str
    path: str
    summary: str
    answer: type[Schema]
    parameters: list[Parameter] = field(default_factory=list)
    body: type[Schema] | None = None
    examples: Mapping[str, Any] = field(default_factory=dict)
    """Bodies by a name for them."""

    def operation(self) -> dict[str, Any]:
        """As OpenAPI writes it down."""
        name = re.sub(r"{.+?}", "one", self.path).strip("/").translate(UNDERSCORES)
        operation: dict[str, Any] = {
            "summary": self.summary,
            "parameters": [*self.parameters, *([ONCE] if self.method == "post" else [])],
            "operationId": f"{self.method}_{name}",
            "responses": {
                "200": {"description": "Done", "content": _json(self.answer)},
                "default": {
                    "description": "Refused, with what to do",
                    "content": _json(schemas.RefusalOut),
                },
            },
        }
        if self.body is not None:
            shown = {name: {"value": body} for name, body in self.examples.items()}
            content = {"application/json": {"schema": self.body, "examples": shown}}
            operation["requestBody"] = {"required": True, "content": content}
        return operation


def _json(schema: type[Schema]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


ONCE: Parameter = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Of your own choice, new for each call. The same call made again with it within 24 hours is"
        " answered as it was, with Idempotent-Replayed: true, and not carried out again. With another"
        " body it is refused (422), as it is while the first one is carried out (409)."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "5f0c1e4e-approve-MG-7K2QX9",
}
APPROVALS: Mapping[str, Any] = {
    "proposed": {"number": 0, "proposal_id": 12},
    "changed": {
        "changed": {
            "action": "refund",
            "amount_minor": 5_000_000,
            "currency": "IDR",
            "line_ids": ["1"],
        },
        "reason": "Half of what was paid.",
    },
}
REFERENCE = _in_path("reference", "string", "MG-7K2QX9")
ENDPOINTS = (
    Endpoint(
        "get",
        "/cases",
        "List cases, newest first",
        schemas.CasesOut,
        [_in_query(inputs.CasesQuery)],
    ),
    Endpoint("get", "/cases/{reference}", "Read one case", schemas.CaseDetailOut, [REFERENCE]),
    Endpoint(
        "get",
        "/cases/{reference}/proof",
        "Read what a case can prove",
        schemas.ProofOut,
        [REFERENCE],
    ),
    Endpoint(
        "post",
        "/cases/{reference}/approve",
        "Approve a make-good",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.ApproveIn,
        APPROVALS,
    ),
    Endpoint(
        "post",
        "/cases/{reference}/offer",
        "Let the buyer choose among make-goods",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.OfferIn,
        {"two": {"numbers": [0, 1], "days": 3, "proposal_id": 12}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/decline",
        "Decline a make-good",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.DeclineIn,
        {"declined": {"reason": "Delivered in time, see the tracking."}},
    ),
    Endpoint(
        "get",
        "/deliveries",
        "List deliveries that need attention",
        schemas.DeliveriesOut,
        [_in_query(inputs.PageQuery)],
    ),
    Endpoint("get", "/waiting", "List what waits", schemas.WaitingListOut),
    Endpoint(
        "post",
        "/connections/{connection_id}/try-now",
        "Try at once what waits for a connection",
        schemas.WaitingListOut,
        [_in_path("connection_id", "integer", 1)],
    ),
)


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    spec = APISpec(
        "Makegood", "1", "3.1.0", plugins=[MarshmallowPlugin()], security=[{"token": []}]
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for endpoint in ENDPOINTS:
        spec.path(
            path=f"/api/v1{endpoint.path}", operations={endpoint.method: endpoint.operation()}
        )
    content: dict[str, Any] = spec.to_dict()
    # Nothing is approved that was not named.
    named = [{"required": ["number"]}, {"required": ["changed"]}]
    content["components"]["schemas"]["ApproveIn"]["anyOf"] = named
    return content
