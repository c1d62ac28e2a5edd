"""The second step of signing in: a code of the second factor, after a password or a link."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from service.db.models import Seller
from service.db.staff import attempts
from service.domain.errors import NotFound, WrongInput
from service.operations.staff import second_factors, sessions
from service.web.auth import begin, open_to_all, own_path
from service.web.desk.forms import DeskForm, Entry, carry_out
from service.web.limits import HOUR, MINUTE, QUARTER, count, limited
from service.web.request_context import context

blueprint = Blueprint("second_step", __name__, url_prefix="/sign-in/code")
MOST_CODES = 5
"""Tries within a quarter of an hour: of a million codes three are good at a time."""


class CodeForm(DeskForm):
    """A code of the app, or a recovery code."""

    code = Entry(lazy("Code"))
    recovery = Entry(lazy("Recovery code"))

    @property
    def typed(self) -> str:
        """Whichever was typed."""
        return str(self.value("code") or self.value("recovery"))


def count_code(seller_id: int) -> str:
    """Count a try at a code of this seller, before it is looked at; gives the key of the count."""
    key = f"second factor of {seller_id}"
    count(key, MOST_CODES, QUARTER)
    return key


@blueprint.get("")
@open_to_all
def page() -> ResponseReturnValue:
    """Ask for a code."""
    try:
        second_factors.at_the_door(context(), str(session.get("door", "")))
    except NotFound:
        return _from_the_start()
    return _page(CodeForm())


def _page(form: CodeForm) -> str:
    return render_template("sign_in_code.html", form=form)


def _from_the_start() -> Response:
    session.pop("door", None)
    flash(_("That took too long. Sign in again."))
    return redirect(url_for("auth.sign_in_page"), 303)


@blueprint.post("")
@open_to_all
@limited(60, HOUR)
@limited(10, MINUTE)
def confirm() -> ResponseReturnValue:
    """Sign in with a code, which is used up."""
    form, key, signed_in = CodeForm(request.form), str(session.get("door", "")), list[Seller]()
    try:
        seller = second_factors.at_the_door(context(), key)
    except NotFound:
        return _from_the_start()
    try:
        tries = count_code(seller.id)
    except TooManyRequests:
        sessions.note_refused(context(), seller.email)
        raise
    status = carry_out(form, lambda: signed_in.append(_signed_in(key, form)), "code")
    if status:
        return _page(form), status
    attempts.forget(context().database, tries)
    onward = str(session.get("onward", ""))
    begin(signed_in[0])
    return redirect(own_path(onward), 303)


def _signed_in(key: str, form: CodeForm) -> Seller:
    if not form.typed:
        raise WrongInput("Enter a code.")
    return second_factors.sign_in(context(), key, form.typed)
