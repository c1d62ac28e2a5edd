"""The form of one rule of a playbook: read from a rule, and read into one. Amounts are in whole currency
units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, Form, FormField, HiddenField, TextAreaField

from integrations.sentence import Text
from service.domain.complaints.causes import CAUSES
from service.domain.errors import WrongInput
from service.domain.remedies.offers import MOST_DAYS, OfferTerms, WithoutPick
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When
from service.domain.remedies.thanks import RULE_THANKS, RuleThanks
from service.web.desk.choices import named_causes
from service.web.desk.forms import Choice, DeskForm, Entry, Rows, Ticks, wrong
from service.web.desk.remedy_forms import (
    RemedyRow,
    read_number,
    read_remedy,
    remedy_row,
    take_amount,
    typed_amount,
)
from service.web.desk.shop_forms import Countries
from service.web.i18n import label

MOST_CASES = 1_000_000


def _stars() -> dict[str, str]:
    return {str(number): "★" * number for number in range(1, 6)}


def _severities() -> dict[str, str]:
    return {
        "": _("grave or not"),
        "yes": _("only grave ones"),
        "no": _("only others"),
    }


def _grave(text: str) -> bool | None:
    if text not in _severities():
        raise WrongInput("Choose whether the rule is for grave complaints.")
    return {"yes": True, "no": False}.get(text)


def _thanks(text: str) -> RuleThanks:
    if text and text not in set(RuleThanks):
        raise WrongInput("Choose how buyers are thanked.")
    return RuleThanks(text or RuleThanks.BY_PROFILE)


def names_in_form(named: Rule | Playbook) -> dict[str, str]:
    """The fields of a name in both languages."""
    return {"name_en": named.name, "name_id": named.translations.get("id", named.name)}


def names_typed(form: DeskForm) -> tuple[str, dict[str, str]]:
    """The name that was typed, and its translations; one alone stands for both languages."""
    english, indonesian = ((form[name].data or "").strip() for name in ("name_en", "name_id"))
    name = english or indonesian
    return name, {"id": indonesian} if indonesian not in ("", name) else {}


class _ValueRow(Form):
    currency = HiddenField()
    at_least = Entry(lazy("At least"))
    at_most = Entry(lazy("At most"))


class RuleForm(DeskForm):
    """A rule: its names, when it holds, what it gives, and whether the buyer chooses."""

    seen = HiddenField()
    swap = HiddenField()
    name_en = Entry(lazy("Name in English"))
    name_id = Entry(lazy("Name in Indonesian"))
    note = TextAreaField(lazy("Note for you and your staff"))
    causes = Ticks(lazy("The complaint is about"), choices=named_causes)
    grave = Choice(lazy("Grave complaint"), check=_grave, choices=_severities)
    words = TextAreaField(lazy("Or, where that is not clear, it says one of these words"))
    min_stars = Choice(lazy("From"), choices=_stars, default="1")
    max_stars = Choice(lazy("to"), choices=_stars, default="5")
    values = Rows(FormField(_ValueRow))
    products = Ticks(lazy("Products"))
    earlier_cases_min = Entry(lazy("At least"))
    earlier_cases_max = Entry(lazy("At most"))
    countries = Countries(lazy("Countries of buyers"))
    remedies = Rows(FormField(RemedyRow))
    chooses = BooleanField(lazy("The buyer chooses one of these"))
    thanks = Choice(
        lazy("Thanks once it is solved"),
        check=_thanks,
        choices=lambda: {each.value: label(said) for each, said in RULE_THANKS.items()},
        default=RuleThanks.BY_PROFILE.value,
    )
    offer_days = Entry(lazy("Days to choose"))
    without_pick = Choice(
        lazy("Without a pick"),
        choices=lambda: {pick.value: label(pick.said) for pick in WithoutPick},
        default=WithoutPick.FIRST.value,
    )

    @classmethod
    def of(cls, rule: Rule | None, currencies: Sequence[str]) -> RuleForm:
        """A rule as it stands, else an empty one, with a row for each currency and a spare remedy."""
        if rule is None:
            empty = remedy_row(None, currencies)
            return cls(values=_value_rows(When(), currencies), remedies=[empty, empty])
        when, offer = rule.when, rule.offer
        return cls(
            **names_in_form(rule),
            note=rule.note,
            causes=list(when.causes),
            grave={None: "", True: "yes", False: "no"}[when.grave],
            words="\n".join(when.words),
            min_stars=str(when.min_stars),
            max_stars=str(when.max_stars),
            values=_value_rows(when, currencies),
            products=list(when.products),
            earlier_cases_min=str(when.earlier_cases_min or ""),
            earlier_cases_max="" if when.earlier_cases_max is None else str(when.earlier_cases_max),
            countries=list(when.countries),
            remedies=[remedy_row(remedy, currencies) for remedy in (*rule.remedies, None)],
            chooses=offer is not None,
            thanks=rule.thanks.value,
            offer_days="" if offer is None else str(offer.days),
            without_pick=(WithoutPick.FIRST if offer is None else offer.without_pick).value,
        )

    @property
    def swapped(self) -> RuleForm:
        """The same, with the remedy whose button was pressed and the next one in each other's place."""
        above = self.swap.data or ""
        first = int(above) if re.fullmatch("[0-9]{1,4}", above) else 0
        rows = list(self.remedies.data)
        rows[first : first + 2] = reversed(rows[first : first + 2])
        return RuleForm(**{**self.data, "remedies": rows})

    def offer_products(self, names: Mapping[str, str]) -> None:
        """Let one choose among these products, by id, and what is chosen already."""
        chosen = {product: product for product in self.products.data or ()}
        self.products.choices = list({**chosen, **names}.items())

    def validate(self, extra_validators: Any = None) -> bool:
        """Read all; `rule` is what came of it."""
        super().validate(extra_validators)
        name, translations = names_typed(self)
        if not name:
            wrong(self.name_en, Text("Give the rule a name."))
        when, remedies = self._when(), self._remedies()
        offer = self._offer(len(remedies))
        if self.errors or any(_errors(row.form) for row in (*self.values, *self.remedies)):
            return False
        self.rule = Rule(
            name,
            when,
            tuple(remedies),
            offer,
            translations,
            (self.note.data or "").strip(),
            self.thanks.value,
        )
        return True

    def _when(self) -> When:
        low, high = (read_number(field, 1, 5) for field in (self.min_stars, self.max_stars))
        if low and high and high < low:
            wrong(self.max_stars, Text("Must not be lower than the first."))
        fewest = read_number(self.earlier_cases_min, 0, MOST_CASES) or 0
        most = read_number(self.earlier_cases_max, 0, MOST_CASES)
        if most is not None and most < fewest:
            wrong(self.earlier_cases_max, Text("Must not be lower than the first."))
        at_least: dict[str, int] = {}
        at_most: dict[str, int] = {}
        for row in self.values:
            for name, amounts in (("at_least", at_least), ("at_most", at_most)):
                take_amount(row.form[name], row.form.currency.data or "", amounts)
        return When(
            min_stars=low or 1,
            max_stars=high or 5,
            words=_lines(self.words.data),
            causes=tuple(cause for cause in self.causes.data or () if cause in CAUSES),
            products=tuple(self.products.data or ()),
            order_at_least=at_least,
            order_at_most=at_most,
            earlier_cases_min=fewest,
            earlier_cases_max=most,
            countries=tuple(self.countries.value or ()),
            grave=self.grave.value,
        )

    def _remedies(self) -> list[RemedyRule]:
        rows = [row.form for row in self.remedies if row.form.kind.data]
        read = [remedy for row in rows if (remedy := read_remedy(row)) is not None]
        if not rows:
            first = self.remedies[0].form.kind if len(self.remedies) else self.name_en
            wrong(first, Text("Choose what is given."))
        return read

    def _offer(self, remedies: int) -> OfferTerms | None:
        if not self.chooses.data:
            return None
        if remedies < 2:
            wrong(
                self.chooses, Text("A buyer can only choose where there are two remedies or more.")
            )
        days = read_number(self.offer_days, 1, MOST_DAYS, needed=True)
        pick = self.without_pick.data
        if pick not in [*WithoutPick]:
            pick = WithoutPick.FIRST
        return OfferTerms(days or 1, WithoutPick(pick))


def _lines(typed: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in (typed or "").splitlines() if line.strip()))


def _errors(form: Any) -> bool:
    return any(
        any(_errors(row.form) for row in field) if isinstance(field, Rows) else field.errors
        for field in form
    )


def _value_rows(when: When, currencies: Sequence[str]) -> list[dict[str, str]]:
    codes = dict.fromkeys((*currencies, *when.order_at_least, *when.order_at_most))
    return [
        {
            "currency": currency,
            "at_least": typed_amount(when.order_at_least, currency),
            "at_most": typed_amount(when.order_at_most, currency),
        }
        for currency in codes
    ]
