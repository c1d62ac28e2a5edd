"""Forms on the page of a case: another make-good than the proposed ones, and what came of a call. What
is wrong with an entry stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as lazy
from wtforms import TextAreaField

from integrations.remedies import KINDS, Remedy, Worth
from integrations.sentence import Text
from service.db.models import Case
from service.domain.errors import WrongInput
from service.domain.messages.kinds import Answer
from service.localization import read_amount
from service.web.desk.forms import Choice, DeskForm, Entry, Hidden, Ticks, whole_number, wrong
from service.web.i18n import translate
from service.web.words import word

LONGEST_LIFE = 3650
"""Days for which a code may be good."""
DAYS = 90
"""How long what expires is good where the seller does not say."""


class CaseForm(DeskForm):
    """What each button of the page sends. `case`: the one it is about; `about`: the field that a verb
    speaks of when it refuses what was entered."""

    about = ""
    next = Hidden()
    message = Hidden()

    def __init__(self, case: Case, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.case = case

    def check(self) -> None:
        """Raises `WrongInput` where an entry is wrong, which the form then shows."""
        if self.validate():
            return
        if any(isinstance(self[name], Hidden) for name in self.errors):
            raise WrongInput("Press one of the buttons of the page.")
        raise WrongInput("Correct what is marked below.")


def _kinds() -> list[tuple[str, str]]:
    return [(kind.name, translate(kind.label)) for kind in KINDS.values()]


class OtherForm(CaseForm):
    """Another make-good than the proposed ones."""

    action = Choice(lazy("Make-good"), choices=_kinds)
    amount = Entry(lazy("Amount"))
    line = Ticks(lazy("For"))
    expires_days = Entry(lazy("Good for (days), where it expires"))
    reason = Entry(lazy("Why"))

    def __init__(self, case: Case, formdata: Any = None, **values: Any) -> None:
        super().__init__(case, formdata, key="other", **values)
        self.currency: str = case.order.get("currency", "")
        self.line.choices = [(line["id"], line["name"]) for line in case.order.get("lines", ())]
        self.remedy: Remedy | None = None

    @classmethod
    def beginning_with(cls, case: Case, first: Mapping[str, Any]) -> OtherForm:
        """As it is before anything was typed: the first proposal, where there is one."""
        lines = [line["id"] for line in case.order.get("lines", ())]
        return cls(
            case,
            action=first.get("action", ""),
            amount=first.get("amount", ""),
            line=first.get("line_ids") or (lines if len(lines) == 1 else []),
            expires_days=str(first.get("expires_days") or DAYS),
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the entries that the chosen kind needs into `remedy`."""
        if not self.case.order:
            raise WrongInput("Choose the order first.")
        super().validate(extra_validators)
        kind, lines = KINDS.get(self.action.data or ""), tuple(self.line.data or ())
        if kind is None:
            wrong(self.action, Text("Choose the make-good."))
            return False
        amount = days = None
        if kind.worth is Worth.CHOSEN:
            try:
                amount = read_amount(self.amount.data or "", self.currency)
            except WrongInput as error:
                wrong(self.amount, error.text)
        if kind.expires:
            try:
                days = timedelta(days=whole_number(1, LONGEST_LIFE)(self.expires_days.data or ""))
            except WrongInput:
                sentence = Text("Enter for how many days it is good, from 1 to 3650.")
                wrong(self.expires_days, sentence)
        if not lines:
            wrong(self.line, Text("Choose which lines of the order are meant."))
        if self.errors:
            return False
        self.remedy = Remedy(kind, amount, lines, days)
        return True


def _answers() -> list[tuple[str, str]]:
    return [("", translate(Text("not asked"))), *((each.value, word(each)) for each in Answer)]


def _answer(typed: str) -> Answer | None:
    try:
        return Answer(typed) if typed else None
    except ValueError as error:
        raise WrongInput("Choose whether it is solved.") from error


def _moment(typed: str) -> datetime | None:
    """A time as its field writes it, without a zone; None where nothing was entered."""
    try:
        return datetime.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError as error:
        raise WrongInput("Enter the time as 2026-11-24 14:00.") from error


class CallForm(CaseForm):
    """What came of a call."""

    words = TextAreaField(lazy("What the buyer said"))
    answer = Choice(lazy("Is it solved?"), _answer, choices=_answers)
    again_at = Entry(lazy("Call again at"), _moment)

    def __init__(self, case: Case, formdata: Any = None, **values: Any) -> None:
        super().__init__(case, formdata, key="call", **values)
