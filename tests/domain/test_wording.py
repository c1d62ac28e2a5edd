"""Good sentences pass, bad ones are found, in both languages."""

from __future__ import annotations

import pytest

from service.domain.messages.content_policy import EXAMPLES, lint, mentions_review

GOOD = (
    "If you like, you can update your review, whatever you now think.",
    "We are sorry that the cup arrived broken. We are sending it again.",
    "We have refunded 19.90 EUR to you.",
    "Is the problem solved? You can tell us here, yes or no.",
    "It is entirely your choice, and honest words are always welcome.",
    "Nothing depends on it, and what we have done for you stays as it is.",
    "Thank you for your honest review. We are looking into it.",
    "Here is a voucher of 5 EUR. It is valid until 1 March.",
    "If it is not solved, we will look at it again.",
    "You can change your review at any time, or leave it as it is.",
    "Please tell us whether the new one works.",
    "The good news: your parcel was sent today.",
    "We will not ask again.",
    "Please reply to this message if anything is missing.",
    "Jika berkenan, Kakak dapat memperbarui ulasan, apa pun pendapat Kakak sekarang.",
    "Mohon maaf atas kejadian ini. Kami mengirim ulang barangnya tanpa biaya.",
    "Kami telah mengembalikan dana sebesar Rp50.000.",
    "Apakah masalahnya sudah selesai?",
    "Ini sepenuhnya pilihan Kakak, dan pendapat yang jujur selalu kami hargai.",
    "Terima kasih atas ulasan Kakak. Kami sedang memeriksanya.",
    "Ini voucher sebesar Rp25.000 untuk Kakak.",
    "Jika belum selesai, kami akan memeriksanya lagi.",
    "Mohon kabari kami apakah barang penggantinya berfungsi dengan baik.",
    "Kami tidak akan bertanya lagi.",
)

BAD = (
    ("stars", "Please give us 5 stars"),
    ("stars", "A five-star rating would help us"),
    ("stars", "Would you make it ⭐⭐⭐⭐⭐?"),
    ("stars", "Could you raise your rating a little?"),
    ("stars", "A rating of 5 would be fair"),
    ("stars", "Mohon beri bintang 5 ya kak"),
    ("stars", "Kasih bintang lima dong"),
    ("stars", "Boleh dinaikkan jadi 5 bintang?"),
    ("stars", "Semoga bisa naikkan rating toko kami"),
    ("praise", "We would love a good review"),
    ("praise", "A more positive rating would be great; leave positive feedback"),
    ("praise", "Rate us highly"),
    ("praise", "Kami tunggu ulasan yang lebih baik"),
    ("praise", "Minta rating bagus ya kak"),
    ("praise", "Tolong beri nilai yang bagus"),
    ("removal", "Please delete your review"),
    ("removal", "Could you take your review down?"),
    ("removal", "We hope your rating can be removed"),
    ("removal", "Mohon hapus ulasan Kakak"),
    ("removal", "Boleh ulasannya dihapus?"),
    ("removal", "Tarik kembali penilaian Kakak"),
    ("removal", "Reviewnya tolong dihapus"),
    ("trade", "In return we ask you to update your review"),
    ("trade", "A gift in exchange for a new review"),
    ("trade", "Ada imbalan untuk Kakak"),
    ("trade", "Sebagai ganti ulasan, kami kirim hadiah"),
    ("trade", "Sebagai tanda terima kasih, mohon perbarui ulasan"),
    ("trade", "We will refund you as a reward for changing it"),
    ("condition", "You get a voucher if you change your review"),
    ("condition", "If you update your review, we will refund you"),
    ("condition", "Once the review is updated you receive a refund"),
    ("condition", "The refund depends on your review"),
    ("condition", "Update your review to get a coupon"),
    ("condition", "Jika ulasan sudah diubah, voucher kami kirim"),
    ("condition", "Voucher dikirim setelah Kakak ubah ulasan"),
    ("condition", "Kalau Kakak ubah ulasan, kami akan kembalikan uangnya"),
    ("condition", "Ubah ulasan untuk mendapatkan diskon"),
    ("pressure", "You must change your review today"),
    ("pressure", "Please kindly update the review"),
    ("pressure", "Your review hurts our small shop"),
    ("pressure", "We will take legal action"),
    ("pressure", "If you are happy, leave a review"),
    ("pressure", "Mohon segera ubah ulasannya"),
    ("pressure", "Ulasan Kakak merugikan toko kami"),
    ("pressure", "Kami bisa menempuh jalur hukum"),
    ("pressure", "Kalau Kakak puas, tulis ulasan ya"),
)


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("text", GOOD)
def test_nothing_is_found_when_the_sentence_is_polite(text: str, language: str) -> None:
    assert lint(text, language) == []


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize(("code", "text"), BAD, ids=[text for _, text in BAD])
def test_a_problem_is_found_whatever_the_language_is_said_to_be(
    code: str, text: str, language: str
) -> None:
    assert code in {problem.code for problem in lint(text, language)}


@pytest.mark.parametrize(
    "text",
    [
        "DELETE YOUR REVIEW",
        "delete\nyour\n review",
        "de\u200blete your review",
        "delete  your  review",
    ],
    ids=["capitals", "line breaks", "invisible sign", "blanks"],
)
def test_a_phrase_is_found_when_layout_hides_it(text: str) -> None:
    assert [problem.code for problem in lint(text, "en")] == ["removal"]


def test_a_curly_apostrophe_changes_nothing_when_a_trade_is_offered() -> None:
    assert lint("If you change the review we\u2019ll thank you", "en")


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_advice_quotes_its_own_language_when_something_is_found(language: str) -> None:
    advice = str(lint("Please delete your review", language)[0].advice)

    assert EXAMPLES[language] in advice


def test_the_found_words_are_named_when_something_is_found() -> None:
    assert lint("Hello. Mohon hapus ulasan Kakak.", "id")[0].fragment == "hapus ulasan"


@pytest.mark.parametrize("text", ["your review", "ulasan Kakak", "ratingnya", "bintang"])
def test_a_review_is_noticed_when_it_is_named(text: str) -> None:
    assert mentions_review(text)


def test_no_review_is_noticed_when_only_the_goods_are_named() -> None:
    assert not mentions_review("We have looked at a preview of your order and started at once.")
