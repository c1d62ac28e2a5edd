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


OURS = "Halo Kak Sari,\nMohon maaf"
MARKED = "> Halo Kak Sari,\n> Mohon maaf"


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (
            f"Halo\n\nOn Tue, 24 Nov 2026 Toko <care@shop.example> wrote:\n{MARKED}\n\nMasih bocor",
            "Halo\nMasih bocor",
        ),
        (
            f"On Tue, 24 Nov 2026 Toko wrote:\n> beres?\nBelum\n> Mau uang?\nMau\n{MARKED}",
            "Belum\n> Mau uang?\nMau",
        ),
        (
            f"Bocor\n\nFrom: Toko <care@shop.example>\nSent: Tuesday, 24 November 2026 10:00\nTo: Sari\n\n{OURS}",
            "Bocor",
        ),
        (
            f"Bocor\n\nDari: Toko <care@shop.example>\nDikirim: Selasa 24 November 2026 10.00\n\n{OURS}",
            "Bocor",
        ),
        (f"Bocor\n\n-----Ursprüngliche Nachricht-----\nVon: Toko\n\n{OURS}", "Bocor"),
        (
            "Nama: Sari\nTanggal: 24 November 2026\nBocor",
            "Nama: Sari\nTanggal: 24 November 2026\nBocor",
        ),
    ],
    ids=["below", "between", "outlook", "outlook-id", "german", "own-form"],
)
def test_words_around_a_quote_are_kept_wherever_they_stand(body: str, kept: str) -> None:
    raw = mails.plain(body).partition(b"Pada Sel")[0]

    assert read_mail(raw).text == kept


@pytest.mark.parametrize(
    ("kind", "body", "kept"),
    [
        ("text/html", "<html><head><title>Re</title><body><p>Masih bocor", "Masih bocor"),
        ("text/html", "<style><!-- p {} --></style><div>Masih bocor</div>", "Masih bocor"),
        (
            "multipart/alternative; boundary=b",
            "--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: text/html\n\n<p>Masih bocor\n--b--",
            "Masih bocor",
        ),
        (
            "multipart/mixed; boundary=b",
            "--b\nContent-Type: text/plain\n\nMasih bocor\n--b\nContent-Type: image/jpeg; name=foto.jpg\n\nx\n"
            "--b\nContent-Type: text/plain\n\nTangan luka\n--b--",
            "Masih bocor\n\nTangan luka\n[foto.jpg]",
        ),
        (
            "multipart/mixed; boundary=b",
            "--b\nContent-Type: video/mp4\nContent-Disposition: attachment\n\nx\n--b--",
            "[video/mp4]",
        ),
    ],
    ids=["no-end-of-head", "comment", "empty-plain", "between-pictures", "file-alone"],
)
def test_all_forms_of_a_mail_say_something(kind: str, body: str, kept: str) -> None:
    head = mails.plain().partition(b"Content-Type")[0].decode()

    assert read_mail(f"{head}Content-Type: {kind}\n\n{body}".encode()).text == kept
