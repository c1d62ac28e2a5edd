"""What people set for their own notices: where they are told, of what, and when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from integrations.entries import WrongEntry
from integrations.text import line
from service.db.models import Lane, NoticeAddress, NoticeChoices, Shop
from service.db.notices import notice_queries
from service.db.staff import seller_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.notices.notices import Choices
from service.domain.staff.authority import Actor
from service.operations.context import Context
from service.operations.notices.gather import choices, put
from service.operations.staff.members import self_of

LONGEST_NAME = 100
MOST = 10
NO_ZONE = "UTC"


def add_address(context: Context, actor: Actor, name: str, address: str) -> int:
    """Add an address of a chat service, or with '' the one that the person signs in with; gives its id.
    Raises `WrongInput` naming the field, `NotPermitted`, `WrongState` where there are too many."""
    called, target = line(name)[:LONGEST_NAME], address.strip()
    if target:
        # 5 MB of services, for an installation that tells people by chat.
        from integrations import chat  # noqa: PLC0415

        try:
            service = chat.service_of(target)
        except WrongEntry as error:
            raise WrongInput(error.text, fields={"address": error.text}) from error
        called = called or str(service.service_name)
    with context.database.transaction() as session:
        seller = self_of(session, actor)
        kept = notice_queries.addresses_of(session, [seller.id])
        if len(kept) >= MOST:
            raise WrongState("You have at most %(most)s addresses: remove one.", most=MOST)
        if not target and any(row.is_mail for row in kept):
            raise WrongState("Your e-mail address is there already.")
        lane = Lane(connection_id=None, outward=True, concurrency=1)
        session.add(lane)
        session.flush()
        row = NoticeAddress(
            seller_id=seller.id,
            lane_id=lane.id,
            name=called or seller.email,
            is_mail=not target,
            secrets=context.vault.encrypt({"address": target}),
            created_at=context.clock.now(),
        )
        session.add(row)
        _choices_row(context, session, seller.id)
        session.flush()
        return row.id


def choices_of(context: Context, actor: Actor) -> Choices:
    """What the person has chosen, or the usual. Raises `NotPermitted`."""
    with context.database.transaction() as session:
        seller = self_of(session, actor)
        row = session.get(NoticeChoices, seller.id)
        return Choices(_zone(session, seller.id)) if row is None else choices(row)


def choose(context: Context, actor: Actor, chosen: Choices) -> None:
    """Say of what one is told, and when. Raises `NotPermitted`."""
    with context.database.transaction() as session:
        row = _choices_row(context, session, self_of(session, actor).id)
        row.when = {kind.value: when.value for kind, when in chosen.when.items()}
        row.zone, row.digest_at = chosen.zone, chosen.digest_at
        row.quiet_from, row.quiet_to = chosen.quiet_from, chosen.quiet_to
        row.urgent_anyway = chosen.urgent_anyway
        row.next_digest_at = chosen.next_digest(context.clock.now())


def _choices_row(context: Context, session: Transaction, seller_id: int) -> NoticeChoices:
    row = session.get(NoticeChoices, seller_id)
    if row is None:
        usual = Choices(_zone(session, seller_id))
        row = NoticeChoices(
            seller_id=seller_id,
            when={},
            zone=usual.zone,
            digest_at=usual.digest_at,
            quiet_from=usual.quiet_from,
            quiet_to=usual.quiet_to,
            next_digest_at=usual.next_digest(context.clock.now()),
        )
        session.add(row)
    return row


def _zone(session: Transaction, seller_id: int) -> str:
    shops = [row.shop_id for row in seller_queries.memberships(session, seller_id)]
    first = select(Shop.zone).where(Shop.id.in_(shops)).order_by(Shop.id).limit(1)
    return session.scalar(first) or NO_ZONE


def addresses(context: Context, actor: Actor) -> Sequence[NoticeAddress]:
    """Where the person is told."""
    with context.database.reading() as session:
        return notice_queries.addresses_of(session, [actor.id])


def try_address(context: Context, actor: Actor, address_id: int) -> None:
    """Send a test to an address of one's own. Raises `NotFound`, `NotPermitted`."""
    now = context.clock.now()
    with context.database.transaction() as session:
        put(session, _own(session, actor, address_id), [], now, now, is_test=True)


def remove_address(context: Context, actor: Actor, address_id: int) -> None:
    """Tell nothing there any more, and forget it. Raises `NotFound`, `NotPermitted`."""
    with context.database.transaction() as session:
        row = _own(session, actor, address_id)
        row.removed_at = context.clock.now()
        row.secrets = context.vault.encrypt({"address": ""})


def _own(session: Transaction, actor: Actor, address_id: int) -> NoticeAddress:
    seller = self_of(session, actor)
    row = session.get(NoticeAddress, address_id)
    if row is None or row.removed_at is not None or row.seller_id != seller.id:
        raise NotFound("There is no such address.")
    return row
