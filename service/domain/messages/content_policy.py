"""Checks what buyers read: no text trades with a review or presses, no reply hurts or gives away.

A sentence is judged by what it says, not by its letters: disguises are taken off, words for a
thing (a star hotel, a load rating) and thanks for a review are set aside, a trade that is refused
is told from one that is offered. What patterns cannot say a small model decides that was taught
by several thousand sentences (docs/wording.md). Indonesian and English are always both checked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from integrations.sentence import Text
from service.domain.messages import personal
from service.domain.messages.advice import IN_PRIVATE, advice
from service.domain.wording import examples
from service.domain.wording.disguise import unmask
from service.domain.wording.features import features_of
from service.domain.wording.forms import base, ideas
from service.domain.wording.linear import Model
from service.domain.wording.senses import denies, refuses_trade, review_words, without_things
from service.domain.wording.sentences import sentences
from service.domain.wording.words import words_of


class TextKind(StrEnum):
    """What may be said differs: an invitation gives nothing, a reply is public, a message is not."""

    INVITATION = "invitation"
    RECEIPT = "receipt"
    REPLY = "reply"
    MESSAGE = "message"


class Severity(StrEnum):
    """`refuse`: may never be sent; `confirm`: the seller reads the advice and decides."""

    REFUSE = "refuse"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with text[start:end], the words that say so, and what to write instead."""

    code: str
    severity: Severity
    start: int
    end: int
    fragment: str
    words: tuple[str, ...]
    advice: Text


_SURE = {"plain": 0.5, "refused": 0.95, "denied": 0.3, "thing": 0.2, "named": 0.0}
"""From which probability a sentence is stopped: it names no review; it refuses a trade; it denies
something else; it has a word that may be a thing's (a star, a rate); it names a review and nothing
else explains it."""
_SURE_IN_ANSWERS = _SURE | {"denied": 0.5, "thing": 0.5, "named": 0.5}
"""A reply stands below the review: it may speak of it where it asks for nothing."""
_MAY_BE_THINGS = frozenset(
    (
        "star",
        "stars",
        "bintang",
        "rating",
        "rate",
        "score",
        "skor",
        "feedback",
        "comment",
        "penilaian",
        "nilai",
    )
)
_TONE_SURE, _ONE_TONE_SURE, _REWARD_SURE = 0.8, 0.3, 0.45
"""How likely a tone at all and the likeliest of them are, added; and that one by itself."""
_TAKEN_DOWN = re.compile(
    r"\b(?:take|taken|taking|bring|come|comes|get)\b.* (?:down|off|away|out|back)\b"
)
_NAME_WORDS = 5
_NO_NAME = frozenset(
    (
        "change",
        "raise",
        "remove",
        "give",
        "please",
        "must",
        "condition",
        "money",
        "gift",
        "threat",
        "trade",
    )
)
_JOINING = frozenset(("by", "of", "and", "the", "dan", "from", "for", "oleh", "&"))
"""Small words within a name."""
_FIGURE = (
    r"(?:\d[\d.,]*|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half a|a (?:few|couple of|hundred|thousand)"
    r"|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|belas|puluh|ratus|seratus"
    r"|seribu|beberapa)(?: belas| puluh| ratus)?)"
)
_AMOUNT = re.compile(
    r"(?:[$€£¥₩₹]|\brp\.?|\b(?:idr|usd|eur|gbp|sgd|myr|rm|aud|php|jpy)\.?)\s?\d"
    rf"|\b{_FIGURE}\s?(?:[$€£¥]|(?:idr|usd|eur|gbp|sgd|myr|dollars?|bucks?|quid|euros?|ringgit"
    r"|rupiah|rb|ribu|rebu|jt|juta|perak|k|pence|cents?|sen)\b)"
    rf"|\b{_FIGURE}\s?(?:%|percent|per cent|persen)\s?(?:off|discount|back|diskon|potongan|cashback|cheaper|lebih murah)"
    r"|\b(?:diskon|potongan|discount|cashback|save|hemat|refund)\w*\s\D{0,12}\d+\s?(?:%|persen|percent|k\b)"
    r"|\b(?:a )?(?:tenner|fiver)\b|\b(?:gocap|goceng|ceban|cepek|gopek|noban|seceng|goban)\b"
)


def check(
    text: str, kind: TextKind, language: str, *, approved: Collection[str] = ()
) -> list[Finding]:
    """All findings in a text, in its order; sentences that stand in `approved` are not looked at.

    `approved` holds whole sentences as `sentence_key` writes them. The advice quotes an example in
    `language`. Linear in the length of the text.
    """
    findings: list[Finding] = []
    for start, end in spans(text):
        sentence = text[start:end]
        if sentence_key(sentence) in approved:
            continue
        for code, severity, words in _judge(sentence, kind):
            private = kind is TextKind.MESSAGE and code == "personal_data"
            suggestion = IN_PRIVATE if private else advice(code, language)
            findings.append(Finding(code, severity, start, end, sentence, words, suggestion))
    return findings


def sentence_key(sentence: str) -> str:
    """A sentence by its words, so that a full stop or a capital makes no other of it."""
    return " ".join(words_of(sentence))


