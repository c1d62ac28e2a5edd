"""Totals that were kept equal what the cases add up to, whatever happened in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from service.db.models import Message, ReportMark, ReportTotals, Shop
from service.db.reports import kept_totals
from service.domain.cases.root_causes import RootCause
from service.domain.errors import DomainError
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import MessageState
from service.domain.reports.periods import Period, PeriodKind
from service.domain.reports.totals import Totals
from service.domain.reports.totals_data import totals_to_data
from service.domain.staff.authority import BUYER, OPERATOR
from service.operations.cases import causes, reopen, root_cause
from service.operations.messages import answers
from service.operations.privacy import erasure
from service.operations.remedies import decisions
from service.operations.reports import roll_up as reports
from service.operations.reports.roll_up import rebuild, roll_up
from tests.browser.phone import AT_ONCE
from tests.world import START, World

WORDS = ("Barang pecah", "Warna salah", "Lama sekali", "Tutupnya retak", "Kurang satu")


def _periods(zone: str) -> list[Period]:
    first = START.date()
    return [
        *(Period.around(first, kind, zone) for kind in PeriodKind),
        Period.around(first, PeriodKind.WEEK, zone).after,
        Period.around(first, PeriodKind.MONTH, zone).after,
    ]


def _check(world: World) -> None:
    """Each period comes to the same by what was kept as by its cases alone."""
    with world.context.database.reading() as session:
        shops = session.scalars(select(Shop)).all()
        for zone in {shop.zone for shop in shops}:
            for period in _periods(zone):
                kept = kept_totals.totals(session, shops, period)
                counted = kept_totals.count(session, [shop.id for shop in shops], period.days)
                assert totals_to_data(kept) == totals_to_data(counted), period


def _check_raised(world: World) -> None:
    """Whatever was raised could be changed."""
    with world.context.database.reading() as session:
        month = Period.around(START.date(), PeriodKind.MONTH, "UTC")
        sums = kept_totals.totals(session, session.scalars(select(Shop)).all(), month).sums
    assert sums.recovered_asked_cases <= sums.editable_asked <= sums.editable <= sums.number
    assert sums.recovered_cases <= sums.editable
    for share in (sums.recovered_asked, sums.recovered_unasked):
        assert 0 <= share.part <= share.whole


def _kept(world: World) -> int:
    with world.context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ReportTotals)) or 0


def _rows(world: World) -> dict[object, object]:
    with world.context.database.reading() as session:
        rows = session.scalars(select(ReportTotals)).all()
    return {(row.shop_id, row.kind, row.first_day): (row.zone, row.data) for row in rows}


def _check_rebuilt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting all anew, a few days at once, gives what was kept by and by."""
    kept = _rows(world)
    monkeypatch.setattr(reports, "AT_ONCE", 3)
    rebuild(world.context, OPERATOR)
    assert _rows(world) == kept
    assert not _marked(world)


def _marked(world: World) -> int:
    with world.context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ReportMark)) or 0


