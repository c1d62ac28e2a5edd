"""Forms of the buyer's pages. What is wrong with an entry stands beside it, with what was typed."""

from __future__ import annotations

import re

from service.domain.errors import WrongInput
from service.domain.messages.kinds import Answer
from service.domain.remedies.thanks import Profile
from service.domain.reviews.voices import check_name
from service.operations.messages.answers import LONGEST
from service.web.desk.forms import Area, DeskForm, Entry, at_most

ANSWERS = {"yes": Answer.SOLVED, "partly": Answer.PARTLY, "no": Answer.NOT_SOLVED}
SOLVED_AS = {answer: value for value, answer in ANSWERS.items()}


def _solved(typed: str) -> Answer:
    if typed not in ANSWERS:
        raise WrongInput("Choose yes, partly or no.")
    return ANSWERS[typed]


def _stars(typed: str) -> int | None:
    if not re.fullmatch("[1-5]?", typed):
        raise WrongInput("Choose one to five stars, or none.")
    return int(typed) if typed else None


def _profile(typed: str) -> Profile | None:
    if typed and typed not in set(Profile):
        raise WrongInput("Choose one of them, or none.")
    return Profile(typed) if typed else None


def _position(typed: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", typed):
        raise WrongInput("Choose one of them.")
    return int(typed)


class AnswerForm(DeskForm):
    """Whether the problem is solved, and how it was handled."""

    solved = Entry(check=_solved)
    stars = Entry(check=_stars)
    comment = Area(check=at_most(LONGEST))


class PreferenceForm(DeskForm):
    """What the buyer likes, where they say so."""

    profile = Entry(check=_profile)


class OptionForm(DeskForm):
    """One of the remedies to choose from, by its position."""

    option = Entry(check=_position)


class NameForm(DeskForm):
    """The name to stand with a review."""

    name = Entry(check=check_name)
