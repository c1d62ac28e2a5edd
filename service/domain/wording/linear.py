"""A linear model over hashed features: small, quick, in plain Python, trained where it is used.

A model file is a line of JSON (`heads`, `bits`, `scale` per head, `bias` per head, `digest` of the
examples) followed by one signed byte for each head and bucket, the whole compressed by zlib.
"""

from __future__ import annotations

import json
import math
import random
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BITS = 16


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one sentence, with what each head should say; a head not named is not taught."""

    features: Sequence[str]
    answers: Mapping[str, bool]


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

    def _score(self, head: str, found: Sequence[int]) -> float:
        weights = self.weights[head]
        total = sum(weights[bucket] for bucket in found)
        return self.bias[head] + self.scale[head] * total / math.sqrt(len(found) or 1)


def buckets(features: Iterable[str]) -> list[int]:
    """The numbers of features, each once."""
    mask = (1 << BITS) - 1
    return list({zlib.crc32(feature.encode()) & mask for feature in features})


def train(examples: Sequence[Example], *, digest: str, rounds: int = 10, seed: int = 1) -> Model:
    """Logistic regression by AdaGrad; the same examples and seed give the same model."""
    heads = sorted({head for each in examples for head in each.answers})
    rows = [(buckets(each.features), each.answers) for each in examples]
    weights, bias = {}, {}
    for head in heads:
        taught = [(found, answers[head]) for found, answers in rows if head in answers]
        chance = random.Random(seed)  # noqa: S311 - an order, no secret
        weights[head], bias[head] = _train_head(taught, rounds, chance)
    return Model(weights, dict.fromkeys(heads, 1.0), bias, digest)


def _train_head(
    rows: Sequence[tuple[list[int], bool]],
    rounds: int,
    chance: random.Random,
    *,
    rate: float = 0.5,
    decay: float = 2e-5,
) -> tuple[array[float], float]:
    size = 1 << BITS
    weights, squares = array("d", bytes(8 * size)), array("d", b"\0" * 8 * size)
    bias, bias_squares = 0.0, 1e-6
    yes = sum(answer for _, answer in rows)
    worth = {True: len(rows) / (2 * yes), False: len(rows) / (2 * (len(rows) - yes))}
    order = list(range(len(rows)))
    for _ in range(rounds):
        chance.shuffle(order)
        for number in order:
            found, answer = rows[number]
            scale = 1 / math.sqrt(len(found) or 1)
            score = bias + scale * sum(weights[bucket] for bucket in found)
            slope = (_logistic(score) - answer) * worth[answer]
            bias_squares += slope * slope
            bias -= rate * slope / math.sqrt(bias_squares)
            step = slope * scale
            for bucket in found:
                slant = step + decay * weights[bucket]
                squares[bucket] += slant * slant
                weights[bucket] -= rate * slant / math.sqrt(squares[bucket] + 1e-6)
    return weights, bias


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
    told = json.loads(line)
    size = 1 << BITS
    if told["bits"] != BITS or len(body) != size * len(told["heads"]):
        raise ValueError("this model file has another shape; train it again")
    weights = {
        head: array("b", body[n * size : (n + 1) * size]) for n, head in enumerate(told["heads"])
    }
    return Model(weights, told["scale"], told["bias"], told["digest"])
