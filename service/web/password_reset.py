"""Forgotten passwords: ask for a link by mail, and set another by it."""

from __future__ import annotations

import logging

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from integrations.errors import AdapterError
from service.db.models import Seller
from service.domain.errors import DomainError, WrongInput
from service.operations.context import Context
from service.operations.staff import password_reset, sessions
from service.web.auth import come_in, open_to_all
from service.web.desk.forms import WRONG, DeskForm, Entry, Secret, carry_out
from service.web.i18n import translate
from service.web.limits import HOUR, MINUTE, count, limited
from service.web.request_context import context, wired

log = logging.getLogger(__name__)
blueprint = Blueprint("password_reset", __name__)
MOST_MAILS = 3
"""To one address within an hour."""
LONGEST_ADDRESS = 254


def _address(text: str) -> str:
    address = text.strip().lower()
    if "@" not in address or len(address) > LONGEST_ADDRESS:
        raise WrongInput("Enter your e-mail address, such as ani@toko.example.")
    return address


class AddressForm(DeskForm):
    """The address to which a link goes."""

    email = Entry(lazy("E-mail address"), check=_address)


class PasswordForm(DeskForm):
    """A new password."""

    password = Secret(lazy("New password"))


@blueprint.get("/forgot-password")
@open_to_all
def ask_page() -> str:
    """Ask for the address, or say that no mail can be sent from here."""
    return _ask_page(AddressForm())


def _ask_page(form: AddressForm) -> str:
    can_mail = password_reset.can_mail(context())
    return render_template("forgot_password.html", can_mail=can_mail, form=form)


@blueprint.post("/forgot-password")
@open_to_all
@limited(10, HOUR)
def ask() -> Response | tuple[str, int]:
    """Send a link to the address, where somebody has it; the answer does not tell."""
    form = AddressForm(request.form)
    if not form.validate():
        return _ask_page(form), WRONG
    email = form.value("email")
    try:
        count(f"password link to {email}", MOST_MAILS, HOUR)
    except TooManyRequests:
        sessions.note_refused(context(), email)
        raise
    # How long the answer takes tells nobody whether the address is known.
    wired().calls.submit(_send, context(), email)
    flash(
        _("If somebody here has this address, a link is on its way to it. It is good for an hour.")
    )
    return redirect(url_for("auth.sign_in_page"), 303)


def _send(here: Context, email: str) -> None:
    """Tried once: whoever gets nothing asks again."""
    try:
        send = password_reset.mail_to(here, email)
        if send is not None:
            send()
    except AdapterError as error:
        log.warning("a link to set a password could not be sent: %s", error)
    except Exception:
        log.exception("sending a link to set a password failed")


@blueprint.get("/reset-password/<key>")
@open_to_all
def page(key: str) -> ResponseReturnValue:
    """A form: looking uses the link up no more than a mail scanner does."""
    return _page(key, PasswordForm())


def _page(key: str, form: PasswordForm, status: int = 200) -> ResponseReturnValue:
    try:
        seller = password_reset.owner_of(context(), key)
    except DomainError as error:
        problem = translate(error.text)
        return render_template("reset_password.html", form=None, problem=problem), 404
    return render_template("reset_password.html", form=form, email=seller.email), status


@blueprint.post("/reset-password/<key>")
@open_to_all
@limited(10, MINUTE)
def set_password(key: str) -> ResponseReturnValue:
    """Set it, which signs out everywhere else; the second factor is asked for as ever."""
    form, changed = PasswordForm(request.form), list[Seller]()
    verb = password_reset.set_by_link
    status = carry_out(form, lambda: changed.append(verb(context(), key, form.password.data or "")))
    if status:
        return _page(key, form, status)
    flash(_("The new password is set. Other devices are signed out."))
    return come_in(changed[0])
