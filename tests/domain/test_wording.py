"""What buyers may read: forbidden sentences are found in any disguise, good ones pass."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from service.domain.messages.advice import EXAMPLES
from service.domain.messages.content_policy import (
    Severity,
    TextKind,
    check,
    is_plain_name,
    sentence_key,
)
from service.domain.wording import examples
from service.domain.wording.disguise import unmask
from service.domain.wording.forms import base
from service.domain.wording.words import words_of
from service.wording_commands import Row, read_list, wording_rates

LISTS = Path(__file__).parent / "messages" / "lists"
KEPT = ("fourth-writer-kept", "fifth-writer-kept", "eleventh-writer-kept")
"""Lists of writers who had not read the rules; no sentence was written because of what is mistaken in the last two."""
LET_THROUGH, REFUSED, SEEN = 0.03, 0.05, 0.8
UNSEEN = 0.1

GOOD = (
    "We are sorry that the cup arrived broken. We are sending it again.",
    "Is the problem solved? You can tell us here, yes or no.",
    "Nothing depends on your review, and what we have done for you stays as it is.",
    "Thank you for your honest review. We are looking into it.",
    "If it is not solved, we will look at it again.",
    "The good news: your parcel was sent today.",
    "We will not ask again.",
    "Your five-star hotel towels are on their way, and the All Star laces too.",
    "We never delete comments, and no refund depends on a rating.",
    "We are reviewing how we pack glass.",
    "Mohon maaf atas kejadian ini. Kami mengirim ulang barangnya tanpa biaya.",
    "Apakah masalahnya sudah selesai?",
    "Terima kasih atas ulasan Kakak. Kami sedang memeriksanya.",
    "Jika belum selesai, kami akan memeriksanya lagi.",
    "Kami tidak menghapus ulasan siapa pun.",
    "Kami tidak menjanjikan voucher untuk ulasan.",
    "No gift or discount is given for a rating.",
    "If your address changed, tell us before Friday.",
    "Stiker bintang laut dan handuk hotel bintang 5 sudah kami kirim.",
    "Kami tidak akan bertanya lagi.",
)

BAD = (
    ("stars", "Please give us 5 stars"),
    ("stars", "Kasih bintang lima dong"),
    ("praise", "We would love a good review"),
    ("praise", "Minta rating bagus ya kak"),
    ("removal", "Could you take your review down?"),
    ("removal", "Reviewnya tolong dihapus"),
    ("removal", "Keluhannya di lapak tolong diturunkan ya"),
    ("trade", "You get a voucher if you change your review"),
    ("trade", "The refund depends on your review"),
    ("trade", "Kalau sudah diubah, nanti kami kirim bonus lagi kak."),
    ("trade", "Edit dulu baru kami transfer ya"),
    ("pressure", "We will take legal action about what you wrote"),
    ("pressure", "Mohon segera ubah ulasannya"),
    ("mention", "Your review matters a lot to a small shop"),
    ("mention", "Ditunggu ulasannya ya kak"),
    ("hint", "You know what would make us smile"),
)

DISGUISED = (
    "r e v i e w nya tolong diubah",
    "u.l.a.s.a.n kakak kami tunggu",
    "r-a-t-i-n-g nya dibantu ya",
    "b1nt4ng l1ma dong",
    "r3v1ew us again",
    "biiintaaang limaaa ya kak",
    "bin\u200btang lima ya kak",
    "re\u00adview us again",
    "rеvіеw us again",
    "ｒｅｖｉｅｗ us again",
    "𝓻𝓪𝓽𝓲𝓷𝓰 us please",
    "ʀᴇᴠɪᴇᴡ us again",
    "🅡🅔🅥🅘🅔🅦 us again",
    "r̶e̶v̶i̶e̶w us again",
    "ülasän kakak kami tunggu",
    "**Ula**san-nya diganti ya",
    "rev<b></b>iew us again",
    "&#9733;&#9733;&#9733;&#9733;&#9733; ya kak",
    "⭐⭐⭐⭐⭐ ya kak",
    "⭐️ jadi ⭐️⭐️⭐️⭐️⭐️ ya",
    "a solid 5* please",
    "bntg 5 nya ya gan",
    "plz updt ur rvw",
    "ripyu ulang dong kak",
    "bi ntang nya ya kak",
    "pnilaian kmrn direvisi y",
    "peniIaian kakak kami tunggu",
    "DELETE\nYOUR\nREVIEW",
)


@pytest.mark.parametrize("kind", [TextKind.RECEIPT, TextKind.REPLY])
@pytest.mark.parametrize("text", GOOD)
def test_nothing_is_found_in_a_sentence_that_asks_for_nothing(text: str, kind: TextKind) -> None:
    assert [(each.code, each.words) for each in check(text, kind, "en")] == []


@pytest.mark.parametrize("kind", TextKind)
@pytest.mark.parametrize(("code", "text"), BAD, ids=[text for _, text in BAD])
def test_a_forbidden_sentence_is_refused_in_every_kind_of_text(
    code: str, text: str, kind: TextKind
) -> None:
    findings = check(f"Halo Kak Rina. {text}", kind, "id")

    assert code in {finding.code for finding in findings}
    assert Severity.REFUSE in {finding.severity for finding in findings}


@pytest.mark.parametrize(
    "text",
    [
        "We read each of your reviews, the harsh ones first",
        "Your review showed us what to mend",
        "Kritik di ulasan ini kami teruskan ke bagian gudang",
        "Semua ulasan kami baca sampai habis",
    ],
)
def test_a_reply_may_speak_of_the_review_where_it_asks_for_nothing(text: str) -> None:
    assert check(text, TextKind.REPLY, "en") == []
    assert check(text, TextKind.MESSAGE, "en") == []
    assert [finding.severity for finding in check(text, TextKind.RECEIPT, "en")] == [
        Severity.REFUSE
    ]
    assert [finding.severity for finding in check(text, TextKind.INVITATION, "en")] == [
        Severity.REFUSE
    ]


@pytest.mark.parametrize("text", DISGUISED)
def test_a_disguise_hides_nothing(text: str) -> None:
    assert check(text, TextKind.RECEIPT, "id")


@pytest.mark.parametrize(
    "text",
    [
        "Uang 25rb sudah kami kembalikan.",
        "Uang 25 ribu sudah kami kembalikan.",
        "Rp25.000 sudah masuk.",
        "RM 10 is on its way to you.",
        "There is store credit for you.",
        "Kode promo KEMBALILAGI bisa dipakai.",
        "Ada hadiah kecil untuk Kakak.",
        "Cashback sudah masuk ya.",
        "Gratis ongkir buat Kakak.",
        "Twenty bucks are yours.",
        "Here is 10% off your next order.",
        "Dua puluh ribu sudah kami transfer.",
    ],
)
def test_an_invitation_names_no_amount_and_no_reward(text: str) -> None:
    assert "reward" in {each.code for each in check(text, TextKind.INVITATION, "id")}
    assert "reward" not in {each.code for each in check(text, TextKind.RECEIPT, "id")}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("blame", "You should have read the description before you ordered."),
        ("blame", "Salah kakak sendiri tidak baca ukurannya."),
        ("sarcasm", "Congratulations on finding the one loose thread in the house."),
        ("sarcasm", "Wah hebat ya, beli murah maunya kualitas sultan."),
        ("defence", "We shipped on time, so this is not our fault."),
        ("defence", "Kami sudah kirim sesuai SOP, bukan salah kami."),
        ("shouting", "We answered you TWICE!!!"),
        ("shouting", "SUDAH KAMI JAWAB KEMARIN"),
    ],
)
@pytest.mark.parametrize("kind", [TextKind.REPLY, TextKind.MESSAGE])
def test_a_hurtful_tone_asks_for_a_confirmation(code: str, text: str, kind: TextKind) -> None:
    findings = {each.code: each for each in check(text, kind, "en")}

    assert findings[code].severity is Severity.CONFIRM
    assert findings[code].words
    assert EXAMPLES[code]["en"] in str(findings[code].advice)
    assert code not in {each.code for each in check(text, TextKind.RECEIPT, "en")}


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("Silakan WA admin di 0812-3456-7890 ya kak", "0812-3456-7890"),
        ("Call us on +44 20 7946 0958.", "+44 20 7946 0958"),
        ("Write to help@shop.example please.", "help@shop.example"),
        ("mail me: deals (at) yahoo (dot) com", "deals (at) yahoo (dot) com"),
        ("Pakai kode MAAF-77QZ ya kak.", "MAAF-77QZ"),
        ("Paketnya ke Jl. Kenanga 5, Depok.", "jl. kenanga 5"),
        ("Resinya JP9988776655 sudah sampai.", "JP9988776655"),
        ("Rek Mandiri 1370012345678 sudah kami isi.", "1370012345678"),
        ("Your order 112-9983321 was shipped.", "112-9983321"),
        ("Chat kami di wa.me/6281234567890", "wa.me/6281234567890"),
    ],
)
def test_personal_data_and_codes_are_refused_in_public(text: str, piece: str) -> None:
    public = {each.code: each for each in check(text, TextKind.REPLY, "en")}
    private = {each.code: each for each in check(text, TextKind.MESSAGE, "en")}

    assert public["personal_data"].severity is Severity.REFUSE
    assert piece in public["personal_data"].words
    assert private["personal_data"].severity is Severity.CONFIRM


@pytest.mark.parametrize(
    "text",
    [
        "We refunded Rp1.250.000 on 12/03/2026.",
        "Model XR-200 needs the 65 W charger, 4000 mAh.",
        "Refund masuk 3-5 hari kerja, garansi 30 hari.",
        "Ukuran XXL sudah ready, bahan LED dan USB-C.",
    ],
)
def test_amounts_days_and_models_are_no_personal_data_and_no_shouting(text: str) -> None:
    codes = {each.code for each in check(text, TextKind.REPLY, "en")}

    assert not codes & {"personal_data", "shouting"}


def test_the_place_and_the_words_of_a_finding_are_told() -> None:
    text = "Halo Kak Rina,\n\nTerima kasih. Mohon hapus ulasan Kakak ya. Salam"

    (finding,) = check(text, TextKind.RECEIPT, "id")

    assert text[finding.start : finding.end] == "Mohon hapus ulasan Kakak ya."
    assert "ulasan" in finding.words


def test_an_approved_sentence_is_not_looked_at() -> None:
    sentence = "If you like, you can update your review."

    assert check(sentence, TextKind.INVITATION, "en")
    assert not check(
        sentence,
        TextKind.INVITATION,
        "en",
        approved={"if you like you can update your review"},
    )


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Bintang", True),
        ("Five Star Electronics", True),
        ("Toko Bintang Jaya", True),
        ("Kasih bintang 5 ya kak", False),
        ("Ubah ulasan dapat voucher", False),
    ],
)
def test_a_name_is_told_from_a_request(name: str, plain: bool) -> None:
    assert is_plain_name(name) is plain


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("diperbarui", "perbarui"),
        ("ngubah", "ubah"),
        ("dinaikin", "naik"),
        ("ulasannya", "ulasan"),
        ("dihapuskan", "hapus"),
        ("updating", "update"),
        ("binatang", "binatang"),
        ("preview", "preview"),
        ("started", "started"),
    ],
)
def test_a_word_is_known_in_its_forms(word: str, meant: str) -> None:
    assert base(word) == meant


def test_what_is_only_like_a_hidden_word_stays_what_it_is() -> None:
    assert words_of("binatang preview 5 in 1 USB-C IP44") == [
        "binatang",
        "preview",
        "5",
        "in",
        "1",
        "usb",
        "c",
        "ip",
        "44",
    ]
    assert unmask("Rp 119.000 & 3 < 4") == "rp 119.000 & 3 < 4"


@pytest.mark.parametrize(
    "unit", ["ulasan ", "r.", "a b ", "⭐", "jl. ", "1 ", "<b", "tidak ", "at ("]
)
def test_a_long_text_is_checked_in_time_that_grows_with_its_length(unit: str) -> None:
    def seconds(times: int) -> float:
        started = time.thread_time()
        check(unit * times, TextKind.REPLY, "id")
        return time.thread_time() - started

    seconds(10)
    # The best of three: what is collected meanwhile is the whole suite's garbage.
    assert min(seconds(8000) for _ in range(3)) < 20 * min(seconds(1000) for _ in range(3)) + 1


@pytest.mark.parametrize(
    ("words", "things"),
    [
        ("Soal {}", "gelas,kursi,setrika,galon,bor listrik,vitamin,popok,koper"),
        ("Perihal {}", "tikar,kemko,selang,kue kering,stroller,kalung,hoodie"),
        ("{}nya sudah datang, Kak?", "Dispenser,Gendongan,Ransel,Obeng,Cat tembok"),
        ("About your {}", "ladder,stool,cardigan,drill,nappies,suitcase,ring"),
        ("The {} you ordered", "tablecloth,iron,tent,skateboard,mirror,earrings"),
        ("Is the {} there yet?", "racket,razor,comb,pushchair,necklace,paint"),
    ],
)
@pytest.mark.parametrize("kind", [TextKind.REPLY, TextKind.MESSAGE])
def test_few_plain_words_about_a_thing_ask_for_nothing(
    words: str, things: str, kind: TextKind
) -> None:
    """Subjects and short questions, about things that no sentence of the model's teachers names."""
    language = "id" if words.startswith(("Soal", "Perihal", "{}nya")) else "en"
    for thing in things.split(","):
        assert check(words.format(thing), kind, language) == []


