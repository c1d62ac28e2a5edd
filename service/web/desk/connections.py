"""Connections of a shop: connect, test, change, disconnect. A refused form stays as it was typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from integrations import registry
from integrations.contract import Adapter, CheckResult
from integrations.entries import WEBHOOK_SECRET
from service.db.models import Connection
from service.db.outbox.waiting import waiting_for
from service.db.shops import shop_queries
from service.db.shops.activity import activity_of
from service.domain.days import day_begins
from service.domain.errors import DomainError
from service.domain.staff.authority import Permission
from service.operations.messages import trial_mail
from service.operations.shops import connections, disconnect, permission, recovery, settings
from service.operations.shops.connections import NewConnection
from service.web.auth import may
from service.web.desk.connection_forms import (
    ConnectionForm,
    NewConnectionForm,
    SecretForm,
    form_of,
)
from service.web.desk.forms import carry_out
from service.web.desk.once import once, shown_once
from service.web.errors import status_of
from service.web.i18n import label, translate
from service.web.limits import QUARTER, limited
from service.web.platforms import check_offered
from service.web.request_context import actor, context

blueprint = Blueprint("connections", __name__)


@blueprint.get("/shops/<int:shop_id>/connect/<adapter>")
@may(Permission.MANAGE)
def connect_page(shop_id: int, adapter: str) -> str:
    """What has to be entered to connect a platform."""
    kind = _kind(shop_id, adapter)
    start = {"name": label(kind.label), "roles": sorted(kind.roles)}
    return _connect_page(shop_id, adapter, form_of(NewConnectionForm, adapter, **start))


def _kind(shop_id: int, adapter: str) -> type[Adapter]:
    with context().database.reading() as database:
        check_offered(settings.get(database, shop_id), adapter)
    return registry.get(adapter)


@blueprint.post("/shops/<int:shop_id>/connect/<adapter>")
@may(Permission.MANAGE)
@once
def connect(shop_id: int, adapter: str) -> ResponseReturnValue | str:
    """Connect a platform, and test it at once."""
    _kind(shop_id, adapter)
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
    page = _tested(connection_ids[0], secret=not form.value(WEBHOOK_SECRET))
    return shown_once(page, _address(connection_ids[0]))


def _tested(connection_id: int, *, secret: bool = False) -> str:
    """The page of a connection that was just saved, with what its test found; `secret`: with its
    webhook secret, which is shown this once."""
    with context().database.reading() as database:
        connection = shop_queries.connection(database, connection_id)
        waits = _is_to_be_allowed(database, connection)
    flash(_("Saved."))
    if waits:
        findings: Sequence[CheckResult] = ()
    else:
        findings = connections.test_connection(context(), connection_id, actor())
    shown = connections.webhook_secret(context(), connection) if secret else ""
    return _page(connection_id, findings=findings, secret=shown)


def allowed_page(connection_id: int) -> str:
    """The page of a connection that was just allowed, with what its test found."""
    flash(_("Allowed. What waited for this connection goes on."))
    findings = connections.test_connection(context(), connection_id, actor())
    return _page(connection_id, findings=findings)


def _is_to_be_allowed(database: Session, connection: Connection) -> bool:
    """Whether the platform waits for an owner to allow Makegood."""
    needed = permission.is_needed(connection)
    return needed and not permission.is_given(database, connection.id)


def _connect_page(shop_id: int, adapter: str, form: ConnectionForm) -> str:
    kind = registry.get(adapter)
    return render_template("desk/connect.html", kind=kind, shop_id=shop_id, form=form)


def _new(form: ConnectionForm, adapter: str, zone: str) -> NewConnection:
    first_day = form.value("cases_from") if "cases_from" in form else None
    since: datetime | None = day_begins(first_day, zone) if first_day else None
    threshold = form.threshold.value if "threshold" in form else 3
    entries = {WEBHOOK_SECRET: "", **form.entries}
    return NewConnection(adapter, form.name.value, form.chosen, entries, threshold, since)


@blueprint.get("/connections/<int:connection_id>")
@may(Permission.MANAGE)
def connection(connection_id: int) -> str:
    """One connection: address to paste, values, test."""
    return _page(connection_id)


def _page(
    connection_id: int,
    *,
    findings: Sequence[CheckResult] = (),
    problem: str = "",
    secret: str = "",
    form: ConnectionForm | None = None,
    secret_form: SecretForm | None = None,
) -> str:
    with context().database.reading() as database:
        connection = shop_queries.connection(database, connection_id)
        form = form or _kept(connection)
        form.tell(findings)
        return render_template(
            "desk/connection.html",
            connection=connection,
            sends_mail=trial_mail.sends_mail(connection),
            kind=registry.get(connection.adapter),
            needs_permission=permission.is_needed(connection),
            to_be_allowed=_is_to_be_allowed(database, connection),
            address=context().links.webhook(connection.public_id),
            secret=secret,
            findings=findings,
            problem=problem,
            put_off=waiting_for(database, connection_id),
            activity=activity_of(database, connection, context().clock.now()),
            form=form,
            secret_form=secret_form or SecretForm(),
        )


def _kept(connection: Connection) -> ConnectionForm:
    values = {**connection.values, "name": connection.name, "roles": connection.roles}
    return form_of(
        ConnectionForm, connection.adapter, threshold=str(connection.threshold), **values
    )


@blueprint.post("/connections/<int:connection_id>/change")
@may(Permission.MANAGE)
def change(connection_id: int) -> ResponseReturnValue | str:
    """Change what was entered, and test it at once."""
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
    return _tested(connection_id)


@blueprint.post("/connections/<int:connection_id>/test")
@may(Permission.MANAGE)
def test(connection_id: int) -> str:
    """Try what the connection needs; what was found is on the page."""
    findings = connections.test_connection(context(), connection_id, actor())
    return _page(connection_id, findings=findings)


def _self() -> str:
    return str(actor())


@blueprint.post("/connections/<int:connection_id>/test-mail")
@may(Permission.MANAGE)
@limited(5, QUARTER, by=_self)
@once
def send_test_mail(connection_id: int) -> ResponseReturnValue | str:
    """Send a mail to oneself; what came of it is on the page."""
    try:
        finding = trial_mail.send_test_mail(context(), connection_id, actor())
    except DomainError as error:
        return _page(connection_id, problem=translate(error.text)), status_of(error)
    return shown_once(_page(connection_id, findings=[finding]), _address(connection_id))


@blueprint.post("/connections/<int:connection_id>/resume")
@may(Permission.MANAGE)
def resume(connection_id: int) -> ResponseReturnValue:
    """Let paused work go on."""
    connections.resume(context(), connection_id, actor())
    flash(_("It goes on. If it still does not work, it pauses again and says why."))
    return _back(connection_id)


@blueprint.post("/connections/<int:connection_id>/webhook-secret")
@may(Permission.MANAGE)
@once
def change_secret(connection_id: int) -> ResponseReturnValue | str:
    """Begin to use another webhook secret, shown once, in the answer itself."""
    form, secrets = SecretForm(request.form), list[str]()
    verb, typed = connections.add_webhook_secret, form.webhook_secret.data or ""
    status = carry_out(form, lambda: secrets.append(verb(context(), connection_id, actor(), typed)))
    if status:
        return _page(connection_id, secret_form=form), status
    flash(_("The new secret is in use. Enter it at your platform; the old one still works."))
    return shown_once(_page(connection_id, secret=secrets[0]), _address(connection_id))


@blueprint.post("/connections/<int:connection_id>/disconnect")
@may(Permission.MANAGE)
def disconnect_it(connection_id: int) -> ResponseReturnValue:
    """Let the platform go."""
    try:
        disconnect.disconnect(context(), connection_id, actor())
    except DomainError as error:
        return _page(connection_id, problem=translate(error.text)), status_of(error)
    flash(_("Disconnected. Cases and history stay."))
    return _back(connection_id)


@blueprint.post("/connections/<int:connection_id>/try-now")
@may(Permission.DECIDE)
def try_now(connection_id: int) -> ResponseReturnValue:
    """Try at once what waits for a connection."""
    recovery.try_now(context(), connection_id, actor())
    flash(_("It is tried again now."))
    return redirect(url_for("waiting.overview"), 303)


def _back(connection_id: int) -> Response:
    return redirect(_address(connection_id), 303)


def _address(connection_id: int) -> str:
    return url_for("connections.connection", connection_id=connection_id)
