"""The texts buyers read, as the owner changes them for one shop; what is not changed is shipped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from integrations.money import Money
from service.db.messages import text_queries
from service.db.models import Case, Shop, TextVersion
from service.db.transaction import Transaction
from service.domain.complaints.causes import CAUSES
from service.domain.errors import WrongInput
from service.domain.messages import first_answer, rendering, templates, text_check
from service.domain.messages.first_answer import Opening
from service.domain.messages.policy_data import Duty
from service.domain.messages.rendering import Rendered
from service.domain.messages.templates import MessageText
from service.domain.remedies.thanks import thanks_from_data
from service.domain.staff.authority import CLOCK, Actor, Permission
from service.localization import amount_text, day_text
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff.permits import permit


def text_of(shop: Shop, key: str, language: str) -> MessageText:
    """The shop's own text, else the shipped one."""
    custom = shop.texts.get(key, {}).get(language)
    return MessageText(**custom) if custom else templates.default_text(key, language)


def said_by(version: TextVersion) -> MessageText:
    """What a version says; the text that ships now where it is the shipped one."""
    if version.text:
        return MessageText(**version.text)
    return templates.default_text(version.key, version.language)


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
    context: Context, shop_id: int, key: str, language: str, text: MessageText, *, actor: Actor
) -> None:
    """Check a text and use it from now on.

    Raises `NotPermitted`, `NotFound`, and `WrongInput` with every problem in `fields["text"]`.
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
        _use(session, settings.locked(session, shop_id, actor), key, language, kept, actor=actor)


def ship_text(context: Context, shop_id: int, key: str, language: str, actor: Actor) -> None:
    """Go back to the shipped text; raises `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        _use(session, settings.locked(session, shop_id, actor), key, language, {}, actor=actor)


def restore_text(
    context: Context, shop_id: int, key: str, language: str, number: int, *, actor: Actor
) -> None:
    """Use what an older version says again, which makes a new one of it. Raises `WrongInput` where the
    check refuses it by now, `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        shop = settings.locked(session, shop_id, actor)
        older = text_queries.version(session, shop_id, key, language, number)
        if older.text:
            text_check.check_text(key, MessageText(**older.text), language)
        _use(session, shop, key, language, older.text, actor=actor)


def _use(
    session: Transaction,
    shop: Shop,
    key: str,
    language: str,
    text: dict[str, Any],
    *,
    actor: Actor,
) -> None:
    """Use this text from now on, the shipped one where it is empty; what says the same changes nothing."""
    before = shop.texts.get(key, {}).get(language, {})
    if text == before:
        return
    number = text_queries.newest_number(session, shop.id, key, language)
    if number == 0:
        number = 1
        session.add(_version(shop, key, language, 1, {}, actor=CLOCK, at=shop.created_at))
    session.add(_version(shop, key, language, number + 1, text, actor=actor, at=session.now()))
    left = {name: kept for name, kept in shop.texts.get(key, {}).items() if name != language}
    languages = {**left, language: text} if text else left
    others = {name: kept for name, kept in shop.texts.items() if name != key}
    shop.texts = {**others, key: languages} if languages else others


def _version(
    shop: Shop,
    key: str,
    language: str,
    number: int,
    text: dict[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> TextVersion:
    return TextVersion(
        shop_id=shop.id,
        key=key,
        language=language,
        number=number,
        text=text,
        actor=str(actor),
        created_at=at,
    )


def sample(
    shop: Shop, key: str, text: MessageText, language: str, case: Case | None = None
) -> Rendered:
    """The text as a buyer would get it, with made-up values, or as far as it goes those of a case;
    raises `WrongInput` as `save_text`."""
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
        "early_access": thanks_from_data(shop.thanks).early_access or "…",
    }
    of_case = {} if case is None else _of_case(case, language)
    values |= {name: value for name, value in of_case.items() if value}
    return rendering.render(key, text, values, language, duties=frozenset({Duty.STOP_LINK}))


def _of_case(case: Case, language: str) -> dict[str, str]:
    """What a case says for a sample; links stay made up, as they are the buyer's."""
    amounts = [make_good.remedy.amount for make_good in case.make_goods]
    amount = next((money for money in reversed(amounts) if money is not None), None)
    return {
        "buyer": buyer_of(case).name,
        "product": case.review.product_name,
        "amount": amount_text(amount, language) if amount else "",
        "problem": first_answer.problem(language, case.cause, 0) if case.cause in CAUSES else "",
    }
