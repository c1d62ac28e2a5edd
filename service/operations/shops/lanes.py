"""The lanes of a connection, and the calls a minute that it has or shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from integrations import registry
from service.db.models import Connection, Lane, Rate
from service.db.transaction import Transaction
from service.db.upserts import insert_into
from service.operations.context import Context

INWARD_AT_ONCE = 1_000_000


def add_lanes(
    context: Context,
    session: Transaction,
    connection: Connection,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """Give a new connection its lanes; `values` are its entries."""
    pace = registry.get(connection.adapter).pace
    rate = _rate(context, session, connection, values, now)
    for outward in (False, True):
        session.add(
            Lane(
                connection_id=connection.id,
                outward=outward,
                concurrency=pace.concurrency if outward else INWARD_AT_ONCE,
                rate_id=rate if outward else None,
            )
        )
    session.flush()


def share_rate(
    context: Context,
    session: Transaction,
    connection: Connection,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """Count a connection's calls with those of the app that its entries name now."""
    if registry.get(connection.adapter).pace.shared_by:
        rate = _rate(context, session, connection, values, now)
        lane = (Lane.connection_id == connection.id) & Lane.outward
        session.execute(update(Lane).where(lane).values(rate_id=rate))


def _rate(
    context: Context,
    session: Transaction,
    connection: Connection,
    values: Mapping[str, str],
    now: datetime,
) -> int | None:
    """The bucket in which its calls are counted; None where its platform sets no limit."""
    pace = registry.get(connection.adapter).pace
    if pace.per_minute is None:
        return None
    app = "\n".join(values.get(name, "") for name in pace.shared_by)
    own = f"connection:{connection.id}"
    name = f"{connection.adapter}:{context.vault.fingerprint(app)}" if pace.shared_by else own
    # Two connections of one app may be made at once.
    bucket = insert_into(session, Rate).on_conflict_do_nothing()
    full = {"per_minute": pace.per_minute, "allowance": pace.per_minute, "allowance_at": now}
    session.execute(bucket, [{"name": name, **full, "last_lane_id": 0}])
    return session.scalar(select(Rate.id).where(Rate.name == name))
