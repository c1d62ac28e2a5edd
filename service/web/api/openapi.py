"""The OpenAPI document of /api/v1, made from the schemas that read and write it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from service.web.api import schemas

UNDERSCORES = str.maketrans("/-", "__")
Parameter = dict[str, Any]


def _in_path(name: str, kind: str) -> Parameter:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


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

    def operation(self) -> dict[str, Any]:
        """As OpenAPI writes it down."""
        name = re.sub(r"{.+?}", "one", self.path).strip("/").translate(UNDERSCORES)
        operation: dict[str, Any] = {
            "summary": self.summary,
            "parameters": self.parameters,
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
            operation["requestBody"] = {"required": True, "content": _json(self.body)}
        return operation


def _json(schema: type[Schema]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


REFERENCE = _in_path("reference", "string")
ENDPOINTS = (
    Endpoint(
        "get",
        "/cases",
        "List cases, newest first",
        schemas.CasesOut,
        [_in_query(schemas.CasesQuery)],
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
        schemas.ApproveIn,
    ),
    Endpoint(
        "post",
        "/cases/{reference}/offer",
        "Let the buyer choose among make-goods",
        schemas.CaseDetailOut,
        [REFERENCE],
        schemas.OfferIn,
    ),
    Endpoint(
        "post",
        "/cases/{reference}/decline",
        "Decline a make-good",
        schemas.CaseDetailOut,
        [REFERENCE],
        schemas.DeclineIn,
    ),
    Endpoint(
        "get",
        "/deliveries",
        "List deliveries that need attention",
        schemas.DeliveriesOut,
        [_in_query(schemas.PageQuery)],
    ),
    Endpoint("get", "/waiting", "List what waits", schemas.WaitingListOut),
    Endpoint(
        "post",
        "/connections/{connection_id}/try-now",
        "Try at once what waits for a connection",
        schemas.WaitingListOut,
        [_in_path("connection_id", "integer")],
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
    return spec.to_dict()