@pytest.mark.parametrize("name", ["first-writer", "second-writer"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_rates_are_kept_on_the_lists(name: str, language: str) -> None:
    told = wording_rates(_rows(name, language), TextKind.REPLY)

    assert told["rates"]["all"]["forbidden_let_through_rate"] <= LET_THROUGH, told["wrong"]
    assert told["rates"]["all"]["allowed_refused_rate"] <= REFUSED, told["wrong"]
    seen = {name: tone["seen_rate"] for name, tone in told["tone_kinds"].items()}
    assert min(seen.values()) >= SEEN, told["wrong"]


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_rates_are_kept_on_sentences_that_taught_nothing(language: str) -> None:
    rows = [row for name in KEPT for row in _rows(name, language)]
    rates = wording_rates(rows, TextKind.REPLY)["rates"]["all"]

    assert rates["forbidden_let_through_rate"] <= LET_THROUGH
    assert rates["allowed_refused_rate"] <= REFUSED


def test_the_tones_are_seen_in_sentences_that_taught_nothing() -> None:
    """Of all tones together: there are about ten phrases of each in a list."""
    rows = [row for name in KEPT for language in ("en", "id") for row in _rows(name, language)]

    tones = wording_rates(rows, TextKind.REPLY)["tone_kinds"].values()

    seen, phrases = (sum(tone[name] for tone in tones) for name in ("seen", "phrases"))
    assert seen >= SEEN * phrases


def test_what_is_kept_back_teaches_nothing() -> None:
    """Thanks, greetings and the like are the same sentence whoever writes them."""
    taught = {sentence_key(row.phrase) for row in examples.shipped_sentences("wording")}

    for name in ("unseen", *KEPT):
        rows = read_list(LISTS / f"wording-{name}.tsv", ("allowed", "forbidden"))
        known = [row for row in rows if sentence_key(row.phrase) in taught]
        assert len(known) <= len(rows) / 10, known


@pytest.mark.parametrize("language", ["en", "id"])
def test_sentences_that_taught_the_model_nothing_are_mostly_judged_right(language: str) -> None:
    """They were written to be far from the others; the list is small, so this is a floor."""
    told = wording_rates(_rows("unseen", language), TextKind.REPLY)

    assert told["rates"]["all"]["forbidden_let_through_rate"] <= UNSEEN, told["wrong"]
    assert told["rates"]["all"]["allowed_refused_rate"] <= UNSEEN, told["wrong"]


def _rows(name: str, language: str) -> list[Row]:
    rows = read_list(LISTS / f"wording-{name}.tsv", ("allowed", "forbidden"))
    return [row for row in rows if row.language == language]


@pytest.mark.parametrize("name", examples.MODELS)
def test_the_model_was_taught_by_the_sentences_that_ship(name: str) -> None:
    """`flask wording train` makes it anew."""
    assert examples.model(name).digest == examples.digest_of(examples.shipped_sentences(name))
