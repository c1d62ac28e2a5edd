"""Shops, connections, sellers and tokens: for owners."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from integrations import registry
from integrations.contract import Role
from service.db.models import ApiToken, Connection, Seller, Shop
from service.domain.errors import WrongInput
from service.domain.limits import SellerRole
from service.operations import sellers, shop_settings, shops
from service.operations.shops import NewConnection
from service.web.auth import owners_only, sellers_only
from service.web.here import context, seller

blueprint = Blueprint("shops", __name__)


@blueprint.get("/shops")
@owners_only
def overview() -> str:
    """All shops with their connections."""
    with context().database.reading() as database:
        found = database.scalars(select(Shop).order_by(Shop.id)).all()
        return render_template(
            "admin/shops.html", shops=found, platforms=[registry.get(n) for n in registry.names()]
        )


@blueprint.post("/shops")
@owners_only
def add_shop() -> Response:
    """Make a shop."""
    form = request.form
    shop_id = shops.add_shop(
        context(), form.get("name", ""), zone=form.get("zone", ""),
        country=form.get("country", ""), language=form.get("language", "en"),
    )  # fmt: skip
    return redirect(url_for("shops.shop", shop_id=shop_id), 303)


@blueprint.get("/shops/<int:shop_id>")
@owners_only
def shop(shop_id: int) -> str:
    """One shop: limits, messages, playbook, connections."""
    with context().database.reading() as database:
        found = shop_settings.get(database, shop_id)
        return render_template(
            "admin/shop.html", shop=found, form=shop_settings.as_form(found),
            platforms=[registry.get(name) for name in registry.names()],
        )  # fmt: skip


@blueprint.post("/shops/<int:shop_id>")
@owners_only
def change_shop(shop_id: int) -> Response:
    """Save what the owner set for a shop."""
    shop_settings.change(context(), shop_id, request.form.to_dict())
    flash(_("Saved."))
    return redirect(url_for("shops.shop", shop_id=shop_id), 303)


@blueprint.route("/shops/<int:shop_id>/connect/<adapter>", methods=["GET", "POST"])
@owners_only
def connect(shop_id: int, adapter: str) -> Response | str:
    """Connect a platform."""
    if adapter not in registry.names():
        raise WrongInput("There is no such platform.")
    kind = registry.get(adapter)
    if request.method == "GET":
        return render_template("admin/connect.html", kind=kind, shop_id=shop_id)
    form = request.form
    new = NewConnection(
        adapter, form.get("name", ""), [Role(one) for one in form.getlist("roles")],
        form.to_dict(), form.get("threshold", 3, type=int), _date(form.get("cases_from", "")),
    )  # fmt: skip
    connection_id = shops.connect(context(), shop_id, new)
    return redirect(url_for("shops.connection", connection_id=connection_id), 303)


def _date(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
    except ValueError as error:
        raise WrongInput("Enter the day as 2026-11-24.") from error


@blueprint.get("/connections/<int:connection_id>")
@owners_only
def connection(connection_id: int) -> str:
    """One connection: address and secret to paste, values, test."""
    return _connection_page(connection_id, [])


def _connection_page(connection_id: int, findings: list[object]) -> str:
    with context().database.reading() as database:
        found = database.get(Connection, connection_id)
        if found is None:
            raise WrongInput("There is no such connection.")
        return render_template(
            "admin/connection.html", connection=found, kind=registry.get(found.adapter),
            address=f"{context().links.public_url}/webhooks/{found.public_id}",
            secret=shops.webhook_secret(context(), found), findings=findings,
        )  # fmt: skip


@blueprint.post("/connections/<int:connection_id>")
@owners_only
def change_connection(connection_id: int) -> Response | str:
    """Test, save, let go on, or give a new webhook secret."""
    form, what = request.form, request.form.get("do", "")
    if what == "test":
        return _connection_page(
            connection_id, list(shops.test_connection(context(), connection_id))
        )
    if what == "resume":
        shops.resume(context(), connection_id)
    elif what == "rotate":
        shops.add_webhook_secret(context(), connection_id, form.get("webhook_secret", ""))
    else:
        shops.change_connection(
            context(), connection_id, name=form.get("name", ""), values=form.to_dict(),
            threshold=form.get("threshold", 3, type=int),
        )  # fmt: skip
    flash(_("Saved."))
    return redirect(url_for("shops.connection", connection_id=connection_id), 303)


@blueprint.route("/sellers", methods=["GET", "POST"])
@owners_only
def people() -> Response | str:
    """Who may sign in, and as what; tokens for programs."""
    form, fresh = request.form, ""
    what = form.get("do", "")
    if what == "add":
        seller_id = sellers.add_seller(
            context(), form.get("email", ""), name=form.get("name", ""),
            role=SellerRole(form.get("role", "agent")),
        )  # fmt: skip
        with context().database.reading() as database:
            fresh = sellers.sign_in_link(context(), database.get_one(Seller, seller_id))
    elif what == "change":
        sellers.change_seller(
            context(), form.get("id", 0, type=int), role=SellerRole(form["role"]),
            active=form.get("active") == "on",
        )  # fmt: skip
    elif what == "token":
        fresh = sellers.add_token(context(), seller().id, form.get("name", ""))
    elif what == "revoke":
        sellers.revoke_token(context(), form.get("id", 0, type=int))
    with context().database.reading() as database:
        return render_template(
            "admin/sellers.html", fresh=fresh, roles=list(SellerRole),
            sellers=database.scalars(select(Seller).order_by(Seller.id)).all(),
            tokens=database.scalars(select(ApiToken).where(ApiToken.revoked_at.is_(None))).all(),
        )  # fmt: skip


@blueprint.route("/me", methods=["GET", "POST"])
@sellers_only
def me() -> Response | str:
    """One's own password and language."""
    form = request.form
    if request.method == "POST":
        if form.get("language") in ("en", "id"):
            shop_settings.set_language(context(), seller().id, form["language"])
        if form.get("password"):
            sellers.set_password(context(), seller().id, form["password"])
            session["version"] = seller().session_version + 1
        flash(_("Saved."))
        return redirect(url_for("shops.me"), 303)
    return render_template("admin/me.html")
