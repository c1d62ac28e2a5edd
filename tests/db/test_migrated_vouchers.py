"""Vouchers of before: those still good are asked about, of the others nobody knows; reports are counted anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alembic import command
from sqlalchemy import select, update

from integrations.money import Money
from integrations.remedies import VOUCHER, Remedy
from service.db import migrations
from service.db.models import MakeGood, ReportMark
from service.domain.remedies.vouchers import VoucherUsage
from service.operations.remedies import decisions
from tests.operations.steps import help_again, rated
from tests.world import World

OPEN, UNKNOWN = VoucherUsage.OPEN, VoucherUsage.UNKNOWN


def test_vouchers_that_are_still_good_are_asked_about(world: World) -> None:
    voucher = Remedy(VOUCHER, Money(1_000_000, "IDR"), (), timedelta(days=30))
    for _ in range(4):
        rated(world)
        decisions.approve(world.context, world.cases()[-1].id, world.owner, changed=voucher)
        world.work()
    help_again(world, rated(world))
    now = datetime.now(UTC)
    endings = (now + timedelta(days=1), None, now - timedelta(days=1), now + timedelta(days=1))
    with world.context.database.transaction() as session:
        for number, ends in enumerate(endings, 1):
            session.execute(update(MakeGood).where(MakeGood.id == number).values(expires_at=ends))
        session.execute(update(MakeGood).where(MakeGood.id == 4).values(vendor_id=""))

    config = migrations.config(world.context.database)
    command.downgrade(config, "0059")
    migrations.migrate(world.context.database)

    with world.context.database.reading() as session:
        rows = session.scalars(select(MakeGood).order_by(MakeGood.id)).all()
        assert [row.voucher_usage for row in rows] == [OPEN, OPEN, UNKNOWN, UNKNOWN, None]
        asked = [row.voucher_look_at is not None for row in rows]
        assert asked == [True, True, False, True, False]
        assert session.scalars(select(ReportMark)).all()
