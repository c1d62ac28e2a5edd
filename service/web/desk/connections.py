"""Connections of a shop: connect, test, change, disconnect. A refused form stays as it was typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from integrations import registry
from integrations.contract import Adapter, CheckResult, Role
from integrations.entries import WEBHOOK_SECRET
from integrations.entries import Field as AdapterField
from service.db.models import Connection
from service.db.outbox.waiting import waiting_for
from service.db.shops import shop_queries
from service.domain.days import day_begins
from service.domain.errors import DomainError, NotFound
from service.domain.staff.authority import Permission
from service.operations.shops import connections, disconnect, recovery, settings
from service.operations.shops.connections import NewConnection
from service.web.auth import may
from service.web.desk.forms import (
    Choice,
    DeskForm,
    Entry,
    Secret,
    Ticks,
    carry_out,
    day,
    whole_number,
)
from service.web.errors import status_of
from service.web.i18n import label, translate
from service.web.request_context import actor, context
from service.web.words import word

blueprint = Blueprint("connections", __name__)
Answer = Response | tuple[str, int]


class ConnectionForm(DeskForm):
    """What every connection has; its adapter's own entries are added by `form_of`."""

    name = Entry(lazy("Name"))
    roles = Ticks(lazy("What it is used for"))
    threshold = Entry(
        lazy("Highest rating that counts as low"), check=whole_number(1, 4), default="3"
    )

    @property
    def chosen(self) -> list[Role]:
        """The roles that are ticked; what no page offers is passed over."""
        return [Role(name) for name in self.roles.data or () if name in set(Role)]

    @property
    def entries(self) -> dict[str, str]:
        """What was sent, by field."""
        sent = [field for field in self if field.raw_data]
        return {field.name: field.data for field in sent if isinstance(field.data, str)}


class NewConnectionForm(ConnectionForm):
    """A connection that is made."""

    cases_from = Entry(lazy("Open cases for reviews since"), check=day)


class SecretForm(DeskForm):
    """A webhook secret of the seller's own, or none."""

    webhook_secret = Entry(lazy("New secret"))


def form_of(base: type[ConnectionForm], adapter: str, *args: Any, **values: Any) -> ConnectionForm:
    """The form of an adapter's connections."""
    kind = registry.get(adapter)
    entries = {field.name: _field(field) for field in kind.fields}
    form: ConnectionForm = type("Entries", (base,), entries)(*args, **values)
    form.roles.choices = {role.value: word(role.value) for role in sorted(kind.roles)}
    if Role.REVIEWS not in kind.roles:
        del form.threshold
        if isinstance(form, NewConnectionForm):
            del form.cases_from
    return form


def _field(field: AdapterField) -> Any:
    shown: Any = label(field.label)
    extra: dict[str, Any] = {"description": label(field.help), "default": field.default}
    if field.secret:
        return Secret(shown, **extra)
    if field.choices:
        return Choice(shown, choices={choice: word(choice) for choice in field.choices}, **extra)
    return Entry(shown, **extra)


@blueprint.get("/shops/<int:shop_id>/connect/<adapter>")
@may(Permission.MANAGE)
def connect_page(shop_id: int, adapter: str) -> str:
    """What has to be entered to connect a platform."""
    kind = _kind(adapter)
    start = {"name": label(kind.label), "roles": sorted(kind.roles)}
    return _connect_page(shop_id, adapter, form_of(NewConnectionForm, adapter, **start))


def _kind(adapter: str) -> type[Adapter]:
    if adapter not in registry.names():
        raise NotFound("There is no such platform.")
    return registry.get(adapter)


@blueprint.post("/shops/<int:shop_id>/connect/<adapter>")
@may(Permission.MANAGE)
def connect(shop_id: int, adapter: str) -> Answer:
    """Connect a platform."""
    _kind(adapter)
    with context().database.reading() as database:
        zone = settings.get(database, shop_id).zone
    form, connection_ids = form_of(NewConnectionForm, adapter, request.form), list[int]()
    verb = connections.connect
    status = carry_out(
        form,
        lambda: connection_ids.append(verb(context(), shop_id, actor(), _new(form, adapter, zone))),
    )
    if status:
        return _connect_page(shop_id, adapter, form), status
    flash(_("Saved. Now test it: nothing was tried at the platform yet."))
    return redirect(url_for("connections.connection", connection_id=connection_ids[0]), 303)


def _connect_page(shop_id: int, adapter: str, form: ConnectionForm) -> str:
    kind = registry.get(adapter)
    return render_template("admin/connect.html", kind=kind, shop_id=shop_id, form=form)


