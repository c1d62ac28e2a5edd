"""What the first answer says about the problem, by cause, and by when somebody will look: shipped
sentences in several wordings, so that no buyer reads the same answer twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from service.domain.messages.templates import shipped


class Opening(StrEnum):
    """How things are when the answer goes out."""

    OPEN = "open"
    CLOSED = "closed"
    NEVER = "never"
    """No working day is near: nothing is promised."""


def problem(language: str, cause: str, turn: int) -> str:
    """The sentence for a cause (any other: what fits every complaint), with {product} in it; `turn`
    counts the first answers to one buyer."""
    sentences: Mapping[str, Sequence[str]] = shipped(language)["first_answer"]["problem"]
    wordings = sentences.get(cause, sentences["other"])
    return wordings[turn % len(wordings)]


def promise(language: str, opening: Opening, turn: int) -> str:
    """The sentence that says by when somebody looks, with {by} and {opens} in it."""
    wordings: Sequence[str] = shipped(language)["first_answer"]["promise"][opening]
    return wordings[turn % len(wordings)]


def moment(language: str, form_name: str, *, day: str, time: str) -> str:
    """When, within such a sentence; `form_name`: by or opens; `day` '' for today."""
    form = shipped(language)["first_answer"]["when"][f"{form_name}_{'day' if day else 'today'}"]
    return str(form).replace("{day}", day).replace("{time}", time)
