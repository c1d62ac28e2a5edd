"""Sentences kept in English are told in the reader's language, with amounts as people write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, g
from flask_babel import force_locale

from service.app import create_app
from service.web.told import detail, told
from tests.world import World

TASK = "Refund 259000.00 IDR on order SB-1, note the reference MG-7-1, then mark it as done here."
TRIED = "Tried 11 times, last: the sandbox is busy. Try again later."


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    """The application, with the zone of a request."""
    made = create_app(world.wired)
    with made.test_request_context():
        made.preprocess_request()
        assert g.zone.key == "Asia/Jakarta"
        yield made


@pytest.mark.parametrize(
    ("language", "sentence", "shown"),
    [
        (
            "id",
            TASK,
            "Kembalikan dana Rp259.000 untuk pesanan SB-1, catat acuan MG-7-1,"
            " lalu tandai selesai di sini.",
        ),
        ("en", TASK, TASK.replace("259000.00 IDR", "IDR 259,000")),
        ("id", TRIED, "Sudah dicoba 11 kali, terakhir: sandbox sedang sibuk. Coba lagi nanti."),
        ("id", "there is no such case", "Kasus itu tidak ada."),
        ("en", "there is no such case", "There is no such case."),
        ("id", "who knows what this is", "Who knows what this is."),
        ("id", "Rule “Rusak”: 25 % of what was paid.", "Aturan “Rusak”: 25 % dari yang dibayar."),
        (
            "id",
            "follow-ups: closes must be later in the day than opens",
            "Follow-ups: closes harus lebih lambat dari jam buka (opens).",
        ),
        ("id", "", ""),
    ],
    ids=["task", "task en", "nested", "short", "short en", "unknown", "percent", "joined", "none"],
)
def test_sentence_is_told(app: Flask, language: str, sentence: str, shown: str) -> None:
    with force_locale(language):
        assert told(sentence).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("refund 36500.00 IDR MG-7-1", "Pengembalian dana Rp36.500 MG-7-1"),
        ("2026-11-24T03:00:00+00:00", "24 Nov, 10.00"),
        ("barang ini bukan dari kami", "barang ini bukan dari kami"),
        ("The buyer has answered already.", "Pembeli sudah menjawab"),
    ],
    ids=["deed", "time", "own words", "reason"],
)
def test_detail_of_history_is_told(app: Flask, text: str, shown: str) -> None:
    with force_locale("id"):
        assert detail(text).replace("\u00a0", " ") == shown
