"""Shops and their connections: for owners. A refused form is shown again as it was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from integrations import registry
from integrations.contract import Finding, Role
from integrations.money import DIGITS
from service.db.models import Connection, Shop
from service.db.outbox.waiting import waiting_for
from service.domain import places
from service.domain.days import day_begins
from service.domain.errors import DomainError, NotFound, WrongInput
from service.domain.remedies.playbook import uncapped
from service.domain.remedies.playbook_data import default_playbook, playbook_from_data
from service.domain.staff.authority import Permission
from service.operations.shops import connections, disconnect, recovery, settings
from service.operations.shops.connections import NewConnection
from service.web.auth import may
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.request_context import actor, context

blueprint = Blueprint("shops", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/shops")
@may(Permission.MANAGE)
def overview() -> str:
    """All shops with their connections."""
    return _overview({}, "")


def _overview(typed: Mapping[str, str], problem: str) -> str:
    with context().database.reading() as database:
        found = database.scalars(
            select(Shop).where(Shop.id.in_(actor().shops(Permission.MANAGE))).order_by(Shop.id)
        ).all()
        return render_template(
            "admin/shops.html", shops=found, typed=typed, problem=problem, **_choices()
        )


def _choices() -> dict[str, list[tuple[str, str]]]:
    """What may be chosen for a shop, as values and names in the reader's language."""
    names = (get_locale() or Locale("en")).territories
    countries = sorted((names.get(one, one), one) for one in places.countries())
    return {
        "countries": [("", ""), *((code, name) for name, code in countries)],
        "zones": [(zone, zone.replace("_", " ")) for zone in places.zones()],
        "currencies": [(one, one) for one in ("", *sorted(DIGITS))],
    }


@blueprint.post("/shops")
@may(Permission.MANAGE)
def add_shop() -> Answer:
    """Make a shop."""
    form = request.form
    try:
        shop_id = connections.add_shop(
            context(),
            actor(),
            form.get("name", ""),
            zone=form.get("zone", ""),
            country=form.get("country", ""),
            language=form.get("language", ""),
        )
    except DomainError as error:
        return _overview(form, translate(error.text)), status_of(error)
    flash(_("The shop is there. Connect its platform next."))
    return redirect(url_for("shops.shop", shop_id=shop_id), 303)


@blueprint.get("/shops/<int:shop_id>")
@may(Permission.MANAGE)
def shop(shop_id: int) -> str:
    """One shop: limits, messages, playbook, connections."""
    return _shop_page(shop_id, None, "")


def _shop_page(shop_id: int, typed: Mapping[str, str] | None, problem: str) -> str:
    with context().database.reading() as database:
        found = settings.get(database, shop_id)
        form = settings.as_form(found) if typed is None else typed
        rules = playbook_from_data(found.playbook) if found.playbook else default_playbook()
        return render_template(
            "admin/shop.html",
            uncapped=uncapped(rules),
            shop=found,
            form=form,
            problem=problem,
            automatic_rows=settings.row_numbers(form, "automatic"),
            platforms=[registry.get(name) for name in registry.names()],
            days=_days(),
            **_choices(),
        )


def _days() -> list[str]:
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


@blueprint.post("/shops/<int:shop_id>")
@may(Permission.MANAGE)
def change_shop(shop_id: int) -> Answer:
    """Save what the owner set for a shop."""
    try:
        settings.change(context(), shop_id, actor(), request.form.to_dict())
    except WrongInput as error:
        return _shop_page(shop_id, request.form.to_dict(), translate(error.text)), 422
    flash(_("Saved."))
    return redirect(url_for("shops.shop", shop_id=shop_id), 303)


@blueprint.route("/shops/<int:shop_id>/connect/<adapter>", methods=["GET", "POST"])
@may(Permission.MANAGE)
def connect(shop_id: int, adapter: str) -> Answer:
    """Connect a platform."""
    if adapter not in registry.names():
        raise NotFound("There is no such platform.")
    with context().database.reading() as database:
        zone = settings.get(database, shop_id).zone
    if request.method == "GET":
        return _connect_page(shop_id, adapter, "")
    form = request.form
    try:
        new = NewConnection(
            adapter,
            form.get("name", ""),
            _roles(),
            form.to_dict(),
            _threshold(),
            _day_begins(form.get("cases_from", ""), zone),
        )
        connection_id = connections.connect(context(), shop_id, actor(), new)
    except DomainError as error:
        return _connect_page(shop_id, adapter, translate(error.text)), status_of(error)
    flash(_("Saved. Now test it: nothing was tried at the platform yet."))
    return redirect(url_for("shops.connection", connection_id=connection_id), 303)


