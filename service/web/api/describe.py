"""How one method of one path is described in the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from service.web.api import schemas
from service.web.api.idempotency import HEADER

UNDERSCORES = str.maketrans("/-", "__")
Parameter = dict[str, Any]


def in_path(name: str, kind: str, example: object) -> Parameter:
    """A part of an address."""
    about = {"name": name, "in": "path", "required": True}
    return {**about, "schema": {"type": kind}, "example": example}


def in_query(schema: type[Schema]) -> Parameter:
    """What stands behind the question mark."""
    return {"in": "query", "schema": schema}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path: what it takes and what it answers."""

    method: str
    path: str
    summary: str
    answer: type[Schema] | str
    """The schema of JSON, the media type of anything else."""
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
                "200": {"description": "Done", "content": _content(self.answer)},
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


def _content(answer: type[Schema] | str) -> dict[str, Any]:
    return {answer: {}} if isinstance(answer, str) else _json(answer)


def _json(schema: type[Schema]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


ONCE: Parameter = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Of your own choice, new for each call, such as a UUID. The same call made again with it within 24 hours is"
        " answered as it was, with Idempotent-Replayed: true, and not carried out again. With another"
        " body it is refused (422), as it is while the first one is carried out (409)."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
