"""The API's document as pages for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, jsonify, render_template

from service.web.api.describe import ONCE
from service.web.api.openapi import document
from service.web.api.v1 import blueprint
from service.web.auth import open_to_all


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the page shows it; `body` and the schemas are as OpenAPI has them."""

    method: str
    path: str
    operation: dict[str, Any]

    @property
    def id(self) -> str:
        """What its page is called."""
        return str(self.operation["operationId"])

    @property
    def summary(self) -> str:
        """What it does."""
        return str(self.operation["summary"])

    @property
    def description(self) -> str:
        """More on it, where there is any."""
        return str(self.operation.get("description", ""))

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """What stands in its path and query; the one header is explained at the top."""
        return [each for each in self.operation.get("parameters", []) if each != ONCE]

    @property
    def body(self) -> dict[str, Any] | None:
        """Its JSON, with examples; None: it takes none."""
        return _json(self.operation["requestBody"]) if "requestBody" in self.operation else None

    @property
    def answers(self) -> list[tuple[str, dict[str, Any]]]:
        """What is answered, by status."""
        return [
            ("else" if status == "default" else status, _schema(answer["content"]))
            for status, answer in self.operation["responses"].items()
        ]


def _schema(content: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer; for one that is not JSON its media type takes the place of a type."""
    (media_type, described), *_ = content.items()
    schema: dict[str, Any] = described.get("schema", {"type": media_type})
    return schema


def _json(content: dict[str, Any]) -> dict[str, Any] | None:
    described: dict[str, Any] | None = content.get("content", {}).get("application/json")
    return described


@blueprint.get("/openapi.json")
@open_to_all
def openapi() -> Response:
    """The document programs are written from."""
    return jsonify(document())


@blueprint.get("/docs")
@open_to_all
def reference() -> str:
    """All calls and values, each with a page of its own."""
    spec = document()
    names = sorted(spec["components"]["schemas"])
    return render_template("api/reference.html", calls=_calls(spec), names=names, once=ONCE)


@blueprint.get("/docs/calls/<call_id>")
@open_to_all
def reference_of_call(call_id: str) -> str:
    """One call, with examples."""
    calls = {call.id: call for call in _calls(document())}
    if call_id not in calls:
        abort(404)
    return render_template("api/call.html", call=calls[call_id])


@blueprint.get("/docs/values/<name>")
@open_to_all
def reference_of_value(name: str) -> str:
    """What one value holds."""
    schemas = document()["components"]["schemas"]
    if name not in schemas:
        abort(404)
    return render_template("api/value.html", name=name, schema=schemas[name])


def _calls(spec: dict[str, Any]) -> list[Call]:
    return [
        Call(method.upper(), path, operation)
        for path, operations in spec["paths"].items()
        for method, operation in operations.items()
    ]
