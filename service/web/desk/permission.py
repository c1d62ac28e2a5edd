"""An owner lets Makegood use a shop, where its platform asks for that: there and back again."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.domain.errors import NotFound
from service.domain.staff.authority import Permission
from service.operations.shops import permission
from service.web.auth import may
from service.web.request_context import actor, context

blueprint = Blueprint("permission", __name__)
GOOD_FOR = timedelta(hours=1)
"""From leaving to coming back."""


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
        "admin/permission.html", connection_id=_connection_of(token), answer=request.args
    )


@blueprint.post("/permission/<token>")
@may(Permission.MANAGE)
def finish(token: str) -> Response:
    """Take what the platform has answered."""
    connection_id = _connection_of(token)
    permission.allow(context(), connection_id, actor(), request.form)
    flash(_("Allowed. What waited for this shop goes on."))
    return redirect(url_for("connections.connection", connection_id=connection_id), 303)


def _connection_of(token: str) -> int:
    connection_id, seller_id = context().links.read("permission", token, GOOD_FOR)
    if seller_id != actor().id:
        raise NotFound("this link is not valid: open it again from the connection's page")
    return int(connection_id)
