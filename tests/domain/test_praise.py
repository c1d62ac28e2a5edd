"""Which reviews only praise: nothing but known words, and one of them praises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.complaints import praise
from service.domain.complaints.causes import read_cause
from service.domain.complaints.praise import only_praises
from service.domain.complaints.words import Word


@pytest.mark.parametrize(
    "text",
    [
        "Barang bagus sekali, cepat sampai, terima kasih kak",
        "Great product, love it!",
        "mantul gan, makasih 👍🏽",
        "bgs bgt 👍❤️",
        "Baguss, MANTAAAAP",
        "oke",
        "👍👍👍",
        "Good :)",
        "Sellernya ramah, pengirimannya cepat",
        "barangnya bagus, gak mengecewakan",
        "sesuai deskripsi, semoga awet kak",
        "mantap jiwa, respon cepat, packing rapi, bintang 5",
        "Recommended seller!",
        "Excellent quality and fast shipping. No problems.",
        "Works great, thank you so much",
        "10/10, will buy again, perfect",
    ],
)
def test_praise(text: str) -> None:
    assert only_praises(text)


@pytest.mark.parametrize(
    "text",
    [
        "tidak bagus",
        "gk bgs",
        "kurang bagus",
        "belum tentu bagus",
        "bukan recommended",
        "not good",
        "never happy",
        "no good",
    ],
)
def test_denied_praise_is_none(text: str) -> None:
    assert not only_praises(text)


@pytest.mark.parametrize(
    "text",
    [
        "bagus tapi pecah",
        "Barang bagus, kurirnya lama",
        "bagus cuma kekecilan",
        "pengiriman cepat barang rsak",
        "good but small",
        "Great box, empty inside",
        "mantap penipu",
    ],
)
def test_complaint_beside_praise_counts(text: str) -> None:
    assert not only_praises(text)


@pytest.mark.parametrize(
    "text",
    [
        "katanya bagus",
        "bagus apanya",
        "harusnya bagus",
        "bagusnya dikirim yang baik",
        "semoga bagus",
        "bagus sih",
        "Bagus banget ya, baru sehari udah mati",
        "bagus?",
        "bagus!?",
        "“bagus”",
        "'bagus'",
        "bagus :(",
        "bagus 👎",
        "bagus 😡",
        "too good to be true",
        "would be great if it worked",
        "thanks for nothing",
    ],
)
def test_irony_hope_and_hearsay_are_no_praise(text: str) -> None:
    assert not only_praises(text)


@pytest.mark.parametrize("text", ["", "...", "1", "5/5", "⭐", "terima kasih kak", "cepat kirim"])
def test_something_has_to_be_praised(text: str) -> None:
    assert not only_praises(text)


def test_words_that_only_praise_have_no_cause() -> None:
    assert read_cause("Kualitas bagus, packing aman").settled == ""
    assert read_cause("Kualitas bagus, packing penyok").settled == "damaged"


@given(st.text(max_size=200))
def test_any_text_is_judged_and_a_complaint_after_it_takes_it_back(text: str) -> None:
    only_praises(text)
    assert not only_praises(f"{text} pecah")


def test_long_text_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(text: str) -> list[Word]:
        raise AssertionError(f"{len(text)} characters were read")

    monkeypatch.setattr(praise, "words", read)

    assert not only_praises("bagus " * 200_000)
