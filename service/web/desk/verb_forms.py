"""Forms of the verbs of a case that need a word or a tap: why, a note, which of the buttons."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from service.domain.cases.root_causes import RootCause
from service.domain.errors import WrongInput
from service.domain.remedies.thanks import Gesture, Profile
from service.operations.messages.drafts import Written
from service.web.desk.case_forms import CaseForm
from service.web.desk.forms import Area, Check, Entry, Hidden, at_most

LONGEST_REASON = 500


def _tapped(kind: type[StrEnum]) -> Check:
    """Reads which button was pressed; None for one that says nothing."""

    def check(text: str) -> Any:
        if text and text not in set(kind):
            raise WrongInput("Press one of the buttons of the page.")
        return kind(text) if text else None

    return check


def _number(text: str) -> int | None:
    """A number that a page of ours holds; None where it holds none."""
    if not re.fullmatch("[0-9]{0,18}", text):
        raise WrongInput("Press one of the buttons of the page.")
    return int(text) if text else None


def _person(text: str) -> int | None:
    if not re.fullmatch("[0-9]{0,18}", text):
        raise WrongInput("Choose somebody who may decide in this shop.")
    return int(text) if text else None


class ProposalForm(CaseForm):
    """The proposal that was looked at, and which of its make-goods."""

    number = Hidden(check=_number)
    proposal = Hidden(check=_number)


class ReasonForm(CaseForm):
    """Why."""

    about = "reason"
    reason = Entry(check=at_most(LONGEST_REASON))


class CloseForm(ReasonForm):
    """Why a case is closed, and its root cause where one was tapped."""

    root_cause = Hidden(check=_tapped(RootCause))


class RootCauseForm(CaseForm):
    """Where the complaint comes from."""

    root_cause = Hidden(check=_tapped(RootCause))


class CauseForm(CaseForm):
    """What the case is about."""

    cause = Hidden()


class CandidateForm(CaseForm):
    """One of the orders that fit."""

    candidate = Hidden()


class OrderForm(CaseForm):
    """The number of an order."""

    about = "order_id"
    order_id = Entry(check=at_most(LONGEST_REASON))


class HandOverForm(CaseForm):
    """To whom a case goes, and what they should know."""

    about = "to"
    to = Entry(check=_person)
    reason = Entry(check=at_most(LONGEST_REASON))


class NoteForm(CaseForm):
    """Words for staff."""

    about = "text"
    text = Area()


class CodeForm(CaseForm):
    """The code of a make-good that was given by hand."""

    about = "code"
    code = Entry(check=at_most(LONGEST_REASON))


class GestureForm(CaseForm):
    """How the buyer is thanked."""

    gesture = Hidden(check=_tapped(Gesture))


class ProfileForm(CaseForm):
    """What the buyer likes."""

    profile = Hidden(check=_tapped(Profile))


class WordsForm(CaseForm):
    """A text for the buyer or for all to read, which its check may ask to be read again."""

    subject = Entry()
    text = Area()
    confirmed = Entry()

    @property
    def written(self) -> Written:
        """What was typed."""
        return Written(self.subject.data or "", self.text.data or "", confirmed=self.is_confirmed)

    @property
    def is_confirmed(self) -> bool:
        """Whether it was read again."""
        return bool(self.confirmed.data == "yes")
