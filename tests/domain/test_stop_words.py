"""Wishes for silence, and sentences of buyers that only sound like one."""

from __future__ import annotations

import pytest

from service.domain.messages.stop_words import asks_for_silence, wishes_for_silence


@pytest.mark.parametrize(
    "text", ["Stop.", "ＳＴＯＰ", "S T O P", "berhenti ya kak", "unsubscribe please", "stop 🙏"]
)
def test_word_alone_is_a_wish_that_nobody_has_to_read(text: str) -> None:
    assert asks_for_silence(text)


@pytest.mark.parametrize(
    "text",
    [
        "jangan kirim lagi",
        "Mohon jangan di-email lagi",
        "jgn pernah hubungi aku",
        "berhenti mengirim pesan",
        "saya tidak ingin menerima email lagi",
        "hapus nomor saya",
        "don’t ever contact me",
        "I don't want any more emails",
        "remove me from your list",
        "Stop\n\nTerkirim dari ponsel",
    ],
)
def test_wish_among_other_words_is_heard_and_left_to_read(text: str) -> None:
    assert (asks_for_silence(text), wishes_for_silence(text)) == (False, True)


@pytest.mark.parametrize(
    "text",
    [
        "stop selling broken things",
        "jangan kirim barang rusak lagi",
        "jangan kirim lagi barangnya, uangnya saja",
        "mesinnya berhenti",
        "stop kontaknya longgar",
        "tombol stop tidak berfungsi",
        "jangan cuma chat, kirim",
        "jangan diam, hubungi saya",
        "tidak perlu kirim ulang",
        "Jangan hapus email saya",
        "don't call me a liar",
        "ga perlu hubungi kurir, saya sudah",
    ],
)
def test_complaint_is_no_wish_for_silence(text: str) -> None:
    assert not wishes_for_silence(text)
