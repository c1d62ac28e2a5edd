"""Connections of a shop and what came in by them, for programs: what the desk can do with them."""

from __future__ import annotations

from typing import Any

from flask import Response

from integrations.contract import Role
from service.db.models import Connection
from service.db.shops import shop_queries
from service.db.shops.activity import activity_of
from service.domain.staff.authority import Permission
from service.operations.reviews import deliveries
from service.operations.shops import connections, disconnect, settings
from service.operations.shops.connections import NewConnection
from service.web.api import schemas, v1, verb_inputs, verb_schemas
from service.web.api.describe import Endpoint
from service.web.api.guard import programs_with
from service.web.api.v1 import blueprint
from service.web.api.verbs import Ids, Sent, Verb, add, dumped, parameter
from service.web.platforms import check_offered
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.get("/shops/<int:shop_id>/connections")
@programs_with(Permission.MANAGE)
def list_connections(shop_id: int) -> Response:
    """List the connections of a shop, with what went on at each."""
    with context().database.reading() as session:
        rows = settings.get(session, shop_id).connections
        content = [_content(session, connection) for connection in rows]
    return dumped(verb_schemas.ConnectionsOut, {"connections": content})


def _content(session: Any, connection: Connection) -> dict[str, Any]:
    names = ("id", "shop_id", "adapter", "name", "roles", "threshold", "state", "problem")
    return {
        **{name: getattr(connection, name) for name in names},
        "webhook_address": context().links.webhook(connection.public_id),
        "webhook_secret": "",
        "activity": activity_of(session, connection, context().clock.now()),
        "findings": [],
    }


def _one(ids: Ids, more: Any) -> Response:
    """A connection; `more`: what stands in this answer alone."""
    fresh: dict[str, Any] = more or {}
    connection_id = fresh.get("id") or ids["connection_id"]
    with context().database.reading() as session:
        content = _content(session, shop_queries.connection(session, connection_id))
    return dumped(verb_schemas.OneConnectionOut, {**content, **fresh})


def _connect(ids: Ids, sent: Sent) -> dict[str, Any]:
    with context().database.reading() as session:
        check_offered(settings.get(session, ids["shop_id"]), sent["adapter"])
    roles = [Role(role) for role in sent["roles"]]
    new = NewConnection(
        sent["adapter"], sent["name"], roles, sent["values"], sent["threshold"], sent["cases_from"]
    )
    connection_id = connections.connect(context(), ids["shop_id"], actor(), new)
    with context().database.reading() as session:
        connection = shop_queries.connection(session, connection_id)
    return {
        "id": connection_id,
        "webhook_secret": connections.webhook_secret(context(), connection),
    }


def _change(ids: Ids, sent: Sent) -> None:
    connections.change_connection(
        context(),
        ids["connection_id"],
        actor(),
        name=sent["name"],
        values=sent["values"],
        threshold=sent["threshold"],
        roles=[Role(role) for role in sent["roles"]],
    )


def _test(ids: Ids, _: Sent) -> dict[str, Any]:
    return {"findings": connections.test_connection(context(), ids["connection_id"], actor())}


def _replace_secret(ids: Ids, sent: Sent) -> dict[str, Any]:
    verb = connections.add_webhook_secret
    return {"webhook_secret": verb(context(), ids["connection_id"], actor(), sent["secret"])}


def _of_connection(verb: str, summary: str, act: Any, body: Any = None, **example: Any) -> Verb:
    return Verb(
        f"/connections/<int:connection_id>/{verb}",
        summary,
        act,
        body,
        example,
        Permission.MANAGE,
        verb_schemas.OneConnectionOut,
        _one,
    )


def _of_delivery(verb: str, summary: str, act: Any) -> Verb:
    path = f"/deliveries/<int:delivery_id>/{verb}"
    answer, needed = schemas.DeliveriesOut, Permission.DECIDE
    return Verb(path, summary, act, permission=needed, answer=answer, read=lambda *_: v1.unread())


VERBS = (
    Verb(
        "/shops/<int:shop_id>/connections",
        "Connect a platform",
        _connect,
        verb_inputs.ConnectIn,
        {
            "shop": {
                "adapter": "email",
                "roles": ["messages"],
                "values": {"host": "mail.example", "from_address": "care@shop.example"},
            }
        },
        Permission.MANAGE,
        verb_schemas.OneConnectionOut,
        _one,
    ),
    _of_connection(
        "change",
        "Change a connection",
        _change,
        verb_inputs.ChangeConnectionIn,
        moved={
            "roles": ["reviews"],
            "values": {"base_url": "https://new.example"},
            "threshold": 3,
        },
    ),
    _of_connection("test", "Test a connection", _test),
    _of_connection(
        "resume",
        "Let a paused connection go on",
        lambda ids, _: connections.resume(context(), ids["connection_id"], actor()),
    ),
    _of_connection(
        "replace-secret",
        "Replace the webhook secret",
        _replace_secret,
        verb_inputs.SecretIn,
        new={"secret": ""},
    ),
    _of_connection(
        "disconnect",
        "Disconnect a platform",
        lambda ids, _: disconnect.disconnect(context(), ids["connection_id"], actor()),
    ),
    _of_delivery(
        "read-again",
        "Read a delivery again",
        lambda ids, _: deliveries.read_again(context(), ids["delivery_id"], actor()),
    ),
    _of_delivery(
        "set-aside",
        "Set a delivery aside",
        lambda ids, _: deliveries.set_aside(context(), ids["delivery_id"], actor()),
    ),
)
DESCRIBED = (
    Endpoint(
        "get",
        "/shops/{shop_id}/connections",
        "List connections with what went on at each",
        verb_schemas.ConnectionsOut,
        [parameter("shop_id")],
    ),
    *add(VERBS),
)
