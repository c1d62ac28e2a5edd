"""Moves connections from state to state: the only place that does."""

from __future__ import annotations

from datetime import datetime

from integrations.sentence import Said
from service.db.models import Connection
from service.db.transaction import Transaction
from service.domain.shops.connection_states import CONNECTIONS, ConnectionMove
from service.domain.staff.authority import CLOCK, Actor
from service.operations.tasks.connections import connection_changed


def move(
    session: Transaction,
    connection: Connection,
    how: ConnectionMove,
    *,
    at: datetime,
    actor: Actor = CLOCK,
    problem: Said | None = None,
) -> None:
    """Move a connection to its next state, with what is wrong with it then; its task follows.

    Raises `WrongState` where that is not allowed.
    """
    state = CONNECTIONS.after(connection.state, how)
    if state != connection.state:
        connection.state, connection.state_since = state, at
    connection.problem = problem
    connection_changed(session, connection, at, actor)
