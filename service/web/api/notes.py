"""What staff write about a case for each other, for programs."""

from __future__ import annotations

from flask import Response

from service.domain.staff.authority import Permission
from service.operations.cases import notes
from service.web.api import inputs
from service.web.api.guard import programs_with
from service.web.api.idempotency import once
from service.web.api.v1 import blueprint, body_of, detail_of, find
from service.web.limits import MINUTE, limited
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.post("/cases/<reference>/note")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def note(reference: str) -> Response:
    """Write a note for staff."""
    case, sent = find(reference), body_of(inputs.NoteIn())
    notes.add(context(), case.id, actor(), sent["text"])
    return detail_of(reference)


@blueprint.post("/cases/<reference>/ask-owner")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def ask_owner(reference: str) -> Response:
    """Ask the owner to decide."""
    case, sent = find(reference), body_of(inputs.NoteIn())
    notes.ask_owner(context(), case.id, actor(), sent["text"])
    return detail_of(reference)
