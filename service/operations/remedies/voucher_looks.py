"""Asks platforms whether the vouchers that were given are used, each once a day until it is, or is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from integrations import registry
from integrations.contract import GivenVoucher, OrderStore, Role, VoucherUse
from integrations.errors import Permanent, Unsupported
from integrations.sentence import Text
from service.db.models import Case, Connection, Kind, MakeGood, OutboxRow
from service.db.outbox import claims
from service.db.reports import marks
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.remedies.vouchers import LOOK_EVERY, VoucherUsage, is_over
from service.operations.apart import apart
from service.operations.context import Context
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work

PAUSE = timedelta(seconds=6)
"""Between two vouchers of a connection: many that are due at once do not take all calls it has."""


def start_looking(session: Transaction, make_good: MakeGood) -> None:
    """A voucher was given: its platform is asked from a day later on, if it can tell. Of one that a person
    made, it is not known whether the platform knows it."""
    connection = session.get_one(Connection, make_good.connection_id)
    tells = _tells(connection) and bool(make_good.code)
    made_there = tells and bool(make_good.vendor_id)
    make_good.voucher_usage = VoucherUsage.OPEN if made_there else VoucherUsage.UNKNOWN
    if tells and make_good.done_at is not None:
        make_good.voucher_look_at = make_good.done_at + LOOK_EVERY


def _tells(connection: Connection) -> bool:
    can = registry.get(connection.adapter).capabilities
    return can.voucher_use and Role.ORDERS in connection.roles


def plan_looks(context: Context) -> bool:
    """Put a row for each connection with vouchers that are due for a look; one that is under way, or put
    off, stays as it is. A connection without an outward lane is left out."""
    now = context.clock.now()
    due = (
        select(MakeGood.connection_id)
        .where(MakeGood.voucher_look_at <= now)
        .group_by("connection_id")
    )
    under_way = select(OutboxRow.ref_id).where(
        OutboxRow.kind == Kind.LOOK_AT_VOUCHERS, OutboxRow.done_at.is_(None)
    )
    with context.database.reading() as session:
        connection_ids = sorted({*session.scalars(due)} - {*session.scalars(under_way)})
    if connection_ids:
        with context.database.transaction() as session:
            for connection_id in connection_ids:
                with apart("asking about vouchers of connection", connection_id):
                    _put_look(session, connection_id, now)
    return False


def _put_look(session: Transaction, connection_id: int, now: datetime) -> None:
    lane = shop_queries.lane(session, connection_id, outward=True)
    claims.put(session, Kind.LOOK_AT_VOUCHERS, connection_id, lane_id=lane, due_at=now, now=now)


@dataclass(frozen=True, slots=True)
class _Question:
    make_good_id: int
    store: OrderStore
    voucher: GivenVoucher


def _carry_out(work: Work) -> Steps[None]:
    """Ask about the voucher that is due longest; the row then waits a moment for the next, and ends after
    the last."""
    question = work.write(_begin)
    if question is None:
        return
    try:
        use = yield Call(question.store.voucher_use, question.voucher)
    except (Permanent, Unsupported):
        # It is asked again tomorrow; the others are not held up.
        work.write(_keep, question.make_good_id, None, answered=False)
    else:
        work.write(_keep, question.make_good_id, use)


def _begin(row: HeldRow) -> _Question | None:
    connection = row.session.get_one(Connection, row.ref_id)
    make_good = row.session.scalar(
        select(MakeGood)
        .where(MakeGood.connection_id == row.ref_id, MakeGood.voucher_look_at <= row.now)
        .order_by(MakeGood.voucher_look_at)
        .limit(1)
    )
    if make_good is None:
        row.finish()
    elif not _tells(connection):
        _keep(row, make_good.id, None, answered=False)
    else:
        voucher = GivenVoucher(make_good.code, make_good.vendor_id, make_good.key)
        return _Question(make_good.id, row.context.orders(connection), voucher)
    return None


def _keep(
    row: HeldRow, make_good_id: int, use: VoucherUse | None, *, answered: bool = True
) -> None:
    """Keep what the platform says; its case is counted anew only where that is something new. The row of
    the make-good is locked first, so that nothing comes back that was erased meanwhile."""
    session, now = row.session, row.now
    row.postpone(now + PAUSE, tries=0)
    statement = select(MakeGood).where(MakeGood.id == make_good_id).with_for_update(key_share=True)
    make_good = session.scalars(statement.execution_options(populate_existing=True)).one()
    shop_id, opened_at, erased_at = session.execute(
        select(Case.shop_id, Case.opened_at, Case.erased_at).where(Case.id == make_good.case_id)
    ).one()
    values = _learned(make_good, use, row, answered=answered)
    if erased_at is not None:
        values.pop("used_order", None)
    # Not by the row itself: each look would have its day counted anew.
    session.execute(
        update(MakeGood.__table__).where(MakeGood.__table__.c.id == make_good_id).values(values)
    )
    if values["voucher_usage"] is not make_good.voucher_usage:
        marks.mark(session, [(shop_id, opened_at)])


def _learned(
    make_good: MakeGood, use: VoucherUse | None, row: HeldRow, *, answered: bool
) -> dict[str, Any]:
    now, done_at = row.now, make_good.done_at or row.now
    over = is_over(make_good.expires_at, done_at, now)
    values: dict[str, Any] = {"voucher_look_at": None if over else now + LOOK_EVERY}
    if answered:
        values["voucher_seen_at"] = now
    if use is not None and use.used:
        saved = use.saved
        is_its_currency = saved is not None and saved.currency == make_good.currency
        return values | {
            "voucher_usage": VoucherUsage.USED,
            "voucher_look_at": None,
            "used_at": use.at,
            "used_order": use.order_number,
            "saved_minor": saved.amount_minor if saved and is_its_currency else None,
        }
    if use is not None:
        ended = over and make_good.expires_at is not None
        return values | {"voucher_usage": VoucherUsage.UNUSED if ended else VoucherUsage.OPEN}
    stays = not answered and not over
    return values | {"voucher_usage": make_good.voucher_usage if stays else VoucherUsage.UNKNOWN}


LOOK_AT_VOUCHERS = Handler(
    kind=Kind.LOOK_AT_VOUCHERS,
    label=Text("asking which vouchers were used"),
    about=Connection,
    carry_out=_carry_out,
)
