"""A mailbox is tried as it is entered: what is wrong names its entry and what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from integrations import imap, mailbox
from integrations.contract import CheckResult
from integrations.entries import WrongEntry
from integrations.errors import AdapterError, Misconfigured, Temporary
from integrations.imap import Mailbox
from integrations.network import Network
from tests.integrations.email import mailbox_server, mails
from tests.integrations.email.mailbox_server import PASSWORD, Box

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
        ({"security": "starttls"}, "imap_port", "enter 993"),
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
    assert (found.tls, found.port) == (True, 993)


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
