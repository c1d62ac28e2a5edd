"""Personal data, contacts and codes in a text that anybody can read; shouting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from service.domain.wording.disguise import unmask

_DIGIT_RUN = re.compile(r"(?<![\w.,])(?:\+|00)?\(?\d[\d\s().\-/]{7,22}\d(?![\w])")
_DATE = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})\b"
)
_BORN = re.compile(r"\b(?:birth|born|lahir)\w*\b")
_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|[\[({]\s?(?:at|et)\s?[\])}]|\bat\b(?=\s?\w+\s?(?:dot|\[dot\]|\(dot\))))\s?[\w-]+\s?(?:\.|[\[({]?\s?(?:dot|titik)\s?[\])}]?)\s?[a-z]{2,}"
)
_HANDLE = re.compile(r"(?<![\w.])@[a-z0-9_][\w.]{2,30}")
_CHAT_LINK = re.compile(
    r"\b(?:wa\.me|t\.me|paypal\.me|bit\.ly|line\.me|m\.me|instagram\.com|api\.whatsapp\.com|linktr\.ee)/?\S*"
)
_ADDRESS = re.compile(
    r"\b(?:jl|jln|jalan|gang|gg|komplek|perumahan|perum|apartemen|blok)\b\.?\s?[a-z][\w' ]{1,40}?\s?(?:no|nomor|blok|rt|km)?\.?\s?\d+"
    r"|\brt\s?\.?\s?\d+\s?[/,]?\s?(?:rw\s?\.?\s?\d+)?"
    r"|\b\d{1,5}[a-z]?,?\s(?:[a-z']+\s){1,3}(?:street|st|road|rd|lane|ln|avenue|ave|close|court|drive|way|terrace|square|crescent|boulevard|blvd)\b"
    r"|\b(?:flat|apartment|apt|unit)\s?\d+[a-z]?\b"
    r"|\b[a-z]{1,2}\d[a-z\d]?\s\d[a-z]{2}\b"
)
_LABELLED = re.compile(
    r"\b(?:code|kode|voucher|kupon|promo|coupon|pin|otp|password|sandi)(?:nya)?(?: (?:kakak|kak|anda|is|adalah|your|voucher|promo|diskon|kupon|kamu|this|the))*\s?:?\s*"
    r"(?P<code>(?=[\w-]*\d)[a-z0-9][a-z0-9-]{4,}|[A-Z]{5,}\d*)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]{2,}(?:-?[A-Z0-9]+)*\b")
_SAYS_CODE = re.compile(
    r"\b(?:use|using|pakai|gunakan|masukkan|enter|apply|checkout|claim|klaim|redeem)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\b(?:order|pesanan|invoice|inv|resi|tracking|no\.?|nomor|number|account|rekening|rek|card|kartu|ending|berakhiran|akhiran|nik|ktp|iban|routing|sort code|"
    r"virtual account|va|gopay|ovo|dana ke|norek)(?:nya|mu)?\b[^.!?\n]{0,40}?(?P<number>[a-z]{0,4}\d[\d\- /]{3,}\d|[a-z]{2,}\d{4,}\w*|\d{4,})",
    re.IGNORECASE,
)
_INVOICE = re.compile(r"\binv/[\w/]+|\b\d{3}-\d{7}(?:-\d{7})?\b", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b")
_NAMED = re.compile(
    r"\b(?:[Aa]tas [Nn]ama|a\.?n\.?|an)\s+[A-Z][a-z]+(?:\s[A-Z][a-z]+)*|\b(?:Mr|Mrs|Ms|Miss|Dr|Bu|Ibu|Pak|Bapak|You,|Kak)\.?\s[A-Z][a-z]+\s[A-Z][a-z]+"
)
_SHOUT_MARKS = re.compile(r"[!?]{3,}")
_CAPITALS = re.compile(r"\b[A-Z]{2,}(?:'[A-Z]+)?\b")
_NOT_SHOUTED = frozenset(
    [
        "LED",
        "USB",
        "RGB",
        "WHITE",
        "BLACK",
        "IPX",
        "DIY",
        "QR",
        "XXL",
        "XXXL",
        "XL",
        "OK",
        "PS",
        "PC",
        "TV",
        "HP",
        "SOP",
        "JNE",
        "JNT",
        "SNI",
        "BPOM",
        "COD",
        "CCTV",
        "UK",
        "US",
        "EU",
        "PVC",
        "UHT",
        "SPF",
        "UV",
        "AC",
        "DC",
        "AA",
        "AAA",
        "POS",
        "UTBK",
        "CPNS",
        "TK",
        "SD",
        "SMP",
        "SMA",
        "RT",
        "RW",
        "WA",
        "ID",
        "GB",
        "TB",
        "MB",
        "CM",
        "MM",
        "KG",
        "PCS",
        "FAQ",
        "VIP",
        "WIB",
        "WITA",
        "WIT",
        "CS",
        "IG",
        "DM",
        "SKU",
        "NFC",
        "GPS",
        "LCD",
        "HDMI",
        "BPA",
        "PU",
        "ABS",
        "EVA",
        "UKM",
        "PDF",
        "CD",
        "DVD",
    ]
)


def personal_data(sentence: str) -> list[str]:
    """The pieces of a sentence that are a contact, an address, a name, a number or a code."""
    text = unicodedata.normalize("NFKC", sentence)
    return list(dict.fromkeys(piece.strip() for piece in _pieces(text) if piece.strip()))


def _pieces(text: str) -> Iterator[str]:
    low = text.lower()
    for run in _DIGIT_RUN.finditer(low):
        digits = re.sub(r"\D", "", run.group())
        if (
            len(digits) >= 7
            and not _DATE.fullmatch(run.group().strip())
            and not _is_amount(low, run)
        ):
            yield run.group()
    if _BORN.search(low):
        yield from (match.group() for match in _DATE.finditer(low))
    for pattern in (_MAIL, _HANDLE, _CHAT_LINK, _ADDRESS):
        yield from (match.group() for match in pattern.finditer(low))
    for pattern in (_INVOICE, _IBAN, _NAMED):
        yield from (match.group() for match in pattern.finditer(text))
    yield from (
        match["number"]
        for match in _REFERENCE.finditer(text)
        if len(re.sub(r"\D", "", match["number"])) >= 4
    )
    yield from codes(text)


def codes(text: str) -> Iterator[str]:
    """Codes of vouchers and the like, by the word before them or by what is to be done with them."""
    for match in _LABELLED.finditer(text):
        if match["code"].isupper() or any(map(str.isdigit, match["code"])):
            yield match["code"]
    if _SAYS_CODE.search(text):
        yield from (match.group() for match in _CODE.finditer(text) if len(match.group()) >= 6)


def _is_amount(text: str, run: re.Match[str]) -> bool:
    return bool(re.search(r"(?:rp|idr|[$€£]|usd|rm|s\$)\.?\s?$", text[: run.start()])) or bool(
        re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?", run.group().strip())
    )


def shouting(sentence: str) -> list[str]:
    """Words in capitals and rows of marks that a reader hears as shouting."""
    marks = [match.group() for match in _SHOUT_MARKS.finditer(sentence)]
    capitals = [
        match.group()
        for match in _CAPITALS.finditer(sentence)
        if match.group() not in _NOT_SHOUTED
        and not _is_model_name(sentence, match)
        and not _is_currency(sentence, match)
    ]
    letters = [sign for sign in sentence if sign.isalpha()]
    loud = sum(len(word) for word in capitals)
    real_words = [word for word in capitals if len(word) > 2 and _is_word(word)]
    if letters and loud >= 6 and loud / len(letters) > 0.6:
        return [sentence.strip(), *marks]
    return [*real_words, *marks]


def _is_currency(sentence: str, match: re.Match[str]) -> bool:
    """The code of a currency beside its amount, such as EUR 25.90."""
    before, after = sentence[: match.start()], sentence[match.end() :]
    has_amount = re.match(r"\s?\d", after) or re.search(r"\d\s?$", before)
    return len(match.group()) == 3 and has_amount is not None


def _is_model_name(sentence: str, match: re.Match[str]) -> bool:
    return bool(re.match(r"[-\d/]", sentence[match.end() :])) or bool(
        re.search(r"[\d/-]$", sentence[: match.start()])
    )


def _is_word(word: str) -> bool:
    """Short names of things have few vowels; what is shouted is a word."""
    plain = unmask(word)
    return len(re.findall("[aiueoy]", plain)) / len(plain) >= 0.25
