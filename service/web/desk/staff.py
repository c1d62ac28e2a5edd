"""People of the shops, for owners: what they are in each shop, links, programs. And one's own page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from integrations.money import Money, is_currency
from service.data import LANGUAGES
from service.db import attempts
from service.db.models import ApiToken, Membership, Seller, Shop
from service.domain.errors import DomainError, WrongInput
from service.domain.staff import authority
from service.domain.staff.authority import Limit, Permission, SellerRole
from service.localization import field_text, read_amount
from service.operations.staff import accounts, members, tokens
from service.web.auth import begin, may, sellers_only
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.limits import HOUR, QUARTER, count, limited
from service.web.request_context import actor, context, seller

blueprint = Blueprint("people", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/sellers")
@may(Permission.MANAGE)
def overview() -> str:
    """Who belongs to one's shops, and as what; tokens for programs."""
    return _page()


def _page(
    *, fresh: str = "", about: str = "", problem: str = "", typed: Mapping[str, str] | None = None
) -> str:
    owned = actor().shops(Permission.MANAGE)
    mine = select(Membership.seller_id).where(Membership.shop_id.in_(owned))
    with context().database.reading() as database:
        members = database.scalars(
            select(Membership).where(Membership.shop_id.in_(owned)).order_by(Membership.shop_id)
        ).all()
        return render_template(
            "admin/sellers.html",
            fresh=fresh,
            about=about,
            problem=problem,
            typed=typed or {},
            roles=list(SellerRole),
            members=members,
            limit_text=_limit_text,
            shops=database.scalars(select(Shop).where(Shop.id.in_(owned)).order_by(Shop.id)).all(),
            sellers=database.scalars(
                select(Seller).where(Seller.id.in_(mine)).order_by(Seller.id)
            ).all(),
            tokens=database.scalars(
                select(ApiToken)
                .where(ApiToken.revoked_at.is_(None), ApiToken.seller_id.in_(mine))
                .order_by(ApiToken.id)
            ).all(),
            names={one.id: one.name for one in database.scalars(select(Seller))},
        )


def _limit_text(minor: int | None, currency: str) -> str:
    return "" if minor is None else field_text(Money(minor, currency))


@blueprint.post("/sellers")
@may(Permission.MANAGE)
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
        member = authority.Membership(_role())
        shops = dict.fromkeys(actor().shops(Permission.MANAGE), member)
        seller_id = accounts.add_seller(
            context(), actor(), form.get("email", ""), shops, name=form.get("name", "")
        )
        link = accounts.new_link(context(), seller_id, actor())
        return _page(fresh=link, about=_("Added."))
    if what == "link":
        return _page(fresh=accounts.new_link(context(), number, actor()))
    if what == "token":
        return _page(fresh=tokens.add_token(context(), actor(), form.get("name", "")))
    if what == "member":
        member = authority.Membership(_role(), _limits())
        shop_id = form.get("shop", 0, type=int)
        members.set_membership(context(), shop_id, number, actor(), member)
    elif what == "active":
        members.set_active(context(), number, actor(), active=form.get("active") == "on")
    elif what == "revoke":
        tokens.revoke_token(context(), number, actor())
    else:
        raise WrongInput("Press one of the buttons of the page.")
    flash(_("Saved."))
    return redirect(url_for("people.overview"), 303)


def _role() -> SellerRole:
    try:
        return SellerRole(request.form.get("role", ""))
    except ValueError as error:
        raise WrongInput("Choose a role.") from error


def _limits() -> dict[str, Limit]:
    """A row for each currency; rows without an amount are left out."""
    found: dict[str, Limit] = {}
    form = request.form
    rows = (form.getlist("currency"), form.getlist("each"), form.getlist("week"))
    for currency, each, week in zip(*rows, strict=True):
        code = currency.strip().upper()
        if not each.strip():
            continue
        if not is_currency(code):
            raise WrongInput(
                "“%(currency)s” is no currency. Use a code such as IDR.", currency=code
            )
        found[code] = Limit(
            read_amount(each, code).amount_minor,
            read_amount(week, code).amount_minor if week.strip() else None,
        )
    return found


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
                context(), actor(), present=form.get("present", ""), new=form.get("password", "")
            )
        except DomainError as error:
            return render_template("admin/me.html", problem=translate(error.text)), status_of(error)
        # All sessions have ended; this browser begins a new one.
        attempts.forget(context().database, guesses)
        begin(changed)
        flash(_("The new password is set. Other devices are signed out."))
    elif form.get("language") in LANGUAGES:
        accounts.set_language(context(), actor(), form["language"])
        session["language"] = form["language"]
        with force_locale(form["language"]):
            flash(_("Saved."))
    return redirect(url_for("people.me"), 303)
