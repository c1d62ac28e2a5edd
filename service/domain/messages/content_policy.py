"""Checks messages to buyers: nothing asks for stars, praise or removal, trades or presses.

Indonesian and English are always both checked, whatever language the text says it is in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Problem:
    """What was found, the words it was found in, and what to write instead."""

    code: str
    fragment: str
    advice: Phrase


REVIEW = r"(?:review(?:s|nya|mu)?|rating(?:s|nya|mu)?|feedback|ulasan(?:nya|mu)?|penilaian(?:nya|mu)?|komentar(?:nya)?|rate|bintang(?:nya)?|stars?)"
"""Words for a review, as part of larger patterns."""
GOODS = (
    r"(?:refund(?:ed|s)?|money back|vouchers?|coupons?|discounts?|cash ?back|gifts?|free (?:item|gift|product)"
    r"|replacements?|resend|compensat\w+|bonus(?:es)?|rewards?|pengembalian(?: dana)?|uang kembali|kupon"
    r"|diskon|potongan(?: harga)?|hadiah|gratis|barang pengganti|kompensasi|ganti rugi|imbalan|cashback|koin)"
)
CHANGE = (
    r"(?:chang\w*|updat\w*|edit\w*|revis\w*|improv\w*|rais\w*|ubah(?:lah)?|mengubah|diubah|ganti|mengganti"
    r"|diganti|perbarui|memperbarui|diperbarui|edit|revisi|merevisi|naikkan|menaikkan|perbaiki|memperbaiki)"
)
_GAP = r"[^.!?\n]{0,60}?"
_WIDE = r"[^!?\n]{0,120}?"
_GOOD = (
    r"(?:good|great|positive|nice|better|best|excellent|perfect|higher|top|five|kind|glowing|favou?rable"
    r"|bagus|baik|positif|terbaik|sempurna|tinggi|lebih tinggi|oke|mantap|memuaskan)"
)

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "stars": (
        r"\b(?:[1-5]|one|two|three|four|five|full|all|max(?:imum)?)[- ]?\**\s?stars?\b",
        r"\bbintang\s?(?:[1-5]|satu|dua|tiga|empat|lima|penuh|sempurna)\b",
        r"\b(?:[1-5]|satu|dua|tiga|empat|lima)\s?bintang\b",
        r"[★⭐🌟]",
        r"\b[45]\s?/\s?5\b",
        rf"\b(?:{REVIEW}|nilai|score)\s(?:of\s|sebesar\s)?(?:4|5|four|five|empat|lima)\b",
        r"\b(?:raise|increase|improve|naikkan|menaikkan|tingkatkan|tambah)\b"
        r"[^.!?\n]{0,30}\b(?:rating|score|stars?|bintang|nilai|penilaian)",
    ),
    "praise": (
        rf"\b{_GOOD}(?:\s\w+)?\s{REVIEW}\b",
        rf"\b{REVIEW}\s(?:yang\s|yg\s)?(?:lebih\s)?(?:bagus|baik|positif|terbaik|sempurna|tinggi|oke|mantap)\b",
        rf"\b(?:rate|review)\sus\s(?:well|highly|positively|{_GOOD})\b",
        r"\b(?:beri|kasih|berikan|kasi)\s(?:kami\s)?nilai\s(?:yang\s)?(?:bagus|baik|tinggi|terbaik|sempurna)\b",
        rf"\bmake\b{_GAP}\b{REVIEW}\b{_GAP}\b(?:positive|better|good)\b",
    ),
    "removal": (
        rf"\b(?:delet\w+|remov\w+|withdraw\w*|tak(?:e|ing) down|eras\w+|retract\w*|cancel\w*)\b{_GAP}\b{REVIEW}\b",
        rf"\b(?:tak(?:e|ing))\b{_GAP}\b{REVIEW}\s(?:down|away|back|off)\b",
        rf"\b(?:meng)?hapus(?:kan|lah)?\b{_GAP}\b{REVIEW}\b",
        rf"\b(?:dihapus|(?:di|men)?cabut|(?:di|men)?tarik|(?:di|meng)?hilangkan|batalkan|membatalkan)\b{_GAP}\b{REVIEW}\b",
        rf"\b{REVIEW}\b{_GAP}\b(?:be\s(?:deleted|removed|taken down|withdrawn)|dihapus(?:kan)?|dicabut|ditarik|dihilangkan)\b",
    ),
    "trade": (
        rf"\b(?:in (?:return|exchange)|as (?:a )?(?:thanks|thank[- ]you|reward)|to thank you)\b{_WIDE}\b{REVIEW}\b",
        rf"\b{REVIEW}\b{_WIDE}\b(?:in (?:return|exchange)|as (?:a )?reward|to earn)\b",
        rf"\b(?:in (?:return|exchange)(?: for)?|as a reward for)\b{_GAP}\b(?:{GOODS}|{CHANGE})\b",
        rf"\b{GOODS}\b{_GAP}\bin (?:return|exchange)\b",
        r"\b(?:sebagai )?imbalan(?:nya)?\b",
        rf"\bsebagai\s(?:ganti(?:nya)?|balasan(?:nya)?|tanda terima kasih|hadiah|bonus)\b{_WIDE}\b{REVIEW}\b",
        rf"\b{REVIEW}\b{_WIDE}\bsebagai\s(?:ganti(?:nya)?|balasan(?:nya)?|syarat)\b",
        rf"\b(?:ditukar|tukar|menukar)(?:kan)?\b{_GAP}\b{REVIEW}\b",
        rf"\b(?:we(?:'ll| will| can)|i(?:'ll| will))\s(?:then\s)?(?:refund|pay|give|send|compensate|reward)\b{_WIDE}\b(?:{CHANGE})\b{_GAP}\b{REVIEW}\b",
    ),
    "condition": (
        rf"\b(?:if|once|when|after|as soon as|provided|unless|until|only)\b{_WIDE}\b{REVIEW}\b{_WIDE}\b{GOODS}\b",
        rf"\b{GOODS}\b{_WIDE}\b(?:if|once|when|after|as soon as|provided|unless|until|only|depends?)\b{_WIDE}\b{REVIEW}\b",
        rf"\b(?:if|once|when|after)\b{_GAP}\b(?:{CHANGE}|leave|writ\w+|giv\w+)\b{_GAP}\b{REVIEW}\b{_GAP}\b(?:we|i)(?:'ll| will| can| shall)\b",
        rf"\b(?:jika|kalau|kalo|bila|apabila|setelah|asal(?:kan)?|dengan syarat|sebelum|selama)\b{_WIDE}\b{REVIEW}\b{_WIDE}\b{GOODS}\b",
        rf"\b{GOODS}\b{_WIDE}\b(?:jika|kalau|kalo|bila|apabila|setelah|asal(?:kan)?|dengan syarat|tergantung)\b{_WIDE}\b{REVIEW}\b",
        rf"\b(?:jika|kalau|kalo|bila|apabila|setelah|asal(?:kan)?)\b{_GAP}\b(?:{CHANGE}|beri|kasih|tulis|memberi\w*)\b{_GAP}\b{REVIEW}\b{_GAP}\bkami\s(?:akan|bisa|kirim|beri|kembalikan|siap)\b",
        rf"\b(?:{CHANGE}|leave|write|give|beri|tulis|kasih)\b{_GAP}\b{REVIEW}\b{_WIDE}\b(?:to (?:get|receive|claim)|(?:and|then) (?:we|you)(?:'ll| will)|untuk (?:mendapat\w*|dapat|klaim)|maka kami|nanti kami|lalu kami)\b",
    ),
    "pressure": (
        rf"\b(?:please|must|have to|need to|should|kindly|urgent\w*|immediately|beg)\b{_GAP}\b(?:{CHANGE})\b{_GAP}\b{REVIEW}\b",
        rf"\b(?:tolong|mohon|harus|wajib|segera|dimohon|harap)\b{_GAP}\b(?:{CHANGE})\b{_GAP}\b{REVIEW}\b",
        rf"\b{REVIEW}\b{_WIDE}\b(?:hurts?|harms?|damages?|destroys?|ruins?|costs? (?:us|me)|merugikan|mematikan|merusak)\b",
        r"\b(?:legal action|lawyers?|sue you|our solicitor|police|jalur hukum|pengacara|dilaporkan|laporkan (?:anda|kakak|kamu)|polisi|tuntut)\b",
        r"\b(?:lose (?:my|our|your) (?:job|account|business)|(?:saya|kami) (?:akan )?(?:dipecat|rugi besar)|hurts? our (?:small )?business|depends? on your)\b",
        r"\b(?:only if (?:you are|you're) (?:happy|satisfied)|if you (?:are|were) (?:happy|satisfied)|(?:jika|kalau|kalo|bila|hanya jika) (?:\w+ )?(?:puas|senang|suka))\b"
        rf"{_WIDE}\b{REVIEW}\b",
    ),
}

_ADVICE: Mapping[str, str] = {
    "stars": "Do not name stars or a score. Leave the rating to the buyer: “%(example)s”",
    "praise": "Do not ask for a good review. Whatever the buyer thinks is welcome: “%(example)s”",
    "removal": "Do not ask for a review to be removed. Write instead: “%(example)s”",
    "trade": "Nothing may be given in return for a review. Write instead: “%(example)s”",
    "condition": "A make-good never depends on a review, so do not join the two with “if” or "
    "“after”. Write instead: “%(example)s”",
    "pressure": "Do not press, threaten, or ask only those who are pleased. "
    "Write instead: “%(example)s”",
}

EXAMPLES: Mapping[str, str] = {
    "en": "If you like, you can update your review, whatever you now think.",
    "id": "Jika berkenan, Kakak dapat memperbarui ulasan, apa pun pendapat Kakak sekarang.",
}

_COMPILED = {
    code: tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
    for code, patterns in PATTERNS.items()
}
_MENTION = re.compile(rf"\b{REVIEW}\b", re.IGNORECASE)


def lint(text: str, language: str) -> list[Problem]:
    """Find what may not be said; the advice quotes an example in `language`."""
    plain = normal(text)
    example = EXAMPLES.get(language, EXAMPLES["en"])
    problems = []
    for code, patterns in _COMPILED.items():
        found = next((hit for hit in (each.search(plain) for each in patterns) if hit), None)
        if found is not None:
            advice = Phrase(_ADVICE[code], {"example": example})
            problems.append(Problem(code, found.group().strip(), advice))
    return problems


def mentions_review(text: str) -> bool:
    """True when the text speaks of reviews or ratings at all."""
    return _MENTION.search(normal(text)) is not None


def normal(text: str) -> str:
    """One kind of apostrophe and single blanks, so that layout cannot hide a phrase."""
    straight = re.sub("[\u2018\u2019\u02bc`]", "'", text)
    invisible = re.sub("[\u00ad\u200b-\u200f\u2060\ufeff]", "", straight)
    return re.sub(r"\s+", " ", invisible)
