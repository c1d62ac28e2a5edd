"""The sentences the models are taught by, and the models that came of them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from service.domain.wording import linear
from service.domain.wording.features import features_of
from service.domain.wording.linear import Example, Model
from service.domain.wording.senses import without_things
from service.domain.wording.words import words_of

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
_SEEN_BY_RULE = frozenset({"shouting", "personal_data"})
_OF_INVITATIONS = frozenset({"amount", "reward"})


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
    folder = files("service.data").joinpath("wording", "examples", model)
    lists = sorted(folder.iterdir(), key=lambda file: file.name)
    return [row for file in lists for row in read_sentences(file.read_text("utf-8"))]


def digest_of(sentences: Iterable[Sentence]) -> str:
    """A fingerprint, so that a model can be told to be older than its sentences."""
    rows = ("\t".join((s.verdict, s.category, s.text_kind, s.phrase)) for s in sentences)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def teach(model: str, sentences: Sequence[Sentence]) -> Model:
    """A model of these sentences: “wording” or “severity”."""
    make = wording_example if model == "wording" else severity_example
    return linear.train([make(sentence) for sentence in sentences], digest=digest_of(sentences))


def wording_example(sentence: Sentence) -> Example:
    """`review`: speaks of reviews in a forbidden way; `reward`; and the three tones."""
    bad, category = sentence.verdict == "forbidden", sentence.category
    answers: dict[str, bool] = {}
    tone = category in TONES
    if not tone and category not in _OF_INVITATIONS | _SEEN_BY_RULE:
        answers["review"] = bad
    if category in _OF_INVITATIONS or (not bad and _stands_in(sentence, "invitation")):
        answers["reward"] = bad
    if tone or not bad or category in _SEEN_BY_RULE:
        answers |= {each: category == each for each in TONES}
        answers["tone"] = tone
    return Example(wording_features(sentence.phrase), answers)


def _stands_in(sentence: Sentence, text_kind: str) -> bool:
    return text_kind in sentence.text_kind or sentence.text_kind == "any"


def wording_features(phrase: str) -> list[str]:
    """What the wording model sees of a sentence."""
    return features_of(without_things(words_of(phrase)))


def severity_example(sentence: Sentence) -> Example:
    """`grave`, and the kind where the list names it."""
    grave = sentence.verdict == "grave"
    answers = {"grave": grave}
    if sentence.category in GRAVE_KINDS or not grave:
        answers |= {kind: sentence.category == kind for kind in GRAVE_KINDS}
    return Example(features_of(words_of(sentence.phrase)), answers)


@cache
def model(name: str) -> Model:
    """The model that ships."""
    return linear.from_bytes(files("service.data").joinpath("wording", f"{name}.bin").read_bytes())
