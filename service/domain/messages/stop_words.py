"""Whether a buyer asks for silence: by one of the words that networks and buyers use, or in a sentence."""

from __future__ import annotations

import re
import unicodedata

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "unsub", "optout", "berhenti", "setop"})
"""Those of the CTIA's guidelines that can mean nothing else, and the Indonesian ones. `cancel` or `end`
may be about an order; where a network takes them for a wish for silence its channel says so."""
_POLITE = frozenset(
    [
        "ya",
        "yah",
        "dong",
        "deh",
        "aja",
        "saja",
        "please",
        "pls",
        "plis",
        "tolong",
        "mohon",
        "kak",
        "kakak",
        "min",
        "gan",
        "sis",
        "thanks",
        "makasih",
    ]
)
_ME = "(?:saya|sy|aku|gue|gw)"
_NO = (
    "(?:jangan|jgn|jngn|gausah|gaperlu|stop|setop|berhenti|hentikan"
    "|(?:g|ga|gak|gk|nggak|ngga|enggak|tidak|tdk|tak) (?:usah|perlu|mau|ingin))"
)
_BETWEEN = f"(?: (?:tolong|lagi|pernah|coba|terus|kak|min|{_ME})){{0,2}}"
_MESSAGES = "(?:pesan|chat|wa|whatsapp|e ?mail|imel|sms|spam|notif|notifikasi|promosi|iklan)"
_WRITE = (
    "(?:(?:meng|me|di|nge)? ?(?:hubungi|kontak|chat|wa|email|sms|spam|telepon|telpon|telp)(?:in)?"
    f"|(?:di)?(?:kirim|mengirim|menerima|nerima|terima)(?:i|in|kan)?(?: {_ME})?(?: lagi)? {_MESSAGES}"
    "|kirim lagi$)"
)
_OTHERS = "(?! (?:kurir|kantor|penjual|toko|cs|jne|jnt|sicepat))"
_MAILS = "(?:e ?mails?|messages?|texts?|spam)"
_WISHES = re.compile(
    rf"\b{_NO}{_BETWEEN} {_WRITE}\b{_OTHERS}"
    rf"|(?<!jangan )\bhapus (?:nomor|nomer|no|kontak|email|data)(?: (?:hp|wa|email))? {_ME}\b"
    rf"|\b(?:stop|quit) (?:(?:emailing|texting|messaging|contacting|spamming|calling)\b"
    rf"|(?:sending|writing)(?: to)? me (?:any |more |these |your )*{_MAILS}\b)"
    r"|\b(?:do not|don'?t|never) (?:ever )?(?:contact|e ?mail|message|text|write to) me\b"
    rf"|\b(?:no|don'?t want(?: any)?|do not want(?: any)?) more {_MAILS}\b"
    r"|\b(?:remove|take|unsubscribe) me(?:$| from| off| please)|\bleave me alone\b"
)
"""Words of plain letters, a space between them."""


def asks_for_silence(text: str) -> bool:
    """True where the message is such a word and nothing else but politeness, whatever its case and
    signs, or with spaces in it."""
    words = _words(text)
    return "".join(words) in STOP_WORDS or "".join(_stripped(words)) in STOP_WORDS


def wishes_for_silence(text: str) -> bool:
    """True where a message asks for silence among other words too, which a person has to read: in its
    first line, as above a signature, or in a sentence."""
    first_line = text.strip().partition("\n")[0]
    return asks_for_silence(first_line) or _WISHES.search(" ".join(_words(text))) is not None


def _stripped(words: list[str]) -> list[str]:
    return [word for word in words if word not in _POLITE]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", plain)
