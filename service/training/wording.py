"""Teaches the models of wording and of grave complaints by sentences and, for the latter, reviews."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

from service.domain.cases.severity import SURE, features_in, windows
from service.domain.wording.examples import GRAVE_KINDS, TONES, Sentence, digest_of
from service.domain.wording.features import features_of
from service.domain.wording.linear import Model, Shape
from service.domain.wording.senses import without_things
from service.domain.wording.words import words_of
from service.training.labels import Complaint
from service.training.logistic import Example, train

_SEEN_BY_RULE = frozenset({"shouting", "personal_data"})
_OF_INVITATIONS = frozenset({"amount", "reward"})
_WORDING, _SEVERITY = Shape(bits=18, letters=0.5), Shape(bits=16, letters=1.0)
_READINGS = 2
FOLDS = 5
Bag = tuple[Complaint, list[list[str]]]
"""A complaint with the features of each of its windows."""


def teach_wording(sentences: Sequence[Sentence]) -> Model:
    """What is said of reviews, rewards and in which tone."""
    return train(
        [_wording_example(sentence) for sentence in sentences],
        digest=digest_of(sentences),
        shape=_WORDING,
    )


def _wording_example(sentence: Sentence) -> Example:
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
    return Example(features_of(without_things(words_of(sentence.phrase))), answers)


def _stands_in(sentence: Sentence, text_kind: str) -> bool:
    return text_kind in sentence.text_kind or sentence.text_kind == "any"


def teach_severity(sentences: Sequence[Sentence], reviews: Sequence[Complaint]) -> Model:
    """What is grave and of which kind, by sentences and by reviews as buyers write them."""
    return train(
        _examples(_bags(sentences, reviews), _grave(sentences, reviews)),
        digest=digest_of(sentences),
        shape=_SEVERITY,
    )


def called_grave(sentences: Sequence[Sentence], reviews: Sequence[Complaint]) -> list[bool]:
    """Which reviews a model calls grave that has not seen them or their like."""
    folds = [
        crc32(re.sub(r"\W+", "", review.text.casefold()).encode()) % FOLDS for review in reviews
    ]
    called = [False] * len(reviews)
    for fold in range(FOLDS):
        seen = [review for review, place in zip(reviews, folds, strict=True) if place != fold]
        model = _grave(sentences, seen)
        for number, review in enumerate(reviews):
            if folds[number] == fold:
                called[number] = any(
                    model.probability("grave", features_in(window)) >= SURE
                    for window in windows(review.text)
                )
    return called


def _grave(sentences: Sequence[Sentence], reviews: Sequence[Complaint]) -> Model:
    """The head `grave` alone.

    Nothing in a harmless complaint is grave; of a grave one only the window that is most so. Which
    that is the reading before says; the first is taught by complaints of one window.
    """
    bags = _bags(sentences, reviews)
    model = train(_examples([bag for bag in bags if len(bag[1]) == 1]), digest="", shape=_SEVERITY)
    for _ in range(_READINGS):
        model = train(_examples(bags, model, kinds=False), digest="", shape=_SEVERITY)
    return model


def _bags(sentences: Sequence[Sentence], reviews: Sequence[Complaint]) -> list[Bag]:
    complaints = [
        Complaint(sentence.phrase, sentence.verdict == "grave", sentence.category)
        for sentence in sentences
    ]
    bags = [
        (complaint, [features_in(window) for window in windows(complaint.text)])
        for complaint in (*complaints, *reviews)
    ]
    return [(complaint, windows_seen) for complaint, windows_seen in bags if windows_seen]


def _examples(
    bags: Sequence[Bag], model: Model | None = None, *, kinds: bool = True
) -> list[Example]:
    examples = []
    for complaint, bag in bags:
        answers = {"grave": complaint.grave}
        if kinds and (complaint.kind in GRAVE_KINDS or not complaint.grave):
            answers |= {kind: complaint.kind == kind for kind in GRAVE_KINDS}
        chosen = bag
        if complaint.grave and model is not None:
            chosen = [max(bag, key=lambda features: model.probability("grave", features))]
        examples += [Example(features, answers) for features in chosen]
    return examples