def _connect_page(shop_id: int, adapter: str, problem: str) -> str:
    kind = registry.get(adapter)
    return render_template(
        "admin/connect.html",
        kind=kind,
        shop_id=shop_id,
        problem=problem,
        typed=request.form.to_dict(),
        roles=request.form.getlist("roles") or sorted(kind.roles),
    )


def _roles() -> list[Role]:
    try:
        return [Role(one) for one in request.form.getlist("roles")]
    except ValueError as error:
        raise WrongInput("Press one of the buttons of the page.") from error


def _threshold() -> int:
    """The highest rating that counts as low; 3 where the form does not ask for it."""
    typed = request.form.get("threshold", "3").strip()
    if not re.fullmatch("[0-9]{1,3}", typed):
        raise WrongInput("The highest low rating must be from 1 to 4.")
    return int(typed)


def _day_begins(text: str, zone: str) -> datetime | None:
    """When the day begins in the shop's zone."""
    if not text.strip():
        return None
    try:
        return day_begins(date.fromisoformat(text.strip()), zone)
    except (ValueError, OverflowError) as error:
        raise WrongInput("Enter the day as 2026-11-24.") from error


@blueprint.get("/connections/<int:connection_id>")
@may(Permission.MANAGE)
def connection(connection_id: int) -> str:
    """One connection: address and secret to paste, values, test."""
    return _connection_page(connection_id)


def _connection_page(
    connection_id: int,
    *,
    findings: Sequence[Finding] = (),
    problem: str = "",
    typed: Mapping[str, str] | None = None,
) -> str:
    with context().database.reading() as database:
        found = database.get(Connection, connection_id)
        if found is None:
            raise NotFound("There is no such connection.")
        start = {**found.values, "name": found.name, "threshold": str(found.threshold)}
        return render_template(
            "admin/connection.html",
            connection=found,
            kind=registry.get(found.adapter),
            address=context().links.webhook(found.public_id),
            secret=connections.webhook_secret(context(), found),
            findings=findings,
            problem=problem,
            typed=start if typed is None else typed,
            put_off=waiting_for(database, connection_id),
            roles=found.roles if typed is None else request.form.getlist("roles"),
        )


@blueprint.post("/connections/<int:connection_id>")
@may(Permission.MANAGE)
def change_connection(connection_id: int) -> Answer:
    """Test, save, let go on, or give a new webhook secret."""
    form, what = request.form, request.form.get("do", "")
    try:
        if what == "test":
            findings = connections.test_connection(context(), connection_id, actor())
            return _connection_page(connection_id, findings=findings)
        if what == "resume":
            connections.resume(context(), connection_id, actor())
            flash(_("It goes on. If it still does not work, it pauses again and says why."))
        elif what == "disconnect":
            disconnect.disconnect(context(), connection_id, actor())
            flash(_("Disconnected. Cases and history stay."))
        elif what == "rotate":
            connections.add_webhook_secret(
                context(), connection_id, actor(), form.get("webhook_secret", "")
            )
            flash(_("The new secret is below. Enter it at your platform; the old one still works."))
        else:
            connections.change_connection(
                context(),
                connection_id,
                actor(),
                name=form.get("name", ""),
                values=form.to_dict(),
                threshold=_threshold(),
                roles=_roles(),
            )
            flash(_("Saved. Test the connection where address or keys have changed."))
    except DomainError as error:
        typed = form.to_dict() if what == "save" else None
        page = _connection_page(connection_id, problem=translate(error.text), typed=typed)
        return page, status_of(error)
    return redirect(url_for("shops.connection", connection_id=connection_id), 303)


@blueprint.post("/connections/<int:connection_id>/try-now")
@may(Permission.DECIDE)
def try_now(connection_id: int) -> Answer:
    """Try at once what waits for a connection."""
    recovery.try_now(context(), connection_id, actor())
    flash(_("It is tried again now."))
    return redirect(url_for("waiting.overview"), 303)
