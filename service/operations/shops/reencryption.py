"""Re-encrypts the secrets of connections with the newest key, so that old keys can be removed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from integrations.errors import Misconfigured
from service.db import audit
from service.db.models import Connection, Credential
from service.domain.staff.authority import Actor
from service.operations.context import Context
from service.operations.staff.permits import permit_upkeep


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many connections are under the newest key now, and the names of those no key opens."""

    number: int
    locked: tuple[str, ...]


def renew_secrets(context: Context, actor: Actor) -> Renewed:
    """Encrypt the secrets of all connections anew, each in a commit of its own."""
    permit_upkeep(actor)
    with context.database.reading() as session:
        ids = session.scalars(select(Connection.id).order_by(Connection.id)).all()
    locked: list[str] = []
    for connection_id in ids:
        with context.database.transaction() as session:
            # Locked, so that a change made at the same moment is not written over.
            connection = session.get_one(Connection, connection_id, with_for_update=True)
            try:
                connection.secrets = context.vault.rotate(connection.secrets)
                if credential := session.get(Credential, connection_id, with_for_update=True):
                    credential.tokens = context.vault.rotate(credential.tokens)
                # Written before the actor is named: what they are has not changed.
                session.flush()
                audit.acting(session, actor)
                audit.note_connection(session, connection, "connection.reencrypted")
            except Misconfigured:
                locked.append(f"{connection.id} ({connection.name})")
    return Renewed(len(ids) - len(locked), tuple(locked))
