"""Grave complaints are found by what happened, not by a word that stands in a product's name."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from service.domain.cases.severity import KINDS, grave, is_grave
from service.domain.wording.examples import shipped_sentences
from service.wording_commands import read_list, severity_rates

LISTS = Path(__file__).parent / "messages" / "lists"
RECALL, PRECISION = 0.85, 0.8
UNSEEN = 0.75
"""For sentences that taught nothing and whose mistakes steered no others; the list is small."""
TAUGHT = ("first-writer", "second-writer", "house")
KEPT = ("fourth-writer-kept", "fifth-writer-kept", "sixth-writer-kept")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("injury", "The handle snapped and I needed six stitches"),
        ("injury", "jari saya teriris tutup kaleng sampai dijahit"),
        ("illness", "keracunan habis makan ini, muntah semua sekeluarga"),
        ("illness", "food poisoning from the mussels"),
        ("allergy", "muka bengkak merah gatal habis pakai krim ini"),
        ("allergy", "broke out in hives all over my arms"),
        ("child", "anak saya tersedak matanya boneka"),
        ("child", "my toddler choked on a loose button"),
        ("fire", "baru dicolok langsung ngebul kabelnya kebakar"),
        ("fire", "the charger caught fire on my desk"),
        ("shock", "kesetrum tiap pegang bodinya"),
        ("shock", "gave me an electric shock"),
        ("legal", "tunggu somasi dari saya"),
        ("legal", "you will hear from my lawyer"),
        ("police", "sudah saya laporkan ke polisi"),
        ("police", "I filed a police report"),
        ("fraud", "toko penipu, isi paket cuma batu"),
        ("fraud", "scammers, they took my money and vanished"),
        (
            "fraud",
            "barang tidak sesuai gambar.... jangan percaya sama penjual ini, penipu.... jelek",
        ),
        ("allergy", "habis pakai maskernya kulit merah lalu bengkak, saya bingung harus bagaimana"),
        ("discrimination", "adminnya rasis, ngatain agama saya"),
        ("discrimination", "racist message in the chat"),
    ],
)
def test_a_grave_complaint_is_found_with_its_kind_and_words(kind: str, text: str) -> None:
    verdict = grave(text)

    assert verdict is not None
    assert kind in verdict.kinds
    assert set(verdict.kinds) <= set(KINDS)
    assert verdict.words


@pytest.mark.parametrize(
    "text",
    [
        "tidak meledak, cuma ga nyala",
        "untung ga kebakaran, cuma lampunya redup",
        "no burns, just cold tea",
        "racun tikusnya ga mempan",
        "racun tikus",
        "pisau tajam",
        "mati total",
        "bunuh waktu",
        "batu akik retak",
        "mainan polisinya patah",
        "obat lukanya bocor",
        "kompor apinya kecil, lama panasnya",
        "sakit hati beli di sini",
        "killer deal but the zip broke",
        "barang telat seminggu",
        "parah ini toko, tidak ada tanggung jawabnya",
        "pesan 4 hitam dan 2 abu-abu, yang datang malah kebalikannya",
        "dari empat lampu yang nyala cuma tiga, satunya mati padahal sudah dijemur",
        "The delivery was late. The box was soft. I wrote twice and nobody wrote back. Never again.",
        "",
        "⭐",
    ],
)
def test_a_denied_or_figurative_word_is_not_grave(text: str) -> None:
    assert grave(text) is None
    assert not is_grave(text)


@pytest.mark.parametrize(
    "word",
    ["saya", "keluarga", "cahaya", "mukena", "controller", "dikemas", "charging", "safety", "the"],
)
def test_a_word_that_often_stands_beside_harm_is_none_by_itself(word: str) -> None:
    assert grave(word) is None


@pytest.mark.parametrize("word", ["kesetrum", "keracunan", "penipu", "meledak", "scammers"])
def test_a_word_of_harm_is_grave_by_itself(word: str) -> None:
    assert grave(word) is not None


@pytest.mark.parametrize(
    "text", ["baterai kembung", "batterynya kembung min", "battery is swollen"]
)
def test_a_swollen_battery_is_a_hazard_before_it_burns(text: str) -> None:
    verdict = grave(text)

    assert verdict is not None
    assert "fire" in verdict.kinds


def test_a_grave_sentence_is_found_in_a_long_complaint() -> None:
    calm = "Barangnya datang telat dan warnanya beda dari foto. " * 12

    assert is_grave(f"{calm}Chargernya meledak dan tangan saya melepuh. {calm}")
    assert is_grave(f"{calm} chargernya meledak tangan saya melepuh {calm}".replace(".", ""))
    assert not is_grave(calm)


def test_a_long_complaint_is_read_in_time_that_grows_with_its_length() -> None:
    def seconds(times: int) -> float:
        started = time.thread_time()
        grave("barangnya lama sekali datang " * times)
        return time.thread_time() - started

    seconds(10)
    # The best of three: what is collected meanwhile is the whole suite's garbage.
    assert min(seconds(4000) for _ in range(3)) < 20 * min(seconds(400) for _ in range(3)) + 1


@pytest.mark.parametrize("name", [*TAUGHT, "fourth-writer", *KEPT])
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_rates_are_kept_on_the_lists(name: str, language: str) -> None:
    rows = [
        row
        for row in read_list(LISTS / f"severity-{name}.tsv", ("grave", "harmless"))
        if row.language == language
    ]

    rates = severity_rates(rows)
    unseen = name == "sixth-writer-kept"

    assert rates["recall"] >= (UNSEEN if unseen else RECALL), rates["wrong"]
    assert rates["precision"] >= (UNSEEN if unseen else PRECISION), rates["wrong"]


def test_no_sentence_that_is_kept_back_teaches() -> None:
    taught = {sentence.phrase.casefold() for sentence in shipped_sentences("severity")}

    kept = {
        row.phrase.casefold()
        for name in KEPT
        for row in read_list(LISTS / f"severity-{name}.tsv", ("grave", "harmless"))
    }

    assert kept
    assert not kept & taught
