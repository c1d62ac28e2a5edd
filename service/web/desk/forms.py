"""Forms of the pages. What was typed stays in its field, and a refusal stands beside the field that it
is about: what a form can tell by itself when it reads, what a verb refuses when it is asked.

Forgery is kept out for all forms at once (service.app); sentences are ours, none of the library's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask import g
from wtforms import (
    FieldList,
    Form,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import Choice as Option  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput

from integrations.money import is_currency
from integrations.sentence import Text, Words
from service.domain.errors import DomainError, WrongInput
from service.localization import read_amount
from service.web.errors import status_of
from service.web.formatting import plain
from service.web.i18n import translate

Check = Callable[[Any], Any]
Limits = dict[str, dict[str, int | None]]
WRONG = 422
MOST_ROWS = 200


class DeskForm(Form):
    """`key` tells forms of one page apart, which may have fields of the same name."""

    def __init__(self, formdata: Any = None, key: str = "", **values: Any) -> None:
        super().__init__(formdata, **values)
        self.problem = ""
        for field in self:
            field.id = f"{key}-{field.name}" if key else field.name

    def refuse(self, error: DomainError, about: str = "") -> None:
        """Show what a verb refused beside the fields it names, else beside `about`, else on top."""
        named = {name: sentences for name, sentences in error.fields.items() if name in self}
        if not named and about:
            named = {about: error.text}
        for name, sentences in named.items():
            self[name].errors = [translate(sentence) for sentence in _each(sentences)]
        if not named:
            self.problem = translate(error.text)

    def value(self, name: str) -> Any:
        """What came of the entry of this name."""
        field = self[name]
        return field.value if isinstance(field, Read) else field.data


def is_first_wrong() -> bool:
    """True once, for the first wrong field of a page that refuses: the browser shows that field, however
    far down it stands."""
    return bool(g.pop("has_refused", False))


def _each(sentences: Any) -> Iterable[Any]:
    return [sentences] if isinstance(sentences, str | Text | Words) else sentences


def carry_out(form: DeskForm, verb: Callable[[], object], about: str = "") -> int:
    """Do what a form asks. 0 when it was done, else the status of the refusal, which it shows."""
    if not form.validate():
        g.has_refused = True
        return WRONG
    try:
        verb()
    except DomainError as error:
        form.refuse(error, about)
        # What stands on top of the page is seen there.
        g.has_refused = not form.problem
        return status_of(error)
    return 0


class Read:
    """Reads what was typed by a rule of ours: `value` is what came of it, `data` stays as typed."""

    check: Check
    data: Any
    value: Any = None

    def pre_validate(self, form: Any) -> None:
        """Raises `ValidationError` with what is wrong."""
        try:
            self.value = self.check(self.data or "")
        except WrongInput as error:
            raise ValidationError(translate(error.text)) from error


class Entry(Read, StringField):
    """A text."""

    def __init__(self, label: Any = None, check: Check = str.strip, **options: Any) -> None:
        super().__init__(label, **options)
        self.check = check


class Area(Entry, TextAreaField):
    """A text of several lines."""


class Hidden(Entry, HiddenField):
    """What a page of ours holds, or one of its buttons says."""


class Choice(Read, SelectField):
    """One of several: `choices` by value, in groups by name of group, or a function that gives them. What no
    page of ours offers stays chosen, to be shown with what is wrong."""

    def __init__(self, label: Any = None, check: Check = str.strip, **options: Any) -> None:
        super().__init__(label, validate_choice=False, **options)
        self.check = check

    def iter_choices(self) -> Any:
        """The choices, with what is chosen."""
        yield from self._not_offered()
        yield from super().iter_choices()

    def iter_groups(self) -> Any:
        """The groups of choices; what is chosen and in none of them stands above."""
        yield None, self._not_offered()
        yield from super().iter_groups()

    def _not_offered(self) -> list[Option]:
        offered = {value for value, *_ in super().iter_choices()}
        chosen = self.data if self.data not in offered else None
        return [Option(chosen, chosen, True, {})] if chosen else []


class Ticks(SelectMultipleField):
    """Some of several; what no page of ours offers is left to the verb."""

    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, validate_choice=False, **options)


class Secret(PasswordField):
    """A secret: never shown again, also not to whoever has just typed it."""


class Rows(FieldList):  # type: ignore[type-arg]
    """Rows of fields, as many as a page may have."""

    def __init__(self, row: Any, **options: Any) -> None:
        super().__init__(row, **{"max_entries": MOST_ROWS, **options})

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        # Of what a browser sends only; the library takes every sign that Unicode calls a digit.
        numbered = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,4}})-")
        return [int(match[1]) for name in formdata if (match := numbered.match(name))]


def whole_number(least: int, most: int) -> Check:
    """Reads a whole number within bounds."""

    def check(text: str) -> int:
        plain = text.strip()
        is_number = plain.isascii() and plain.isdecimal() and len(plain) <= len(str(most))
        if not is_number or not least <= int(plain) <= most:
            raise WrongInput(
                "Enter a whole number from %(least)s to %(most)s.", least=least, most=most
            )
        return int(plain)

    return check


def at_most(most: int) -> Check:
    """Reads a text up to a length; browsers count a line end as one letter, and send two."""

    def check(text: str) -> str:
        plain = text.replace("\r\n", "\n").strip()
        if len(plain) > most:
            raise WrongInput("Write at most %(most)s letters.", most=most)
        return plain

    return check


def day(text: str) -> date | None:
    """Reads a day, None where nothing was entered."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise WrongInput("Enter the day as 2026-11-24.") from error


def limit_rows(limits: Limits) -> list[dict[str, str]]:
    """Limits by currency as rows of fields, amounts in major units, and an empty row."""
    rows = [
        {
            "currency": currency,
            **{
                name: "" if minor is None else plain(minor, currency)
                for name, minor in amounts.items()
            },
        }
        for currency, amounts in limits.items()
    ]
    return [*rows, {}]


def read_limits(rows: Sequence[Any], names: Sequence[str], *, free: Sequence[str] = ()) -> Limits:
    """Minor units by currency; rows in which no amount is typed are left out, amounts named in
    `free` may be. What is wrong stands beside its field."""
    limits: Limits = {}
    for row in rows:
        currency = (row["currency"].data or "").strip().upper()
        if not any((row[name].data or "").strip() for name in names):
            continue
        if not is_currency(currency):
            wrong(row["currency"], Text("Choose the currency of this row."))
        elif currency in limits:
            wrong(row["currency"], Text("Keep one row for each currency."))
        else:
            limits[currency] = {name: _amount(row[name], currency, name in free) for name in names}
    return limits


def _amount(field: Any, currency: str, may_be_empty: bool) -> int | None:
    typed = (field.data or "").strip()
    if not typed:
        if not may_be_empty:
            wrong(field, Text("Enter an amount."))
        return None
    try:
        return read_amount(typed, currency).amount_minor
    except WrongInput as error:
        wrong(field, error.text)
        return None


def wrong(field: Any, sentence: Text | Words) -> None:
    """Say beside a field what is wrong with it."""
    field.errors = [*field.errors, translate(sentence)]
