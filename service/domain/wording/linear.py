"""A linear model over hashed features: small, quick, in plain Python; `service.training` makes it.

A model file is a line of JSON (`heads`, `bits`, `letters`, `scale` per head, `bias` per head,
`digest` of the examples) followed by one signed byte for each head and bucket, the whole compressed by zlib.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """How features become numbers: there are 2 to the `bits` buckets, and a part of a word counts
    `letters` where a word counts 1."""

    bits: int
    letters: float


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of each head by bucket, to be multiplied by the head's `scale`; `digest` tells which
    examples they were taught by."""

    weights: Mapping[str, Sequence[float]]
    scale: Mapping[str, float]
    bias: Mapping[str, float]
    digest: str
    shape: Shape

    def probability(self, head: str, features: Iterable[str]) -> float:
        """How sure this head is, from 0 to 1."""
        weights, seen = self.weights[head], buckets(features, self.shape)
        total = sum(weights[bucket] * worth for bucket, worth in seen.items())
        return _logistic(self.bias[head] + self.scale[head] * total / length(seen))

    def strongest(self, head: str, groups: Mapping[str, Iterable[str]]) -> list[str]:
        """The names of the groups of features that speak for this head, the strongest first."""
        weights = self.weights[head]
        total = {
            name: sum(weights[b] * worth for b, worth in buckets(each, self.shape).items())
            for name, each in groups.items()
        }
        return sorted((n for n, value in total.items() if value > 0), key=lambda n: -total[n])


def buckets(features: Iterable[str], shape: Shape) -> dict[int, float]:
    """The numbers of features, each once, with what it is worth; a whole word outweighs its parts."""
    mask, worth = (1 << shape.bits) - 1, dict[int, float]()
    for feature in features:
        number = zlib.crc32(feature.encode()) & mask
        value = shape.letters if feature[:2] == "c " else 1.0
        if value > worth.get(number, 0.0):
            worth[number] = value
    return worth


def length(worth: Mapping[int, float]) -> float:
    """What a score is divided by, so that a long sentence is no surer than a short one."""
    return math.sqrt(sum(value * value for value in worth.values()) or 1)


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def to_bytes(model: Model) -> bytes:
    """The model as a file holds it, with each weight in one signed byte."""
    steps = {head: max(map(abs, weights)) / 127 or 1.0 for head, weights in model.weights.items()}
    first_line = {
        "heads": list(model.weights),
        "bits": model.shape.bits,
        "letters": model.shape.letters,
        "scale": {head: step * model.scale[head] for head, step in steps.items()},
        "bias": dict(model.bias),
        "digest": model.digest,
    }
    body = b"".join(
        array("b", (round(weight / steps[head]) for weight in weights)).tobytes()
        for head, weights in model.weights.items()
    )
    return zlib.compress(json.dumps(first_line).encode() + b"\n" + body, 9)


def from_bytes(data: bytes) -> Model:
    """Read a model file; raises `ValueError` when it is of another shape."""
    content = zlib.decompress(data)
    end = content.index(b"\n")
    head_line = json.loads(content[:end])
    # Parts of what was read, not copies of them, which would stay with the process for good.
    body = memoryview(content)[end + 1 :].cast("b")
    shape = Shape(head_line["bits"], head_line.get("letters", 1.0))
    size = 1 << shape.bits
    if len(body) != size * len(head_line["heads"]):
        raise ValueError("this model file has another shape; train it again")
    weights = {head: body[n * size : (n + 1) * size] for n, head in enumerate(head_line["heads"])}
    return Model(weights, head_line["scale"], head_line["bias"], head_line["digest"], shape)
