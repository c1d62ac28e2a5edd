"""What a word for a review means in a sentence: a review, a thing, thanks, or a trade refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache

from service.data import read_file
from service.domain.wording.forms import base, ideas


@cache
def _senses() -> Mapping[str, re.Pattern[str]]:
    listed: Mapping[str, list[str]] = tomllib.loads(read_file("wording", "senses.toml"))
    return {
        sense: re.compile("|".join(rf"\b(?:{pattern})(?!\w)" for pattern in patterns))
        for sense, patterns in listed.items()
    }


def without_things(words: Sequence[str]) -> list[str]:
    """The words with “item” for a star hotel or a load rating, and bare thanks for a review."""
    text = _senses()["item"].sub(" item ", " ".join(words))
    return _senses()["thanks"].sub(" thanks ", text).split()


def review_words(words: Sequence[str]) -> tuple[str, ...]:
    """Those of the words that name a review, a rating, a comment or a testimonial."""
    return tuple(word for word in words if "review" in ideas().get(base(word), ()))


def refuses_trade(words: Sequence[str]) -> bool:
    """True when the words read as “nothing depends on your review”, with no “unless” after it."""
    text = " ".join(words)
    return bool(_senses()["refusal"].search(text)) and not _senses()["but"].search(text)


def denies(words: Sequence[str]) -> bool:
    """True when something is denied that may be a trade, with no request and no “unless” beside it."""
    meanings = {idea for word in words for idea in ideas().get(base(word), ())}
    asks = meanings & {"please", "must"}
    return "negation" in meanings and not asks and not _senses()["but"].search(" ".join(words))
