"""Bar charts as SVG inside the page: no script, and no style but that of the page's style sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import svg
from markupsafe import Markup, escape

WIDTH, HEIGHT = 340, 190
"""As wide as a phone: the page lets it grow to twice that."""
LEFT, BELOW, ABOVE = 26, 38, 8
"""Room for the numbers beside, and the labels below, the bars."""
GAP = 0.25
"""The share of a bar's slot that is left empty."""
STEPS = 5
LETTER = 6.5
"""Wide, about, in the size of the labels."""


def bars(labels: Sequence[str], values: Sequence[int], title: str) -> Markup:
    """A bar for each value. `title` is read out in its place; its figures stand in a table beside."""
    chart = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, WIDTH, HEIGHT),
        class_=["chart"],
        extra={"role": "img", "aria-label": str(escape(title))},
        elements=[*_guides(_top(values)), *_bars(labels, values)],
    )
    return Markup(str(chart))  # noqa: S704 - each text in it was escaped


def _top(values: Sequence[int]) -> int:
    """Where the axis ends: a whole number of equal steps."""
    step = max(1, -(-max(values, default=0) // STEPS))
    return step * STEPS


def _height(value: int, top: int) -> float:
    return round((HEIGHT - BELOW - ABOVE) * value / top, 1)


def _guides(top: int) -> Iterator[svg.Element]:
    for value in range(0, top + 1, top // STEPS):
        y = round(HEIGHT - BELOW - _height(value, top), 1)
        yield svg.Line(x1=LEFT, x2=WIDTH, y1=y, y2=y, class_=["guide"])
        yield svg.Text(x=LEFT - 6, y=y + 4, text=str(value), class_=["number"])


def _bars(labels: Sequence[str], values: Sequence[int]) -> Iterator[svg.Element]:
    top, place = _top(values), (WIDTH - LEFT) / max(1, len(values))
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        height, x = _height(value, top), LEFT + place * number
        yield svg.Rect(
            x=round(x + place * GAP / 2, 1),
            y=round(HEIGHT - BELOW - height, 1),
            width=round(place * (1 - GAP), 1),
            height=height,
            class_=["bar"],
        )
        rows = 2 if len(values) > STEPS else 1
        # Every other label stands lower where they are many, so that none covers its neighbour.
        lower = 14 if number % rows else 0
        yield svg.Text(
            x=round(x + place / 2, 1),
            y=HEIGHT - BELOW + 16 + lower,
            text=str(escape(_short(label, int(place * rows / LETTER)))),
            class_=["label"],
        )


def _short(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"
