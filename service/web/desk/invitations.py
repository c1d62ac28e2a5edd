"""Invitations: owners make and take back links, whom they are for joins by them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.db.models import Seller
from service.domain.errors import DomainError
from service.domain.staff.authority import Permission
from service.operations.staff import invitations, sessions
from service.web.auth import begin, may, open_to_all, sellers_only
from service.web.desk import staff
from service.web.desk.forms import DeskForm, Entry, Secret, carry_out
from service.web.desk.once import once, shown_once
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.limits import MINUTE, limited
from service.web.request_context import actor, context

blueprint = Blueprint("invitations", __name__)


class JoinForm(DeskForm):
    """Who joins."""

    email = Entry(lazy("E-mail address"))
    name = Entry(lazy("Name"))
    password = Secret(lazy("Password"))


@blueprint.post("/invitations")
@may(Permission.MANAGE)
@once
def invite() -> ResponseReturnValue:
    """Make a link, shown once, in the answer itself, and kept nowhere."""
    form, made = staff.invite_form(request.form), list[str]()
    verb = invitations.invite
    status = carry_out(
        form, lambda: made.append(verb(context(), actor(), form.name.value, form.shops))
    )
    if status:
        return staff.page(form=form), status
    return shown_once(staff.page(invitation=made[0]), url_for("staff.overview"))


@blueprint.post("/invitations/<int:invitation_id>/take-back")
@may(Permission.MANAGE)
def take_back(invitation_id: int) -> ResponseReturnValue:
    """End a link that was not used."""
    try:
        invitations.take_back(context(), actor(), invitation_id)
    except DomainError as error:
        return staff.page(problem=translate(error.text)), status_of(error)
    flash(_("Saved."))
    return redirect(url_for("staff.overview"), 303)


@blueprint.get("/join/<key>")
@open_to_all
def join_page(key: str) -> str:
    """What the link gives, and a form: looking uses it up no more than a mail scanner does."""
    return _join_page(key, JoinForm())


def _join_page(key: str, form: JoinForm) -> str:
    signed_in = sessions.seller_of(context(), str(session.get("key", "")))
    shops = invitations.offered(context(), key)
    return render_template("join.html", key=key, shops=shops, form=form, signed_in=signed_in)


@blueprint.post("/join/<key>")
@open_to_all
@limited(10, MINUTE)
def join(key: str) -> ResponseReturnValue:
    """Join as somebody who is no seller yet."""
    form, joined = JoinForm(request.form), list[Seller]()
    status = carry_out(form, lambda: joined.append(_joined(key, form)))
    if status:
        return _join_page(key, form), status
    begin(joined[0])
    return redirect(url_for("waiting.overview"), 303)


def _joined(key: str, form: JoinForm) -> Seller:
    return invitations.join_as_new(
        context(),
        key,
        email=form.email.value,
        name=form.name.value,
        password=form.password.data or "",
        language=str(get_locale()),
    )


@blueprint.post("/join/<key>/as-me")
@sellers_only
def join_as_me(key: str) -> Response:
    """Join as the seller who is signed in."""
    invitations.join_as_seller(context(), key, actor())
    flash(_("You have joined."))
    return redirect(url_for("waiting.overview"), 303)
