"""The part of a rule's form that is about one remedy: the fields of its kind, read into a value. Also
how amounts and numbers of these forms are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, Form, FormField, HiddenField

from integrations.money import is_currency
from integrations.remedies import KINDS, Worth
from integrations.sentence import Text
from service.domain.errors import WrongInput
from service.domain.remedies.playbook import RemedyRule
from service.localization import read_amount
from service.web.desk.forms import Choice, Entry, Rows, whole_number, wrong
from service.web.formatting import plain
from service.web.i18n import label

LONGEST_EXPIRY = 3650
PERCENT, FIXED, WHOLE_LINE = "percent", "fixed", "whole_line"


def _kinds() -> list[tuple[str, str, dict[str, Any]]]:
    """The table of remedies; what an option says of itself shows its fields (static/makegood.css)."""
    return [
        ("", "", {}),
        *(
            (
                kind.name,
                label(kind.label),
                {
                    **({"data-amount": "yes"} if kind.worth is Worth.CHOSEN else {}),
                    **({"data-expires": "yes"} if kind.expires else {}),
                },
            )
            for kind in KINDS.values()
        ),
    ]


def _ways() -> list[tuple[str, str]]:
    return [
        (PERCENT, _("A share of what was paid")),
        (FIXED, _("A fixed amount")),
        (WHOLE_LINE, _("All that was paid for the item")),
    ]


class _BoundRow(Form):
    currency = HiddenField()
    fixed = Entry(lazy("Amount"))
    cap = Entry(lazy("Upper limit"))
    uncapped = BooleanField(lazy("No upper limit"))


class RemedyRow(Form):
    """One remedy. The page shows the fields of its kind (static/makegood.css); others are not read."""

    kind = Choice(lazy("Make-good"), choices=_kinds)
    way = Choice(lazy("How much"), choices=_ways, default=PERCENT)
    percent = Entry(lazy("Percent"))
    expires_days = Entry(lazy("Good for (days)"))
    bounds = Rows(FormField(_BoundRow))


def read_remedy(row: Any) -> RemedyRule | None:
    """The remedy of a row; None where its kind is none of ours. What is wrong stands beside its field."""
    kind = KINDS.get(row.kind.data)
    if kind is None:
        wrong(row.kind, Text("Choose what is given."))
        return None
    days = read_number(row.expires_days, 1, LONGEST_EXPIRY, needed=True) if kind.expires else None
    if kind.worth is not Worth.CHOSEN:
        return RemedyRule(kind, expires_days=days)
    if row.way.data == FIXED:
        fixed: dict[str, int] = {}
        for bound in row.bounds:
            take_amount(bound.form.fixed, bound.form.currency.data or "", fixed)
        if not fixed and len(row.bounds):
            wrong(row.bounds[0].form.fixed, Text("Enter an amount."))
        return RemedyRule(kind, fixed=fixed, expires_days=days)
    whole = row.way.data == WHOLE_LINE
    percent = None if whole else read_number(row.percent, 1, 100, needed=True)
    cap, uncapped = _bounds(row.bounds)
    return RemedyRule(
        kind,
        percent=percent,
        whole_line=whole,
        cap=cap,
        uncapped=tuple(sorted(uncapped)),
        expires_days=days,
    )


def _bounds(rows: Any) -> tuple[dict[str, int], list[str]]:
    """Upper limits, and the currencies that are said to have none: one of both in each row."""
    cap: dict[str, int] = {}
    uncapped: list[str] = []
    for row in rows:
        bound, currency = row.form, row.form.currency.data or ""
        typed = take_amount(bound.cap, currency, cap)
        if typed and bound.uncapped.data:
            wrong(bound.cap, Text("Enter an upper limit, or tick that there is none: not both."))
        elif bound.uncapped.data and is_currency(currency):
            uncapped.append(currency)
        elif not typed:
            wrong(bound.cap, Text("Enter the most this may cost, or tick that there is no limit."))
    return cap, uncapped


def take_amount(field: Any, currency: str, amounts: dict[str, int]) -> bool:
    """Reads an amount into `amounts`; whether one was typed."""
    typed = (field.data or "").strip()
    if not typed:
        return False
    if not is_currency(currency) or currency in amounts:
        wrong(field, Text("Keep one row for each currency."))
        return True
    try:
        minor = read_amount(typed, currency).amount_minor
    except WrongInput as error:
        wrong(field, error.text)
        return True
    if minor <= 0:
        wrong(field, Text("Enter an amount above zero."))
    amounts[currency] = minor
    return True


def read_number(field: Any, least: int, most: int, *, needed: bool = False) -> int | None:
    """A whole number within bounds; None where it is left empty, or wrong, which is said beside it."""
    typed = (field.data or "").strip()
    if not typed and not needed:
        return None
    try:
        number: int = whole_number(least, most)(typed)
    except WrongInput as error:
        wrong(field, error.text)
        return None
    return number


def remedy_row(remedy: RemedyRule | None, currencies: Sequence[str]) -> dict[str, Any]:
    """A remedy as the fields of a row, an empty one without, with a bound for each currency."""
    if remedy is None:
        return {"bounds": [{"currency": currency} for currency in currencies]}
    codes = dict.fromkeys((*currencies, *remedy.cap, *remedy.uncapped, *remedy.fixed))
    way = FIXED if remedy.fixed else WHOLE_LINE if remedy.whole_line else PERCENT
    return {
        "kind": remedy.kind.name,
        "way": way,
        "percent": "" if remedy.percent is None else str(remedy.percent),
        "expires_days": "" if remedy.expires_days is None else str(remedy.expires_days),
        "bounds": [
            {
                "currency": currency,
                "fixed": typed_amount(remedy.fixed, currency),
                "cap": typed_amount(remedy.cap, currency),
                "uncapped": currency in remedy.uncapped,
            }
            for currency in codes
        ],
    }


def typed_amount(amounts: Mapping[str, int], currency: str) -> str:
    """An amount as it is typed."""
    return plain(amounts[currency], currency) if currency in amounts else ""
