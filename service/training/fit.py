"""Fits the model of causes: ridge regression on hashed features, in closed form.

Closed form because it needs no seed and no stopping rule, and because leaving rows out for
cross-validation then costs a small system of equations instead of a new fit.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from service.domain.complaints.causes import CAUSES
from service.domain.complaints.features import features
from service.domain.complaints.model import (
    BUCKETS,
    Model,
    bucket_of,
    rarity_byte,
    seen_buckets,
    unpacked,
    vector,
)
from service.training.labels import Labelled

Matrix = Any
RIDGE = 0.4
FOLDS = 10
UNCLEAR_BELOW = 0.45
"""Below it every second guess is wrong (cross-validation, docs/causes.md)."""
_MOST = 32_767
"""The largest number that a weight is kept as."""
_TEMPERATURES = tuple(step / 4 for step in range(8, 49))


@dataclass(frozen=True, slots=True)
class Validated:
    """What cross-validation gave: for each row the shares of all causes when it was left out."""

    rows: tuple[Labelled, ...]
    shares: Matrix


def fit(rows: Sequence[Labelled]) -> tuple[Model, Validated]:
    """The model of all rows, and how it does on rows it has not seen. The same rows in the same
    order give the same model."""
    texts = [features(row.text, row.product) for row in rows]
    with_it = Counter(
        bucket for text in texts for bucket in {bucket_of(seen.view, seen.name) for seen in text}
    )
    rarity = bytearray(BUCKETS)
    for bucket, number in with_it.items():
        rarity[bucket] = rarity_byte(len(rows), number)
    table = _table([vector(text, rarity) for text in texts])
    target = np.array([[float(row.cause == cause) for cause in CAUSES] for row in rows])
    bias = target[[not row.example for row in rows]].mean(0)
    inverse = np.linalg.inv((table @ table.T).toarray() + RIDGE * np.eye(len(rows)))
    pull = inverse @ (target - bias)
    left_out = _left_out(rows, inverse, pull, target)
    real = np.array([not row.example for row in rows])
    temperature = _temperature(left_out[real], target[real])
    weights = table.T @ pull
    step = _round_up(float(np.abs(weights).max()) / _MOST)
    buckets = seen_buckets(bytes(rarity))
    whole = np.rint(weights / step).astype(np.int16)
    model = Model(
        version="",
        causes=CAUSES,
        bias=tuple(round(float(share), 6) for share in bias),
        temperature=temperature,
        unclear_below=UNCLEAR_BELOW,
        step=step,
        rarity=bytes(rarity),
        buckets=buckets,
        weights=memoryview(array("h", whole[buckets].ravel().tobytes())),
    )
    kept = tuple(row for row in rows if not row.example)
    return unpacked(model.packed()), Validated(kept, _shares(left_out[real], temperature))


def _round_up(number: float) -> float:
    """To four digits, so that the last bit, which hangs on how many threads add up, decides nothing."""
    unit = 10.0 ** (math.floor(math.log10(number)) - 3)
    return math.ceil(number / unit) * unit


def _table(vectors: Sequence[dict[int, float]]) -> Matrix:
    starts = np.cumsum([0, *map(len, vectors)])
    places = np.fromiter((bucket for values in vectors for bucket in values), dtype=np.int64)
    values = np.fromiter((value for values in vectors for value in values.values()), dtype=float)
    return sparse.csr_matrix((values, places, starts), shape=(len(vectors), BUCKETS))


def _left_out(rows: Sequence[Labelled], inverse: Matrix, pull: Matrix, target: Matrix) -> Matrix:
    """The score of each row by a model without its fold."""
    scores = np.empty_like(target)
    for fold in _folds(rows):
        corrections = np.linalg.solve(inverse[np.ix_(fold, fold)], pull[fold])
        scores[fold] = target[fold] - corrections
    return scores


def _folds(rows: Sequence[Labelled]) -> list[list[int]]:
    """Alike in their causes; texts that differ in signs only are left out together."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        groups[re.sub(r"\W+|(?<=(\w))\1+", "", row.text.casefold())].append(number)
    ordered = sorted(groups.values(), key=lambda group: (rows[group[0]].cause, group[0]))
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    for place, group in enumerate(ordered):
        folds[place % FOLDS] += group
    return [fold for fold in folds if fold]


def _temperature(scores: Matrix, target: Matrix) -> float:
    """What makes shares most honest: the confidence as often right as it says."""
    right = target.argmax(1)

    def surprise(temperature: float) -> float:
        shares = _shares(scores, temperature)
        return float(-np.log(shares[np.arange(len(right)), right]).mean())

    return min(_TEMPERATURES, key=surprise)


def _shares(scores: Matrix, temperature: float) -> Matrix:
    powers = np.exp(temperature * (scores - scores.max(1, keepdims=True)))
    return powers / powers.sum(1, keepdims=True)
