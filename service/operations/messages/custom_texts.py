"""The texts buyers read, as the owner changes them for one shop; what is not changed is shipped."""

from __future__ import annotations

from datetime import date

from integrations.money import Money
from service.db.models import Shop
from service.domain.errors import WrongInput
from service.domain.messages import first_answer, rendering, templates, text_check
from service.domain.messages.first_answer import Opening
from service.domain.messages.policy_data import Duty
from service.domain.messages.rendering import Rendered
from service.domain.messages.templates import MessageText
from service.domain.staff.authority import Actor, Permission
from service.localization import amount_text, day_text
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff.permits import permit


def text_of(shop: Shop, key: str, language: str) -> MessageText:
    """The shop's own text, else the shipped one."""
    custom = shop.texts.get(key, {}).get(language)
    return MessageText(**custom) if custom else templates.default_text(key, language)


def is_changed(shop: Shop, key: str, language: str) -> bool:
    """True where the owner changed this text."""
    return language in shop.texts.get(key, {})


def is_outdated(shop: Shop, key: str, language: str) -> bool:
    """True where the owner's text was saved before a check that now refuses it: it is not sent."""
    if not is_changed(shop, key, language):
        return False
    try:
        sample(shop, key, text_of(shop, key, language), language)
    except WrongInput:
        return True
    return False


def save_text(
    context: Context, shop_id: int, key: str, language: str, text: MessageText, actor: Actor
) -> None:
    """Check a text and use it from now on.

    Raises `NotPermitted`, `NotFound`, and `WrongInput` with every problem in `values["problems"]`.
    """
    with context.database.reading() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
    text_check.check_text(key, text, language)
    kept = {
        "subject": text.subject.strip(),
        "text": text.text.strip() + "\n",
        "tone": str(text.tone),
    }
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        shop = settings.get(session, shop_id)
        shop.texts = {**shop.texts, key: {**shop.texts.get(key, {}), language: kept}}


def ship_text(context: Context, shop_id: int, key: str, language: str, actor: Actor) -> None:
    """Go back to the shipped text; raises `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        shop = settings.get(session, shop_id)
        left = {name: text for name, text in shop.texts.get(key, {}).items() if name != language}
        others = {name: text for name, text in shop.texts.items() if name != key}
        shop.texts = {**others, key: left} if left else others


def sample(shop: Shop, key: str, text: MessageText, language: str) -> Rendered:
    """The text as a buyer would get it, with made-up values; raises `WrongInput` as `save_text`."""
    text_check.check_text(key, text, language)
    values = {
        "buyer": "Sari",
        "shop": shop.name,
        "code": "MG-7F3K2Q9X-1",
        "expires": day_text(date(2026, 12, 31), language),
        "product": {"id": "Syal batik"}.get(language, "Batik scarf"),
        "amount": amount_text(Money(3_650_000, "IDR"), language),
        "address": shop.asking.get("postal_address", ""),
        "answer_url": "https://shop.example/answer",
        "choose_url": "https://shop.example/choose",
        "last_day": day_text(date(2026, 12, 31), language),
        "edit_url": "https://shop.example/review",
        "stop_url": "https://shop.example/stop",
        "problem": first_answer.problem(language, "damaged", 0),
        "promise": first_answer.promise(language, Opening.NEVER, 0),
    }
    return rendering.render(key, text, values, language, duties=frozenset({Duty.STOP_LINK}))
