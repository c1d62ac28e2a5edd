"""What a message says: its own words, else the shop's text, else the shipped one, filled in."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from service.db.models import Case, Connection, MakeGood, Message, Shop
from service.db.shops import shop_queries
from service.domain.days import last_day
from service.domain.messages import rendering, templates
from service.domain.messages.kinds import Step
from service.domain.messages.policy_data import Duty
from service.domain.messages.rendering import Rendered
from service.domain.messages.templates import MessageText
from service.domain.remedies.thanks import thanks_from_data
from service.localization import amount_text, day_text
from service.operations.cases.orders import buyer_of, known_at
from service.operations.context import Context
from service.operations.messages import custom_texts, first_answer
from service.operations.messages.planning import zones_of

HIDDEN = "https://…"
"""Stands for links that are the buyer's alone."""


def language_of(case: Case, shop: Shop) -> str:
    """The language in which this buyer is written to."""
    return templates.language_for(buyer_of(case).language, shop.language)


def say(
    context: Context,
    session: Session,
    message: Message,
    duties: frozenset[Duty],
    *,
    edit_link: str = "",
) -> Rendered:
    """What the buyer gets now; raises `WrongInput` for what may not be sent."""
    links = {
        "answer_url": context.links.buyer("answer", message.id),
        "choose_url": context.links.buyer("choose", message.id),
        "stop_url": context.links.buyer("stop", message.id),
        "edit_url": edit_link,
    }
    return _rendered(session, message, duties, links, now=context.clock.now())


def show(
    session: Session,
    message: Message,
    duties: frozenset[Duty],
    now: datetime,
    make_good: MakeGood | None = None,
) -> Rendered:
    """The same for a seller to read, without the buyer's own links; raises `WrongInput`.
    `make_good`: one that is not decided yet, in place of the message's."""
    links = _hidden(session, message)
    return _rendered(session, message, duties, links, now=now, make_good=make_good)


def begun(session: Session, message: Message, now: datetime) -> MessageText:
    """A message's words to be changed, what is filled in when it is sent as placeholders. Raises
    `WrongInput` where the shop's text may not be sent itself."""
    if message.text:
        return MessageText(message.subject, message.text)
    key, language = key_in_use(session, message), _language(session, message)
    values = _values(session, message, _hidden(session, message), now)
    return rendering.begun(key, _shop_text(session, message, key), values, language)


def greeting(session: Session, case: Case) -> MessageText:
    """How a seller's own message to this buyer begins."""
    shop = shop_queries.shop(session, case.shop_id)
    return rendering.greeting(_names(case, shop), language_of(case, shop))


def public_reply(session: Session, case: Case, *, written: bool) -> str:
    """A reply under the review to go on writing; another one for each case."""
    shop = shop_queries.shop(session, case.shop_id)
    names, language = _names(case, shop), language_of(case, shop)
    return rendering.public_reply(case.cause, case.id, names, language, written=written)


def card(session: Session, case: Case) -> Rendered:
    """The thank-you note to write by hand; raises `WrongInput` where the shop's text may not be used."""
    shop, key = shop_queries.shop(session, case.shop_id), templates.TextKey.THANKS_CARD
    language = language_of(case, shop)
    text = custom_texts.text_of(shop, key, language)
    return rendering.render(key, text, _names(case, shop), language)


def key_in_use(session: Session, message: Message) -> str:
    """Which of the texts it is as things are now."""
    return key_of(session, message, edit_link=can_link(session, message.case))


def key_of(
    session: Session, message: Message, *, edit_link: bool, make_good: MakeGood | None = None
) -> str:
    """Which of the texts it is; raises `WrongInput` for a confirmation of nothing."""
    source = session.get_one(Connection, message.case.review.connection_id)
    make_good = make_good or _make_good(session, message)
    return templates.text_key(
        Step(message.step or ""),
        make_good.remedy.kind if make_good else None,
        edit_link=edit_link,
        edit_review=registry.get(source.adapter).capabilities.edit_review,
    )


def text_in_use(session: Session, message: Message, key: str) -> MessageText:
    """The message's own words, else the shop's text, else the shipped one."""
    text = _shop_text(session, message, key)
    return MessageText(message.subject, message.text, text.tone) if message.text else text