def _new(form: ConnectionForm, adapter: str, zone: str) -> NewConnection:
    first_day = form.value("cases_from") if "cases_from" in form else None
    since: datetime | None = day_begins(first_day, zone) if first_day else None
    threshold = form.threshold.value if "threshold" in form else 3
    entries = {**form.entries, WEBHOOK_SECRET: request.form.get(WEBHOOK_SECRET, "")}
    return NewConnection(adapter, form.name.value, form.chosen, entries, threshold, since)


@blueprint.get("/connections/<int:connection_id>")
@may(Permission.MANAGE)
def connection(connection_id: int) -> str:
    """One connection: address and secret to paste, values, test."""
    return _page(connection_id)


def _page(
    connection_id: int,
    *,
    findings: Sequence[CheckResult] = (),
    problem: str = "",
    form: ConnectionForm | None = None,
    secret_form: SecretForm | None = None,
) -> str:
    with context().database.reading() as database:
        connection = shop_queries.connection(database, connection_id)
        return render_template(
            "admin/connection.html",
            connection=connection,
            kind=registry.get(connection.adapter),
            address=context().links.webhook(connection.public_id),
            secret=connections.webhook_secret(context(), connection),
            findings=findings,
            problem=problem,
            put_off=waiting_for(database, connection_id),
            form=form or _kept(connection),
            secret_form=secret_form or SecretForm(),
        )


def _kept(connection: Connection) -> ConnectionForm:
    values = {**connection.values, "name": connection.name, "roles": connection.roles}
    return form_of(
        ConnectionForm, connection.adapter, threshold=str(connection.threshold), **values
    )


@blueprint.post("/connections/<int:connection_id>/change")
@may(Permission.MANAGE)
def change(connection_id: int) -> Answer:
    """Change what was entered."""
    with context().database.reading() as database:
        connection = shop_queries.connection(database, connection_id)
    form = form_of(ConnectionForm, connection.adapter, request.form)
    status = carry_out(
        form,
        lambda: connections.change_connection(
            context(),
            connection_id,
            actor(),
            name=form.name.value,
            values=form.entries,
            threshold=form.threshold.value if "threshold" in form else connection.threshold,
            roles=form.chosen,
        ),
    )
    if status:
        return _page(connection_id, form=form), status
    flash(_("Saved. Test the connection where address or keys have changed."))
    return _back(connection_id)


@blueprint.post("/connections/<int:connection_id>/test")
@may(Permission.MANAGE)
def test(connection_id: int) -> str:
    """Try what the connection needs; what was found is on the page."""
    findings = connections.test_connection(context(), connection_id, actor())
    return _page(connection_id, findings=findings)


@blueprint.post("/connections/<int:connection_id>/resume")
@may(Permission.MANAGE)
def resume(connection_id: int) -> Answer:
    """Let paused work go on."""
    connections.resume(context(), connection_id, actor())
    flash(_("It goes on. If it still does not work, it pauses again and says why."))
    return _back(connection_id)


@blueprint.post("/connections/<int:connection_id>/webhook-secret")
@may(Permission.MANAGE)
def change_secret(connection_id: int) -> Answer:
    """Begin to use another webhook secret."""
    form, verb = SecretForm(request.form), connections.add_webhook_secret
    status = carry_out(
        form, lambda: verb(context(), connection_id, actor(), form.webhook_secret.value)
    )
    if status:
        return _page(connection_id, secret_form=form), status
    flash(_("The new secret is below. Enter it at your platform; the old one still works."))
    return _back(connection_id)


@blueprint.post("/connections/<int:connection_id>/disconnect")
@may(Permission.MANAGE)
def disconnect_it(connection_id: int) -> Answer:
    """Let the platform go."""
    try:
        disconnect.disconnect(context(), connection_id, actor())
    except DomainError as error:
        return _page(connection_id, problem=translate(error.text)), status_of(error)
    flash(_("Disconnected. Cases and history stay."))
    return _back(connection_id)


@blueprint.post("/connections/<int:connection_id>/try-now")
@may(Permission.DECIDE)
def try_now(connection_id: int) -> Answer:
    """Try at once what waits for a connection."""
    recovery.try_now(context(), connection_id, actor())
    flash(_("It is tried again now."))
    return redirect(url_for("waiting.overview"), 303)


def _back(connection_id: int) -> Response:
    return redirect(url_for("connections.connection", connection_id=connection_id), 303)
