"""Sellers and tokens, for owners; and each seller's own page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from service.db import attempts
from service.db.models import ApiToken, Seller
from service.domain.errors import DomainError, WrongInput
from service.domain.remedies.limits import SellerRole
from service.operations.shops import settings
from service.operations.staff import accounts
from service.web.auth import begin, owners_only, sellers_only
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.limits import HOUR, QUARTER, count, limited
from service.web.request_context import context, seller

blueprint = Blueprint("people", __name__)
Answer = Response | str | tuple[str, int]
LANGUAGES = ("en", "id")


@blueprint.get("/sellers")
@owners_only
def overview() -> str:
    """Who may sign in, and as what; tokens for programs."""
    return _page()


def _page(
    *, fresh: str = "", about: str = "", problem: str = "", typed: Mapping[str, str] | None = None
) -> str:
    with context().database.reading() as database:
        return render_template(
            "admin/sellers.html",
            fresh=fresh,
            about=about,
            problem=problem,
            typed=typed or {},
            roles=list(SellerRole),
            sellers=database.scalars(select(Seller).order_by(Seller.id)).all(),
            tokens=database.scalars(
                select(ApiToken).where(ApiToken.revoked_at.is_(None)).order_by(ApiToken.id)
            ).all(),
            names={one.id: one.name for one in database.scalars(select(Seller))},
        )


@blueprint.post("/sellers")
@owners_only
def act() -> Answer:
    """Add or change a seller, give a link, make or end a token.

    A link or token is shown once, in the answer itself, and kept nowhere.
    """
    form = request.form
    try:
        return _do(form.get("do", ""), form.get("id", 0, type=int))
    except DomainError as error:
        return _page(problem=translate(error.text), typed=form), status_of(error)


def _do(what: str, number: int) -> Answer:
    form = request.form
    if what == "add":
        seller_id = accounts.add_seller(
            context(), form.get("email", ""), name=form.get("name", ""), role=_role()
        )
        return _page(fresh=accounts.new_link(context(), seller_id), about=_("Added."))
    if what == "link":
        return _page(fresh=accounts.new_link(context(), number))
    if what == "token":
        return _page(fresh=accounts.add_token(context(), seller().id, form.get("name", "")))
    if what == "change":
        accounts.change_seller(context(), number, role=_role(), active=form.get("active") == "on")
    elif what == "revoke":
        accounts.revoke_token(context(), number)
    else:
        raise WrongInput("Press one of the buttons of the page.")
    flash(_("Saved."))
    return redirect(url_for("people.overview"), 303)


def _role() -> SellerRole:
    try:
        return SellerRole(request.form.get("role", ""))
    except ValueError as error:
        raise WrongInput("Choose a role.") from error


@blueprint.get("/me")
@sellers_only
def me() -> str:
    """One's own language and password."""
    return render_template("admin/me.html", problem="")


@blueprint.post("/me")
@sellers_only
@limited(20, HOUR)
def change_me() -> Answer:
    """Save one's own language or password."""
    form, mine = request.form, seller()
    if form.get("do") == "password":
        guesses = f"password of {mine.id}"
        # Whoever found a browser signed in may guess no faster than at the door.
        count(guesses, 10, QUARTER)
        try:
            changed = accounts.change_password(
                context(), mine, present=form.get("present", ""), new=form.get("password", "")
            )
        except DomainError as error:
            return render_template("admin/me.html", problem=translate(error.text)), status_of(error)
        # All sessions have ended; this browser begins a new one.
        attempts.forget(context().database, guesses)
        begin(changed)
        flash(_("The new password is set. Other devices are signed out."))
    elif form.get("language") in LANGUAGES:
        settings.set_language(context(), mine.id, form["language"])
        session["language"] = form["language"]
        with force_locale(form["language"]):
            flash(_("Saved."))
    return redirect(url_for("people.me"), 303)
