"""An owner lets Makegood use a shop, where its platform asks for that: there and back again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.form import BaseForm

from integrations.contract import DeviceCode
from service.domain.errors import DomainError, NotFound
from service.domain.staff.authority import Permission
from service.operations.shops import permission
from service.web.auth import may
from service.web.desk.connections import allowed_page
from service.web.desk.forms import DeskForm, Hidden
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.limits import QUARTER, limited
from service.web.request_context import actor, context

blueprint = Blueprint("permission", __name__)
GOOD_FOR = timedelta(hours=1)
"""From leaving to coming back."""


class CameBackForm(BaseForm):
    """What the platform has put into the address by which the owner came back, by whatever names."""

    def __init__(self, answer: MultiDict[str, str]) -> None:
        fields: dict[str, Any] = {name: HiddenField() for name in answer}
        super().__init__(fields)
        self.process(answer)


class GivenForm(DeskForm):
    """A code on its way through a page."""

    given = Hidden()


@blueprint.get("/connections/<int:connection_id>/permission")
@may(Permission.MANAGE)
def leave(connection_id: int) -> Response:
    """To the platform, where the owner signs in and confirms. Nothing changes here; a browser would
    not follow a form to another site."""
    token = context().links.token("permission", [connection_id, actor().id])
    back = f"{context().links.public_url}/permission/{token}"
    return redirect(permission.permission_url(context(), connection_id, actor(), back), 303)


@blueprint.get("/permission/<token>")
@may(Permission.MANAGE)
def come_back(token: str) -> str:
    """The platform sends the owner here. Whoever left is asked to press a button: an address that
    somebody else made must not connect their shop."""
    return render_template(
        "desk/permission.html",
        connection_id=_connection_of(token),
        form=CameBackForm(request.args),
    )


@blueprint.post("/permission/<token>")
@may(Permission.MANAGE)
def finish(token: str) -> Response:
    """Take what the platform has answered."""
    connection_id = _connection_of(token)
    permission.allow(context(), connection_id, actor(), CameBackForm(request.form).data)
    flash(_("Allowed. What waited for this connection goes on."))
    return redirect(url_for("connections.connection", connection_id=connection_id), 303)


def _self() -> str:
    return str(actor())


@blueprint.post("/connections/<int:connection_id>/permission/code")
@may(Permission.MANAGE)
@limited(10, QUARTER, by=_self)
def code(connection_id: int) -> ResponseReturnValue:
    """A code that the owner enters where they sign in."""
    try:
        given = permission.device_code(context(), connection_id, actor())
    except DomainError as error:
        return _code_page(connection_id, None, translate(error.text)), status_of(error)
    return _code_page(connection_id, given)


@blueprint.post("/connections/<int:connection_id>/permission/signed-in")
@may(Permission.MANAGE)
def signed_in(connection_id: int) -> ResponseReturnValue:
    """Take what the platform gives for a code, once the owner has signed in with it."""
    given = _code_of(connection_id, GivenForm(request.form).given.data or "")
    try:
        if permission.allow_device(context(), connection_id, actor(), given.secret):
            return allowed_page(connection_id)
    except DomainError as error:
        return _code_page(connection_id, None, translate(error.text)), status_of(error)
    return _code_page(
        connection_id, given, _("Nobody has signed in with this code yet. Do that first.")
    )


def _code_page(connection_id: int, given: DeviceCode | None, problem: str = "") -> str:
    return render_template(
        "desk/permission_code.html",
        connection_id=connection_id,
        given=given,
        sealed="" if given is None else _sealed(connection_id, given),
        problem=problem,
    )


def _sealed(connection_id: int, given: DeviceCode) -> str:
    """A code on its way through a page, for whoever asked for it."""
    content = {**asdict(given), "until": given.until.isoformat()}
    secret = context().vault.encrypt(content).decode()
    return context().links.token("permission-code", [connection_id, actor().id, secret])


def _code_of(connection_id: int, sealed: str) -> DeviceCode:
    *whose, secret = context().links.read("permission-code", sealed, GOOD_FOR)
    if whose != [connection_id, actor().id]:
        raise NotFound("this page is not valid: get another code from the connection's page")
    content = context().vault.decrypt(secret.encode())
    return DeviceCode(**{**content, "until": datetime.fromisoformat(content["until"])})


def _connection_of(token: str) -> int:
    connection_id, seller_id = context().links.read("permission", token, GOOD_FOR)
    if seller_id != actor().id:
        raise NotFound("this link is not valid: open it again from the connection's page")
    return int(connection_id)
