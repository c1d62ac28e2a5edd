"""What the seller is told about a sentence that may not be sent, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sentence import N_, Text

_ADVICE: Mapping[str, str] = {
    "stars": N_("Do not name stars or a score. Leave the rating to the buyer: “%(example)s”"),
    "praise": N_(
        "Do not ask for a good review. Whatever the buyer thinks is welcome: “%(example)s”"
    ),
    "removal": N_("Do not ask for a review to be removed. Write instead: “%(example)s”"),
    "trade": N_("Nothing may be given in return for a review. Write instead: “%(example)s”"),
    "pressure": N_(
        "Do not press, threaten, or ask only those who are pleased. Write instead: “%(example)s”"
    ),
    "mention": N_(
        "Do not speak of reviews, ratings or comments here. Write instead: “%(example)s”"
    ),
    "hint": N_("This reads as a request about the review. Write instead: “%(example)s”"),
    "reward": N_(
        "An invitation names no amount, no code, no gift and no make-good. "
        "Write instead: “%(example)s”"
    ),
    "blame": N_("This puts the blame on the buyer. Write instead: “%(example)s”"),
    "sarcasm": N_("This mocks the buyer. Write instead: “%(example)s”"),
    "defence": N_(
        "This defends the shop and answers no need of the buyer. Write instead: “%(example)s”"
    ),
    "shouting": N_(
        "This reads as shouting. Write without capitals and rows of marks: “%(example)s”"
    ),
    "personal_data": N_(
        "Anybody can read this: no names, addresses, numbers, contacts or codes. "
        "Write instead: “%(example)s”"
    ),
}

IN_PRIVATE = Text(
    "Names, addresses, numbers, contacts and codes: make sure that they are this buyer's own."
)
"""For what is personal in a message that only its buyer reads."""

_SERVICE = {
    "en": "Is everything all right now? If not, just reply to this message.",
    "id": "Apakah sekarang sudah beres, Kak? Jika belum, balas saja pesan ini.",
}
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "stars": _SERVICE,
    "praise": _SERVICE,
    "removal": _SERVICE,
    "trade": {
        "en": "Nothing we do for you depends on your review.",
        "id": "Bantuan kami tidak bergantung pada ulasan Kakak.",
    },
    "pressure": {
        "en": "There is nothing you need to do.",
        "id": "Kakak tidak perlu melakukan apa pun.",
    },
    "mention": _SERVICE,
    "hint": _SERVICE,
    "reward": {
        "en": "We hope the new one serves you well.",
        "id": "Semoga barang penggantinya awet, ya Kak.",
    },
    "blame": {
        "en": "We should have made this clearer, and we would like to put it right.",
        "id": "Seharusnya kami menjelaskannya dengan lebih baik, dan kami ingin membereskannya.",
    },
    "sarcasm": {
        "en": "We are sorry for the trouble, and we understand your disappointment.",
        "id": "Mohon maaf atas kendalanya, kami paham Kakak kecewa.",
    },
    "defence": {
        "en": "This is not what we promised. We are looking into it and will put it right.",
        "id": "Ini belum sesuai janji kami. Sedang kami periksa dan akan kami bereskan.",
    },
    "shouting": {
        "en": "We did answer, but too late. We are sorry.",
        "id": "Kami memang terlambat membalas. Mohon maaf, Kak.",
    },
    "personal_data": {
        "en": "We have sent you a private message with the details.",
        "id": "Detailnya sudah kami kirim lewat chat pribadi, ya Kak.",
    },
}
"""A better sentence for each kind of finding, in the language of the text."""


def advice(code: str, language: str) -> Text:
    """What is wrong with a sentence of this kind, with a better one in the text's language."""
    return Text(_ADVICE[code], example=example(code, language))


def example(code: str, language: str) -> str:
    """The better sentence for a kind of finding."""
    return EXAMPLES[code].get(language, EXAMPLES[code]["en"])
