"""A linear model over hashed features: small, quick, in plain Python; `service.training` makes it.

A model file is a line of JSON (`heads`, `bits`, `scale` per head, `bias` per head, `digest` of the
examples) followed by one signed byte for each head and bucket, the whole compressed by zlib.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BITS = 16


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of each head by bucket, to be multiplied by the head's `scale`; `digest` tells which
    examples they were taught by."""

    weights: Mapping[str, Sequence[float]]
    scale: Mapping[str, float]
    bias: Mapping[str, float]
    digest: str

    def probability(self, head: str, features: Iterable[str]) -> float:
        """How sure this head is, from 0 to 1."""
        return _logistic(self._score(head, buckets(features)))

    def strongest(self, head: str, groups: Mapping[str, Iterable[str]]) -> list[str]:
        """The names of the groups of features that speak for this head, the strongest first."""
        weights = self.weights[head]
        worth = {name: sum(weights[b] for b in buckets(each)) for name, each in groups.items()}
        return sorted((n for n, value in worth.items() if value > 0), key=lambda n: -worth[n])

    def _score(self, head: str, seen: Sequence[int]) -> float:
        weights = self.weights[head]
        total = sum(weights[bucket] for bucket in seen)
        return self.bias[head] + self.scale[head] * total / math.sqrt(len(seen) or 1)


def buckets(features: Iterable[str]) -> list[int]:
    """The numbers of features, each once."""
    mask = (1 << BITS) - 1
    return list({zlib.crc32(feature.encode()) & mask for feature in features})


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def to_bytes(model: Model) -> bytes:
    """The model as a file holds it, with each weight in one signed byte."""
    steps = {head: max(map(abs, weights)) / 127 or 1.0 for head, weights in model.weights.items()}
    first_line = {
        "heads": list(model.weights),
        "bits": BITS,
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
    line, _, body = zlib.decompress(data).partition(b"\n")
    head_line = json.loads(line)
    size = 1 << BITS
    if head_line["bits"] != BITS or len(body) != size * len(head_line["heads"]):
        raise ValueError("this model file has another shape; train it again")
    weights = {
        head: array("b", body[n * size : (n + 1) * size])
        for n, head in enumerate(head_line["heads"])
    }
    return Model(weights, head_line["scale"], head_line["bias"], head_line["digest"])
