"""Disconnects a platform: nothing is taken in or sent by it any more, while history stays.

A connection without roles is disconnected. Messages find the shop's next channel, or stop, when
they are due; given roles and keys anew, it goes on.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from integrations.sentence import Text
from integrations.standard_webhooks import new_secret
from service.db import audit
from service.db.models import Connection, Credential, MakeGood, OutboxRow
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongState
from service.domain.remedies.states import UNSETTLED, MakeGoodState
from service.domain.shops.connection_states import ConnectionMove
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.outbox.registry import HANDLERS
from service.operations.shops.states import move
from service.operations.staff.permits import permit

NOT_SETTLED = Text(
    "Make-goods at this platform are not settled. Settle them first, then disconnect."
)


def disconnect(context: Context, connection_id: int, actor: Actor) -> None:
    """Forget the keys, shut the webhook address and stop asking the platform.

    Raises `NotFound`, and `WrongState` while a make-good there is not settled.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        connection = session.get(Connection, connection_id, with_for_update=True)
        if connection is None:
            raise NotFound("there is no such connection")
        permit(session, actor, Permission.MANAGE, connection.shop_id)
        _nothing_under_way(session, connection_id)
        audit.note_connection(session, connection, "connection.disconnected")
        connection.roles = []
        connection.secrets = context.vault.encrypt({"webhook": [new_secret()]})
        session.execute(delete(Credential).where(Credential.connection_id == connection_id))
        move(session, connection, ConnectionMove.DISCONNECT, at=now, actor=actor)
        # What still waits in its lanes is ended by its own check, so it must not be held.
        for lane in connection.lanes:
            lane.quiet_until = None
        _end_asking(session, connection_id, now)


def _nothing_under_way(session: Transaction, connection_id: int) -> None:
    unsettled = (
        select(MakeGood.id)
        .where(MakeGood.connection_id == connection_id)
        .where(MakeGood.state.in_(UNSETTLED | {MakeGoodState.REFUSED}))
        .limit(1)
    )
    if session.scalar(unsettled) is not None:
        raise WrongState(NOT_SETTLED)


def _end_asking(session: Transaction, connection_id: int, now: datetime) -> None:
    asking = [handler.kind for handler in HANDLERS.values() if handler.about is Connection]
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.kind.in_(asking), OutboxRow.ref_id == connection_id)
        .where(OutboxRow.done_at.is_(None))
        .values(done_at=now, claim_token=None, note=Text("disconnected"))
    )