def names_review(sentence: str) -> bool:
    """True when a sentence speaks of reviews, ratings or comments, and of no thing called so."""
    return bool(review_words(without_things(words_of(sentence))))


def is_plain_name(name: str) -> bool:
    """True for a name of a person or a shop such as “Bintang” or “Five Star Electronics”: few
    words, no number in digits, nothing asked, offered or threatened."""
    words = words_of(name)
    meanings = {idea for word in words for idea in ideas().get(base(word), ())}
    return (
        len(words) <= _NAME_WORDS and not any(map(str.isdigit, words)) and not meanings & _NO_NAME
    )


def _is_signature(sentence: str, words: list[str]) -> bool:
    """A name on a line of its own, such as that of the shop below a message: each word begins with a
    capital, and none asks, offers or threatens."""
    typed = re.findall(r"[^\W\d_][\w'’.-]*", sentence)
    capitals = all(word[0].isupper() or word in _JOINING for word in typed)
    return bool(typed) and capitals and not review_words(words) and is_plain_name(sentence)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a text begins and ends."""
    at = 0
    for sentence in sentences(text):
        at = text.index(sentence, at)
        yield at, at + len(sentence)
        at += len(sentence)


def _judge(sentence: str, kind: TextKind) -> Iterator[tuple[str, Severity, tuple[str, ...]]]:
    words = without_things(words_of(sentence))
    if _is_signature(sentence, words):
        if kind in (TextKind.REPLY, TextKind.MESSAGE) and (loud := personal.shouting(sentence)):
            yield "shouting", Severity.CONFIRM, tuple(loud)
        return
    seen = features_of(words)
    reward = _reward(sentence, words, seen) if kind is TextKind.INVITATION else ()
    about_review = _about_review(words, seen, kind)
    if about_review and not (reward and about_review[0] == "hint"):
        yield about_review[0], Severity.REFUSE, about_review[1]
    if reward:
        yield "reward", Severity.REFUSE, reward
    if kind in (TextKind.REPLY, TextKind.MESSAGE):
        yield from _tone(sentence, words, seen)
        public = kind is TextKind.REPLY
        if pieces := personal.personal_data(sentence):
            yield "personal_data", Severity.REFUSE if public else Severity.CONFIRM, tuple(pieces)


def _about_review(
    words: list[str], seen: list[str], kind: TextKind
) -> tuple[str, tuple[str, ...]] | None:
    """The code and the words when a sentence names a review or is after one."""
    named = review_words(words)
    if not named:
        sure = "plain"
    elif refuses_trade(words):
        sure = "refused"
    elif denies(words):
        sure = "denied"
    else:
        sure = "thing" if all(base(word) in _MAY_BE_THINGS for word in named) else "named"
    answers = kind in (TextKind.REPLY, TextKind.MESSAGE)
    limits = _SURE_IN_ANSWERS if answers else _SURE
    if _model().probability("review", seen) < limits[sure]:
        return None
    strong = named or _strongest("review", words)
    return _code(words, named), strong


def _code(words: list[str], named: tuple[str, ...]) -> str:
    """Which of the kinds it is, by the ideas in the sentence."""
    meanings = {idea for word in words for idea in ideas().get(base(word), ())}
    bases = {base(word) for word in words}
    if "remove" in meanings or _TAKEN_DOWN.search(" ".join(words)):
        return "removal"
    benefits = meanings & {"money", "gift", "trade", "resend"}
    if benefits and meanings & {"condition", "change", "trade", "give", "depend"}:
        return "trade"
    if bases & {"star", "stars", "bintang", "score", "skor"} or (
        named and meanings & {"five", "few"}
    ):
        return "stars"
    if "threat" in meanings or meanings & {"must", "guilt"}:
        return "pressure"
    if named and "good" in meanings:
        return "praise"
    if named and meanings & {"change", "raise"}:
        return "pressure"
    return "mention" if named else "hint"


def _reward(sentence: str, words: list[str], seen: list[str]) -> tuple[str, ...]:
    if amount := _AMOUNT.search(unmask(sentence)):
        return (amount.group().strip(),)
    if told := tuple(personal.codes(sentence)):
        return told
    if _model().probability("reward", seen) < _REWARD_SURE:
        return ()
    return _strongest("reward", words)


def _tone(
    sentence: str, words: list[str], seen: list[str]
) -> Iterator[tuple[str, Severity, tuple[str, ...]]]:
    if loud := personal.shouting(sentence):
        yield "shouting", Severity.CONFIRM, tuple(loud)
    likely = {code: _model().probability(code, seen) for code in examples.TONES}
    code = max(likely, key=lambda name: likely[name])
    together = _model().probability("tone", seen) + likely[code]
    if together >= _TONE_SURE and likely[code] >= _ONE_TONE_SURE:
        yield code, Severity.CONFIRM, _strongest(code, words)


def _strongest(head: str, words: list[str]) -> tuple[str, ...]:
    """The few words that spoke most for it, in the order of the sentence."""
    groups = {word: features_of([word]) for word in words}
    best = _model().strongest(head, groups)[:4]
    return tuple(word for word in dict.fromkeys(words) if word in best)


@cache
def _model() -> Model:
    return examples.model("wording")
