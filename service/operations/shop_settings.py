"""What the owner sets for a shop: limits, automatic limits, messages, playbook, texts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from integrations.money import Money, WrongAmount
from service.db.models import Seller, Shop
from service.domain.errors import NotFound, WrongInput
from service.domain.follow_up import plan_from_data
from service.domain.playbook_data import playbook_from_data
from service.operations.context import Context


def get(session: Session, shop_id: int) -> Shop:
    """A shop by its id; raises `NotFound`."""
    shop = session.get(Shop, shop_id)
    if shop is None:
        raise NotFound("there is no such shop")
    return shop


def as_form(shop: Shop) -> dict[str, str]:
    """The settings as the form shows them: one currency per line, major units."""
    agent = [f"{c} {Money(n, c).text()}" for c, n in shop.agent_limits.items()]
    automatic = [
        " ".join([currency, *(Money(row[key], currency).text() for key in _AUTOMATIC)])
        for currency, row in shop.automatic.items()
    ]
    hours = {key: str(shop.follow_ups.get(key, "")) for key in _HOURS}
    return {
        "agent_limits": "\n".join(agent), "automatic": "\n".join(automatic), **hours,
        "opens": shop.follow_ups.get("opens", ""), "closes": shop.follow_ups.get("closes", ""),
        "invitations": "on" if shop.asking.get("invitations") else "",
        "lawful_basis": " ".join(shop.asking.get("lawful_basis", ())),
        "postal_address": shop.asking.get("postal_address", ""),
        "region": shop.asking.get("region", ""), "playbook": "",
    }  # fmt: skip


_AUTOMATIC = ("each", "shop_day", "buyer_day")
_HOURS = ("resolution_check_hours", "update_invitation_hours", "silent_hours")


def change(context: Context, shop_id: int, form: Mapping[str, str]) -> None:
    """Save the form of `as_form`; raises `WrongInput` naming the line that is wrong."""
    agent = {row[0]: _minor(row, 1) for row in _rows(form.get("agent_limits", ""), 2)}
    automatic = {
        row[0]: {key: _minor(row, place + 1) for place, key in enumerate(_AUTOMATIC)}
        for row in _rows(form.get("automatic", ""), 4)
    }
    follow_ups = _follow_ups(form)
    asking: dict[str, Any] = {
        "invitations": form.get("invitations") == "on",
        "lawful_basis": form.get("lawful_basis", "").upper().replace(",", " ").split(),
        "postal_address": form.get("postal_address", "").strip(),
        "region": form.get("region", "").strip().upper(),
    }
    playbook = _playbook(form.get("playbook", ""))
    with context.database.transaction() as session:
        shop = get(session, shop_id)
        shop.agent_limits, shop.automatic = agent, automatic
        shop.follow_ups = {**shop.follow_ups, **follow_ups}
        shop.asking = {**shop.asking, **asking}
        if playbook is not None:
            shop.playbook = playbook


def _rows(text: str, wanted: int) -> list[list[str]]:
    rows = [line.split() for line in text.splitlines() if line.strip()]
    for row in rows:
        if len(row) != wanted or len(row[0]) != 3:
            raise WrongInput(
                f"“{' '.join(row)}”: enter the currency and {wanted - 1} amounts, such as IDR 100000."
            )
    return [[row[0].upper(), *row[1:]] for row in rows]


def _minor(row: list[str], place: int) -> int:
    try:
        return Money.of(row[place], row[0]).amount_minor
    except WrongAmount as error:
        raise WrongInput(f"“{row[place]}” is not an amount.") from error


def _follow_ups(form: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in _HOURS:
        text = form.get(key, "").strip()
        if text:
            if not text.isdigit():
                raise WrongInput("Enter the hours as whole numbers.")
            found[key] = int(text)
    for key in ("opens", "closes"):
        if form.get(key, "").strip():
            found[key] = form[key].strip()
    plan_from_data(found)
    return found


def _playbook(text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongInput(f"The playbook is not valid TOML: {error}") from error
    playbook_from_data(data)
    return data


def set_language(context: Context, seller_id: int, language: str) -> None:
    """The language of a seller's pages."""
    with context.database.transaction() as session:
        session.get_one(Seller, seller_id).language = language
