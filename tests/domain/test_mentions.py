"""Words of a playbook in buyers' spelling: forms that count, and clauses that deny them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.complaints.mentions import mentions
from service.domain.complaints.words import words

DAMAGE = (
    "rusak",
    "pecah",
    "penyok",
    "bocor",
    "patah",
    "sobek",
    "lecet",
    "cacat",
    "copot",
    "tidak nyala",
    "tidak berfungsi",
    "tidak bisa dipakai",
    "broken",
    "damaged",
    "cracked",
    "does not work",
    "stopped working",
    "leaking",
    "torn",
)

SAID = """
rusak
Rusak!
RUSAK PARAH
rusaaaak
rusakk
barangnya rusak
barang rusaknya parah
rusak2 semua
rusak² semua
rusak-rusak
pada rusak
kerusakan di ujung
kerusakannya parah
dirusakin kurir
udah rusak
blm sehari sudah rusak
belum dipakai sudah rusak
belum sebulan rusak
baru dipake rusak
gak cuma rusak
ga cuma rusak tapi kotor
gk hanya rusak
tidak hanya rusak
bukan cuma rusak, salah warna juga
tidak hanya penyok tapi juga kotor
not only broken but late
it was not just broken
tidak, rusak
gak, rusak
tidak. rusak
bagus? tidak, rusak
pengiriman tidak lama, rusak
tidak sesuai, rusak
tidak sesuai dan rusak
ga sesuai pesanan dan pecah
tidak sesuai rusak lagi
gak nyangka rusak
ga nyangka barangnya rusak
gak tau kenapa rusak
tidak tahu kenapa bisa pecah
gak heran rusak
tidak lama kemudian rusak
gak lama rusak
tidak rusak tapi bocor
gak pecah cuma penyok
untung gak pecah tapi lecet
tidak pecah, tapi penyok
tidak bisa dipakai
ga bisa dipakai
gak bs dipake
tdk bisa di pakai
gabisa dipakai
gk nyala
ga nyala sama sekali
kagak nyala
nggak nyala
enggak nyala
lampunya tidak menyala
tdk berfungsi
ga berfungsi dengan baik
gak fungsi
tidak fungsi
pecahnya di bagian atas
pecah belah
piringnya pecah semua
pcs nya pecah
botol bocor
bocornya parah
patahan di gagang
gagangnya patah
kepala patah
sobek dikit
sobekannya besar
lecet lecet
lecetnya banyak
cacatnya di pojok
ada cacat
copot2
tutupnya copot
dusnya penyok
peyok semua
packing bagus tapi barang rusak
jangan kirim barang rusak
jangan beli, barangnya rusak
lain kali jangan kirim yang begini, pecah semua
kenapa dikirim rusak
rusak tidak bisa dikembalikan
rusak gak bisa ditukar
pecah tidak diganti
kecewa banget rusak
Paket sampai, isinya pecah 😭
pecah😡
it arrived broken
BROKEN!!!
brokennn
the cup was cracked
It is broken
it came damaged and late
was not expecting it to be late and it is broken
I didn't know it was broken
not sure why it is broken
no box, broken
no. it is broken
it does not work
it doesn't work
doesnt work at all
it stopped working
the bottle was leaking
not the colour I chose, torn too
never again: broken
"""
DENIED = """
tidak rusak
gak rusak
ga rusak
tdk rusak
gk rusak
nggak rusak
enggak rusak
kagak rusak
ndak rusak
bukan rusak
belum rusak
tanpa rusak
barang tidak rusak
untung tidak rusak
alhamdulillah tidak rusak
syukurlah gak pecah
tidak ada yang rusak
tidak ada yg rusak
ga ada yang rusak
gada yang rusak
gak ada yg pecah sama sekali
tidak ada satupun yang rusak
tidak ada satu pun yang pecah
tidak ada barang yang rusak
tidak ada gelas yang pecah
tidak ada bagian yang penyok
tidak ada kerusakan
tidak ada kerusakan sama sekali
gak ada kerusakan apapun
tidak ditemukan kerusakan
semoga tidak cepat rusak
semoga ga cepet rusak
moga gak gampang rusak
semoga tidak mudah rusak
mudah2an gak cepat rusak
tidak mudah pecah
tidak gampang sobek
ga gampang patah
anti pecah
anti bocor
bebas cacat
tanpa cacat
tanpa ada cacat
jangan sampai rusak
jangan sampe pecah
takut rusak
takut pecah di jalan
takutnya pecah
tidak akan rusak
tidak pernah rusak
gak pernah bocor
belum pernah rusak
tidak terlalu rusak
tidak sampai rusak
tidak juga rusak
tidak mungkin rusak
tidak rusak atau pecah
tidak rusak/pecah
tidak ada yang rusak atau pecah
tidak ada yang penyok maupun lecet
gak rusak dan gak pecah
tidak pecah dan tidak bocor
tidak penyok, tidak lecet
pecah sih enggak
bocor mah enggak
rusak sih enggak, cuma lama
wasnt broken
wasn't broken
it wasnt broken
it was not broken
not broken
isn't broken
isnt damaged
never broken
nothing broken
nothing was broken
none of them were broken
nothing is cracked
no item was broken
no part was damaged
it did not arrive broken
didnt come broken
hasn't broken or cracked
not broken or cracked
not even cracked
without damage and not torn
neither torn nor leaking
cannot get broken
hope it won't get broken
glad it was not damaged
not at all damaged
"""
OTHER = """
barang bagus
pengiriman cepat
jam tangan ini bagus
rusa
pecahan uang
memecahkan rekor
harga patah hati
unbroken
workout
wahana
lama
"""


def lines(text: str) -> list[str]:
    return [line for line in text.strip().splitlines() if line]


@pytest.mark.parametrize("text", lines(SAID))
def test_damage_is_said(text: str) -> None:
    assert mentions(text, DAMAGE)


@pytest.mark.parametrize("text", lines(DENIED))
def test_damage_is_denied(text: str) -> None:
    assert not mentions(text, DAMAGE)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("barang kurang 1", "kurang satu"),
        ("krg satu", "kurang 1"),
        ("brg kurang", "barang kurang"),
        ("salah\n kirim", "salah kirim"),
        ("salah kirimnya", "salah kirim"),
        ("salah di kirim", "salah kirim"),
        ("warnanya beda", "warna beda"),
        ("blm nyampe", "belum sampai"),
        ("belom sampe juga", "belum sampai"),
        ("tdk sesuai gambarnya", "tidak sesuai gambar"),
        ("kelamaan", "lama"),
        ("kemahalan", "mahal"),
        ("ukurannya kekecilan", "kecil"),
        ("tidak sampai juga", "tidak sampai"),
        ("not broken at first, but broken now", "broken"),
        ("kualitasnya jelek", "kualitas"),
        ("dipesan merah", "pesan merah"),
        ("It didn’t arrive", "didn't arrive"),
        ("WRONG   ITEM", "wrong item"),
    ],
)
def test_a_form_counts(text: str, word: str) -> None:
    assert mentions(text, [word])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("lain kali dicek", "beda"),
        ("telat", "late"),
        ("rusa di kebun", "rusak"),
        ("matikan lampu", "pati"),
        ("unbroken", "broken"),
        ("salah. kirim lagi", "salah kirim"),
        ("salah, kirim lagi", "salah kirim"),
        ("", "broken"),
        ("😡", "broken"),
        ("broken", ""),
        ("apa saja", "!"),
    ],
)
def test_another_word_does_not_count(text: str, word: str) -> None:
    assert not mentions(text, [word])


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_mentions_words_where_it_mentions_one_of_them(
    text: str, wanted: list[str]
) -> None:
    assert mentions(text, wanted) == any(mentions(text, [word]) for word in wanted)


@given(
    st.sampled_from(["rusak", "pecah", "bocor", "penyok", "patah", "sobek"]),
    st.integers(0, 5),
    st.sampled_from(["", "nya", "2", "²", "an", "in"]),
    st.booleans(),
)
def test_letters_suffixes_and_capitals_change_nothing(
    stem: str, more: int, suffix: str, loud: bool
) -> None:
    """Letters are drawn out in the first vowel, as people do, two or more at a time."""
    vowel = next(letter for letter in stem if letter in "aiueo")
    drawn = stem.replace(vowel, vowel * (more + 2 if more else 1), 1) + suffix
    assert mentions(drawn.upper() if loud else drawn, [stem])


@given(st.text(max_size=200))
def test_words_stand_where_they_say(text: str) -> None:
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
        assert word.spelling
        assert text[word.start : word.end].strip(" \t")
