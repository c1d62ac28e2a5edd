"""A shop's playbook: what is in effect and what is a draft; put in effect, taken back to an older version."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from integrations.sentence import Said, Text
from service.db import audit
from service.db.models import PlaybookDraft, PlaybookVersion, Shop
from service.db.remedies import playbook_queries
from service.db.shops.first_steps import KEPT
from service.db.transaction import Transaction
from service.domain.errors import WrongState
from service.domain.remedies.bounds import check_bounds
from service.domain.remedies.playbook import Playbook
from service.domain.remedies.playbook_data import (
    fingerprint,
    playbook_from_data,
    playbook_to_data,
)
from service.domain.remedies.ready_made import playbook_of
from service.domain.staff.authority import CLOCK, Actor
from service.localization import currency_of
from service.operations.context import Context
from service.operations.shops import settings


@dataclass(frozen=True, slots=True)
class Playbooks:
    """The playbook in effect with the number of its version (0: as shipped, never changed), and the
    draft; `shown` is what a page shows, and `seen` what who changes it names."""

    in_effect: Playbook
    version: int
    draft: PlaybookDraft | None
    currencies: tuple[str, ...]

    @property
    def shown(self) -> Playbook:
        """The draft, else what is in effect."""
        return self.in_effect if self.draft is None else playbook_from_data(self.draft.playbook)

    @property
    def currencies_in_forms(self) -> tuple[str, ...]:
        """The shop's currencies; where none is known yet, those its rules name."""
        named = dict.fromkeys(
            code
            for rule in self.shown.rules
            for remedy in rule.remedies
            for code in (*remedy.cap, *remedy.uncapped)
        )
        return self.currencies or tuple(named)

    @property
    def seen(self) -> str:
        """Which playbook is shown."""
        return fingerprint(self.shown)


def playbooks_of(session: Session, shop: Shop) -> Playbooks:
    """What a shop has."""
    return Playbooks(
        playbook_of(shop.playbook),
        playbook_queries.newest_number(session, shop.id),
        playbook_queries.draft(session, shop.id),
        currencies_of(session, shop),
    )


def currencies_of(session: Session, *shops: Shop) -> tuple[str, ...]:
    """The currencies that shops use: of their countries, of their limits, of their newest orders."""
    of_orders = playbook_queries.currencies_of_orders(session, [shop.id for shop in shops])
    return tuple(dict.fromkeys((*currencies_of_shops(*shops), *of_orders)))


def currencies_of_shops(*shops: Shop) -> tuple[str, ...]:
    """The currencies of the countries of shops, and of their limits."""
    codes = (
        *(currency_of(shop.country) for shop in shops),
        *(code for shop in shops for code in shop.automatic),
    )
    return tuple(dict.fromkeys(filter(None, codes)))


def put_in_effect(context: Context, shop_id: int, actor: Actor, *, seen: str) -> None:
    """Propose by the draft from now on. Raises `WrongInput` where a remedy says no upper limit in a
    currency of the shop, `WrongState` where there is no draft or another one, `NotPermitted`,
    `NotFound`."""
    with context.database.transaction() as session:
        shop = settings.locked(session, shop_id, actor)
        draft = playbook_queries.draft(session, shop_id)
        if draft is None:
            raise WrongState("There is no draft: these rules are in effect.")
        playbook = playbook_from_data(draft.playbook)
        check_seen(playbook, seen)
        check_bounds(playbook, currencies_of(session, shop))
        origin = draft.origin
        session.delete(draft)
        _take_effect(session, shop, playbook, actor, origin)


def replace_playbook(
    context: Context, shop_id: int, actor: Actor, playbook: Playbook, *, seen: str
) -> None:
    """Propose by this playbook from now on, for programs; `seen` is the fingerprint of the one in
    effect that it replaces. A draft stays. Raises as `put_in_effect`."""
    with context.database.transaction() as session:
        shop = settings.locked(session, shop_id, actor)
        check_seen(playbook_of(shop.playbook), seen)
        read = playbook_from_data(playbook_to_data(playbook))
        check_bounds(read, currencies_of(session, shop))
        _take_effect(session, shop, read, actor, None)


def keep_rules(context: Context, shop_id: int, actor: Actor) -> None:
    """Note that an owner has looked at the rules in effect and keeps them; raises `NotPermitted`,
    `NotFound`."""
    with context.database.transaction() as session:
        shop = settings.locked(session, shop_id, actor)
        audit.note(session, KEPT, shop_id=shop.id, subject=f"shop:{shop.id}", about=shop.name)


def restore(context: Context, shop_id: int, actor: Actor, version: int) -> None:
    """Propose by an older version from now on, which makes a new one of it; a draft stays. Raises
    `WrongState` where it is in effect, `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        shop = settings.locked(session, shop_id, actor)
        older = playbook_queries.version(session, shop_id, version)
        origin = Text("Version %(number)s again.", number=version)
        _take_effect(session, shop, playbook_from_data(older.playbook), actor, origin)


def _take_effect(
    session: Transaction, shop: Shop, playbook: Playbook, actor: Actor, origin: Said | None
) -> None:
    before = playbook_of(shop.playbook)
    if playbook == before:
        raise WrongState("These rules are in effect already.")
    number = playbook_queries.newest_number(session, shop.id)
    if number == 0:
        shipped = Text("As shipped.")
        number = 1
        session.add(_version(shop, number, before, CLOCK, origin=shipped, at=shop.created_at))
    session.add(_version(shop, number + 1, playbook, actor, origin=origin, at=session.now()))
    shop.playbook = playbook_to_data(playbook)


def _version(
    shop: Shop, number: int, playbook: Playbook, actor: Actor, *, origin: Said | None, at: object
) -> PlaybookVersion:
    return PlaybookVersion(
        shop_id=shop.id,
        number=number,
        playbook=playbook_to_data(playbook),
        actor=str(actor),
        origin=origin,
        created_at=at,
    )


def check_seen(playbook: Playbook, seen: str) -> None:
    """Raises `WrongState` where this playbook is not the one that was looked at."""
    if fingerprint(playbook) != seen:
        raise WrongState("The rules were changed meanwhile. Look at them again, then change them.")
