"""The sentences of the first answer: for each cause, in each language, all sendable, none twice."""

from __future__ import annotations

from typing import Any

import pytest

from service.data import LANGUAGES
from service.domain.complaints.causes import CAUSES
from service.domain.messages import first_answer
from service.domain.messages.content_policy import TextKind, check
from service.domain.messages.first_answer import Opening
from service.domain.messages.templates import shipped

WORDINGS, PROMISES = 4, 3
WHEN: dict[str, dict[str, Any]] = {
    "id": {"by": "hari ini pukul 15.00 WIB", "opens": "Senin, 30 November pukul 09.00 WIB"},
    "en": {"by": "15:00 today", "opens": "on Monday, 30 November at 09:00 (Jakarta time)"},
}


def _all(language: str) -> list[str]:
    """Every sentence with a product or the times in it."""
    neutral = shipped(language)["fallbacks"]["product"]
    problems = [
        first_answer.problem(language, cause, turn).replace("{product}", product)
        for cause in CAUSES
        for turn in range(WORDINGS)
        for product in ("Electric kettle", "Lampu LED RGB USB 5V 2 meter", neutral)
    ]
    promises = [
        first_answer.promise(language, opening, turn)
        for opening in Opening
        for turn in range(PROMISES)
    ]
    for name, text in WHEN[language].items():
        promises = [sentence.replace(f"{{{name}}}", text) for sentence in promises]
    return problems + promises


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [TextKind.RECEIPT, TextKind.MESSAGE])
def test_every_sentence_passes_our_own_check(language: str, kind: TextKind) -> None:
    said = _all(language)

    assert [sentence for sentence in said if check(sentence, kind, language)] == []
    assert not any("{" in sentence for sentence in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_is_named_in_several_wordings(language: str) -> None:
    problems = shipped(language)["first_answer"]["problem"]

    assert set(CAUSES) == set(problems)
    said = [sentence for wordings in problems.values() for sentence in wordings]
    assert len(said) == len(set(said)) == WORDINGS * len(CAUSES)
    assert all(sentence.count("{product}") == 1 for sentence in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_buyer_who_complains_of_the_same_reads_another_answer_each_time(language: str) -> None:
    answers = {
        (
            first_answer.problem(language, "late", turn),
            first_answer.promise(language, Opening.OPEN, turn),
        )
        for turn in range(WORDINGS * PROMISES)
    }

    assert len(answers) == WORDINGS * PROMISES


def test_an_unclear_cause_gets_what_fits_every_complaint() -> None:
    assert first_answer.problem("en", "unclear", 0) == first_answer.problem("en", "other", 0)