class _Life:
    """What may happen to a shop's cases, chosen by chance."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.orders: list[int] = []

    def step(self) -> None:
        """One thing happens; what is not possible now is refused and changes nothing."""
        happening = self.chance.choice(
            [
                self._rate,
                self._rate,
                self._decide,
                self._raise_again,
                self._say,
                self._correct,
                self._find_root,
                self._reopen,
                self._pass_time,
                self._erase,
                self._move_away,
                self._work_otherwise,
            ]
        )
        with suppress(DomainError):
            happening()
        self.world.work()

    def _case_id(self) -> int:
        return self.chance.choice(self.world.cases()).id if self.orders else 0

    def _rate(self) -> None:
        stars = self.chance.choice((1, 1, 2, 5))
        self.orders.append(self.world.rate(stars, self.chance.choice(WORDS)))

    def _raise_again(self) -> None:
        if self.orders:
            self.world.rate(self.chance.randint(1, 5), "Diubah", self.chance.choice(self.orders))

    def _decide(self) -> None:
        decisions.approve(self.world.context, self._case_id(), self.world.owner, number=0)

    def _say(self) -> None:
        with self.world.context.database.reading() as session:
            checks = session.scalars(
                select(Message.id).where(
                    Message.step == Step.RESOLUTION_CHECK, Message.state == MessageState.SENT
                )
            ).all()
        if checks:
            answers.answer(
                self.world.context,
                self.chance.choice(checks),
                BUYER,
                answer=self.chance.choice(list(Answer)),
                stars=self.chance.randint(1, 5),
                comment="",
            )

    def _correct(self) -> None:
        cause = self.chance.choice(("late", "damaged", "missing"))
        causes.correct(self.world.context, self._case_id(), self.world.owner, cause)

    def _find_root(self) -> None:
        root_cause.record(
            self.world.context,
            self._case_id(),
            self.world.owner,
            self.chance.choice(list(RootCause)),
        )

    def _reopen(self) -> None:
        reopen.reopen(self.world.context, self._case_id(), self.world.owner, "Masih rusak")

    def _pass_time(self) -> None:
        self.world.clock.move(hours=self.chance.choice((1, 7, 30)))

    def _erase(self) -> None:
        if self.orders:
            buyer = self.chance.choice(self.world.cases()).order.get("buyer", {})
            erasure.erase_buyer(self.world.context, buyer.get("email", ""), self.world.owner)

    def _move_away(self) -> None:
        self.world.set_shop(zone=self.chance.choice(("Asia/Jakarta", "Asia/Jayapura")))

    def _work_otherwise(self) -> None:
        day = str(self.chance.randint(0, 6))
        self.world.set_shop(answering={"week": {day: ["08:00", "20:00"]}})


@pytest.mark.parametrize("seed", [1, 2])
def test_totals_equal_the_count_after_whatever_happened(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.set_shop(follow_ups=AT_ONCE)
    life = _Life(world, seed)
    for number in range(24):
        life.step()
        if number % 3 == 0:
            roll_up(world.context)
        if number % 4 == 0:
            _check(world)

    assert world.cases()
    _check(world)
    while roll_up(world.context):
        pass
    _check(world)
    _check_raised(world)
    assert _kept(world)
    assert not _marked(world)
    _check_rebuilt(world, monkeypatch)


def test_a_report_reads_totals_and_no_case(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.rate(1, "Barang pecah")
    world.work()
    roll_up(world.context)

    def count(*_: object) -> Totals:
        raise AssertionError("cases were read")

    monkeypatch.setattr(kept_totals, "count", count)
    with world.context.database.reading() as session:
        shops = session.scalars(select(Shop)).all()
        periods = [Period.around(START.date(), kind, "Asia/Jakarta") for kind in PeriodKind]
        assert [kept_totals.totals(session, shops, each).sums.number for each in periods] == [1] * 3


def test_who_counts_second_keeps_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes count at once; a change between them is counted by the later one, which commits
    first."""
    world.rate(1, "Barang pecah")
    world.work()
    count: Callable[..., object] = kept_totals.count_days

    def slowly(*values: object) -> object:
        counted = count(*values)
        monkeypatch.setattr(kept_totals, "count_days", count)
        world.rate(2, "Lama sekali")
        world.work()
        roll_up(world.context)
        return counted

    monkeypatch.setattr(kept_totals, "count_days", slowly)
    roll_up(world.context)

    _check(world)
    while roll_up(world.context):
        pass
    _check(world)


def test_totals_are_rebuilt(world: World) -> None:
    world.rate(1, "Barang pecah")
    world.work()
    roll_up(world.context)
    with world.context.database.transaction() as session:
        for row in session.scalars(select(ReportTotals)):
            row.data = totals_to_data(Totals())

    rebuild(world.context, OPERATOR)

    _check(world)
    assert not _marked(world)


def test_totals_of_another_zone_are_of_no_use(world: World) -> None:
    """A case of Monday, one in the morning in Jakarta, is of three in the morning in Jayapura; one of
    half past eleven at night is of the next day there."""
    world.clock.move(hours=13, minutes=30)
    world.rate(1, "Barang pecah")
    world.work()
    roll_up(world.context)
    world.set_shop(zone="Asia/Jayapura")

    for _ in range(2):
        with world.context.database.reading() as session:
            shops = session.scalars(select(Shop)).all()
            day = Period.around(START.date(), PeriodKind.DAY, "Asia/Jayapura")
            assert kept_totals.totals(session, shops, day).sums.number == 0
            assert kept_totals.totals(session, shops, day.after).sums.number == 1
        roll_up(world.context)
