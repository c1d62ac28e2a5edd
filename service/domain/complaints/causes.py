"""The cause behind a low review, read from its words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from integrations.sentence import Text
from service.data import read_bytes
from service.domain.complaints import model
from service.domain.complaints.features import Feature, features
from service.domain.complaints.praise import only_praises

UNCLEAR = "unclear"
"""Kept for a case in place of a cause that is too unsure to act upon."""
CAUSE_LABELS: Mapping[str, Text] = {
    "damaged": Text("arrived damaged"),
    "wrong_item": Text("wrong item"),
    "missing": Text("missing"),
    "late": Text("late"),
    "defective": Text("does not work"),
    "quality": Text("poor quality"),
    "not_as_described": Text("not as described"),
    "service": Text("service"),
    "price_promo": Text("price or promotion"),
    "other": Text("something else"),
    UNCLEAR: Text("unclear"),
}
CAUSES = tuple(name for name in CAUSE_LABELS if name != UNCLEAR)
"""In the order in which pages and the model list them."""
_ALSO_FROM = 0.2
_MOST_WORDS = 4
_LONGEST = 4_000
"""Characters; platforms end reviews sooner, and a complaint is made by then."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a complaint is about as far as its words say.

    `confidence` is 0 to 1; below the model's threshold the cause is `unclear` and only the best
    guess. `also` are further causes, likeliest first. `places` are the words it went by, as start
    and end in the text, in their order there. `model` is the version of the model.
    """

    name: str
    confidence: float
    also: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    model: str
    unclear: bool

    @property
    def settled(self) -> str:
        """The cause where it is sure enough to act upon, else ''."""
        return "" if self.unclear else self.name


def read_cause(text: str, product_name: str = "") -> Cause:
    """The cause of a complaint by the shipped model. Milliseconds; the first call loads the model."""
    return read_by(_shipped(), text, product_name)


def read_by(judge: model.Model, text: str, product_name: str = "") -> Cause:
    """The cause by one model. A text without words has none, and so have numbers alone, such as the
    stars once more, and words that only praise: `other`, with no confidence."""
    read = text[:_LONGEST]
    seen = features(read, product_name)
    has_words = any(map(str.isalpha, read)) and any(feature.words for feature in seen)
    if not has_words or only_praises(text):
        return Cause("other", 0.0, (), (), judge.version, unclear=True)
    values = judge.values(seen)
    weights = judge.weights_of(values)
    shares = judge.probabilities(values, weights)
    ranked = sorted(zip(shares, judge.causes, strict=True), key=lambda pair: -pair[0])
    confidence, name = ranked[0]
    return Cause(
        name,
        confidence,
        tuple(cause for share, cause in ranked[1:] if share >= _ALSO_FROM),
        _places(seen, values, judge.leans(weights, judge.causes.index(name))),
        judge.version,
        unclear=confidence < judge.unclear_below,
    )


def _places(
    seen: Sequence[Feature], values: Mapping[int, float], leans: Mapping[int, float]
) -> tuple[tuple[int, int], ...]:
    """Where the words stand that spoke loudest for the cause, to which each bucket `leans` so far."""
    buckets = [model.bucket_of(feature.view, feature.name) for feature in seen]
    counts = Counter(buckets)
    shares = {
        bucket: values[bucket] / number * leans[bucket]
        for bucket, number in counts.items()
        if bucket in values
    }
    loudness: dict[tuple[int, int], float] = defaultdict(float)
    for feature, bucket in zip(seen, buckets, strict=True):
        if share := shares.get(bucket):
            for word in feature.words:
                loudness[word.start, word.end] += share / len(feature.words)
    loudest = sorted(loudness, key=lambda place: -loudness[place])[:_MOST_WORDS]
    enough = loudness[loudest[0]] / 3 if loudest else 0.0
    return tuple(sorted(place for place in loudest if loudness[place] >= enough > 0))


@cache
def _shipped() -> model.Model:
    return model.unpacked(read_bytes("causes", "model.bin"))
