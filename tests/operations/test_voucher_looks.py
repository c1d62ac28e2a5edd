"""Vouchers after they were given: used, expired without, still open, or nobody knows; and what reports make
of that."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from sqlalchemy import select, update

from integrations.contract import GivenVoucher, VoucherUse
from integrations.errors import Permanent, Temporary
from integrations.money import Money
from integrations.sandbox import Sandbox
from service.db.models import Kind, MakeGood, OutboxRow, ReportMark, Shop
from service.db.reports import kept_totals
from service.domain.remedies.vouchers import GRACE, LONGEST, VoucherUsage
from service.domain.reports.periods import Period, PeriodKind
from service.domain.reports.sums import Sums
from service.domain.reports.totals_data import totals_to_data
from service.domain.staff.authority import OPERATOR
from service.operations.privacy import erasure
from service.operations.remedies.voucher_looks import plan_looks
from service.operations.reports.roll_up import rebuild, roll_up
from service.operations.shops import disconnect
from tests.operations.vouchers import DAYS, WORTH, buy, given, look, made
from tests.world import START, World


def _sums(world: World) -> Sums:
    """What the month comes to, by what is kept; the same as by its cases, and as counted all anew."""
    while roll_up(world.context):
        pass
    month = Period.around(START.date(), PeriodKind.MONTH, "Asia/Jakarta")
    with world.context.database.reading() as session:
        shops = session.scalars(select(Shop)).all()
        kept = kept_totals.totals(session, shops, month)
        counted = kept_totals.count(session, [shop.id for shop in shops], month.days)
    assert totals_to_data(kept) == totals_to_data(counted)
    rebuild(world.context, OPERATOR)
    with world.context.database.reading() as session:
        assert totals_to_data(kept_totals.totals(session, shops, month)) == totals_to_data(kept)
    return kept.sums


def test_used_voucher_costs_what_its_buyer_paid_less(world: World) -> None:
    code = given(world)
    assert (made(world).voucher_usage, _sums(world).cost_used) == (VoucherUsage.OPEN, ())
    order = buy(world, f" {code.upper()} ")
    assert "IDR 209,000" in order.text

    look(world, hours=23)
    assert made(world).voucher_usage is VoucherUsage.OPEN
    look(world, hours=2)

    seen = made(world)
    assert (seen.voucher_usage, seen.used_order, seen.saved) == (VoucherUsage.USED, "SB-2", WORTH)
    assert (seen.used_at, seen.voucher_look_at) == (START, None)
    sums = _sums(world)
    assert (sums.cost, sums.cost_used) == ((WORTH,), (WORTH,))
    assert sums.vouchers_of(VoucherUsage.USED) == sums.vouchers_worth == (WORTH,)


def test_voucher_is_good_for_one_order_and_for_its_currency(world: World) -> None:
    code = given(world)

    assert buy(world, "OTHER").status_code == 422
    lamp = {"buyer": "1", "product": "lamp", "voucher": code}
    assert requests.post(f"{world.url}/sandbox/buy", data=lamp, timeout=9).status_code == 422
    assert buy(world, code).status_code == 200
    assert buy(world, code).status_code == 422
    assert len(world.sandbox.ledger.rows("SELECT id FROM orders")) == 2


def test_voucher_that_expires_without_being_used_costs_nothing(world: World) -> None:
    given(world)

    look(world, days=DAYS)
    assert made(world).voucher_usage is VoucherUsage.OPEN
    look(world, seconds=GRACE.total_seconds())

    seen, sums = made(world), _sums(world)
    assert (seen.voucher_usage, seen.voucher_look_at) == (VoucherUsage.UNUSED, None)
    assert (sums.cost, sums.cost_used) == ((WORTH,), ())
    assert sums.vouchers_of(VoucherUsage.UNUSED) == (WORTH,)


def test_what_is_used_not_used_open_and_unknown_adds_up_to_what_was_given(world: World) -> None:
    used, _expired = given(world), given(world, Money(1_000_000, "IDR"))
    buy(world, used)
    look(world, days=DAYS + GRACE.days)
    given(world, Money(2_000_000, "IDR"))
    given(world, Money(3_000_000, "IDR"))
    with world.context.database.transaction() as session:
        session.execute(
            update(MakeGood).where(MakeGood.id == 4).values(voucher_usage=VoucherUsage.UNKNOWN)
        )
    month = Period.around(START.date(), PeriodKind.MONTH, "Asia/Jakarta")
    with world.context.database.reading() as session:
        days = month.days
        both = kept_totals.count(session, [world.shop_id], days)
        both.merge(kept_totals.count(session, [world.shop_id], month.after.days))
    sums = both.sums

    assert dict(sums.vouchers) == {"used": 1, "unused": 1, "open": 1, "unknown": 1}
    assert sums.vouchers_worth == sums.cost == (Money(11_000_000, "IDR"),)
    assert sums.cost_used == (WORTH,)


def test_look_that_finds_nothing_new_has_nothing_counted_anew(world: World) -> None:
    given(world)
    world.clock.move(hours=25)
    world.work()
    _sums(world)

    look(world)

    assert made(world).voucher_seen_at is not None
    with world.context.database.reading() as session:
        marks = session.scalars(select(ReportMark.at)).all()
        [row] = session.scalars(select(OutboxRow).where(OutboxRow.kind == Kind.LOOK_AT_VOUCHERS))
    assert marks == []
    assert row.done_at is not None


def test_many_that_are_due_are_asked_one_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [given(world), given(world)]
    asked: list[str] = []

    def voucher_use(self: Sandbox, voucher: GivenVoucher) -> VoucherUse | None:
        asked.append(voucher.code)
        if voucher.code == codes[0]:
            raise Permanent("not as documented")
        return VoucherUse(True)

    monkeypatch.setattr(Sandbox, "voucher_use", voucher_use)
    world.clock.move(days=1)
    plan_looks(world.context)
    world.work()
    assert asked == codes[:1]
    world.clock.move(seconds=6)
    world.work()

    assert asked == codes
    first, second = made(world, 0), made(world, 1)
    assert (first.voucher_usage, first.voucher_seen_at) == (VoucherUsage.OPEN, None)
    assert first.voucher_look_at == START + timedelta(days=2)
    # The platform says neither when nor how much.
    assert (second.voucher_usage, second.used_at, second.saved) == (VoucherUsage.USED, None, None)
    assert second.cost == WORTH


def test_platform_that_is_away_is_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(world)

    def voucher_use(self: Sandbox, voucher: GivenVoucher) -> VoucherUse | None:
        raise Temporary("not now", outcome="not_done")

    with monkeypatch.context() as away:
        away.setattr(Sandbox, "voucher_use", voucher_use)
        look(world, days=1)
        tries = _row(world).tries
    assert tries == 2
    look(world, minutes=20)

    assert made(world).voucher_seen_at is not None
    assert _row(world).done_at is not None


def _row(world: World) -> OutboxRow:
    with world.context.database.reading() as session:
        return session.scalars(
            select(OutboxRow).where(OutboxRow.kind == Kind.LOOK_AT_VOUCHERS)
        ).one()


def test_voucher_that_the_platform_does_not_know_is_not_known(world: World) -> None:
    given(world)
    with world.sandbox.ledger.write() as connection:
        connection.execute("UPDATE made SET code = 'other'")

    look(world, days=1)

    assert made(world).voucher_usage is VoucherUsage.UNKNOWN
    assert _sums(world).cost_used == ()


def test_voucher_of_a_platform_that_was_disconnected_stays_not_known(world: World) -> None:
    given(world)
    disconnect.disconnect(world.context, world.connection_id, world.owner)

    look(world, days=1)
    assert made(world).voucher_usage is VoucherUsage.OPEN
    look(world, days=DAYS + GRACE.days)

    seen = made(world)
    assert (seen.voucher_usage, seen.voucher_look_at) == (VoucherUsage.UNKNOWN, None)


def test_voucher_without_an_end_is_asked_about_for_a_year(world: World) -> None:
    given(world)
    with world.context.database.transaction() as session:
        session.execute(update(MakeGood).values(expires_at=None))

    look(world, seconds=LONGEST.total_seconds())

    seen = made(world)
    assert (seen.voucher_usage, seen.voucher_look_at) == (VoucherUsage.OPEN, None)


@pytest.mark.parametrize("first", ["used", "erased"])
def test_order_of_the_use_goes_with_the_buyer(world: World, first: str) -> None:
    code = given(world)
    email = world.cases()[0].order["buyer"]["email"]
    buy(world, code)
    if first == "used":
        look(world, days=1)
        assert made(world).used_order == "SB-2"
    erasure.erase_buyer(world.context, email, world.owner)
    look(world, days=1)

    seen = made(world)
    assert (seen.voucher_usage, seen.used_order, seen.saved) == (VoucherUsage.USED, "", WORTH)
