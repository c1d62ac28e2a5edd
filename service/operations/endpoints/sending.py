"""Sends an event to its endpoint: signed, tried for days with growing pauses, each try kept with its row.

An event whose outcome is not known is sent again: programs tell repeated ones by `webhook-id`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from integrations.errors import AdapterError, Misconfigured
from integrations.http import Http, Response, retry_after
from integrations.network import NOT_PUBLIC
from integrations.sentence import Said, Text
from integrations.standard_webhooks import key_of, sign
from service.db.models import Endpoint, EndpointEvent, Kind
from service.domain.endpoints.events import (
    LONGEST_PAUSE,
    OFF_AFTER,
    PAUSES,
    EventMove,
    EventState,
)
from service.operations.endpoints.events import move
from service.operations.endpoints.states import switch_off
from service.operations.outbox.failures import Stopping
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work

GONE = 410
KEPT_OF_ANSWER = 500
"""Letters."""
SWITCHED_OFF = Text("the endpoint is switched off")


@dataclass(frozen=True, slots=True)
class _Post:
    """One signed call."""

    http: Http
    url: str
    headers: dict[str, str]
    body: bytes


def _carry_out(work: Work) -> Steps[None]:
    post = work.write(_begin)
    if post is None:
        return
    try:
        response = yield Call(_send, post)
    except Stopping:
        raise
    except AdapterError as error:
        work.write(_fail, _why(error))
    else:
        work.write(_settle, response)


def _begin(row: HeldRow) -> _Post | None:
    """Sign it; None where nothing is to be sent."""
    session, now = row.session, row.now
    event = session.get_one(EndpointEvent, row.ref_id)
    endpoint = session.get_one(Endpoint, event.endpoint_id)
    if event.state is not EventState.WAITING or not endpoint.active:
        if event.state is EventState.WAITING:
            move(event, EventMove.DROP, SWITCHED_OFF)
        row.finish()
        return None
    event.attempts, event.last_at = event.attempts + 1, now
    try:
        secrets = row.context.vault.decrypt(endpoint.secrets)["secrets"]
    except Misconfigured as error:
        _fail(row, error.text)
        return None
    if endpoint.overlap_until is None or endpoint.overlap_until <= now:
        secrets = secrets[:1]
    newest, *older = map(key_of, secrets)
    body = json.dumps(event.payload, separators=(",", ":")).encode()
    headers = {"content-type": "application/json", **sign(newest, event.key, now, body, *older)}
    return _Post(row.context.http, endpoint.url, headers, body)


def _send(post: _Post) -> Response:
    return post.http.call("POST", post.url, headers=post.headers, body=post.body)


def _why(error: AdapterError) -> Said:
    """Why a call came to nothing, in words of endpoints."""
    if isinstance(error, Misconfigured):
        is_inward = isinstance(error.text, Text) and error.text.id == NOT_PUBLIC
        return error.text if is_inward else Text("its address or its certificate is not good")
    if error.outcome == "not_done":
        return Text("it could not be reached")
    return Text("it did not answer in time, or the connection broke")


def _settle(row: HeldRow, response: Response) -> None:
    """Read the answer: any 2xx has taken it."""
    event = row.session.get_one(EndpointEvent, row.ref_id)
    endpoint = row.session.get_one(Endpoint, event.endpoint_id)
    event.status = response.status
    event.answer = _beginning(response.body)
    if response.ok:
        move(event, EventMove.TAKE, None)
        endpoint.failing_since = None
        row.finish()
    elif response.status == GONE:
        gone = Text("it answered 410: it is no longer there")
        move(event, EventMove.GIVE_UP, gone)
        row.finish(gone)
        if endpoint.active:
            switch_off(row.session, endpoint, gone, row.now)
    elif 300 <= response.status < 400:
        _fail(row, Text("it leads to another address: enter the final one"), response)
    else:
        _fail(row, Text("it answered %(status)s", status=response.status), response)


def _beginning(body: bytes) -> str:
    text = body[: 4 * KEPT_OF_ANSWER].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)[:KEPT_OF_ANSWER].strip()


def _fail(row: HeldRow, why: Said, response: Response | None = None) -> None:
    """Try again later, or give it up; an endpoint that took nothing for days is switched off."""
    session, now, tries = row.session, row.now, row.claim.tries
    event = session.get_one(EndpointEvent, row.ref_id)
    endpoint = session.get_one(Endpoint, event.endpoint_id)
    endpoint.failing_since = endpoint.failing_since or now
    if response is None:
        event.status, event.answer = None, ""
    if endpoint.active and now - endpoint.failing_since >= OFF_AFTER:
        switch_off(session, endpoint, Text("it took nothing for days: %(why)s", why=why), now)
    if tries >= len(PAUSES) or not endpoint.active:
        move(event, EventMove.GIVE_UP, why)
        row.finish(why)
        return
    retry_pause = timedelta(seconds=(response and retry_after(response, now)) or 0.0)
    event.error = why
    event.next_at = now + min(max(PAUSES[tries], retry_pause), LONGEST_PAUSE)
    row.postpone(event.next_at, note=why, tries=tries + 1)


def _give_up(row: HeldRow, advice: Said) -> None:
    """After a fault of ours: it can be sent again from its page."""
    event = row.session.get_one(EndpointEvent, row.ref_id)
    if event.state is EventState.WAITING:
        move(event, EventMove.GIVE_UP, advice)


SEND_EVENT = Handler(
    kind=Kind.SEND_EVENT,
    label=Text("sending an event to a program"),
    about=EndpointEvent,
    carry_out=_carry_out,
    give_up=_give_up,
)
