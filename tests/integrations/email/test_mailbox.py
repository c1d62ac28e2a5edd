"""A mailbox is tried as it is entered: what is wrong names its entry and what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations import imap, mailbox
from integrations.contract import CheckResult
from integrations.entries import WrongEntry
from integrations.errors import AdapterError, Misconfigured, Temporary
from integrations.imap import Mailbox
from integrations.network import Network
from tests.integrations.email import mailbox_server, mails
from tests.integrations.email.mailbox_server import PASSWORD, Box
from tests.integrations.email.post_office import server_context

CLOSED_PORT = "1"
"""Named tcpmux long ago; nobody serves it."""


@pytest.fixture
def box() -> Iterator[Box]:
    with mailbox_server.opened(Box({2: mails.plain(), 5: mails.plain()})) as served:
        yield served


def _entered(box: Box, **changes: str) -> Mailbox:
    values = {
        "security": "none",
        "imap_host": "127.0.0.1",
        "imap_port": str(box.port),
        "username": "care",
        "password": PASSWORD,
        **changes,
    }
    found = Mailbox.of(values)
    assert found is not None
    return found


def _tried(box: Box, **changes: str) -> CheckResult:
    [found] = mailbox.check(_entered(box, **changes), Network())
    return found


def test_good_entries_work(box: Box) -> None:
    found = _tried(box)

    assert (found.ok, found.field, found.blocking) == (True, "", False)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"imap_host": "nowhere.invalid"}, "imap_host", "look at its spelling"),
        ({"imap_port": CLOSED_PORT}, "imap_host", "look at both"),
        ({"imap_security": "tls"}, "imap_port", "enter 993"),
        ({"imap_security": "starttls"}, "imap_security", "port 993"),
        ({"password": "wrong"}, "password", "app password"),
        ({"imap_password": "wrong"}, "imap_password", "app password"),
        ({"imap_folder": "Answers"}, "imap_folder", "no folder Answers"),
        ({"imap_host": "10.1.2.3"}, "imap_host", "private network"),
        ({"security": "tls", "ca_file": "/nowhere.pem"}, "ca_file", "cannot be read"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_names_its_entry(
    box: Box, changes: dict[str, str], field: str, said: str
) -> None:
    found = _tried(box, **changes)

    assert (found.ok, found.field, found.blocking) == (False, field, False)
    assert said in str(found.advice)


@pytest.mark.parametrize("name", ["username", "imap_username", "imap_folder"])
def test_what_cannot_be_said_to_a_server_is_refused(name: str) -> None:
    with pytest.raises(WrongEntry) as refused:
        mailbox.check_entries({name: "café"})

    assert refused.value.field == name


def _failure(box: Box, **changes: str) -> AdapterError:
    with pytest.raises(AdapterError) as failed:
        mailbox.visit(_entered(box, **changes), "", Network())
    return failed.value


def test_refusal_that_passes_is_no_wrong_password(box: Box) -> None:
    box.refuses = "[UNAVAILABLE] try later"

    assert isinstance(_failure(box, password="wrong"), Temporary)
    box.refuses = "[AUTHENTICATIONFAILED] no"
    assert isinstance(_failure(box, password="wrong"), Misconfigured)


def test_password_is_never_said_openly_to_another_machine() -> None:
    values = {"security": "none", "imap_host": "mail.shop.example"}

    found = Mailbox.of(values)

    assert found is not None
    assert (found.encryption, found.port) == ("tls", 993)


@pytest.mark.parametrize(
    ("entered", "read_as"),
    [
        ({}, ("tls", 993)),
        ({"imap_port": "143"}, ("starttls", 143)),
        ({"imap_security": "starttls"}, ("starttls", 143)),
        ({"imap_security": "tls", "imap_port": "143"}, ("tls", 143)),
        ({"imap_security": "starttls", "imap_port": "1143"}, ("starttls", 1143)),
        ({"imap_security": "auto", "security": "none"}, ("tls", 993)),
        ({"imap_security": "starttls", "security": "none"}, ("starttls", 143)),
    ],
)
def test_encryption_is_as_chosen_else_as_the_port_tells(
    entered: dict[str, str], read_as: tuple[str, int]
) -> None:
    found = Mailbox.of({"imap_host": "mail.shop.example", **entered})

    assert found is not None
    assert (found.encryption, found.port) == read_as


@pytest.fixture
def encrypting(box: Box, tmp_path: Path) -> tuple[Box, dict[str, str]]:
    """A mailbox that begins encryption when asked to, and the entries of who trusts it."""
    box.starts = server_context(tmp_path)
    trusted = {"imap_security": "starttls", "ca_file": str(tmp_path / "ca.pem")}
    return box, trusted


def test_mailbox_is_read_by_starttls(encrypting: tuple[Box, dict[str, str]]) -> None:
    box, trusted = encrypting

    visit = mailbox.visit(_entered(box, **trusted), "", Network())

    assert len(visit.mails) == 2
    assert box.in_the_open == ["CAPABILITY", "STARTTLS"]
    assert _tried(box, **trusted).ok


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"starts": None}, "imap_security", "no STARTTLS"),
        ({"greeting": "* PREAUTH signed in already"}, "imap_security", "no STARTTLS"),
        ({"adds": b"* OK [UIDVALIDITY 99] said by a stranger\r\n"}, "", ""),
    ],
    ids=["not offered", "signed in before", "said beside it"],
)
def test_nothing_is_said_to_who_does_not_encrypt(
    encrypting: tuple[Box, dict[str, str]], changes: dict[str, Any], field: str, said: str
) -> None:
    box, trusted = encrypting
    for name, value in changes.items():
        setattr(box, name, value)

    found = _tried(box, **trusted)

    assert not {"LOGIN", "AUTHENTICATE"} & set(box.in_the_open)
    if not found.ok:
        assert (found.field, said in str(found.advice)) == (field or found.field, True)
    if box.adds:
        # What was heard in the open counts for nothing.
        visit = mailbox.visit(_entered(box, **trusted), "", Network())
        assert f":{box.validity}:" in visit.cursor


def test_certificate_that_is_not_trusted_ends_it(encrypting: tuple[Box, dict[str, str]]) -> None:
    box, trusted = encrypting

    found = _tried(box, **{**trusted, "ca_file": ""})

    assert (found.field, "not trusted" in str(found.advice)) == ("imap_host", True)
    assert "LOGIN" not in box.in_the_open


def test_server_that_says_nothing_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert "look at both" in str(_failure(Box({}, port=port)).text)


def test_visit_goes_on_where_the_last_ended(box: Box) -> None:
    first = mailbox.visit(_entered(box), "", Network())
    second = mailbox.visit(_entered(box), first.cursor, Network())
    box.mails[6] = mails.plain()
    third = mailbox.visit(_entered(box), first.cursor, Network())
    other = mailbox.visit(_entered(box, imap_username="other"), first.cursor, Network())

    assert [len(each.mails) for each in (first, second, third, other)] == [2, 0, 1, 3]
    assert second.cursor == first.cursor
    assert third.cursor == third.mails[0].cursor
    assert box.changed == []
