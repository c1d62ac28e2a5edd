"""SMS by Twilio holds to what every adapter must, reads what Twilio documents, and counts parts."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

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
    SentMessage,
)
from integrations.entries import WrongEntry
from integrations.errors import Misconfigured, OptedOut, Permanent, Rejected, Temporary
from integrations.http import Http
from integrations.sms import ADAPTER
from integrations.sms.segments import plain, segments
from integrations.telephone import e164
from tests.adapter_cases import NOW, AdapterCases
from tests.platforms.talk import ACCOUNT, AUTH_TOKEN, SENDER, signed_by_twilio

HOOK = "https://makegood.example/webhooks/abc"
VALUES = {
    "base_url": "http://127.0.0.1:9",
    "account_sid": ACCOUNT,
    "auth_token": AUTH_TOKEN,
    "sender": SENDER,
}
URL = f"http://127.0.0.1:9/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
RINA = Buyer(name="Rina", phone="+6281234567890")
MESSAGE = OutgoingMessage("k-1", "MG-7F3K2Q", RINA, "", "Halo Kak,\n\nsudah dikirim – hari ini.")
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": RINA.phone, "Zone": ""}


def _callback(fields: dict[str, str]) -> Inbound:
    headers = {"x-twilio-signature": signed_by_twilio(HOOK, fields)}
    return Inbound(headers, urlencode(fields).encode(), NOW, HOOK)


def _made() -> Any:
    return ADAPTER(Config(VALUES, (), HOOK), Http(), lambda: NOW)


class TestSms(AdapterCases):
    platform = ADAPTER
    hidden = (AUTH_TOKEN,)
    config = Config(VALUES, (AUTH_TOKEN,), HOOK)
    body = urlencode(DELIVERED).encode()

    @staticmethod
    def sign(body: bytes) -> Inbound:
        fields = {name: value[0] for name, value in parse_qs(body.decode(errors="replace")).items()}
        headers = {"x-twilio-signature": signed_by_twilio(HOOK, {"Zone": "", **fields})}
        return Inbound(headers, body, NOW, HOOK)


@pytest.mark.parametrize(
    ("fields", "status", "opts_out"),
    [
        ({"MessageStatus": "sent"}, MessageStatus.SENT, False),
        ({"MessageStatus": "delivered"}, MessageStatus.DELIVERED, False),
        ({"MessageStatus": "undelivered", "ErrorCode": "30005"}, MessageStatus.FAILED, False),
        ({"MessageStatus": "undelivered", "ErrorCode": "30007"}, MessageStatus.REFUSED, False),
        ({"MessageStatus": "failed", "ErrorCode": "21610"}, MessageStatus.FAILED, True),
    ],
)
def test_statuses_are_read(fields: dict[str, str], status: MessageStatus, opts_out: bool) -> None:
    [event] = ADAPTER.read(_callback({"MessageSid": "SM1", **fields}))

    assert isinstance(event, MessageStatusEvent)
    assert (event.vendor_id, event.status, event.opts_out) == ("SM1", status, opts_out)
    assert ADAPTER.read(_callback({"MessageSid": "SM1", "MessageStatus": "queued"})) == []


@pytest.mark.parametrize(
    ("fields", "text", "opts_out"),
    [
        ({"Body": "Masih bocor"}, "Masih bocor", False),
        ({"Body": "CANCEL", "OptOutType": "STOP"}, "CANCEL", True),
        ({"Body": "", "NumMedia": "2"}, "[2 MMS]", False),
    ],
)
def test_words_of_a_buyer_are_read(fields: dict[str, str], text: str, opts_out: bool) -> None:
    given = {"MessageSid": "SM7", "SmsStatus": "received", "From": "+6281234567890", **fields}

    [event] = ADAPTER.read(_callback(given))

    assert isinstance(event, MessageReceived)
    assert (event.text, event.buyer.phone, event.opts_out) == (text, RINA.phone, opts_out)


def test_a_message_goes_plain_with_an_address_for_its_status() -> None:
    with responses.RequestsMock() as wire:
        wire.post(URL, status=201, json={"sid": "SM1", "status": "queued"})
        assert _made().message(MESSAGE) == "SM1"
        body = wire.calls[0].request.body
        assert isinstance(body, bytes)
        sent = parse_qs(body.decode())
    assert sent == {
        "To": [RINA.phone],
        "From": [SENDER],
        "Body": ["Halo Kak,\nsudah dikirim - hari ini."],
        "StatusCallback": [HOOK],
    }


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, 20003, Misconfigured),
        (400, 21606, Misconfigured),
        (400, 21610, OptedOut),
        (400, 21211, Rejected),
        (400, 21614, Rejected),
        (429, 20429, Temporary),
        (500, 20500, Temporary),
    ],
)
def test_errors_are_told_apart_by_their_code(
    status: int, code: int, error: type[Exception]
) -> None:
    with responses.RequestsMock() as wire:
        wire.post(URL, status=status, json={"code": code, "message": "no", "status": status})
        with pytest.raises(error) as caught:
            _made().message(MESSAGE)
    if isinstance(caught.value, Temporary):
        assert caught.value.outcome == ("not_done" if status == 429 else "unknown")


def test_message_of_unknown_outcome_is_found_by_its_link() -> None:
    rows = [{"sid": "SM1", "status": "sent", "body": "… https://m.example/b/x"}]
    failed = [{**rows[0], "status": "undelivered"}]
    with responses.RequestsMock() as wire:
        for listed in (rows, [], failed):
            wire.get(URL, json={"messages": listed})
        sent = SentMessage(RINA, "https://m.example/b/x", NOW)
        assert _made().find_message(sent) == "SM1"
        assert "To=%2B6281234567890&DateSent%3E=2026-11-23" in str(wire.calls[0].request.url)
        assert _made().find_message(sent) is None
        with pytest.raises(Permanent):
            _made().find_message(sent)


def test_a_message_of_too_many_parts_is_left_to_the_next_channel() -> None:
    long = OutgoingMessage("k", "MG", RINA, "", "x" * 1000)
    with pytest.raises(Rejected, match="7 parts"):
        _made().message(long)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
    ],
)
def test_parts_are_counted_as_networks_do(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_signs_of_print_do_not_make_parts_shorter() -> None:
    assert plain("“Halo”\u00a0–\n\n  Kak… ") == '"Halo" -\nKak...'


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("0812-3456-7890", "ID", "+6281234567890"),
        ("+62 812 3456 7890", "", "+6281234567890"),
        ("0812-3456-7890", "", ""),
        ("(030) 901820", "DE", "+4930901820"),
        ("****90", "ID", ""),
        ("12", "ID", ""),
        ("9" * 60, "ID", ""),
    ],
)
def test_numbers_have_one_form(typed: str, country: str, number: str) -> None:
    assert e164(typed, country) == number


@pytest.mark.parametrize("consents", ["", "sms"])
def test_only_who_agreed_is_written_to(consents: str) -> None:
    contact = Contact(Buyer(phone=RINA.phone, consents=consents), NOW)

    assert (ADAPTER.closed(VALUES, contact) is None) == bool(consents)
    assert ADAPTER.closed({**VALUES, "opt_in": "everyone"}, contact) is None


@pytest.mark.parametrize(
    ("field", "value"), [("account_sid", "AC1"), ("sender", "+1"), ("most_parts", "99")]
)
def test_entries_that_cannot_work_are_refused_by_name(field: str, value: str) -> None:
    ADAPTER.check_entries(VALUES)
    with pytest.raises(WrongEntry) as caught:
        ADAPTER.check_entries({**VALUES, field: value})
    assert caught.value.field == field
