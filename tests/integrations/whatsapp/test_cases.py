"""WhatsApp holds to what every adapter must, reads what Meta documents, and says what errors mean."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import responses

from integrations.contract import (
    Buyer,
    Config,
    Contact,
    Inbound,
    MessageReceived,
    MessageStatus,
    MessageStatusEvent,
    OutgoingMessage,
)
from integrations.entries import WrongEntry
from integrations.errors import Misconfigured, OptedOut, Rejected, Temporary
from integrations.http import Http
from integrations.whatsapp import ADAPTER
from tests.adapter_cases import NOW, AdapterCases
from tests.platforms.talk import APP_SECRET, NUMBER_ID, TOKEN, VERIFY, signed_by_meta

VALUES = {
    "base_url": "http://127.0.0.1:9",
    "version": "v21.0",
    "phone_number_id": NUMBER_ID,
    "token": TOKEN,
    "verify_token": VERIFY,
    "opt_in": "stated",
    "templates": "confirmation:id=kabar/id, *:en=news/en_US",
}
URL = f"http://127.0.0.1:9/v21.0/{NUMBER_ID}/messages"
RINA = Buyer(name="Rina", phone="+6281234567890", consents="whatsapp")
MESSAGE = OutgoingMessage("k-1", "MG-7F3K2Q", RINA, "", "Halo\n\nKak", written_at=NOW)


def _delivery(**value: Any) -> Inbound:
    changes = [{"field": "messages", "value": value}, {"field": "calls", "value": 7}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": changes}]})
    return Inbound({"x-hub-signature-256": signed_by_meta(body.encode())}, body.encode(), NOW)


def _status(status: str, *errors: dict[str, Any]) -> dict[str, Any]:
    return {"id": "wamid.1", "status": status, "timestamp": "1795487000", "errors": [*errors]}


class TestWhatsApp(AdapterCases):
    platform = ADAPTER
    hidden = (TOKEN, APP_SECRET, VERIFY)
    config = Config(VALUES, (APP_SECRET,))
    body = _delivery(statuses=[_status("delivered")]).body

    @staticmethod
    def sign(body: bytes) -> Inbound:
        return Inbound({"x-hub-signature-256": signed_by_meta(body)}, body, NOW)


def test_statuses_are_read_with_our_key() -> None:
    row = {**_status("read"), "biz_opaque_callback_data": "MG-7F3K2Q-m1-1"}

    [event] = ADAPTER.read(_delivery(statuses=[row, _status("deleted")]))

    assert isinstance(event, MessageStatusEvent)
    assert (event.status, event.key) == (MessageStatus.READ, "MG-7F3K2Q-m1-1")


@pytest.mark.parametrize(
    ("code", "status", "opts_out"),
    [
        (131026, MessageStatus.FAILED, False),
        (131047, MessageStatus.REFUSED, False),
        (132001, MessageStatus.REFUSED, False),
        (131050, MessageStatus.FAILED, True),
        (999999, MessageStatus.FAILED, False),
    ],
)
def test_failures_tell_whether_the_way_or_the_message_failed(
    code: int, status: MessageStatus, opts_out: bool
) -> None:
    [event] = ADAPTER.read(_delivery(statuses=[_status("failed", {"code": code, "title": "T"})]))

    assert isinstance(event, MessageStatusEvent)
    assert (event.status, event.opts_out) == (status, opts_out)
    assert str(code) in str(event.reason)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"type": "text", "text": {"body": "Masih bocor"}}, "Masih bocor"),
        ({"type": "button", "button": {"text": "Sudah beres"}}, "Sudah beres"),
        (
            {"type": "interactive", "interactive": {"button_reply": {"id": "1", "title": "Ya"}}},
            "Ya",
        ),
        ({"type": "image", "image": {"id": "7", "caption": "Pecah"}}, "[image] Pecah"),
        ({"type": "audio", "audio": {"id": "7"}}, "[audio]"),
        ({"type": "new", "new": {}, "context": None}, "[new]"),
    ],
)
def test_words_of_a_buyer_are_read(content: dict[str, Any], text: str) -> None:
    row = {"id": "wamid.7", "from": "6281234567890", "timestamp": "1795487000", **content}
    names = [{"wa_id": "6281234567890", "profile": {"name": "Rina"}}]

    [event] = ADAPTER.read(_delivery(messages=[row], contacts=names))

    assert isinstance(event, MessageReceived)
    assert (event.text, event.buyer) == (text, Buyer(name="Rina", phone="+6281234567890"))


@pytest.mark.parametrize(
    ("opt_in", "consents", "wrote_hours_ago", "kind", "why"),
    [
        ("nobody", "whatsapp", 1, "confirmation", "nobody has agreed"),
        ("stated", "", 1, "confirmation", "has not agreed"),
        ("stated", "sms", 1, "confirmation", "has not agreed"),
        ("stated", "whatsapp", None, "confirmation", ""),
        ("stated", "whatsapp", 23, "receipt", ""),
        ("stated", "whatsapp", 24, "receipt", "no approved template"),
        ("wrote", "", None, "confirmation", "has not agreed"),
        ("wrote", "", 100, "confirmation", ""),
        ("everyone", "", None, "confirmation", ""),
    ],
)
def test_only_who_agreed_is_written_to_and_by_template_after_a_day(
    opt_in: str, consents: str, wrote_hours_ago: int | None, kind: str, why: str
) -> None:
    written_at = None if wrote_hours_ago is None else NOW - timedelta(hours=wrote_hours_ago)
    buyer = Buyer(phone=RINA.phone, consents=consents)
    contact = Contact(buyer, NOW, kind=kind, language="id", written_at=written_at)

    closed = ADAPTER.closed({**VALUES, "opt_in": opt_in}, contact)

    assert why in str(closed or "")
    assert (closed is None) == (not why)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (190, Misconfigured),
        (200, Misconfigured),
        (131042, Misconfigured),
        (130429, Temporary),
        (131056, Temporary),
        (131016, Temporary),
        (131026, Rejected),
        (131047, Rejected),
        (132001, Rejected),
        (131050, OptedOut),
        (123456, Rejected),
    ],
)
def test_errors_are_told_apart_by_their_code(code: int, error: type[Exception]) -> None:
    with responses.RequestsMock() as wire:
        wire.post(URL, status=400, json={"error": {"code": code, "message": "(#1) no"}})
        with pytest.raises(error) as caught:
            ADAPTER(Config(VALUES), Http(), lambda: NOW).message(MESSAGE)
    if code in (130429, 131056):
        assert isinstance(caught.value, Temporary)
        assert (caught.value.outcome, caught.value.retry_after) == ("not_done", 60)
    if code == 131016:
        assert getattr(caught.value, "outcome", "") == "unknown"


def test_too_long_for_a_template_is_refused_before_it_is_sent() -> None:
    late = NOW - timedelta(days=2)
    long = OutgoingMessage(
        "k", "MG", RINA, "", "x" * 1100, language="en", kind="receipt", written_at=late
    )

    with pytest.raises(Rejected, match="longer"):
        ADAPTER(Config(VALUES), Http(), lambda: NOW).message(long)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "21"),
        ("phone_number_id", "+62 812"),
        ("templates", "confirmation=kabar"),
        ("parameters", "name surname"),
        ("opt_in", "all"),
    ],
)
def test_entries_that_cannot_work_are_refused_by_name(field: str, value: str) -> None:
    ADAPTER.check_entries(VALUES)
    with pytest.raises(WrongEntry) as caught:
        ADAPTER.check_entries({**VALUES, field: value})
    assert caught.value.field == field