def promises_a_look(session: Session, message: Message) -> bool:
    """Whether it tells the buyer by when somebody will have looked."""
    if message.step is not Step.RECEIPT:
        return False
    text = text_in_use(session, message, key_in_use(session, message))
    return f"{{{templates.PROMISE}}}" in text.text


def wording(session: Session, message: Message, *, edit_link: bool) -> str:
    """Which text a message is made from, such as `resolution_check/id shipped 5f2a90c1b3d4`: whose
    it is, and the first digits of the SHA-256 of its subject and text with their placeholders."""
    if message.step is None:
        return "own words"
    key, language = key_of(session, message, edit_link=edit_link), _language(session, message)
    text = text_in_use(session, message, key)
    if message.text:
        origin = "changed for this case"
    else:
        shipped = text == templates.default_text(key, language)
        origin = "shipped" if shipped else "of the shop"
    version = hashlib.sha256(f"{text.subject}\n{text.text}\n{text.tone}".encode()).hexdigest()[:12]
    return f"{key}/{language} {origin} {version}"


def _shop_text(session: Session, message: Message, key: str) -> MessageText:
    shop, language = shop_queries.shop(session, message.case.shop_id), _language(session, message)
    return custom_texts.text_of(shop, key, language)


def _rendered(
    session: Session,
    message: Message,
    duties: frozenset[Duty],
    links: dict[str, str],
    *,
    now: datetime,
    make_good: MakeGood | None = None,
) -> Rendered:
    language = _language(session, message)
    values = _values(session, message, links, now, make_good)
    if message.step is None:
        return rendering.render_words(
            message.subject, message.text, values, language, duties=duties
        )
    key = key_of(session, message, edit_link=bool(links["edit_url"]), make_good=make_good)
    text = text_in_use(session, message, key)
    return rendering.render(key, text, values, language, duties=duties)


def _language(session: Session, message: Message) -> str:
    """What is written already keeps its language."""
    case = message.case
    return message.language or language_of(case, shop_queries.shop(session, case.shop_id))


def _make_good(session: Session, message: Message) -> MakeGood | None:
    return session.get(MakeGood, message.make_good_id) if message.make_good_id else None


def _values(
    session: Session,
    message: Message,
    links: dict[str, str],
    now: datetime,
    make_good: MakeGood | None = None,
) -> dict[str, str]:
    case, language = message.case, _language(session, message)
    shop = shop_queries.shop(session, case.shop_id)
    zones = zones_of(case, shop)
    values = {**_names(case, shop), **links}
    if message.step is Step.RECEIPT:
        values |= first_answer.sentences(session, case, shop, language, zones[0], now=now)
    if message.step is Step.THANKS:
        values["early_access"] = thanks_from_data(shop.thanks).early_access
    return {**values, **_terms(make_good or _make_good(session, message), language, zones)}


def _names(case: Case, shop: Shop) -> dict[str, str]:
    return {
        "buyer": buyer_of(case).name,
        "shop": shop.name,
        "product": case.review.product_name,
        "address": shop.asking.get("postal_address", ""),
    }


def _terms(make_good: MakeGood | None, language: str, zones: tuple[str, ...]) -> dict[str, str]:
    if make_good is None:
        return {}
    amount, ends = make_good.remedy.amount, make_good.expires_at
    offer = make_good.offer
    return {
        "last_day": day_text(last_day(offer.ends_at, zones), language) if offer else "",
        "amount": amount_text(amount, language) if amount else "",
        "code": make_good.code,
        "expires": day_text(last_day(ends, zones), language) if ends else "-",
    }


def _hidden(session: Session, message: Message) -> dict[str, str]:
    edit_url = HIDDEN if can_link(session, message.case) else ""
    return {
        "answer_url": HIDDEN,
        "choose_url": HIDDEN,
        "stop_url": HIDDEN,
        "edit_url": edit_url,
    }


def can_link(session: Session, case: Case) -> bool:
    """Whether this buyer's own link to the review can be had: its platform has the order too."""
    source = session.get_one(Connection, case.review.connection_id)
    can = registry.get(source.adapter).capabilities.edit_link
    return bool(known_at(case, source.id)[1] and source.roles and can)
