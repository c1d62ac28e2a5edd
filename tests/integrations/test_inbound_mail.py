"""What a mail that came in is: an answer, a machine's, a bounce, our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.inbound_mail import LONGEST, MailKind, read_mail
from tests.integrations.email import mails
from tests.integrations.email.mails import TOKEN


def test_answer_is_read_without_what_it_quotes() -> None:
    mail = read_mail(mails.plain())

    assert (mail.kind, mail.text) == (MailKind.ANSWER, "Sudah saya coba, masih bocor.")
    assert (mail.sender, mail.tokens) == ("sari@example.test", (TOKEN,))
    assert mail.subject == "Re: Terima kasih sudah memberi tahu kami"


def test_token_is_found_in_a_plus_address() -> None:
    assert read_mail(mails.to_plus_address()).tokens == (TOKEN,)


def test_words_of_a_page_are_read_without_its_marks() -> None:
    assert read_mail(mails.html_only()).text == "Terima kasih,\nsudah & beres"


def test_what_is_all_quote_is_kept_whole() -> None:
    mail = read_mail(mails.plain("> Halo\n> kenapa"))

    assert "kenapa" in mail.text


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (mails.absence_note(), MailKind.AUTOMATIC),
        (mails.old_vacation(), MailKind.AUTOMATIC),
        (mails.plain(more="Auto-Submitted: no\n"), MailKind.ANSWER),
        (mails.our_own(), MailKind.LOOP),
        (mails.report(), MailKind.BOUNCE),
        (mails.headers_only_report(), MailKind.BOUNCE),
        (mails.exim_bounce(), MailKind.BOUNCE),
        (mails.report("delayed", "4.4.1"), MailKind.DELAY),
        (mails.report("delivered", "2.0.0"), MailKind.AUTOMATIC),
    ],
    ids=[
        "absence",
        "vacation",
        "answer",
        "loop",
        "report",
        "headers",
        "exim",
        "delay",
        "delivered",
    ],
)
def test_mails_of_machines_are_known(raw: bytes, kind: MailKind) -> None:
    mail = read_mail(raw)

    assert (mail.kind, mail.tokens) == (kind, (TOKEN,))


def test_bounce_says_why() -> None:
    assert read_mail(mails.report()).reason == "5.1.1 550 5.1.1 <sari@example.test>: user unknown"


def test_long_answers_are_cut_and_mail_without_an_id_has_one_of_its_own() -> None:
    raw = mails.plain("a" * 50_000).replace(b"Message-ID: <CAF1@mail.example.test>\n", b"")

    mail = read_mail(raw)

    assert len(mail.text) == LONGEST
    assert mail.id == read_mail(raw).id != read_mail(mails.plain()).id


@given(st.binary(max_size=3000))
def test_nothing_in_a_mail_makes_reading_fail(raw: bytes) -> None:
    read_mail(raw)
    read_mail(
        mails.plain().replace(b"text/plain; charset=utf-8", b"text/plain; charset=x-odd") + raw
    )
    read_mail(mails.report() + raw)
