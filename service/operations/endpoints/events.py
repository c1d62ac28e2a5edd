"""Writes the events of a transaction for each endpoint that asked for them, with the change itself: one
row for each event and endpoint, never more."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from integrations.sentence import Said
from service.db.models import Case, Endpoint, EndpointEvent, Kind, MakeGood
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.endpoints.events import (
    DECISIONS,
    EVENTS,
    OF_HISTORY,
    VERSION,
    EventKind,
    EventMove,
    EventState,
)


@dataclass(frozen=True, slots=True)
class _Happening:
    """What happened to a case, and where it stood then."""

    case: Case
    kind: EventKind
    what: str
    state: str
    answer: str
    at: datetime


def case_happened(session: Transaction, case: Case, what: str, new: str, at: datetime) -> None:
    """Tell programs of a line of history, where it is one they may be told of."""
    kind = OF_HISTORY.get(what)
    if kind is not None:
        happening = _Happening(case, kind, what, case.state, new, at)
        session.later(_write).append(happening)


_ASKED = select(Endpoint).where(
    Endpoint.shop_id.in_(bindparam("shops", expanding=True)), Endpoint.active.is_(True)
)


def _write(session: Transaction, happenings: list[_Happening]) -> None:
    shops = {happening.case.shop_id for happening in happenings}
    endpoints = session.scalars(_ASKED, {"shops": list(shops)}).all()
    if endpoints:
        lanes = {endpoint.id: endpoint.lane_id for endpoint in endpoints}
        put(session, lanes, list(_rows(endpoints, happenings)), happenings[0].at)


def _rows(
    endpoints: Sequence[Endpoint], happenings: Sequence[_Happening]
) -> Iterator[dict[str, Any]]:
    for happening in happenings:
        asked = [
            endpoint.id
            for endpoint in endpoints
            if endpoint.shop_id == happening.case.shop_id and happening.kind in endpoint.events
        ]
        if asked:
            case = happening.case
            event = new_event(happening.kind, _told(happening), happening.at, case.reference)
            yield from ({**event, "endpoint_id": endpoint_id} for endpoint_id in asked)


def move(
    event: EndpointEvent, how: EventMove, error: Said | None, next_at: datetime | None = None
) -> None:
    """Move an event to its next state; `error`: why it was not taken, `next_at`: when it is sent.
    Raises `WrongState`."""
    event.state = EVENTS.after(event.state, how)
    event.error, event.next_at = error, next_at


def new_event(
    kind: EventKind, payload: dict[str, Any], at: datetime, reference: str = ""
) -> dict[str, Any]:
    """A row for an endpoint that is yet to be named."""
    payload = {
        "type": kind.value,
        "timestamp": at.isoformat(),
        "version": VERSION,
        "data": payload,
    }
    return {
        "key": f"evt_{secrets.token_hex(16)}",
        "kind": kind,
        "reference": reference,
        "payload": payload,
        "state": EventState.WAITING,
        "attempts": 0,
        "answer": "",
        "error": None,
        "next_at": at,
        "created_at": at,
    }


_TABLE: Any = EndpointEvent.__table__
_ADD = insert(_TABLE).returning(EndpointEvent.id, EndpointEvent.endpoint_id)


def put(
    session: Transaction, lanes: dict[int, int], rows: list[dict[str, Any]], at: datetime
) -> None:
    """Add events and the work of sending each; `lanes` by endpoint."""
    if rows:
        for event_id, endpoint_id in session.connection().execute(_ADD, rows).all():
            lane_id = lanes[endpoint_id]
            claims.put(session, Kind.SEND_EVENT, event_id, lane_id=lane_id, due_at=at, now=at)


def _told(happening: _Happening) -> dict[str, Any]:
    case = happening.case
    payload: dict[str, Any] = {
        "case": {
            "reference": case.reference,
            "shop_id": case.shop_id,
            "state": happening.state,
            "order_id": case.order_id,
            "opened_at": case.opened_at.isoformat(),
        }
    }
    if happening.kind is EventKind.DECIDED:
        payload["decision"] = DECISIONS[happening.what]
    if happening.kind in (EventKind.DECIDED, EventKind.MADE_GOOD):
        payload["make_goods"] = [_make_good(row) for row in case.make_goods]
    if happening.kind is EventKind.ANSWERED:
        payload["answer"] = happening.answer
    if happening.kind is EventKind.CLOSED:
        payload["close_reason"] = case.close_reason
    return payload


def _make_good(row: MakeGood) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "action": row.kind,
        "state": str(row.state),
        "amount_minor": row.amount_minor,
        "currency": row.currency,
    }
