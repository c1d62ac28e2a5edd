"""Sign-in by address and password, and by a link; sign-out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from service.db.staff import attempts
from service.domain.errors import DomainError
from service.operations.staff import accounts, sessions
from service.web.auth import come_in, enrolling, open_to_all
from service.web.desk.forms import DeskForm, Entry, Secret
from service.web.i18n import translate
from service.web.limits import HOUR, MINUTE, QUARTER, count, limited
from service.web.request_context import context

blueprint = Blueprint("auth", __name__)
View = TypeVar("View", bound=Callable[..., Any])


class SignInForm(DeskForm):
    """An address and its password."""

    email = Entry(lazy("E-mail address"))
    password = Secret(lazy("Password"))


def _account(email: str) -> str:
    """The account that is signed in to, as a key of limits: guesses at one account from many addresses
    are slowed down too."""
    return f"account {email.strip().lower()[:200]}"


@blueprint.get("/sign-in")
@open_to_all
def sign_in_page() -> str:
    """Ask for address and password."""
    return render_template("sign_in.html", form=SignInForm())


def _refusals_noted(view: View) -> View:
    """What the limits refuse stands in the audit of whom it was tried for."""

    @wraps(view)
    def noted(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except TooManyRequests:
            sessions.note_refused(context(), SignInForm(request.form).email.data or "")
            raise

    return cast(View, noted)


@blueprint.post("/sign-in")
@open_to_all
@_refusals_noted
@limited(60, HOUR)
@limited(10, MINUTE)
def sign_in() -> Response | tuple[str, int]:
    """Sign in by address and password."""
    form = SignInForm(request.form)
    email = form.email.data or ""
    # Counted before the password is looked at, else many guesses made at once would pass.
    count(_account(email), 10, QUARTER)
    seller = accounts.sign_in(context(), email, form.password.data or "")
    if seller is None:
        form.problem = _("Wrong e-mail address or password.")
        return render_template("sign_in.html", form=form), 401
    attempts.forget(context().database, _account(email))
    return come_in(seller, request.args.get("next", ""))


@blueprint.get("/sign-in/<token>")
@open_to_all
def link_page(token: str) -> str | tuple[str, int]:
    """A sign-in link opens a page with a button, so that a mail scanner does not use it up."""
    try:
        accounts.check_link(context(), token)
    except DomainError as error:
        return _no_link(error)
    return render_template("sign_in_link.html", token=token, problem="")


def _no_link(error: DomainError) -> tuple[str, int]:
    return render_template("sign_in_link.html", token="", problem=translate(error.text)), 401


@blueprint.post("/sign-in/<token>")
@open_to_all
@limited(10, MINUTE)
def use_link(token: str) -> Response | tuple[str, int]:
    """Use a sign-in link up."""
    try:
        seller = accounts.sign_in_by_link(context(), token)
    except DomainError as error:
        return _no_link(error)
    return come_in(seller)


@blueprint.post("/sign-out")
@enrolling
def sign_out() -> Response:
    """End this session, on the server too."""
    sessions.end(context(), session["key"])
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)
