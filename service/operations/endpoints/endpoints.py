"""What owners do with the endpoints of a shop: add, change, renew the secret, try, send again, remove."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from integrations.entries import is_host
from integrations.errors import Misconfigured
from integrations.network import loopback
from integrations.sentence import Said, Text
from integrations.standard_webhooks import new_secret
from integrations.text import line
from service.db.endpoints import endpoint_queries
from service.db.models import Endpoint, EndpointEvent, Kind, Lane
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.endpoints.events import OVERLAP, TICKED, EventKind, EventMove
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.endpoints import events
from service.operations.endpoints.states import switch
from service.operations.staff.permits import permit

AT_ONCE = 4
"""Calls to one endpoint at the same time."""
LONGEST_NAME = 100
LONGEST_URL = 1000
MOST = 20
"""Endpoints of one shop."""


def add(
    context: Context, shop_id: int, actor: Actor, *, name: str, url: str, kinds: Sequence[str]
) -> tuple[int, str]:
    """Add an endpoint to a shop; gives its id and its secret, which is shown once. Raises `WrongInput`
    naming the field, `NotFound`, `NotPermitted`, and `WrongState` where there are too many."""
    with context.database.reading() as reading:
        permit(reading, actor, Permission.MANAGE, shop_id)
    entries = _checked(context, name, url, kinds)
    secret, now = new_secret(), context.clock.now()
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        if len(endpoint_queries.of_shop(session, shop_id)) >= MOST:
            raise WrongState("A shop has at most %(most)s endpoints: remove one.", most=MOST)
        lane = Lane(connection_id=None, outward=True, concurrency=AT_ONCE)
        session.add(lane)
        session.flush()
        endpoint = Endpoint(
            shop_id=shop_id,
            lane_id=lane.id,
            secrets=context.vault.encrypt({"secrets": [secret]}),
            created_at=now,
            **entries,
        )
        session.add(endpoint)
        session.flush()
        return endpoint.id, secret


def change(
    context: Context,
    endpoint_id: int,
    actor: Actor,
    *,
    name: str,
    url: str,
    kinds: Sequence[str],
) -> None:
    """Change what was entered. Raises as `add`."""
    with context.database.reading() as reading:
        _managed(reading, endpoint_id, actor)
    # Names are looked up outside of any transaction.
    entries = _checked(context, name, url, kinds)
    with context.database.transaction() as session:
        endpoint = _managed(session, endpoint_id, actor)
        for field, value in entries.items():
            setattr(endpoint, field, value)


def switch_on(context: Context, endpoint_id: int, actor: Actor, *, active: bool) -> None:
    """Send it events from now on, or none any more. Raises `NotFound`, `NotPermitted`."""
    with context.database.transaction() as session:
        endpoint = _managed(session, endpoint_id, actor)
        switch(session, endpoint, context.clock.now(), actor, active=active)


def renew_secret(context: Context, endpoint_id: int, actor: Actor) -> str:
    """A new secret, shown once; calls are signed with the one before too for a day. Raises
    `NotFound`, `NotPermitted`."""
    secret = new_secret()
    with context.database.transaction() as session:
        endpoint = _managed(session, endpoint_id, actor)
        kept = context.vault.decrypt(endpoint.secrets)["secrets"]
        endpoint.secrets = context.vault.encrypt({"secrets": [secret, *kept[:1]]})
        endpoint.overlap_until = context.clock.now() + OVERLAP
    return secret


def try_out(context: Context, endpoint_id: int, actor: Actor) -> None:
    """Send it an event that tells of nothing. Raises `NotFound`, `NotPermitted`, `WrongState` while it
    is switched off."""
    now = context.clock.now()
    with context.database.transaction() as session:
        endpoint = _active(session, endpoint_id, actor)
        event = events.new_event(EventKind.TEST, {"shop_id": endpoint.shop_id}, now)
        rows = [{**event, "endpoint_id": endpoint.id}]
        events.put(session, {endpoint.id: endpoint.lane_id}, rows, now)


def replay(context: Context, endpoint_id: int, event_id: int, actor: Actor) -> None:
    """Send an event once more, under the same `webhook-id`. Raises `NotFound`, `NotPermitted`,
    `WrongState` while the endpoint is switched off."""
    with context.database.transaction() as session:
        endpoint = _active(session, endpoint_id, actor)
        event = session.get(EndpointEvent, event_id)
        if event is None or event.endpoint_id != endpoint.id:
            raise NotFound("There is no such event.")
        _send_again(session, endpoint, event, context.clock.now())


def remove(context: Context, endpoint_id: int, actor: Actor) -> None:
    """Send it nothing any more and forget its secrets. Raises `NotFound`, `NotPermitted`."""
    with context.database.transaction() as session:
        endpoint = _managed(session, endpoint_id, actor)
        now = context.clock.now()
        switch(session, endpoint, now, actor, active=False)
        endpoint.removed_at, endpoint.secrets = now, context.vault.encrypt({"secrets": []})


def _send_again(
    session: Transaction, endpoint: Endpoint, event: EndpointEvent, now: datetime
) -> None:
    events.move(event, EventMove.REPLAY, None, now)
    claims.put(session, Kind.SEND_EVENT, event.id, lane_id=endpoint.lane_id, due_at=now, now=now)


def _managed(session: Session, endpoint_id: int, actor: Actor) -> Endpoint:
    endpoint = endpoint_queries.endpoint(session, endpoint_id)
    permit(session, actor, Permission.MANAGE, endpoint.shop_id)
    return endpoint


def _active(session: Transaction, endpoint_id: int, actor: Actor) -> Endpoint:
    endpoint = _managed(session, endpoint_id, actor)
    if not endpoint.active:
        raise WrongState("The endpoint is switched off: switch it on first.")
    return endpoint


def _checked(context: Context, name: str, url: str, kinds: Sequence[str]) -> dict[str, object]:
    called, chosen = line(name)[:LONGEST_NAME], sorted({kind for kind in kinds if kind in TICKED})
    if not called:
        raise _wrong("name", Text("Name the program."))
    if not chosen:
        raise _wrong("events", Text("Choose what the program is told of."))
    return {"name": called, "url": _address(context, url.strip()), "events": chosen}


def _address(context: Context, url: str) -> str:
    """The address, where it may be called: one that leads inward is refused before anything is saved,
    and again at each call."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.hostname or ""
    visible = url.isprintable() and len(url) <= LONGEST_URL and not set(url) & set(' #\\<>"@')
    if parts.scheme not in ("http", "https") or not is_host(host) or port == 0 or not visible:
        raise _wrong("url", Text("Enter a web address such as https://shop.example/hooks."))
    if parts.scheme == "http" and not _is_inward(host):
        raise _wrong("url", Text("Enter an address that begins with https://."))
    try:
        context.http.network.check(host, port or (443 if parts.scheme == "https" else 80))
    except Misconfigured as error:
        raise _wrong("url", error.text) from error
    return url


def _is_inward(host: str) -> bool:
    """Whether a host is of a private network; whether calls may go there is another question."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return loopback(host)


def _wrong(field: str, sentence: Said) -> WrongInput:
    return WrongInput(sentence, fields={field: sentence})
