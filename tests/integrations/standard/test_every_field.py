"""Whatever a documented field holds: no event is lost, no answer is a fault of ours, and what was
taken can be shown, decided and told to the buyer. Fields are those of the schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import responses
from marshmallow import Schema

from integrations.contract import Buyer, Inbound, OrderQuery, OutgoingMessage
from integrations.errors import AdapterError, Unreadable
from integrations.remedies import RESEND
from integrations.standard import ADAPTER, Standard, schemas
from tests import hostile
from tests.integrations.reading import reviews
from tests.integrations.standard.samples import BASE, NOW, ORDER, adapter, refund

DATA: dict[str, Any] = {
    "review": {
        "id": "r-81",
        "rating": 1,
        "text": "Datang pecah",
        "version": 1,
        "written_at": "2026-11-24T02:14:58Z",
        "deleted": False,
        "photos": ["https://shop.example/photos/1.jpg"],
        "films": ["https://shop.example/films/1.mp4"],
    },
    "product": {"id": "p-4", "name": "Teapot"},
    "buyer": {
        "id": "b-9",
        "name": "Sari",
        "email": "sari@example.test",
        "country": "ID",
        "language": "id",
        "zone": "Asia/Jakarta",
        "region": "ID-JB",
        "phone": "+62812345678",
        "consents": ["whatsapp"],
        "address": "Jl. Melati No. 7\n40115 Bandung",
    },
    "order_ids": ["1007"],
}
EVENT = {"type": "review.created", "timestamp": "2026-11-24T08:15:00Z", "data": DATA}
FULL_ORDER = {
    **ORDER,
    "number": "1007",
    "lines": [
        {**ORDER["lines"][0], "variant_id": "v-1", "picture": "https://shop.example/p-4.jpg"}
    ],
    "buyer": DATA["buyer"],
    "promised_by": "2026-11-22T10:00:00Z",
    "delivered_at": "2026-11-21T10:00:00Z",
    "shipped_at": "2026-11-20T10:00:00Z",
    "completed_at": "2026-11-21T12:00:00Z",
    "tracking": ["JNE JP1"],
}
MADE = {
    "id": "rf-1",
    "status": "done",
    "already": False,
    "code": "C-1",
    "task": "Look",
    "message": "",
    "action": "refund",
    "order_id": "1007",
    "amount": {"minor": 1095, "currency": "EUR"},
    "line_ids": ["1"],
}
QUERY = OrderQuery("r-81", product_id="p-4", buyer=Buyer("b-9"))
MESSAGE = OutgoingMessage("k", "MG-1", Buyer("b-9"), "Halo", "Maaf", order_id="1007")
USE = {
    "used": True,
    "at": "2026-12-01T10:00:00+07:00",
    "order_number": "1031",
    "saved": {"minor": 950, "currency": "EUR"},
}
SAMPLES: dict[type[Schema], Any] = {
    schemas.EnvelopeIn: EVENT,
    schemas.NewDataIn: DATA,
    schemas.ReviewDataIn: DATA,
    schemas.GoneDataIn: DATA,
    schemas.OrderIn: FULL_ORDER,
    schemas.OrdersIn: {"orders": [FULL_ORDER]},
    schemas.ReviewPageIn: {"reviews": [DATA], "cursor": "c", "more": False},
    schemas.MakeGoodIn: MADE,
    schemas.RecordedMakeGoodIn: {**MADE, "use": USE},
    schemas.SentIn: {"id": "m-1"},
}
ANSWERS: dict[str, tuple[str, Any, Callable[[Standard], object]]] = {
    "page of reviews": (
        "/reviews",
        SAMPLES[schemas.ReviewPageIn],
        lambda shop: shop.poll("", NOW),
    ),
    "review": ("/reviews/r-81", DATA, lambda shop: shop.look("review:r-81")),
    "orders": ("/orders", SAMPLES[schemas.OrdersIn], lambda shop: shop.orders_for(QUERY)),
    "order": ("/orders/1007", FULL_ORDER, lambda shop: shop.order("1007")),
    "make-good": (
        "/make-goods",
        {**MADE, "action": "resend"},
        lambda shop: shop.act(refund(kind=RESEND)),
    ),
    "recorded make-good": (
        "/make-goods/MG-7F3K2Q-1",
        MADE,
        lambda shop: shop.find(refund()),
    ),
    "message": ("/messages", {"id": "m-1"}, lambda shop: shop.message(MESSAGE)),
}


def test_samples_hold_every_field_that_is_read() -> None:
    read = {schema: hostile.fields_of(schema) for schema in hostile.outermost(schemas)}
    missing = {
        schema.__name__: lacking
        for schema, names in read.items()
        if (lacking := names - set(map(hostile.unnumbered, hostile.paths_of(SAMPLES.get(schema)))))
    }

    assert missing == {}


def _words(body: bytes) -> str:
    """What the seller is told of an event, '' where it is read."""
    try:
        ADAPTER.read(Inbound({}, body, NOW))
    except Unreadable as error:
        return error.message
    return ""


def test_event_is_read_or_its_wrong_field_is_named() -> None:
    told = {name: _words(body) for name, body in hostile.mutations(EVENT, hostile.paths_of(EVENT))}
    unnamed = {
        name: words
        for name, words in told.items()
        if words and not re.search(rf"(?<!\w){re.escape(name.split(':')[0])}\b", words)
    }

    assert unnamed == {}


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_is_read_or_is_an_error_of_an_adapter(name: str) -> None:
    path, sample, ask = ANSWERS[name]
    method = "POST" if path in ("/make-goods", "/messages") else "GET"
    for where, body in [
        *hostile.mutations(sample, hostile.paths_of(sample)),
        *((f"all of it: {odd}", raw.encode()) for odd, raw in hostile.HOSTILE.items()),
    ]:
        with responses.RequestsMock() as wire:
            wire.add(method, BASE + path, body=body)
            try:
                ask(adapter())
            except AdapterError:
                continue
            except Exception as error:
                raise AssertionError(f"{where}: {error!r}") from error


def test_page_is_read_whatever_one_row_holds() -> None:
    for where, row in hostile.mutations(DATA, hostile.paths_of(DATA)):
        body = b'{"reviews": [%b, %b], "cursor": "c"}' % (row, json.dumps(DATA).encode())
        with responses.RequestsMock() as wire:
            wire.add("GET", f"{BASE}/reviews", body=body)
            page = adapter().poll("", NOW)
        assert len(page.events) + len(page.unread) == 2, where
        assert reviews(page.events)[-1].review_id == "r-81", where
