"""Who wants no messages: the list of a shop, for its owners, and a buyer put on it from a case."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.db.models import Case, DoNotContact
from service.db.staff import seller_queries
from service.domain.errors import NotFound
from service.domain.staff.authority import Permission
from service.operations.messages import do_not_contact
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.case_verbs import verb
from service.web.desk.forms import DeskForm, Entry, at_most, carry_out
from service.web.desk.paging import next_page
from service.web.desk.verb_forms import LONGEST_REASON, ReasonForm
from service.web.request_context import actor, context

blueprint = Blueprint("do_not_contact", __name__)


class PutForm(DeskForm):
    """An address or number, and why."""

    who = Entry(lazy("E-mail address or telephone number"))
    reason = Entry(lazy("Why"))


class TakeOffForm(DeskForm):
    """Why somebody is taken off it."""

    reason = Entry(check=at_most(LONGEST_REASON))


@blueprint.get("/shops/<int:shop_id>/do-not-contact")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """The list."""
    return _page(shop_id, PutForm())


@blueprint.post("/shops/<int:shop_id>/do-not-contact")
@may(Permission.MANAGE)
def put(shop_id: int) -> ResponseReturnValue:
    """Put somebody on it."""
    form = PutForm(request.form)
    who, reason = form.who.data or "", form.reason.data or ""
    verb = do_not_contact.put
    status = carry_out(form, lambda: verb(context(), shop_id, actor(), who, reason), "who")
    if status:
        return _page(shop_id, form), status
    return _done(shop_id, _("On the list. Nothing goes there any more."))


@blueprint.post("/shops/<int:shop_id>/do-not-contact/<int:entry_id>/take-off")
@may(Permission.MANAGE)
def take_off(shop_id: int, entry_id: int) -> ResponseReturnValue:
    """Take somebody off it."""
    with context().database.reading() as session:
        entry = session.get(DoNotContact, entry_id)
        if entry is None or entry.shop_id != shop_id:
            raise NotFound("There is no such entry.")
    form = TakeOffForm(request.form, key=str(entry_id))
    verb = do_not_contact.take_off
    status = carry_out(
        form, lambda: verb(context(), entry_id, actor(), form.value("reason")), "reason"
    )
    if status:
        return _page(shop_id, PutForm(), {entry_id: form}), status
    return _done(shop_id, _("Taken off the list."))


@blueprint.post("/cases/<reference>/do-not-contact")
@verb(lazy("The buyer is on the do-not-contact list."), ReasonForm)
def put_buyer(case: Case, form: ReasonForm) -> None:
    """Put the buyer of a case on the list."""
    do_not_contact.put_buyer(context(), case.id, actor(), form.value("reason"))


def _done(shop_id: int, sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("do_not_contact.page", shop_id=shop_id), 303)


def _page(shop_id: int, form: PutForm, taking_off: Mapping[int, TakeOffForm] | None = None) -> str:
    with context().database.reading() as session:
        before = request.args.get("before", type=int)
        rows = do_not_contact.entries(session, [shop_id], before=before)
        return render_template(
            "desk/do_not_contact.html",
            shop=settings.get(session, shop_id),
            form=form,
            taking_off=taking_off or {},
            entries=rows,
            names=seller_queries.actor_names(session),
            onward=next_page("before", str(rows[-1].id))
            if len(rows) == do_not_contact.MOST
            else None,
        )
