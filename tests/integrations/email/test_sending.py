"""Mails handed to a real mail server on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from integrations.contract import Buyer, Role
from integrations.email import ADAPTER
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary
from tests.integrations.email.post_office import (
    NOW,
    PASSWORD,
    PostOffice,
    adapter,
    encrypted,
    message,
    opened,
    server_context,
)


@pytest.fixture(name="office")
def _office() -> Iterator[PostOffice]:
    with opened(PostOffice()) as office:
        yield office


def test_both_parts_arrive_when_sent(office: PostOffice) -> None:
    message_id = adapter(office.port).message(message())

    (mail,) = office.taken
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == "Halo Sari,\nkami perbaiki ✓\n"
    assert "kami perbaiki ✓" in html.get_content()
    assert office.recipients == ["sari@example.test"]
    assert mail["Message-ID"] == message_id


def test_headers_are_complete_when_sent(office: PostOffice) -> None:
    adapter(office.port, reply_to="answers@shop.example").message(message())

    (mail,) = office.taken
    assert str(mail["From"]) == "Toko Teh <care@shop.example>"
    assert str(mail["To"]) == "Sari Ünal <sari@example.test>"
    assert mail["Subject"] == "Terima kasih ✓"
    assert mail["Reply-To"] == "answers@shop.example"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "id"
    assert mail["List-Unsubscribe"] == "<https://makegood.example/stop/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_stop_headers_are_absent_when_there_is_no_stop_address(office: PostOffice) -> None:
    adapter(office.port).message(message(stop_url="", html=""))

    (mail,) = office.taken
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize("length", [20, 60, 300, 800])
def test_stop_address_is_one_plain_line_when_long(office: PostOffice, length: int) -> None:
    url = "https://makegood.example/stop/" + "a" * length

    adapter(office.port).message(message(stop_url=url))

    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in office.raw[0]


def test_id_is_one_plain_line_when_the_domain_is_long(office: PostOffice) -> None:
    domain = ".".join(["d" * 50] * 4) + ".test"

    sent = adapter(office.port, from_address=f"care@{domain}").message(message())

    assert f"\r\nMessage-ID: {sent}\r\n".encode() in office.raw[0]


def test_every_line_is_short_ascii_when_the_text_is_long(office: PostOffice) -> None:
    adapter(office.port).message(message(text="kami perbaiki ✓ " * 500, subject="Maaf ✓ " * 60))

    assert max(len(each) for each in office.raw[0].split(b"\r\n")) <= 78
    assert office.raw[0].isascii()
    assert office.taken[0]["Subject"].strip() == ("Maaf ✓ " * 60).strip()


def test_id_is_the_same_when_the_same_key_is_sent_again(office: PostOffice) -> None:
    mails = adapter(office.port)

    first, again = mails.message(message()), mails.message(message(text="Lain"))
    other = mails.message(message(key="MG-7F3K2Q:confirmation"))

    assert first == again != other


def test_lines_with_a_dot_survive_when_sent(office: PostOffice) -> None:
    adapter(office.port).message(message(text="a\n.\nb\n", html=""))

    assert office.taken[0].get_content().replace("\r\n", "\n") == "a\n.\nb\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hi\r\nBcc: all@example.test"},
        {"subject": "Hi\nX: y"},
        {"subject": "Hi\u2028X: y"},
        {"language": "id\r\nX: y"},
        {"to": Buyer(email="sari@example.test\r\nBcc: all@example.test")},
        {"to": Buyer(email="a@example.test, b@example.test")},
        {"to": Buyer(email="<a@example.test>")},
        {"to": Buyer(email="a b@example.test")},
        {"to": Buyer(email="")},
        {"to": Buyer(email="sari")},
        {"to": Buyer(email="@example.test")},
        {"to": Buyer(email="sari@")},
        {"to": Buyer(email="a@b@example.test")},
        {"to": Buyer(email="a@x..test")},
        {"stop_url": "https://a.test/\r\nX: y"},
        {"stop_url": "javascript:x"},
        {"stop_url": "https://a.test/" + "a" * 900},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_nothing_is_sent_when_a_line_could_become_a_header(
    office: PostOffice, changes: dict[str, Any]
) -> None:
    with pytest.raises(Permanent):
        adapter(office.port).message(message(**changes))

    assert office.taken == []


@pytest.mark.parametrize(
    "sign", ["\r\n", "\n", "\u2028", "\x0b", "\x85", "\u200f", "\ufeff", "\x00", "\ud800"]
)
@pytest.mark.parametrize("field", ["name", "email"])
def test_a_buyer_with_an_odd_sign_is_written_to(office: PostOffice, sign: str, field: str) -> None:
    given = {"name": "Sari Dewi", "email": "sari@example.test"}
    buyer = Buyer(**{**given, field: f"{sign}{given[field]}{sign}"})

    adapter(office.port).message(message(to=buyer))

    assert office.recipients == ["sari@example.test"]
    assert str(office.taken[0]["To"]) == "Sari Dewi <sari@example.test>"


def test_a_name_begins_no_header(office: PostOffice) -> None:
    buyer = Buyer(name="Sari\r\nBcc: all@example.test", email="sari@example.test")

    adapter(office.port).message(message(to=buyer))

    assert office.recipients == ["sari@example.test"]
    assert office.taken[0]["Bcc"] is None


def test_machines_do_not_answer(office: PostOffice) -> None:
    adapter(office.port).message(message())

    mail = office.taken[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "bulk"
    assert str(mail["List-Id"]).startswith("<makegood.")
    assert mail["List-Unsubscribe"]


@pytest.mark.parametrize(
    ("email", "reached"),
    [("sari@example.test", True), (" sari@example.test\u200e", True), ("", False), ("sari", False)],
)
def test_the_channel_says_whom_it_reaches(email: str, reached: bool) -> None:
    assert ADAPTER.reaches(Buyer(email=email), "") is reached


def test_domain_in_another_script_is_reached_when_written_so(office: PostOffice) -> None:
    adapter(office.port).message(message(to=Buyer(email="sari@tokó.test")))

    assert office.recipients == ["sari@xn--tok-ina.test"]


@pytest.mark.parametrize(
    ("refusal", "kind", "known"),
    [
        ({"refuse_recipient": "550 no such mailbox"}, Permanent, "not_done"),
        ({"refuse_recipient": "450 later"}, Temporary, "not_done"),
        ({"refuse_recipient": "421 closing"}, Temporary, "not_done"),
        ({"refuse_sender": "553 not yours"}, Misconfigured, "not_done"),
        ({"refuse_sender": "530 sign in"}, Misconfigured, "not_done"),
        ({"refuse_sender": "451 later"}, Temporary, "not_done"),
        ({"refuse_text": "554 spam"}, Permanent, "not_done"),
        ({"refuse_text": "452 full"}, Temporary, "not_done"),
        ({"drop_before_text": True}, Temporary, "not_done"),
        ({"drop_after_text": True}, Temporary, "unknown"),
    ],
    ids=str,
)
def test_error_is_of_its_kind_when_the_server_refuses(
    refusal: dict[str, Any], kind: type[AdapterError], known: str
) -> None:
    with opened(PostOffice(**refusal)) as office, pytest.raises(kind) as raised:
        adapter(office.port).message(message())

    assert raised.value.outcome == known
    assert "sari" not in raised.value.message


def test_nothing_was_done_when_the_server_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Temporary) as raised:
            adapter(unused.getsockname()[1]).message(message())

    assert raised.value.outcome == "not_done"


def test_nothing_was_done_when_the_server_stays_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.email.smtp.STEP_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Temporary) as raised:
        adapter(silent.getsockname()[1]).message(message())

    assert raised.value.outcome == "not_done"


def test_nothing_is_sent_when_signing_in_took_too_long(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.email.smtp.HURRY_SECONDS", -1.0)

    with pytest.raises(Temporary) as raised:
        adapter(office.port).message(message())

    assert (raised.value.outcome, office.commands) == ("not_done", [])


def test_outcome_is_unknown_when_the_last_answer_stays_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.email.smtp.TEXT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_never_answers_the_text, args=(listening,), daemon=True)
        thread.start()
        with pytest.raises(Temporary) as raised:
            adapter(listening.getsockname()[1]).message(message())
    thread.join(5)

    assert raised.value.outcome == "unknown"


def _never_answers_the_text(listening: socket.socket) -> None:
    line, _ = listening.accept()
    with line, line.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 ready\r\n")
        for answer in (b"250 ok", b"250 ok", b"250 ok", b"354 go on"):
            talk.readline()
            talk.write(answer + b"\r\n")
        while talk.readline():
            continue


def test_mail_is_taken_when_encrypted_and_signed_in(tmp_path: Path) -> None:
    with opened(PostOffice(), **encrypted(tmp_path)) as office:
        adapter(office.port, **_entries(tmp_path)).message(message())

        assert len(office.taken) == 1


def test_mail_is_taken_when_encrypted_from_the_start(tmp_path: Path) -> None:
    with opened(PostOffice(), ssl_context=server_context(tmp_path)) as office:
        entries = {"security": "tls", "ca_file": str(tmp_path / "ca.pem")}
        adapter(office.port, **entries).message(message())

        assert len(office.taken) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
    ],
)
def test_server_that_takes_no_passwords_is_named_with_a_way_out(
    tmp_path: Path, answer: str
) -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False, message=answer)

    options = {**encrypted(tmp_path), "authenticator": refuse}
    with (
        opened(PostOffice(), **options) as office,
        pytest.raises(Misconfigured, match="enter the ID of your app there"),
    ):
        adapter(office.port, **_entries(tmp_path)).message(message())


def test_password_is_refused_and_not_repeated_when_wrong(tmp_path: Path) -> None:
    with (
        opened(PostOffice(), **encrypted(tmp_path)) as office,
        pytest.raises(Misconfigured, match="user name or password") as raised,
    ):
        adapter(office.port, **_entries(tmp_path, password="n0t-it")).message(message())

    assert "n0t-it" not in raised.value.message


@pytest.mark.parametrize(
    ("host", "trusted"), [("127.0.0.1", False), ("127.0.0.2", True)], ids=["unknown", "other host"]
)
def test_certificate_is_refused_when_not_trusted(tmp_path: Path, host: str, trusted: bool) -> None:
    with opened(PostOffice(), **encrypted(tmp_path, host=host)) as office:
        entries = _entries(tmp_path, ca_file=str(tmp_path / "ca.pem") if trusted else "")
        with pytest.raises(Misconfigured, match="certificate"):
            adapter(office.port, **entries).message(message())


def test_nothing_is_sent_openly_when_the_server_lacks_starttls(office: PostOffice) -> None:
    with pytest.raises(Misconfigured, match="STARTTLS"):
        adapter(office.port, security="starttls").message(message())

    assert office.commands == []


@pytest.mark.parametrize(
    "entries",
    [
        {"host": ""},
        {"host": "mail.shop.example", "security": "none"},
        {"security": "ssl"},
        {"port": "smtp"},
        {"port": "0"},
        {"from_address": "shop"},
        {"from_address": "care@shop.example\r\nBcc: x@y.test"},
        {"from_name": "Toko\r\nBcc: x@y.test"},
        {"reply_to": "a@b.test\nX: y"},
        {"security": "starttls", "ca_file": "/nowhere.pem"},
    ],
    ids=str,
)
def test_wrong_entry_is_misconfigured_when_sending(
    office: PostOffice, entries: dict[str, str]
) -> None:
    with pytest.raises(Misconfigured):
        adapter(office.port, **entries).message(message())


def test_no_mail_goes_out_when_checked(tmp_path: Path) -> None:
    with opened(PostOffice(), **encrypted(tmp_path)) as office:
        found = adapter(office.port, **_entries(tmp_path)).check()

        assert [(str(each.name), each.ok) for each in found] == [
            ("Addresses", True),
            ("Mail server", True),
        ]
        assert (office.commands, office.taken) == (["NOOP"], [])


def test_advice_is_given_when_checked_with_wrong_entries(tmp_path: Path) -> None:
    with opened(PostOffice(), **encrypted(tmp_path)) as office:
        entries = _entries(tmp_path, password="no", from_address="shop")
        found = adapter(office.port, **entries).check()

    assert [(each.ok, bool(each.advice)) for each in found] == [(False, True), (False, True)]


def test_mail_plays_no_other_role() -> None:
    assert ADAPTER.roles == {Role.MESSAGES}


def test_secrets_are_marked_when_the_fields_are_shown() -> None:
    assert [field.name for field in ADAPTER.fields if field.secret] == ["password", "imap_password"]
    assert all(field.label and field.help for field in ADAPTER.fields)


def _entries(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "security": "starttls",
        "username": "shop",
        "password": PASSWORD,
        "ca_file": str(folder / "ca.pem"),
        **changes,
    }
