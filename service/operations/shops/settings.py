"""What the owner sets for a shop: itself, limits, automatic limits, messages, playbook.

A form is a flat mapping of texts, the same when shown and when sent, so that a refused form can be
shown again as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from integrations.money import Money, is_currency
from integrations.text import line
from service.db.models import Shop
from service.domain.errors import NotFound, WrongInput
from service.domain.messages.schedule import FollowUpPlan, plan_from_data, plan_to_data
from service.domain.places import check_country, check_language, check_zone
from service.domain.remedies import playbook_text
from service.domain.staff.authority import Actor, Permission
from service.localization import field_text, read_amount
from service.operations.context import Context
from service.operations.staff.permits import permit

Form = Mapping[str, str]
AUTOMATIC = ("each", "shop_day", "buyer_day")
HOURS = (
    "confirmation_hours",
    "resolution_check_hours",
    "update_invitation_hours",
    "silent_hours",
)
DAYS = range(7)


def get(session: Session, shop_id: int) -> Shop:
    """A shop by its id; raises `NotFound`."""
    shop = session.get(Shop, shop_id)
    if shop is None:
        raise NotFound("There is no such shop.")
    return shop


def as_form(shop: Shop) -> dict[str, str]:
    """The settings as the form shows them, amounts in major units, one row more than is used."""
    messages = plan_to_data(plan_from_data(shop.follow_ups) if shop.follow_ups else FollowUpPlan())
    days = messages.pop("days")
    assert isinstance(days, list)
    asking = shop.asking
    return {
        "name": shop.name,
        "zone": shop.zone,
        "country": shop.country,
        "language": shop.language,
        **_rows("automatic", shop.automatic),
        **{key: str(value) for key, value in messages.items()},
        **{f"day_{day}": "on" for day in days},
        "resolution_checks": "on" if asking.get("resolution_checks", True) else "",
        "invitations": "on" if asking.get("invitations") else "",
        "lawful_basis": " ".join(asking.get("lawful_basis", ())),
        "postal_address": asking.get("postal_address", ""),
        "region": asking.get("region", ""),
        "playbook": playbook_text.text_of(shop.playbook),
    }


def _rows(name: str, limits: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    form = {f"{name}_currency_{len(limits)}": ""}
    for number, (currency, row) in enumerate(limits.items()):
        form[f"{name}_currency_{number}"] = currency
        for key, minor in row.items():
            form[f"{name}_{key}_{number}"] = field_text(Money(minor, currency))
    return form


def row_numbers(form: Form, name: str) -> list[int]:
    """The rows of a table in a form."""
    found = (re.fullmatch(rf"{name}_currency_(\d{{1,3}})", key) for key in form)
    return sorted(int(one.group(1)) for one in found if one)


def change(context: Context, shop_id: int, actor: Actor, form: Form) -> None:
    """Save a whole form of `as_form`; raises `WrongInput` naming what is wrong, and `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        about = _about(form)
        automatic = _limits(form, "automatic", AUTOMATIC)
        follow_ups, asking = _follow_ups(form), _asking(form)
        playbook = playbook_text.data_of(form.get("playbook", ""))
        shop = get(session, shop_id)
        for name, value in about.items():
            setattr(shop, name, value)
        shop.automatic, shop.follow_ups = automatic, follow_ups
        shop.asking, shop.playbook = asking, playbook


def _about(form: Form) -> dict[str, str]:
    return {
        "name": check_name(form.get("name", "")),
        "zone": check_zone(form.get("zone", "")),
        "country": check_country(form.get("country", "")),
        "language": check_language(form.get("language", "")),
    }


def check_name(text: str) -> str:
    """A shop's name on one line; raises `WrongInput`."""
    name = line(text)
    if not name:
        raise WrongInput("Give the shop a name.")
    return name


def _limits(form: Form, name: str, keys: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """A table of amounts per currency; rows without anything are left out."""
    found: dict[str, dict[str, int]] = {}
    for number in row_numbers(form, name):
        currency = form[f"{name}_currency_{number}"].strip().upper()
        typed = [form.get(f"{name}_{key}_{number}", "").strip() for key in keys]
        if not any(typed):
            continue
        if not is_currency(currency):
            raise WrongInput(
                "“%(currency)s” is no currency. Use a code such as IDR.", currency=currency
            )
        if currency in found:
            raise WrongInput(
                "%(currency)s stands there twice. Keep one row for each currency.",
                currency=currency,
            )
        if not all(typed):
            raise WrongInput(
                "Fill in every amount of the row %(currency)s, or none.", currency=currency
            )
        amounts = [read_amount(text, currency).amount_minor for text in typed]
        found[currency] = dict(zip(keys, amounts, strict=True))
    return found


def _asking(form: Form) -> dict[str, Any]:
    named = form.get("lawful_basis", "").replace(",", " ").split()
    countries = [check_country(one) for one in named]
    return {
        "resolution_checks": form.get("resolution_checks") == "on",
        "invitations": form.get("invitations") == "on",
        "lawful_basis": countries,
        "postal_address": form.get("postal_address", "").strip(),
        "region": form.get("region", "").strip().upper(),
    }


def _follow_ups(form: Form) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in HOURS:
        text = form.get(key, "").strip()
        if text and not re.fullmatch("[0-9]{1,4}", text):
            raise WrongInput("“%(text)s”: enter the hours as a whole number such as 72.", text=text)
        if text:
            found[key] = int(text)
    for key in ("opens", "closes"):
        if form.get(key, "").strip():
            found[key] = form[key].strip()
    found["days"] = [day for day in DAYS if form.get(f"day_{day}") == "on"]
    if not found["days"]:
        raise WrongInput("Choose at least one day on which messages may go out.")
    return plan_to_data(plan_from_data(found))
