"""Totals as plain data for a JSON column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from service.domain.reports.sums import Sums
from service.domain.reports.totals import Dimension, Totals


def totals_to_data(totals: Totals) -> dict[str, Any]:
    """Plain data for JSON, which `totals_from_data` reads back to an equal one."""
    return {
        "sums": totals.sums.to_data(),
        "first_answers": dict(totals.first_answers),
        "remedied_after": dict(totals.remedied_after),
        "first_answers_worked": dict(totals.first_answers_worked),
        "remedied_worked": dict(totals.remedied_worked),
        "days": {day.isoformat(): number for day, number in totals.days.items()},
        "by": {
            dimension.value: {key: sums.to_data() for key, sums in lines.items()}
            for dimension, lines in totals.by.items()
        },
        "reviews": {
            key: [counts["number"], counts["stars"], counts["gained"]]
            for key, counts in totals.reviews.items()
        },
        "names": totals.names,
    }


def totals_from_data(data: Mapping[str, Any]) -> Totals:
    """The totals that `totals_to_data` kept."""
    by: dict[Dimension, dict[str, Sums]] = {dimension: {} for dimension in Dimension}
    for dimension, lines in data["by"].items():
        by[Dimension(dimension)] = {key: Sums.from_data(sums) for key, sums in lines.items()}
    return Totals(
        sums=Sums.from_data(data["sums"]),
        first_answers=_minutes(data["first_answers"]),
        remedied_after=_minutes(data["remedied_after"]),
        first_answers_worked=_minutes(data["first_answers_worked"]),
        remedied_worked=_minutes(data["remedied_worked"]),
        days=Counter({date.fromisoformat(day): number for day, number in data["days"].items()}),
        by=by,
        reviews={
            key: Counter(number=number, stars=stars, gained=gained)
            for key, (number, stars, gained) in data["reviews"].items()
        },
        names=dict(data["names"]),
    )


def _minutes(counts: Mapping[str, int]) -> Counter[int]:
    return Counter({int(minutes): number for minutes, number in counts.items()})
