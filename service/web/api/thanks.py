"""Thanking buyers, for programs: what the desk can do."""

from __future__ import annotations

from flask import Response

from service.domain.staff.authority import Permission
from service.operations.remedies import thanks
from service.web.api import inputs
from service.web.api.guard import programs_with
from service.web.api.idempotency import once
from service.web.api.v1 import blueprint, body_of, detail_of, find
from service.web.limits import MINUTE, limited
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.post("/cases/<reference>/thank")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def thank(reference: str) -> Response:
    """Thank the buyer."""
    case, sent = find(reference), body_of(inputs.ThankIn())
    thanks.give(context(), case.id, actor(), sent["gesture"])
    return detail_of(reference)


@blueprint.post("/cases/<reference>/preference")
@programs_with(Permission.DECIDE)
@limited(120, MINUTE)
@once
def note_preference(reference: str) -> Response:
    """Note what the buyer likes."""
    case, sent = find(reference), body_of(inputs.PreferenceIn())
    thanks.note_profile(context(), case.id, actor(), sent["profile"])
    return detail_of(reference)
