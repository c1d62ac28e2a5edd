"""The cause behind a low review: what is read, how surely, and by which words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.data import read_bytes
from service.domain.complaints import model
from service.domain.complaints.causes import CAUSES, read_cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Warna salah, pesan biru dapat merah", "wrong_item"),
        ("Minta ukuran 40 dikirim 38 kak", "wrong_item"),
        ("Botolnya pecah, isinya tumpah semua 😭", "damaged"),
        ("beli 3 cuma dapet 2", "missing"),
        ("lamaaa bgt dikirimnya, 2 minggu br nyampe", "late"),
        ("gk nyala sama sekali", "defective"),
        ("bahannya tipisss", "quality"),
        ("ga sesuai gambar, palsu", "not_as_described"),
        ("chat ga pernah dibales seller", "service"),
        ("cashback ga masuk, uang blm dikembalikan", "price_promo"),
        ("kecewa", "other"),
        ("The mug was smashed when I opened the parcel", "damaged"),
        ("Nobody ever answered my messages", "service"),
        ("It stopped working after a week", "defective"),
    ],
)
def test_plain_complaints(text: str, cause: str) -> None:
    assert read_cause(text).settled == cause


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_has_a_cause_and_its_words_stand_in_it(text: str, product: str) -> None:
    cause = read_cause(text, product)
    assert cause.name in CAUSES
    assert 0.0 <= cause.confidence <= 1.0
    assert cause.name not in cause.also
    assert list(cause.places) == sorted(set(cause.places))
    for start, end in cause.places:
        assert text[start:end].strip()


def test_the_words_it_went_by() -> None:
    text = "Paketnya sudah datang tapi gelasnya pecah"
    assert "pecah" in [text[start:end] for start, end in read_cause(text).places]


@pytest.mark.parametrize("text", ["", "   ", "😡😡", "...", "!!!", "1", "1/5", "🤬 1", "10"])
def test_no_words_are_no_known_cause(text: str) -> None:
    cause = read_cause(text)
    assert (cause.name, cause.settled, cause.places) == ("other", "", ())


def test_unsure_readings_settle_nothing() -> None:
    cause = read_cause("xyzzy plugh")
    assert cause.unclear
    assert cause.settled == ""


def test_a_very_long_text_is_read_soon() -> None:
    started = time.process_time()
    read_cause("barang rusak dan kurir lama. " * 40_000)
    assert time.process_time() - started < 5


def test_the_product_is_heard() -> None:
    lamp, plate = (read_cause("rusak", name) for name in ("Lampu LED USB", "Piring keramik"))
    assert lamp.name == "defective"
    assert (plate.name, plate.confidence) != (lamp.name, lamp.confidence)


@pytest.mark.parametrize("content", [b"", b"zip", model.FORMAT, model.FORMAT + b"{}\nx"])
def test_other_bytes_are_no_model(content: bytes) -> None:
    with pytest.raises(model.WrongModel):
        model.unpacked(content)


def test_a_model_survives_its_file() -> None:
    content = read_bytes("causes", "model.bin")
    assert model.unpacked(content).packed() == content
