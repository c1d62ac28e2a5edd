"""Deliveries that were genuine but could not be read: look, read again, set aside."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from service.db.models import Connection
from service.db.reviews import delivery_queries
from service.domain.staff.authority import Permission
from service.operations.reviews import deliveries
from service.web.auth import may, sellers_only
from service.web.request_context import actor, context

blueprint = Blueprint("deliveries", __name__)
PAGE = 50


@blueprint.get("/deliveries")
@sellers_only
def overview() -> str:
    """What could not be read, newest first."""
    shops = actor().shops(Permission.LOOK)
    with context().database.reading() as session:
        unread = delivery_queries.deliveries_needing_attention(
            session, shops, most=PAGE, before=request.args.get("before", type=int)
        )
        return render_template(
            "admin/deliveries.html",
            deliveries=unread,
            connections={
                connection.id: connection for connection in session.scalars(select(Connection))
            },
            onward=unread[-1].id if len(unread) == PAGE else None,
        )


@blueprint.post("/deliveries/<int:delivery_id>/read-again")
@may(Permission.DECIDE)
def read_again(delivery_id: int) -> Response:
    """Read one again."""
    deliveries.read_again(context(), delivery_id, actor())
    flash(_("It is read again now. If it still cannot be read, it comes back here."))
    return redirect(url_for("deliveries.overview"), 303)


@blueprint.post("/deliveries/<int:delivery_id>/set-aside")
@may(Permission.DECIDE)
def set_aside(delivery_id: int) -> Response:
    """Set one aside."""
    deliveries.set_aside(context(), delivery_id, actor())
    flash(_("Set aside. It stays stored."))
    return redirect(url_for("deliveries.overview"), 303)
