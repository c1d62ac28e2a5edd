"""How many parts of SMS a text takes: each is paid for.

Reference: 3GPP TS 23.038 (GSM 7-bit alphabet), twilio.com/docs/glossary/what-sms-character-limit.
"""

from __future__ import annotations

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
"""These take two places."""
SIMPLER = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})
"""Signs of print for which the alphabet has a plainer one."""


def plain(text: str) -> str:
    """The text without signs that would make each part half as long, and without empty lines."""
    lines = (line.strip() for line in text.translate(SIMPLER).replace("\u00a0", " ").splitlines())
    return "\n".join(line for line in lines if line)


def segments(text: str) -> int:
    """Parts of 160 places (153 each where there are several), or of 70 (67) where a sign is not in the
    alphabet."""
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        places = len(text) + sum(sign in EXTENDED for sign in text)
        alone, each = 160, 153
    else:
        places = len(text.encode("utf-16-le")) // 2
        alone, each = 70, 67
    return 1 if places <= alone else -(-places // each)
