"""What a seller does with a make-good that got stuck: one address for each verb."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as lazy

from service.db.models import Case
from service.domain.errors import NotFound
from service.operations.remedies import make_goods, offers
from service.web.desk.case_verbs import verb
from service.web.desk.cases import whole_case
from service.web.desk.verb_forms import CodeForm
from service.web.request_context import actor, context

blueprint = Blueprint(
    "make_good_verbs", __name__, url_prefix="/cases/<reference>/make-goods/<int:make_good_id>"
)


@blueprint.post("/try-again")
@verb(lazy("It is tried again now."))
def try_again(case: Case, make_good_id: int) -> None:
    """Try again what was surely not carried out."""
    _check_part(case, make_good_id)
    make_goods.try_again(context(), make_good_id, actor=actor(), surely_not_done=False)


@blueprint.post("/not-done")
@verb(lazy("It is carried out now."))
def not_done(case: Case, make_good_id: int) -> None:
    """Carry out what may have been carried out, after a look that it was not."""
    _check_part(case, make_good_id)
    make_goods.try_again(context(), make_good_id, actor=actor(), surely_not_done=True)


@blueprint.post("/look-again")
@verb(lazy("It is looked up again now. Nothing is carried out."))
def look_again(case: Case, make_good_id: int) -> None:
    """Ask the platform once more what became of it."""
    _check_part(case, make_good_id)
    make_goods.look_again(context(), make_good_id, actor=actor())


@blueprint.post("/done")
@verb(lazy("Noted: it is done."), CodeForm)
def done(case: Case, make_good_id: int, form: CodeForm) -> None:
    """Say that it was done by hand."""
    _check_part(case, make_good_id)
    make_goods.done_by_hand(context(), make_good_id, actor=actor(), code=form.value("code"))


@blueprint.post("/cancel")
@verb(lazy("Taken back. The case waits for a decision again."))
def cancel(case: Case, make_good_id: int) -> None:
    """Take it back."""
    _check_part(case, make_good_id)
    make_goods.cancel(context(), make_good_id, actor=actor())


@blueprint.post("/withdraw")
@verb(lazy("Taken back. The case waits for a decision again."))
def withdraw(case: Case, make_good_id: int) -> None:
    """Take back the choice that the buyer was given."""
    _check_part(case, make_good_id)
    offers.withdraw(context(), make_good_id, actor())


def _check_part(case: Case, make_good_id: int) -> None:
    if make_good_id not in {make_good.id for make_good in whole_case(case.id).make_goods}:
        raise NotFound("There is no such make-good in this case.")
