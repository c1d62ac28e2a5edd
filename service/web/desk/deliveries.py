"""Deliveries that were genuine but could not be read: look, read again, set aside."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from integrations.sentence import Text
from service.db.models import Delivery
from service.db.reviews import delivery_queries
from service.db.shops import shop_queries
from service.domain.reviews.delivery_states import DELIVERIES, DeliveryState
from service.domain.staff.authority import Permission
from service.operations.reviews import deliveries
from service.web.auth import may, sellers_only
from service.web.i18n import label
from service.web.request_context import actor, context

blueprint = Blueprint("deliveries", __name__)
PAGE = 50
LONGEST_BODY = 20_000
"""Bytes of a body that are shown."""


@blueprint.app_template_filter("delivery_state")
def state_label(state: DeliveryState) -> str:
    """Where a delivery stands."""
    return label(DELIVERIES.labels[state])


@blueprint.app_template_filter("refusal_reason")
def refusal_reason(reason: str) -> str:
    """Why deliveries were refused, from the sentence under which they are counted."""
    return label(Text(reason))


CALL_ERRORS: Mapping[str, Text] = {
    "Temporary": Text("no answer, or not now"),
    "Misconfigured": Text("a key or an address was not accepted"),
    "Rejected": Text("what was asked for was refused"),
    "OptedOut": Text("the buyer wants no messages"),
    "Stopping": Text("not made, because the worker was stopped"),
}
"""What went wrong with a call, by the kind of error under which it is counted."""


@blueprint.app_template_filter("call_error")
def call_error(kind: str) -> str:
    """How calls failed."""
    return label(CALL_ERRORS.get(kind, Text("it did not work")))


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
            "desk/deliveries.html",
            deliveries=unread,
            connections=shop_queries.connections_by_id(
                session, {delivery.connection_id for delivery in unread}
            ),
            onward=unread[-1].id if len(unread) == PAGE else None,
        )


@blueprint.get("/deliveries/<int:delivery_id>")
@may(Permission.MANAGE)
def delivery(delivery_id: int) -> str:
    """One delivery as it came, for whoever looks after the connection: it may tell of a buyer."""
    with context().database.reading() as session:
        connection = delivery_queries.connection_of(session, delivery_id)
        row = session.get_one(Delivery, delivery_id)
        return render_template(
            "desk/delivery.html",
            connection=connection,
            delivery=row,
            body=row.body[:LONGEST_BODY].decode("utf-8", "replace"),
            cut=len(row.body) > LONGEST_BODY,
            unread=row.state is DeliveryState.NEEDS_ATTENTION,
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
