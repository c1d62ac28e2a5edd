"""The linear model of causes: hashed features, their weights, and the file both are kept in."""

from __future__ import annotations

import json
import math
import re
import sys
import zlib
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from zlib import crc32

from service.domain.complaints.features import WEIGHTS, Feature

BUCKETS = 1 << 20
"""Features are kept by hash: no word of any review stands in the model."""
FORMAT = b"makegood causes 1\n"
_RARITY_STEP = 1 / 25


class WrongModel(ValueError):
    """These bytes are no model of causes that this version reads."""


@dataclass(frozen=True, slots=True)
class Model:
    """What `flask causes train` makes of labelled complaints.

    `rarity` has one byte a bucket, in steps of 0.04; 0: not seen in training. `weights` has
    `len(causes)` numbers, in steps of `step`, for each of `buckets`, those that were seen in
    ascending order: they are the few.
    """

    version: str
    causes: tuple[str, ...]
    bias: tuple[float, ...]
    temperature: float
    unclear_below: float
    step: float
    rarity: bytes
    buckets: array[int]
    weights: array[int]

    def values(self, seen: Iterable[Feature]) -> dict[int, float]:
        """The vector of a complaint by bucket; see `vector`."""
        return vector(seen, self.rarity)

    def probabilities(self, values: Mapping[int, float]) -> tuple[float, ...]:
        """How likely each of `causes` is, in their order; together 1."""
        scores = [0.0] * len(self.causes)
        for bucket, value in values.items():
            for place, weight in enumerate(self._weights(bucket)):
                scores[place] += value * weight
        return softmax(
            [
                self.temperature * (bias + score * self.step)
                for bias, score in zip(self.bias, scores, strict=True)
            ]
        )

    def lean(self, bucket: int, cause: int) -> float:
        """How far a feature speaks for one cause rather than for the others."""
        weights = self._weights(bucket)
        return (weights[cause] - sum(weights) / len(weights)) * self.step

    def _weights(self, bucket: int) -> array[int]:
        """Of a bucket that was seen, by cause."""
        number = len(self.causes)
        start = bisect_left(self.buckets, bucket) * number
        return self.weights[start : start + number]

    def packed(self) -> bytes:
        """The file's content; the same model gives the same bytes."""
        number = len(self.causes)
        weights = array("h", bytes(2 * BUCKETS * number))
        for place, bucket in enumerate(self.buckets):
            seen = self.weights[place * number : (place + 1) * number]
            weights[bucket * number : (bucket + 1) * number] = seen
        if sys.byteorder == "big":
            weights.byteswap()
        body = zlib.compress(self.rarity + weights.tobytes(), 9)
        head = {
            "causes": self.causes,
            "bias": self.bias,
            "temperature": self.temperature,
            "unclear_below": self.unclear_below,
            "step": self.step,
        }
        return FORMAT + json.dumps(head).encode() + b"\n" + body


def unpacked(content: bytes) -> Model:
    """Read a model's file; raises `WrongModel`."""
    if not content.startswith(FORMAT):
        raise WrongModel("This file is no model of causes of this version: train it anew.")
    line, _, body = content.removeprefix(FORMAT).partition(b"\n")
    try:
        head = json.loads(line)
        raw = zlib.decompress(body)
    except (ValueError, zlib.error) as error:
        raise WrongModel("The model of causes is damaged: train it anew.") from error
    weights = array("h", raw[BUCKETS:])
    if sys.byteorder == "big":
        weights.byteswap()
    if len(weights) != BUCKETS * len(head["causes"]):
        raise WrongModel("The model of causes is incomplete: train it anew.")
    rarity = raw[:BUCKETS]
    buckets, weights = seen_only(rarity, weights)
    return Model(
        version=sha256(content).hexdigest()[:12],
        causes=tuple(head["causes"]),
        bias=tuple(head["bias"]),
        temperature=head["temperature"],
        unclear_below=head["unclear_below"],
        step=head["step"],
        rarity=rarity,
        buckets=buckets,
        weights=weights,
    )


def seen_only(rarity: bytes, weights: array[int]) -> tuple[array[int], array[int]]:
    """The buckets that were seen in training, and their weights out of those of all buckets."""
    number = len(weights) // BUCKETS
    buckets = array("L", (found.start() for found in re.finditer(rb"[^\0]", rarity)))
    kept = array("h")
    for bucket in buckets:
        kept += weights[bucket * number : (bucket + 1) * number]
    return buckets, kept


def bucket_of(feature: Feature) -> int:
    """The place of a feature in the model."""
    return _bucket(feature.view, feature.name)


@lru_cache(1 << 16)
def _bucket(view: str, name: str) -> int:
    return crc32(f"{view}\0{name}".encode()) % BUCKETS


def rarity_byte(texts: int, with_it: int) -> int:
    """How much a feature tells, as kept in `Model.rarity`; 0 for what one text alone has."""
    if with_it < 2:
        return 0
    return min(255, round((math.log((1 + texts) / (1 + with_it)) + 1) / _RARITY_STEP))


def vector(seen: Iterable[Feature], rarity: Sequence[int]) -> dict[int, float]:
    """Features as numbers: rare ones count more, each view has its fixed share of the whole."""
    views: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for feature in seen:
        views[feature.view][bucket_of(feature)] += 1
    whole = sum(WEIGHTS.values())
    values: dict[int, float] = defaultdict(float)
    for view, counts in views.items():
        raw = {
            bucket: (1 + math.log(count)) * rarity[bucket] * _RARITY_STEP
            for bucket, count in counts.items()
            if rarity[bucket]
        }
        length = math.sqrt(sum(value * value for value in raw.values()))
        for bucket, value in raw.items():
            values[bucket] += value / length * math.sqrt(WEIGHTS[view] / whole)
    return values


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    """Scores as shares of 1."""
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    whole = sum(powers)
    return tuple(power / whole for power in powers)
