"""The page on which an owner sets how long approvals can be undone, and what staff go by."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response
from wtforms import TextAreaField

from service.db.models import Shop
from service.domain.complaints.causes import CAUSES
from service.domain.errors import WrongInput
from service.domain.remedies.holds import LONGEST, check_seconds
from service.domain.staff.authority import Permission
from service.operations.shops import deciding, settings
from service.web.auth import may
from service.web.desk.forms import DeskForm, Entry, carry_out
from service.web.request_context import actor, context
from service.web.words import word

blueprint = Blueprint("deciding", __name__, url_prefix="/shops/<int:shop_id>/deciding")


def _seconds(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text.strip()):
        raise WrongInput("Enter the seconds as a whole number from 0 to %(most)s.", most=LONGEST)
    return check_seconds(int(text))


class HoldForm(DeskForm):
    """How long an approval can be undone."""

    seconds = Entry(lazy("Seconds in which an approval can be undone"), check=_seconds)


class Guideline(TextAreaField):
    """What staff go by, for one cause."""


def guidelines_form(shop: Shop, formdata: Any = None) -> DeskForm:
    """A text for each cause."""
    fields = {cause: Guideline(word(cause)) for cause in CAUSES}
    kind = type("GuidelinesForm", (DeskForm,), fields)
    form: DeskForm = kind(formdata, **shop.guidelines)
    return form


def _shop(shop_id: int) -> Shop:
    with context().database.reading() as session:
        return settings.get(session, shop_id)


def _page(shop: Shop, hold: DeskForm | None = None, guidelines: DeskForm | None = None) -> str:
    return render_template(
        "desk/deciding.html",
        shop=shop,
        hold=hold or HoldForm(seconds=str(shop.hold_seconds)),
        guidelines=guidelines or guidelines_form(shop),
    )


@blueprint.get("")
@may(Permission.MANAGE)
def page(shop_id: int) -> ResponseReturnValue:
    """How long approvals can be undone, and the guidelines."""
    return _page(_shop(shop_id))


@blueprint.post("/hold")
@may(Permission.MANAGE)
def change_hold(shop_id: int) -> ResponseReturnValue:
    """Change how long approvals can be undone."""
    form = HoldForm(request.form)
    status = carry_out(
        form,
        lambda: deciding.change_hold(context(), shop_id, actor(), form.value("seconds")),
        "seconds",
    )
    if status:
        return _page(_shop(shop_id), hold=form), status
    return _saved(shop_id)


@blueprint.post("/guidelines")
@may(Permission.MANAGE)
def change_guidelines(shop_id: int) -> ResponseReturnValue:
    """Change what staff go by."""
    form = guidelines_form(_shop(shop_id), request.form)
    texts = {cause: form[cause].data or "" for cause in CAUSES}
    status = carry_out(form, lambda: deciding.change_guidelines(context(), shop_id, actor(), texts))
    if status:
        return _page(_shop(shop_id), guidelines=form), status
    return _saved(shop_id)


def _saved(shop_id: int) -> Response:
    flash(_("Saved."))
    return redirect(url_for("deciding.page", shop_id=shop_id), 303)
