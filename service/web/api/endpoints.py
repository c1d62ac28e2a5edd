"""Endpoints of shops, for programs: what the desk can do with them."""

from __future__ import annotations

from flask import Response, jsonify

from service.db.endpoints import endpoint_queries
from service.domain.staff.authority import Permission
from service.operations.endpoints import endpoints
from service.web.api import inputs, schemas
from service.web.api.guard import programs_with
from service.web.api.idempotency import once
from service.web.api.v1 import blueprint, body_of, query_of
from service.web.limits import MINUTE, limited
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.get("/endpoints")
@programs_with(Permission.MANAGE)
def list_endpoints() -> Response:
    """List the endpoints of all shops of one's own."""
    return _all()


def _all() -> Response:
    owned = actor().shops(Permission.MANAGE)
    with context().database.reading() as session:
        rows = endpoint_queries.of_shops(session, owned)
        return jsonify(schemas.EndpointsOut().dump({"endpoints": rows}))


@blueprint.post("/shops/<int:shop_id>/endpoints")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def add_endpoint(shop_id: int) -> Response:
    """Add an endpoint; the answer alone holds its secret."""
    sent = body_of(inputs.EndpointIn())
    endpoint_id, secret = endpoints.add(
        context(), shop_id, actor(), name=sent["name"], url=sent["url"], kinds=sent["events"]
    )
    return _endpoint(endpoint_id, secret)


def _endpoint(endpoint_id: int, secret: str = "") -> Response:
    with context().database.reading() as session:
        row = endpoint_queries.endpoint(session, endpoint_id)
    out = schemas.EndpointOut().dump(row)
    return jsonify({**out, "secret": secret} if secret else out)


@blueprint.post("/endpoints/<int:endpoint_id>/change")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def change_endpoint(endpoint_id: int) -> Response:
    """Change name, address and events of an endpoint."""
    sent = body_of(inputs.EndpointIn())
    endpoints.change(
        context(), endpoint_id, actor(), name=sent["name"], url=sent["url"], kinds=sent["events"]
    )
    return _endpoint(endpoint_id)


@blueprint.post("/endpoints/<int:endpoint_id>/switch")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def switch_endpoint(endpoint_id: int) -> Response:
    """Switch an endpoint on or off."""
    active = body_of(inputs.SwitchIn())["active"]
    endpoints.switch_on(context(), endpoint_id, actor(), active=active)
    return _endpoint(endpoint_id)


@blueprint.post("/endpoints/<int:endpoint_id>/renew-secret")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def renew_secret_of_endpoint(endpoint_id: int) -> Response:
    """Make a new secret, which the answer alone holds."""
    return _endpoint(endpoint_id, endpoints.renew_secret(context(), endpoint_id, actor()))


@blueprint.post("/endpoints/<int:endpoint_id>/remove")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def remove_endpoint(endpoint_id: int) -> Response:
    """Remove an endpoint."""
    endpoints.remove(context(), endpoint_id, actor())
    return _all()


@blueprint.get("/endpoints/<int:endpoint_id>/events")
@programs_with(Permission.MANAGE)
def events_of_endpoint(endpoint_id: int) -> Response:
    """List what an endpoint was told, newest first."""
    asked = query_of(inputs.PageQuery())
    with context().database.reading() as session:
        rows = endpoint_queries.events_of(
            session, endpoint_id, most=asked["most"], before=asked["before"]
        )
        page = {"events": rows, "next": rows[-1].id if len(rows) == asked["most"] else None}
        return jsonify(schemas.EventsOut().dump(page))


@blueprint.post("/endpoints/<int:endpoint_id>/test")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def test_endpoint(endpoint_id: int) -> Response:
    """Send an event that tells of nothing."""
    endpoints.try_out(context(), endpoint_id, actor())
    return _endpoint(endpoint_id)


@blueprint.post("/endpoints/<int:endpoint_id>/events/<int:event_id>/replay")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def replay_event(endpoint_id: int, event_id: int) -> Response:
    """Send an event once more."""
    endpoints.replay(context(), endpoint_id, event_id, actor())
    return _endpoint(endpoint_id)
