"""The training sentences of the models, and the trained models."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from service.data import file_names, read_bytes, read_file
from service.domain.wording import linear
from service.domain.wording.linear import Model

TONES = ("blame", "sarcasm", "defence")
GRAVE_KINDS = (
    "injury",
    "illness",
    "allergy",
    "child",
    "fire",
    "shock",
    "legal",
    "police",
    "fraud",
    "discrimination",
)
MODELS = ("wording", "severity")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row of a list: a sentence, what it is, and in which kind of text it stands."""

    language: str
    verdict: str
    category: str
    text_kind: str
    phrase: str


def read_sentences(text: str) -> list[Sentence]:
    """Rows of a tab-separated list with a header line; a column that is missing is empty."""
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        Sentence(
            row.get("language") or "",
            row["verdict"],
            row.get("category") or "",
            row.get("text_kind") or "any",
            row["phrase"],
        )
        for row in rows
    ]


def shipped_sentences(model: str) -> list[Sentence]:
    """All sentences that ship for a model, in the order of their files."""
    folder = ("wording", "examples", model)
    return [row for name in file_names(*folder) for row in read_sentences(read_file(*folder, name))]


def digest_of(sentences: Iterable[Sentence]) -> str:
    """A fingerprint, so that a model can be told to be older than its sentences."""
    rows = ("\t".join((s.verdict, s.category, s.text_kind, s.phrase)) for s in sentences)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


@cache
def model(name: str) -> Model:
    """The model that ships."""
    return linear.from_bytes(read_bytes("wording", f"{name}.bin"))
