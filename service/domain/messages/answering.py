"""How a shop answers complaints at first: by itself, as a draft, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from integrations.sentence import Text
from service.domain import fields


class FirstAnswer(StrEnum):
    """What becomes of the first answer to a complaint."""

    AUTOMATIC = "automatic"
    DRAFT = "draft"
    """A person reads it first."""
    OFF = "off"


FIRST_ANSWERS: Mapping[FirstAnswer, Text] = {
    FirstAnswer.AUTOMATIC: Text("goes out by itself"),
    FirstAnswer.DRAFT: Text("waits as a draft until somebody releases it"),
    FirstAnswer.OFF: Text("is not written"),
}
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Answering:
    """`most_an_hour`: with more new cases than that within an hour (a first import, a replay) first
    answers are drafts, whatever else is set."""

    first_answer: FirstAnswer = FirstAnswer.AUTOMATIC
    most_an_hour: int = 30


def answering_from_data(data: object) -> Answering:
    """Read a shop's settings, `{}` for the defaults; raises `WrongInput` naming the key."""
    table = fields.table(data, "first answers", ("first_answer", "most_an_hour"))
    standard = Answering()
    most = fields.number(table, "most_an_hour", "first answers", least=1, most=_MOST)
    try:
        first = FirstAnswer(str(table.get("first_answer", standard.first_answer)))
    except ValueError as error:
        raise fields.wrong(
            "first answers", "first_answer", Text("must be automatic, draft or off")
        ) from error
    return Answering(first, standard.most_an_hour if most is None else most)


def answering_to_data(answering: Answering) -> dict[str, object]:
    """Plain data that `answering_from_data` reads back to equal settings."""
    return {
        "first_answer": answering.first_answer.value,
        "most_an_hour": answering.most_an_hour,
    }
