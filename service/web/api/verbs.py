"""A verb for programs as one row: its address, what it takes and answers, what it does, and its place in
the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema

from service.domain.staff.authority import Permission
from service.web.api import schemas
from service.web.api.describe import Endpoint, in_path
from service.web.api.guard import programs_with
from service.web.api.idempotency import once
from service.web.api.inputs import Strict
from service.web.api.v1 import blueprint, body_of, detail_of
from service.web.limits import MINUTE, limited

Ids = Mapping[str, Any]
"""What the address names."""
Sent = Mapping[str, Any]
"""The body as its schema has read it."""
Act = Callable[[Ids, Sent], object]
PART = re.compile(r"<(?:\w+:)?(\w+)>")
EXAMPLES: Mapping[str, str] = {
    "reference": "MG-7K2QX9",
    "make_good": "MG-7K2QX9-1",
    "key": "confirmation.resend",
    "language": "id",
}
"""Examples for path parameters that are not numbers."""


def _case_of(ids: Ids, _: object) -> Response:
    return detail_of(ids["reference"])


@dataclass(frozen=True, slots=True)
class Verb:
    """A POST; `act` gets what the address names and the body, `read` that and what `act` gave."""

    path: str
    summary: str
    act: Act
    body: type[Strict] | None = None
    examples: Mapping[str, Any] = field(default_factory=dict)
    permission: Permission = Permission.DECIDE
    answer: type[Schema] = schemas.CaseDetailOut
    read: Callable[[Ids, Any], Response] = _case_of


def add(verbs: Sequence[Verb]) -> tuple[Endpoint, ...]:
    """Let programs call these; gives what the document says of them."""
    for verb in verbs:
        name = PART.sub("one", verb.path).strip("/").replace("/", "_").replace("-", "_")
        blueprint.add_url_rule(verb.path, name, _view(verb, name), methods=["POST"])
    return tuple(_described(verb) for verb in verbs)


def _view(verb: Verb, name: str) -> Callable[..., Response]:
    def view(**ids: Any) -> Response:
        sent = {} if verb.body is None else body_of(verb.body())
        return verb.read(ids, verb.act(ids, sent))

    view.__name__, view.__doc__ = name, f"{verb.summary}."
    return programs_with(verb.permission)(limited(120, MINUTE)(once(view)))


def _described(verb: Verb) -> Endpoint:
    return Endpoint(
        "post",
        PART.sub(r"{\1}", verb.path),
        verb.summary,
        verb.answer,
        [parameter(name) for name in PART.findall(verb.path)],
        verb.body,
        verb.examples,
    )


def parameter(name: str) -> dict[str, Any]:
    """A part of an address as the document has it."""
    text = EXAMPLES.get(name)
    return in_path(name, "integer", 1) if text is None else in_path(name, "string", text)


def dumped(schema: type[Schema], content: object) -> Response:
    """An answer as its schema says."""
    return jsonify(schema().dump(content))
