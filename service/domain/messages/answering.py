"""How a shop answers complaints at first: by itself, as a draft, or not at all, and by when somebody
looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from integrations.sentence import Text
from service.domain import fields
from service.domain.messages.working_hours import WorkingHours

WHERE = Text("first answers")
_MOST_CASES, _MOST_HOURS, _MOST_DAYS = 10_000, 100, 366


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


@dataclass(frozen=True, slots=True)
class Answering:
    """`most_an_hour`: with more new cases than that within an hour (a first import, a replay) first
    answers are drafts, whatever else is set. `look_within`: the working hours that looking into a
    complaint takes, which the first answer promises."""

    first_answer: FirstAnswer = FirstAnswer.AUTOMATIC
    most_an_hour: int = 30
    look_within: timedelta = timedelta(hours=4)
    hours: WorkingHours = field(default_factory=WorkingHours)


def answering_from_data(data: object) -> Answering:
    """Read a shop's settings, `{}` for the defaults; raises `WrongInput` naming the key."""
    keys = (
        "first_answer",
        "most_an_hour",
        "look_within_hours",
        "week",
        "holidays",
        "joint_leave",
        "closed",
    )
    table, standard = fields.table(data, WHERE, keys), Answering()
    most = fields.number(table, "most_an_hour", WHERE, least=1, most=_MOST_CASES)
    within = fields.number(table, "look_within_hours", WHERE, least=1, most=_MOST_HOURS)
    named = "first_answer" in table
    return Answering(
        fields.choice(table, "first_answer", WHERE, FirstAnswer)
        if named
        else standard.first_answer,
        standard.most_an_hour if most is None else most,
        standard.look_within if within is None else timedelta(hours=within),
        WorkingHours(
            _week(table["week"]) if "week" in table else standard.hours.week,
            fields.flag(table, "holidays", WHERE, default=True),
            fields.flag(table, "joint_leave", WHERE, default=False),
            _closed(table),
        ),
    )


def answering_to_data(answering: Answering) -> dict[str, object]:
    """Plain data that `answering_from_data` reads back to equal settings."""
    hours = answering.hours
    return {
        "first_answer": answering.first_answer.value,
        "most_an_hour": answering.most_an_hour,
        "look_within_hours": int(answering.look_within / timedelta(hours=1)),
        "week": {
            str(day): [f"{opens:%H:%M}", f"{closes:%H:%M}"]
            for day, (opens, closes) in sorted(hours.week.items())
        },
        "holidays": hours.holidays,
        "joint_leave": hours.joint_leave,
        "closed": [day.isoformat() for day in sorted(hours.closed)],
    }


def _week(data: object) -> dict[int, tuple[time, time]]:
    table = fields.table(data, WHERE, [str(day) for day in range(7)])
    return {int(day): _span(day, value) for day, value in table.items()}


def _span(day: str, value: object) -> tuple[time, time]:
    wrong = fields.wrong(WHERE, day, Text("must be two times such as 09:00 and 17:00"))
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise wrong
    try:
        opens, closes = (time.fromisoformat(str(at)) for at in value)
    except ValueError as error:
        raise wrong from error
    if opens.tzinfo or closes.tzinfo or closes <= opens:
        raise fields.wrong(WHERE, day, Text("must end later in the day than it begins"))
    return opens, closes


def _closed(table: Mapping[str, object]) -> frozenset[date]:
    days = fields.texts(table, "closed", WHERE)
    if len(days) > _MOST_DAYS:
        raise fields.wrong(WHERE, "closed", Text("names more days than a year has"))
    try:
        return frozenset(date.fromisoformat(day) for day in days)
    except ValueError as error:
        raise fields.wrong(WHERE, "closed", Text("must be days such as 2026-12-31")) from error
