"""Cases of before get their courier and whether their review could be changed; reports are counted anew."""

from __future__ import annotations

from datetime import timedelta

from alembic import command
from sqlalchemy import select, text, update

from service.db import migrations
from service.db.models import Case, Connection, Review, Shop
from service.db.reports import kept_totals
from service.domain.reports.figures import Share
from service.domain.reports.periods import Period, PeriodKind
from service.operations.reports.roll_up import roll_up
from tests.world import START, World

BEFORE = "0056"


def _at_shopee(world: World, region: str) -> None:
    """The second case's review was forty days old; the third's had been changed before."""
    with world.context.database.transaction() as session:
        session.execute(update(Connection).values(adapter="shopee"))
        session.execute(update(Shop).values(asking={"region": region}))
        for case, days in zip(
            session.scalars(select(Case).order_by(Case.id)), (3, 40, 3), strict=True
        ):
            written = case.opened_at - timedelta(days=days)
            session.execute(
                update(Review).where(Review.id == case.review_id).values(written_at=written)
            )


def _rated(world: World) -> None:
    for _ in range(2):
        world.rate(1)
        world.work()
    order_id = world.rate(5)
    world.work()
    world.rate(1, "Rusak", order_id)
    world.work()


def _migrated_again(world: World) -> list[tuple[str, str]]:
    config = migrations.config(world.context.database)
    command.downgrade(config, BEFORE)
    migrations.migrate(world.context.database)
    return [(case.courier, case.editable) for case in world.cases()]


def test_cases_of_before_are_named_and_counted(world: World) -> None:
    _rated(world)
    seen = [case.courier for case in world.cases()]
    while roll_up(world.context):
        pass

    assert seen == ["J&T Express", "SiCepat", "JNE"]
    assert _migrated_again(world) == [(courier, "yes") for courier in seen]
    while roll_up(world.context):
        pass
    with world.context.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM report_mark")) == 0
        month = Period.around(START.date(), PeriodKind.MONTH, "Asia/Jakarta")
        shops = session.scalars(select(Shop)).all()
        assert kept_totals.totals(session, shops, month).sums.recovered == Share(0, 3)


def test_cases_of_before_get_the_rule_of_their_platform(world: World) -> None:
    _rated(world)
    _at_shopee(world, "PH")
    assert [state for _, state in _migrated_again(world)] == ["yes", "no", "no"]

    _at_shopee(world, "ID")
    assert [state for _, state in _migrated_again(world)] == ["assumed", "no", "no"]
