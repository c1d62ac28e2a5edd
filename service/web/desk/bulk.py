"""Like cases approved together: chosen, reviewed with their number and total, confirmed by typing the
number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from service.db.cases import case_queries
from service.db.tasks import task_queries
from service.domain.errors import NotFound
from service.domain.staff.authority import Permission
from service.operations.remedies import bulk
from service.operations.remedies.bulk import MOST, Chosen, Result
from service.web.auth import may, own_path
from service.web.desk import undo as undoing
from service.web.desk.forms import DeskForm, Entry, Hidden, Ticks, carry_out
from service.web.desk.proposals import will_read
from service.web.desk.quick import Quick, likes_of, quicks_of, totals
from service.web.formatting import use_zone
from service.web.i18n import translate
from service.web.request_context import actor, context

blueprint = Blueprint("bulk", __name__, url_prefix="/together")
READ = 500
"""How many decisions, the oldest first, are searched for like ones."""


class BulkForm(DeskForm):
    """What was reviewed, each case with its proposal, and how many they are."""

    case = Ticks()
    number = Entry()

    @property
    def chosen(self) -> list[Chosen]:
        """The cases; what no page of ours holds is passed over."""
        pairs = [pair.partition(" ") for pair in self.case.data or ()]
        return [
            Chosen(reference, int(proposal))
            for reference, _separator, proposal in pairs
            if re.fullmatch("[0-9]{1,18}", proposal)
        ]

    @property
    def counted(self) -> int:
        """The number that was typed; -1 for what is none."""
        typed = (self.number.data or "").strip()
        return int(typed) if re.fullmatch("[0-9]{1,4}", typed) else -1


class UndoForm(DeskForm):
    """The cases of which an approval is undone, and the page to go back to."""

    reference = Ticks()
    next = Hidden()


def quicks(session: Session, references: Sequence[str] = ()) -> dict[int, Quick]:
    """What this seller may approve of what waits, or of these cases."""
    shops = actor().shops(Permission.DECIDE)
    named = case_queries.ids_of(session, references) if references else []
    if references and not named:
        return {}
    tasks = task_queries.open_decisions(session, shops, most=READ, case_ids=named)
    return quicks_of(context(), session, tasks, actor())


@blueprint.get("")
@may(Permission.DECIDE)
def choose() -> str:
    """Like cases to choose from; all of them are chosen at first."""
    key = request.args.get("like", "")
    with context().database.reading() as session:
        groups = likes_of(quicks(session).values())
        group = next((group for group in groups if group.key == key), None)
        if group is None:
            raise NotFound("None of these waits any more.")
        return render_template(
            "desk/bulk.html",
            group=group,
            shown=group.quicks[:MOST],
            total=totals(group.quicks[:MOST]),
        )


@blueprint.get("/review")
@may(Permission.DECIDE)
def review() -> str:
    """Number and total of what was chosen, before anything is decided."""
    return _review(request.args.getlist("case"), BulkForm())


def _review(references: Sequence[str], form: BulkForm) -> str:
    with context().database.reading() as session:
        approvable = [
            quick for quick in quicks(session, references[:MOST]).values() if not quick.refused
        ]
        if approvable:
            use_zone(approvable[0].case.shop.zone)
        return render_template(
            "desk/bulk_review.html",
            quicks=approvable,
            total=totals(approvable),
            form=form,
            **_first_read(session, approvable),
        )


def _first_read(session: Session, approvable: Sequence[Quick]) -> dict[str, object]:
    """What the buyer of the first of them will read; the others read the same of their own order."""
    if not approvable:
        return {}
    first, now = approvable[0], context().clock.now()
    option = None if first.is_choice else {"number": 0}
    return {"option": option, "will_read": will_read(context(), session, first.case, now)}


@blueprint.post("/approve")
@may(Permission.DECIDE)
def approve() -> Response | tuple[str, int]:
    """Approve what was reviewed, each case by itself."""
    form, results = BulkForm(request.form), list[Result]()
    chosen, verb = form.chosen, bulk.approve
    status = carry_out(
        form,
        lambda: results.extend(verb(context(), chosen, actor(), counted=form.counted)),
        "number",
    )
    if status:
        return _review([each.reference for each in chosen], form), status
    done = [result.reference for result in results if result.refused is None]
    if done:
        several = _("%(number)s approved. They are carried out now.", number=len(done))
        undoing.tell(undoing.APPROVED if len(done) == 1 else several, done)
    _tell_what_was_left(results)
    return redirect(url_for("waiting.overview"), 303)


def _tell_what_was_left(results: Sequence[Result]) -> None:
    """Each case that was not done, with the reason."""
    for result in results:
        if result.refused is not None:
            values = {"case": result.reference, "why": translate(result.refused)}
            flash(_("%(case)s is left: %(why)s", **values))


@blueprint.post("/undo")
@may(Permission.DECIDE)
def undo() -> Response:
    """Undo what was approved together and is held."""
    form = UndoForm(request.form)
    results = bulk.undo(context(), form.reference.data or [], actor())
    done = sum(result.refused is None for result in results)
    if done:
        several = _("%(number)s undone. They wait for a decision again.", number=done)
        flash(undoing.UNDONE if done == 1 else several)
    _tell_what_was_left(results)
    return redirect(own_path(form.next.data or ""), 303)
