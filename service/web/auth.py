"""Who may come in. Every view names its guard; a structure test refuses one that does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response

from service.db import attempts
from service.db.models import Seller
from service.domain.errors import DomainError, NotPermitted
from service.operations.staff import accounts, sessions
from service.web.i18n import translate
from service.web.limits import HOUR, MINUTE, QUARTER, count, limited
from service.web.request_context import context

blueprint = Blueprint("auth", __name__)
View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """No sign-in: health, sign-in itself."""
    view.guard = "open"  # type: ignore[attr-defined]
    return view


def by_link(view: View) -> View:
    """The signed link in the address is the permission."""
    view.guard = "link"  # type: ignore[attr-defined]
    return view


def sellers_only(view: View) -> View:
    """Signed-in, active sellers; others are sent to the sign-in page."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        seller = _signed_in()
        if seller is None:
            session.clear()
            onward = request.full_path if request.method == "GET" else None
            return redirect(url_for("auth.sign_in", next=onward), 303)
        g.seller = seller
        return view(*args, **kwargs)

    guarded.guard = "seller"  # type: ignore[attr-defined]
    return cast(View, guarded)


def owners_only(view: View) -> View:
    """Signed-in owners."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.seller.role != "owner":
            raise NotPermitted("Only the owner may do this.")
        return view(*args, **kwargs)

    wrapped = sellers_only(cast(View, guarded))
    wrapped.guard = "owner"  # type: ignore[attr-defined]
    return wrapped


def _signed_in() -> Seller | None:
    return sessions.seller_of(context(), str(session.get("key", "")))


def begin(seller: Seller) -> None:
    """Sign the seller in, in this browser."""
    session.clear()
    session["key"] = sessions.begin(context(), seller)
    if seller.language:
        # Pages that ask for nobody, such as one that is not there, speak it too.
        session["language"] = seller.language
    session.permanent = True


def _account() -> str:
    """Whose door is tried: guesses from many addresses at one account are slowed down too."""
    return f"account {request.form.get('email', '').strip().lower()[:200]}"


@blueprint.get("/sign-in")
@open_to_all
def sign_in_page() -> str:
    """Ask for address and password."""
    return render_template("sign_in.html", problem="", email="")


@blueprint.post("/sign-in")
@open_to_all
@limited(60, HOUR)
@limited(10, MINUTE)
def sign_in() -> Response | tuple[str, int]:
    """Sign in by address and password."""
    email = request.form.get("email", "")
    # Counted before the password is looked at, else many guesses made at once would pass.
    count(_account(), 10, QUARTER)
    seller = accounts.sign_in(context(), email, request.form.get("password", ""))
    if seller is None:
        problem = _("This address and password do not belong together.")
        return render_template("sign_in.html", problem=problem, email=email), 401
    attempts.forget(context().database, _account())
    begin(seller)
    return redirect(own_path(request.args.get("next", "")), 303)


OWN_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")
"""Printable ASCII without a backslash: browsers drop tabs and line ends from an address and read a
backslash as a slash, and two slashes begin the name of another machine."""


def own_path(onward: str) -> str:
    """An address after signing in: that of a page of ours, else the first page."""
    if OWN_PATH.fullmatch(onward):
        pages = current_app.url_map.bind("")
        with suppress(HTTPException, RoutingException):
            pages.match(onward.partition("?")[0], method="GET")
            return request.script_root + onward
    return url_for("waiting.overview")


@blueprint.get("/sign-in/<token>")
@open_to_all
def link_page(token: str) -> str:
    """A sign-in link opens a page with a button, so that a mail scanner does not use it up."""
    return render_template("sign_in_link.html", token=token, problem="")


@blueprint.post("/sign-in/<token>")
@open_to_all
@limited(10, MINUTE)
def use_link(token: str) -> Response | tuple[str, int]:
    """Use a sign-in link up."""
    try:
        begin(accounts.sign_in_by_link(context(), token))
    except DomainError as error:
        return render_template("sign_in_link.html", token="", problem=translate(error.text)), 401
    return redirect(url_for("waiting.overview"), 303)


@blueprint.post("/sign-out")
@sellers_only
def sign_out() -> Response:
    """End this session, on the server too."""
    sessions.end(context(), session["key"])
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)
