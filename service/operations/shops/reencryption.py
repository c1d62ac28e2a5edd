"""Re-encrypts the secrets of connections, endpoints, addresses of notices and second factors with the newest key, so that old keys can be removed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from integrations.errors import Misconfigured
from service.db import audit
from service.db.models import (
    Connection,
    Credential,
    Endpoint,
    NoticeAddress,
    SecondFactor,
    Seller,
)
from service.domain.staff.authority import Actor, seller_name
from service.operations.context import Context
from service.operations.staff.permits import permit_upkeep


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many secrets are under the newest key now, and the names of those no key opens."""

    number: int
    locked: tuple[str, ...]


def renew_secrets(context: Context, actor: Actor) -> Renewed:
    """Encrypt the secrets of all connections and endpoints anew, each in a commit of its own."""
    permit_upkeep(actor)
    with context.database.reading() as session:
        ids = session.scalars(select(Connection.id).order_by(Connection.id)).all()
        endpoints = session.scalars(select(Endpoint.id).order_by(Endpoint.id)).all()
        sellers = session.scalars(select(SecondFactor.seller_id)).all()
        addresses = session.scalars(select(NoticeAddress.id).order_by(NoticeAddress.id)).all()
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
    locked += [name for each in endpoints if (name := _renew_endpoint(context, each, actor))]
    locked += [name for each in addresses if (name := _renew_address(context, each))]
    locked += [name for each in sellers if (name := _renew_second_factor(context, each, actor))]
    number = len(ids) + len(endpoints) + len(addresses) + len(sellers) - len(locked)
    return Renewed(number, tuple(locked))


def _renew_second_factor(context: Context, seller_id: int, actor: Actor) -> str:
    """Whose it is, where no key opens it."""
    with context.database.transaction() as session:
        factor = session.get(SecondFactor, seller_id, with_for_update=True)
        if factor is None:
            return ""
        seller = session.get_one(Seller, seller_id)
        try:
            factor.secret = context.vault.rotate(factor.secret)
        except Misconfigured:
            return seller.email
        audit.acting(session, actor)
        subject = seller_name(seller_id)
        audit.note(session, "second_factor.reencrypted", subject=subject, about=seller.name)
    return ""


def _renew_address(context: Context, address_id: int) -> str:
    with context.database.transaction() as session:
        address = session.get_one(NoticeAddress, address_id, with_for_update=True)
        try:
            address.secrets = context.vault.rotate(address.secrets)
        except Misconfigured:
            return f"{address.id} ({address.name})"
    return ""


def _renew_endpoint(context: Context, endpoint_id: int, actor: Actor) -> str:
    """Its name, where no key opens its secrets."""
    with context.database.transaction() as session:
        endpoint = session.get_one(Endpoint, endpoint_id, with_for_update=True)
        try:
            endpoint.secrets = context.vault.rotate(endpoint.secrets)
        except Misconfigured:
            return f"{endpoint.id} ({endpoint.name})"
        session.flush()
        audit.acting(session, actor)
        subject = f"endpoint:{endpoint.id}"
        what, about = "endpoint.reencrypted", endpoint.name
        audit.note(session, what, shop_id=endpoint.shop_id, subject=subject, about=about)
    return ""
