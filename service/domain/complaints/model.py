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
FORMAT = b"makegood causes 2\n"
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
    rarity: bytes | memoryview
    buckets: array[int]
    weights: memoryview

    def values(self, seen: Iterable[Feature]) -> dict[int, float]:
        """The vector of a complaint by bucket; see `vector`."""
        return vector(seen, self.rarity)

    def weights_of(self, buckets: Iterable[int]) -> dict[int, Sequence[int]]:
        """The weights of each of these buckets, all of them seen in training, by cause."""
        number = len(self.causes)
        weights: dict[int, Sequence[int]] = {}
        for bucket in buckets:
            start = bisect_left(self.buckets, bucket) * number
            weights[bucket] = self.weights[start : start + number]
        return weights

    def probabilities(
        self, values: Mapping[int, float], weights: Mapping[int, Sequence[int]]
    ) -> tuple[float, ...]:
        """How likely each of `causes` is, in their order; together 1. `weights`: of the buckets of
        `values`."""
        scores = [0.0] * len(self.causes)
        for bucket, value in values.items():
            for place, weight in enumerate(weights[bucket]):
                scores[place] += value * weight
        return softmax(
            [
                self.temperature * (bias + score * self.step)
                for bias, score in zip(self.bias, scores, strict=True)
            ]
        )

    def leans(self, weights: Mapping[int, Sequence[int]], cause: int) -> dict[int, float]:
        """How far each bucket speaks for one cause rather than for the others."""
        number, step = len(self.causes), self.step
        return {
            bucket: (by_cause[cause] - sum(by_cause) / number) * step
            for bucket, by_cause in weights.items()
        }

    def packed(self) -> bytes:
        """The file's content; the same model gives the same bytes."""
        body = zlib.compress(bytes(self.rarity) + _little_endian(self.weights).tobytes(), 9)
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
    # Parts of what was read, not copies of them, which would stay with the process for good.
    rarity, weights = memoryview(raw)[:BUCKETS], memoryview(raw)[BUCKETS:]
    buckets = seen_buckets(rarity)
    if len(raw) != BUCKETS + 2 * len(buckets) * len(head["causes"]):
        raise WrongModel("The model of causes is incomplete: train it anew.")
    return Model(
        version=sha256(content).hexdigest()[:12],
        causes=tuple(head["causes"]),
        bias=tuple(head["bias"]),
        temperature=head["temperature"],
        unclear_below=head["unclear_below"],
        step=head["step"],
        rarity=rarity,
        buckets=buckets,
        weights=_little_endian(weights.cast("h")),
    )


def seen_buckets(rarity: bytes | memoryview) -> array[int]:
    """The buckets that were seen in training, in ascending order."""
    return array("I", (seen.start() for seen in re.finditer(rb"[^\0]", rarity)))


def _little_endian(weights: memoryview) -> memoryview:
    """Weights in the order of bytes that the file has, or back in this machine's."""
    if sys.byteorder == "little":
        return weights
    turned = array("h", weights)
    turned.byteswap()
    return memoryview(turned)


@lru_cache(1 << 16)
def bucket_of(view: str, name: str) -> int:
    """The place of a feature in the model."""
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
        views[feature.view][bucket_of(feature.view, feature.name)] += 1
    whole = sum(WEIGHTS.values())
    values: dict[int, float] = defaultdict(float)
    for view, counts in views.items():
        raw = {
            bucket: (1 + math.log(count)) * rarity[bucket] * _RARITY_STEP
            for bucket, count in counts.items()
            if rarity[bucket]
        }
        length = math.sqrt(sum(value * value for value in raw.values()))
        share = math.sqrt(WEIGHTS[view] / whole)
        for bucket, value in raw.items():
            values[bucket] += value / length * share
    return values


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    """Scores as shares of 1."""
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    whole = sum(powers)
    return tuple(power / whole for power in powers)
