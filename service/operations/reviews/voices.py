"""Positive voices: which reviews a shop shows on its own site, and how they stand among all."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Role
from integrations.sentence import Text
from service.db import audit
from service.db.models import Connection, Review, Shop
from service.db.reviews import voice_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.messages.policy import Policies
from service.domain.messages.policy_data import Ruling
from service.domain.reviews.voices import (
    LOWEST,
    MOST_SHOWN,
    STARS,
    Voice,
    Voices,
    check_slug,
    voices_from_data,
)
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff.permits import permit

PAGE = 30
"""Of the list of reviews to choose among."""


@dataclass(frozen=True, slots=True)
class Source:
    """A connection with reviews, and why these may not be shown elsewhere; None: they may."""

    connection: Connection
    refusal: Text | None


def sources(session: Session, shop: Shop) -> list[Source]:
    """The shop's connections with reviews, by what their platforms say of showing these elsewhere."""
    region = shop.asking.get("region", "")
    listed = []
    for connection in shop_queries.connections_for(session, shop.id, Role.REVIEWS):
        entry = Policies.load(registry.policy(connection.adapter)).showing(region)
        refusal = None
        if entry.show_elsewhere is Ruling.NO:
            refusal = Text("%(name)s forbids it.", name=connection.name)
        elif entry.show_elsewhere is not Ruling.YES:
            refusal = Text(
                "It is not known whether %(name)s allows its reviews to be shown elsewhere.",
                name=connection.name,
            )
        listed.append(Source(connection, refusal))
    return listed


def _allowed(session: Session, shop: Shop) -> list[Connection]:
    return [source.connection for source in sources(session, shop) if source.refusal is None]


def change(
    context: Context, shop_id: int, actor: Actor, *, on: bool, slug: str, sites: Sequence[str]
) -> None:
    """Switch the public address on or off, name it (an unguessable one where `slug` is ''), and say
    which sites may frame it. Raises `WrongInput`, `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        shop = settings.get(session, shop_id)
        named = check_slug(slug) if slug.strip() else shop.voices_slug or secrets.token_hex(12)
        other = voice_queries.shop_of(session, named)
        if other is not None and other.id != shop_id:
            problem = Text("This address is taken. Choose another.")
            raise WrongInput(problem, fields={"slug": problem})
        kept = voices_from_data({"on": on, "sites": list(sites)})
        shop.voices_slug = named
        shop.voices = {"on": kept.on, "sites": list(kept.sites)}


def choose(context: Context, review_id: int, actor: Actor, *, shown: bool) -> None:
    """Show a review among the quotes, as it now stands, or no more. Raises `NotPermitted`, `NotFound`,
    `WrongState` for one that is no positive voice or may not be shown."""
    with context.database.transaction() as session:
        review = session.get(Review, review_id)
        if review is None:
            raise NotFound("There is no such review.")
        permit(session, actor, Permission.MANAGE, review.shop_id)
        if not shown:
            if review.voice_version_id is not None:
                review.voice_version_id = None
                _note(session, review, "review.left_out")
            return
        if not may_show(session, settings.get(session, review.shop_id), review):
            raise WrongState("This review cannot be shown. Look at the list again.")
        if not is_shown(review):
            review.voice_version_id = review.versions[-1].id
            _note(session, review, "review.shown")


def _note(session: Transaction, review: Review, change: str) -> None:
    """A line in the audit; by the product, as the words are the buyer's."""
    subject = f"review:{review.id}"
    audit.note(session, change, shop_id=review.shop_id, subject=subject, about=review.product_name)


def may_show(session: Session, shop: Shop, review: Review) -> bool:
    """Whether a review as it stands is a positive voice that its platform lets be shown elsewhere."""
    is_low = (review.rating or 0) < LOWEST or review.withdrawn or not review.text
    return not is_low and review.connection_id in {each.id for each in _allowed(session, shop)}


def candidates(session: Session, shop: Shop, before: int | None = None) -> Sequence[Review]:
    """The positive reviews that may be chosen, newest first, those older than one of this id; one more
    than a page has, where there are more."""
    connections = [each.id for each in _allowed(session, shop)]
    return voice_queries.positive(session, connections, before=before, most=PAGE + 1)


def is_shown(review: Review) -> bool:
    """Whether a positive review is among the quotes as it now stands."""
    return bool(review.versions) and review.voice_version_id == review.versions[-1].id


def of_address(session: Session, slug: str) -> tuple[Shop, Voices]:
    """What the public sees; raises `NotFound` where nothing is shown."""
    shop = voice_queries.shop_of(session, slug)
    if shop is None or not voices_from_data(shop.voices).on:
        raise NotFound("There is nothing here.")
    return shop, of_shop(session, shop)


def of_shop(session: Session, shop: Shop) -> Voices:
    """The same before it is switched on: quotes, and the numbers of all reviews beside them."""
    connections = _allowed(session, shop)
    ids = [each.id for each in connections]
    counted = voice_queries.counts(session, ids)
    return Voices(
        shop=shop.name,
        language=shop.language,
        platforms=[each.name for each in connections],
        counts={stars: counted.get(stars, 0) for stars in STARS},
        quotes=[_voice(review) for review in voice_queries.chosen(session, ids, most=MOST_SHOWN)],
    )


def _voice(review: Review) -> Voice:
    rating, agreed = review.rating or 0, review.voice_name
    return Voice(
        name=agreed.name if agreed and agreed.version_id == review.voice_version_id else "",
        rating=rating,
        text=review.text,
        product=review.product_name,
        written_on=None if review.written_at is None else review.written_at.date(),
        raised=any((version.rating or rating) < rating for version in review.versions),
    )
