"""The flash after a decision: what was decided, until when it can be undone, and the button."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from service.db.models import Case
from service.db.remedies import remedy_queries
from service.domain.remedies.states import MakeGoodState
from service.web import formatting
from service.web.request_context import context

APPROVED = lazy("Approved. It is carried out now.")
UNDONE = lazy("Undone. The case waits for a decision again.")


def tell(sentence: Any, references: Sequence[str]) -> None:
    """Say what was done to these cases; with a button where it can be undone."""
    with context().database.reading() as session:
        held = remedy_queries.held_of(session, references)
        if not held:
            flash(str(sentence))
            return
        formatting.use_zone(held[0].case.shop.zone)
        until = max(make_good.held_until for make_good in held if make_good.held_until)
        at, number = formatting.clock(until), len(held)
        if number == 1:
            notice = _("Approved. Till %(at)s you can undo it.", at=at)
        else:
            notice = _("%(number)s approved. Till %(at)s you can undo them.", number=number, at=at)
        flash(notice, " ".join(["undo", *(each.case.reference for each in held)]))


def shown(case: Case) -> dict[str, Any]:
    """What the page of a case says of it: what is held, and the whole seconds that are surely left; 0
    where it begins any moment."""
    held = next((each for each in case.make_goods if each.state is MakeGoodState.HELD), None)
    until = None if held is None else held.held_until
    left = 0.0 if until is None else (until - context().clock.now()).total_seconds()
    return {"held": held, "seconds_left": max(0, int(left))}
