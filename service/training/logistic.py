"""Logistic regression on hashed features: makes the models of wording and of grave complaints."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from service.domain.wording.linear import Model, Shape, buckets, length

Matrix = Any
RIDGE = 0.05
_ROUNDS = 150


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one sentence, with what each head should say; a head not named is not taught."""

    features: Sequence[str]
    answers: Mapping[str, bool]
    weight: float = 1.0


def train(examples: Sequence[Example], *, digest: str, shape: Shape) -> Model:
    """A head for each answer, yes and no of equal weight; the same examples give the same model."""
    table = _table(examples, shape)
    weights, bias = {}, {}
    for head in sorted({head for example in examples for head in example.answers}):
        taught = [number for number, example in enumerate(examples) if head in example.answers]
        weights[head], bias[head] = _fit(
            table[taught],
            np.array([float(examples[number].answers[head]) for number in taught]),
            np.array([examples[number].weight for number in taught]),
        )
    return Model(weights, dict.fromkeys(weights, 1.0), bias, digest, shape)


def _table(examples: Sequence[Example], shape: Shape) -> Matrix:
    rows = [sorted(buckets(example.features, shape).items()) for example in examples]
    sizes = [length(dict(row)) for row in rows]
    starts = np.cumsum([0, *map(len, rows)])
    places = np.fromiter((bucket for row in rows for bucket, _ in row), dtype=np.int64)
    values = np.fromiter(
        (worth / size for row, size in zip(rows, sizes, strict=True) for _, worth in row),
        dtype=np.float64,
    )
    return sparse.csr_matrix((values, places, starts), shape=(len(rows), 1 << shape.bits))


def _fit(table: Matrix, answers: Matrix, weights: Matrix) -> tuple[array[float], float]:
    half = weights.sum() / 2
    yes = answers == 1
    worth = weights * np.where(yes, half / weights[yes].sum(), half / weights[~yes].sum())

    def loss(point: Matrix) -> tuple[float, Matrix]:
        scores = table @ point[:-1] + point[-1]
        slopes = worth * (1 / (1 + np.exp(-scores)) - answers)
        surprise = worth * (np.logaddexp(0, scores) - answers * scores)
        pull = RIDGE * point[:-1]
        return (
            surprise.sum() + pull @ point[:-1] / 2,
            np.append(table.T @ slopes + pull, slopes.sum()),
        )

    start = np.zeros(table.shape[1] + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}).x
    return array("d", best[:-1].tolist()), float(best[-1])
