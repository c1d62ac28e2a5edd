"""Steps that many tests of operations begin with: a low rating, its make-good, its messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import ColumnElement, select, update

from integrations.contract import Role
from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox.ledger import add_order
from service.db.models import Case, Connection, Kind, Message, OutboxRow
from service.domain.messages.kinds import Step
from service.domain.staff.authority import OPERATOR, Actor, Limit, SellerRole
from service.operations.outbox.handler import Handler
from service.operations.outbox.registry import HANDLERS
from service.operations.remedies import decisions
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from tests.integrations.email.mailbox_server import PASSWORD, Box
from tests.integrations.email.post_office import PostOffice
from tests.world import World

ASKING = {"invitations": True, "lawful_basis": ["ID"]}
KETTLE = ("kettle", "Electric kettle", 25900000, "IDR")
RECEIPT, CHECK, INVITATION = Step.RECEIPT, Step.RESOLUTION_CHECK, Step.UPDATE_INVITATION
REMINDER = Step.RESOLUTION_REMINDER


def refund(order_id: int, minor: int = 1_000_000) -> Remedy:
    """A refund of a small part of an order."""
    return Remedy(REFUND, Money(minor, "IDR"), (f"l{order_id}",))


def rated(world: World, stars: int = 1, text: str = "Barang rusak") -> int:
    """A low rating whose case waits for a decision; gives the order."""
    order_id = world.rate(stars, text)
    world.work()
    return order_id


def helped(world: World, *, invitations: bool = True) -> int:
    """A case whose refund was carried out and whose messages are planned; gives the order."""
    world.set_shop(asking=ASKING if invitations else {})
    order_id = rated(world)
    help_again(world, order_id)
    return order_id


def help_again(world: World, order_id: int, minor: int = 1_000_000) -> None:
    """Approve a refund of the newest case and let it be carried out."""
    case = world.cases()[-1]
    decisions.approve(world.context, case.id, world.owner, changed=refund(order_id, minor))
    world.work()


def lasts() -> ColumnElement[bool]:
    """Rows that are there as long as their connection is, whatever happens in it: polls, checks. What
    looks at one review names it as its step, and ends."""
    kinds = [kind for kind, each in HANDLERS.items() if each.recurs and each.about is Connection]
    return OutboxRow.kind.in_(kinds) & (OutboxRow.step == "")


def work_for(world: World, hours: int) -> None:
    """Let the clock run from one due row to the next, apart from those that last."""
    end = world.clock.now() + timedelta(hours=hours)
    while (due := _next_due(world)) is not None and max(due, world.clock.now()) < end:
        # A row that is due and stays is held, by a pause say: look again a little later.
        ahead = (due - world.clock.now()).total_seconds()
        world.clock.move(seconds=ahead if ahead > 0 else 600)
        world.work()
    world.clock.move(seconds=max(0.0, (end - world.clock.now()).total_seconds()))
    world.work()


def _next_due(world: World) -> datetime | None:
    with world.context.database.reading() as session:
        return session.scalar(
            select(OutboxRow.due_at)
            .where(OutboxRow.done_at.is_(None), ~lasts())
            .order_by(OutboxRow.due_at)
            .limit(1)
        )


def message_of(world: World, step: Step, round_: int = 1) -> Message:
    """A message of the newest case."""
    (found,) = [f for f in world.cases()[-1].messages if (f.step, f.round) == (step, round_)]
    return found


def due_at(world: World, step: Step) -> datetime:
    """When a message of the newest case is due."""
    due = message_of(world, step).due_at
    assert due is not None
    return due


def told(world: World) -> list[str]:
    """Subjects in the sandbox's mailbox, in their order."""
    return [message["subject"] for message in world.ledger()["messages"]]


def sent(world: World) -> list[tuple[str, int]]:
    """Steps and rounds that were sent, over all cases."""
    messages = [message for case in world.cases() for message in case.messages]
    return [(each.step, each.round) for each in messages if each.step and each.sent_at]


def with_email(world: World, office: PostOffice, **values: str) -> int:
    """Connect a mail server as a further channel of the shop."""
    given = {
        "host": "127.0.0.1",
        "port": str(office.port),
        "security": "none",
        "from_address": "care@shop.example",
        **values,
    }
    return connections.connect(
        world.context,
        world.shop_id,
        OPERATOR,
        NewConnection("email", "Mail", [Role.MESSAGES], given),
    )


def with_mailbox(world: World, office: PostOffice, box: Box) -> int:
    """The same, with a mailbox that is read."""
    return with_email(
        world,
        office,
        imap_host="127.0.0.1",
        imap_port=str(box.port),
        imap_username="care",
        imap_password=PASSWORD,
    )


def sell_to(world: World, product: tuple[str, str, int, str] = KETTLE, /, **changes: Any) -> int:
    """Sell a product to a new buyer of these particulars; gives the order."""
    buyer = {
        "name": "Rudi",
        "email": "rudi@example.test",
        "country": "ID",
        "language": "id",
        "zone": "Asia/Jakarta",
        **changes,
    }
    with world.sandbox.ledger.write() as connection:
        added = connection.execute(
            "INSERT INTO buyer (name, email, country, language, zone) VALUES (?, ?, ?, ?, ?)",
            tuple(buyer.values()),
        )
        return add_order(connection, int(added.lastrowid or 0), product, world.clock.now())


def set_connection(world: World, **values: Any) -> None:
    """Change the sandbox connection's row."""
    with world.context.database.transaction() as session:
        session.execute(
            update(Connection).where(Connection.id == world.connection_id).values(**values)
        )


def set_case(world: World, **values: Any) -> None:
    """Change the newest case's row."""
    with world.context.database.transaction() as session:
        session.execute(update(Case).where(Case.id == world.cases()[-1].id).values(**values))


def change_handler(monkeypatch: pytest.MonkeyPatch, kind: Kind, **changes: Any) -> None:
    """Let a kind of outbox work be carried out otherwise, until the test ends."""
    handler = replace(HANDLERS[kind], **changes)
    monkeypatch.setitem(cast(dict[Kind, Handler], HANDLERS), kind, handler)


def agent(world: World, **most: int) -> Actor:
    """A seller who decides within limits: minor units of each decision by currency."""
    limits = {currency: Limit(each) for currency, each in most.items()}
    return world.seller("agent@example.test", SellerRole.AGENT, limits)
