"""Erasing a buyer: what it will do is shown first, and what was typed is typed once more."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext

from service.domain.errors import WrongInput
from service.domain.staff.authority import Permission
from service.operations.privacy import erasure
from service.operations.privacy.preview import Preview, preview
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.forms import DeskForm, Entry, carry_out
from service.web.request_context import actor, context

blueprint = Blueprint("erasing", __name__)


class BuyerForm(DeskForm):
    """Which buyer."""

    who = Entry(lazy("The buyer's address, or id at the platform"))


class EraseForm(BuyerForm):
    """Which buyer, typed twice."""

    again = Entry(lazy("Type it once more"))

    def check_again(self) -> None:
        """Raises `WrongInput` where the two differ."""
        if (self.again.data or "").strip().lower() != (self.who.data or "").strip().lower():
            raise WrongInput("This is not what you typed before. Nothing was erased.")


@blueprint.get("/shops/<int:shop_id>/erase")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """Ask which buyer."""
    return _page(shop_id, BuyerForm())


@blueprint.post("/shops/<int:shop_id>/erase/look")
@may(Permission.MANAGE)
def look(shop_id: int) -> ResponseReturnValue:
    """Show what erasing this buyer would empty."""
    form = BuyerForm(request.form)
    shown, status = _look(shop_id, form)
    if shown is None:
        return _page(shop_id, form), status
    return _page(shop_id, EraseForm(who=form.who.data), shown), 200


@blueprint.post("/shops/<int:shop_id>/erase")
@may(Permission.MANAGE)
def erase(shop_id: int) -> ResponseReturnValue:
    """Erase the buyer who was looked at."""
    form = EraseForm(request.form)
    status = carry_out(form, form.check_again, "again")
    if status:
        # Of its own: to look validates anew, which would take the refusal off this one.
        buyer = BuyerForm(request.form)
        shown, refused = _look(shop_id, buyer)
        return _page(shop_id, form if shown else buyer, shown), refused or status
    erased: list[erasure.Erased] = []
    who = form.who.data or ""
    verb = erasure.erase_buyer
    status = carry_out(form, lambda: erased.append(verb(context(), who, actor(), shop_id=shop_id)))
    if status:
        return _page(shop_id, form), status
    flash(
        _(
            "Erased: %(cases)s, %(reviews)s, %(messages)s, %(deliveries)s. Erase the buyer at the"
            " platform, too: what it sends later is taken in again.",
            cases=ngettext("%(num)s case", "%(num)s cases", erased[0].cases),
            reviews=ngettext("%(num)s review", "%(num)s reviews", erased[0].reviews),
            messages=ngettext("%(num)s message", "%(num)s messages", erased[0].messages),
            deliveries=ngettext("%(num)s delivery", "%(num)s deliveries", erased[0].deliveries),
        )
    )
    return redirect(url_for("erasing.page", shop_id=shop_id), 303)


def _look(shop_id: int, form: BuyerForm) -> tuple[Preview | None, int]:
    seen: list[Preview] = []
    who = form.who.data or ""
    status = carry_out(form, lambda: seen.append(preview(context(), shop_id, who, actor())), "who")
    return (seen[0] if seen else None), status


def _page(shop_id: int, form: BuyerForm, shown: Preview | None = None) -> str:
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
    return render_template("desk/erase.html", shop=shop, form=form, shown=shown)
