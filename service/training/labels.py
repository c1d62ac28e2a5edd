"""Labelled complaints: a public data set by row, sentences of our own, sellers' corrections."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.data import read_file
from service.domain.complaints.causes import CAUSES


class WrongLabels(ValueError):
    """A file of reviews or labels is not as it should be; the message says where."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A complaint with its cause. `product` may be ''. `example`: a sentence written for training."""

    text: str
    cause: str
    product: str = ""
    example: bool = False


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint and whether it is grave; `kind` is '' where nobody named it."""

    text: str
    grave: bool
    kind: str = ""


def complaints(reviews: Path, judged: Collection[str]) -> list[Complaint]:
    """The low reviews of the data set as grave or harmless, those that people doubt left out; and
    the sentences of the causes, which are harmless where they are not `judged` elsewhere."""
    named = _table(read_file("wording", "grave-reviews.tsv").splitlines(), "the grave reviews")
    verdicts = {row["id"]: row["verdict"] for row in named}
    return [
        Complaint(row["text"], verdicts.get(row["id"]) == "grave")
        for _, row in _labelled(reviews, None)
        if verdicts.get(row["id"]) != "doubt"
    ] + [Complaint(row.text, grave=False) for row in examples() if row.text not in judged]


def of_reviews(reviews: Path, labels: Path | None) -> list[Labelled]:
    """The labelled reviews of the data set.

    `reviews` is a CSV with the columns id, product and text; `labels` a TSV with id and cause,
    without it the shipped one. A label whose row is missing is an error: the model would differ.
    """
    return [
        Labelled(row["text"], _checked(cause, f"id {row['id']}"), row.get("product") or "")
        for cause, row in _labelled(reviews, labels)
    ]


def _labelled(reviews: Path, labels: Path | None) -> list[tuple[str, dict[str, str]]]:
    """Each labelled row of the data set with its label."""
    rows = {row["id"]: row for row in _rows(reviews, ",", ("id", "text"))}
    if labels is None:
        pairs = list(_table(read_file("causes", "labels.tsv").splitlines(), "the shipped labels"))
    else:
        pairs = list(_rows(labels, "\t", ("id", "cause")))
    missing = [pair["id"] for pair in pairs if pair["id"] not in rows]
    if missing:
        raise WrongLabels(
            f"{len(missing)} labelled rows are not in {reviews.name}, the first is id {missing[0]}:"
            " this is another data set, or a part of it."
        )
    return [(pair["cause"], rows[pair["id"]]) for pair in pairs]


def examples() -> list[Labelled]:
    """The sentences written for training: rare causes, English, both mixed."""
    lines = read_file("causes", "examples.tsv").splitlines()
    return [
        Labelled(row["text"], _checked(row["cause"], row["text"]), example=True)
        for row in _table(lines, "the shipped examples")
    ]


def of_file(path: Path) -> list[Labelled]:
    """A TSV with the columns text and cause; product is used where it is there, the rest is not."""
    return [
        Labelled(row["text"], _checked(row["cause"], f"line {number}"), row.get("product") or "")
        for number, row in enumerate(_rows(path, "\t", ("text", "cause")), start=2)
    ]


def _checked(cause: str, where: str) -> str:
    cause = cause.strip()
    if cause not in CAUSES:
        raise WrongLabels(f"{where}: “{cause}” is no cause. The causes are {', '.join(CAUSES)}.")
    return cause


def _rows(path: Path, delimiter: str, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Commas come with quotes around texts, tabs without: there a quote is a sign like any other."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = (
                csv.DictReader(file)
                if delimiter == ","
                else csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            )
            absent = [name for name in columns if name not in (reader.fieldnames or ())]
            if absent:
                raise WrongLabels(f"{path.name} has no column {' and '.join(absent)}.")
            for row in reader:
                if any(row[name] is None for name in columns):
                    raise WrongLabels(f"{path.name}, line {reader.line_num}: a column is missing.")
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongLabels(f"{path.name} cannot be read: {error}") from error


def _table(lines: Iterable[str], name: str) -> Iterator[dict[str, str]]:
    try:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    except csv.Error as error:
        raise WrongLabels(f"{name} cannot be read: {error}") from error
