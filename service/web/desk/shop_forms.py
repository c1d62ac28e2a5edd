"""Forms of a shop: what it is, automatic limits, messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, cast

from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, Form, FormField

from service.db.models import Shop
from service.domain import places
from service.domain.errors import WrongInput
from service.domain.messages.follow_ups import FollowUpPlan, plan_from_data, plan_to_data
from service.domain.remedies.limits import AutomaticLimits
from service.domain.remedies.ready_made import LABELS, ReadyMade
from service.operations.shops import settings
from service.operations.shops.settings import Asking
from service.web.desk.choices import LANGUAGES, countries, days, zones
from service.web.desk.forms import (
    Choice,
    DeskForm,
    Entry,
    Read,
    Rows,
    Ticks,
    limit_rows,
    read_limits,
)
from service.web.i18n import label

AMOUNTS = ("each", "shop_day", "buyer_day")
HOURS = (
    "confirmation_hours",
    "resolution_check_hours",
    "resolution_reminder_hours",
    "update_invitation_hours",
    "silent_hours",
)


def _ready_made(text: str) -> ReadyMade:
    try:
        return ReadyMade(text.strip())
    except ValueError as error:
        raise WrongInput("Choose one of the shipped playbooks.") from error


class AboutForm(DeskForm):
    """What a shop is."""

    name = Entry(lazy("Name"), check=settings.check_name)
    zone = Choice(lazy("Time zone"), check=places.check_zone, choices=zones)
    country = Choice(lazy("Country"), check=places.check_country, choices=countries)
    language = Choice(
        lazy("Language of messages to buyers"), check=places.check_language, choices=LANGUAGES
    )

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, "about", **values)

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by the names of the verbs' parameters."""
        return {name: self.value(name) for name in self.data}


class NewShopForm(AboutForm):
    """A shop to add: what it is, and the playbook it begins with."""

    playbook = Choice(
        lazy("Rules to begin with"),
        check=_ready_made,
        choices=lambda: {kind.value: label(text) for kind, text in LABELS.items()},
        default=ReadyMade.BALANCED.value,
    )


class _Row(Form):
    currency = Entry(lazy("Currency"))
    each = Entry(lazy("Each up to"))
    shop_day = Entry(lazy("All in a day"))
    buyer_day = Entry(lazy("One buyer in a day"))


class AutomaticForm(DeskForm):
    """What goes through by itself, a row for each currency."""

    rows = Rows(FormField(_Row))

    @classmethod
    def of(cls, shop: Shop) -> AutomaticForm:
        """As the shop has it."""
        return cls(rows=limit_rows(shop.automatic))

    def validate(self, extra_validators: Any = None) -> bool:
        """Amounts are read by the currency of their row."""
        super().validate(extra_validators)
        limits = read_limits([row.form for row in self.rows], AMOUNTS)
        wrong = any(field.errors for row in self.rows for field in row.form)
        if not wrong:
            self.limits = {
                currency: AutomaticLimits(**cast(dict[str, int], amounts))
                for currency, amounts in limits.items()
            }
        return not wrong


def _hours(text: str) -> int | None:
    """Whole hours, None for the usual ones."""
    if not text.strip():
        return None
    if not re.fullmatch("[0-9]{1,5}", text.strip()):
        raise WrongInput("“%(text)s”: enter the hours as a whole number such as 72.", text=text)
    return int(text)


def _days(chosen: list[str] | None) -> list[int]:
    return [int(day) for day in chosen or () if day in {*map(str, range(7))}]


def _country_codes(chosen: Iterable[str]) -> list[str]:
    return [code for code in map(places.check_country, chosen) if code]


class Countries(Read, Ticks):
    """Some countries, those that are chosen first."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **{"choices": self._chosen_first, **options})
        self.check = _country_codes

    def _chosen_first(self) -> dict[str, str]:
        named = countries()
        chosen = {code: named.get(code, code) for code in self.data or ()}
        return {**chosen, **{code: name for code, name in named.items() if code}}


class MessagesForm(DeskForm):
    """When messages go out and what buyers are asked."""

    confirmation_hours = Entry(lazy("Hours until the confirmation"), check=_hours)
    resolution_check_hours = Entry(
        lazy("Hours until the question whether it is solved"), check=_hours
    )
    resolution_reminder_hours = Entry(
        lazy("Hours from that question until it is asked once more"), check=_hours
    )
    update_invitation_hours = Entry(
        lazy("Hours from that question until the invitation"), check=_hours
    )
    silent_hours = Entry(lazy("Hours without an answer that count as none"), check=_hours)
    opens = Entry(lazy("Send from"))
    closes = Entry(lazy("until"))
    days = Ticks(lazy("On these days"), choices=days)
    resolution_checks = BooleanField(lazy("Ask buyers whether the problem is solved"))
    invitations = BooleanField(
        lazy("Invite buyers to update their review, where law and platform allow it")
    )
    lawful_basis = Countries(lazy("Countries whose buyers agreed to be written to"))
    postal_address = Entry(lazy("Postal address of the shop"))
    region = Choice(lazy("Market of the platform"), check=places.check_country, choices=countries)

    @classmethod
    def of(cls, shop: Shop) -> MessagesForm:
        """As the shop has it."""
        plan = plan_from_data(shop.follow_ups) if shop.follow_ups else FollowUpPlan()
        asking = asdict(Asking(**shop.asking))
        data = {**plan_to_data(plan), **asking}
        return cls(**{**data, "days": [str(day) for day in cast(list[int], data["days"])]})

    def validate(self, extra_validators: Any = None) -> bool:
        """At least one day is chosen."""
        valid = super().validate(extra_validators)
        if not _days(self.days.data):
            self.days.errors = [lazy("Choose at least one day on which messages may go out.")]
        return valid and bool(_days(self.days.data))

    @property
    def follow_ups(self) -> dict[str, object]:
        """The plan, without what is left to its usual value."""
        entered = {name: self.value(name) for name in (*HOURS, "opens", "closes")}
        chosen = {name: value for name, value in entered.items() if value not in (None, "")}
        return {**chosen, "days": _days(self.days.data)}

    @property
    def asking(self) -> Asking:
        """The seller's switches."""
        return Asking(
            self.resolution_checks.data,
            self.invitations.data,
            self.lawful_basis.value,
            self.postal_address.value,
            self.region.value,
        )


SECTIONS: dict[str, Callable[[Shop], DeskForm]] = {
    "about": lambda shop: AboutForm(
        name=shop.name, zone=shop.zone, country=shop.country, language=shop.language
    ),
    "automatic": AutomaticForm.of,
    "messages": MessagesForm.of,
}
"""The forms of a shop by the names of their pages, as the shop has them."""
