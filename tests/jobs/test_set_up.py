"""What `make run` sets up at each start, beside whatever there is already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from service import embedded, settings
from service.db.migrations import migrate
from service.db.models import Connection, Membership, Seller, Shop
from service.domain.staff import authority
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.context import Context
from service.operations.shops import connections, disconnect
from service.operations.staff import accounts
from service.wiring import Wiring, wire

SHOP = "Sandbox shop"


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wiring]:
    """An installation without anything in it."""
    values = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'makegood.db'}",
        "SANDBOX_PATH": str(tmp_path / "sandbox.db"),
        "SECRET_KEY": "k" * 48,
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "http://127.0.0.1:8000",
    }
    wired = wire(settings.load({f"MAKEGOOD_{name}": value for name, value in values.items()}))
    migrate(wired.context.database)
    yield wired
    wired.close()


def _nothing(context: Context) -> None: ...


def _shop_of_nobody(context: Context) -> None:
    connections.add_shop(context, OPERATOR, "Toko", zone="Asia/Jakarta")


def _shop_of_an_agent(context: Context) -> None:
    shop_id = connections.add_shop(context, OPERATOR, "Toko", zone="Asia/Jakarta")
    agent = {shop_id: authority.Membership(SellerRole.AGENT)}
    accounts.add_seller(context, OPERATOR, "agent@example.test", agent)


def _seller_without_a_shop(context: Context) -> None:
    accounts.add_seller(context, OPERATOR, "you@example.test", {})


def _owner_who_was_shut_out(context: Context) -> None:
    seller_id = accounts.add_seller(context, OPERATOR, embedded.OWNER, {})
    with context.database.transaction() as session:
        session.get_one(Seller, seller_id).active = False


@pytest.mark.parametrize(
    ("before", "owner"),
    [
        (_nothing, embedded.OWNER),
        (_shop_of_nobody, embedded.OWNER),
        (_shop_of_an_agent, "agent@example.test"),
        (_seller_without_a_shop, "you@example.test"),
        (_owner_who_was_shut_out, None),
    ],
)
def test_sandbox_is_there_whoever_was_before(
    wired: Wiring, before: Callable[[Context], None], owner: str | None
) -> None:
    before(wired.context)

    for _ in range(2):
        embedded.set_up(wired)

    with wired.context.database.reading() as session:
        sandbox_id = session.scalars(select(Shop.id).where(Shop.name == SHOP)).one()
        owners = select(Seller.email).join(Membership, Membership.seller_id == Seller.id)
        owned_by = session.scalar(owners.where(Membership.shop_id == sandbox_id))
        of_sandbox = session.scalars(select(Connection.shop_id)).all()
    assert (owned_by, of_sandbox) == (owner, [sandbox_id])


def test_start_goes_on_when_the_sandbox_was_disconnected(wired: Wiring) -> None:
    embedded.set_up(wired)
    with wired.context.database.reading() as session:
        connection_id = session.scalars(select(Connection.id)).one()
    disconnect.disconnect(wired.context, connection_id, OPERATOR)

    embedded.set_up(wired)

    with wired.context.database.reading() as session:
        assert session.get_one(Connection, connection_id).roles == []
