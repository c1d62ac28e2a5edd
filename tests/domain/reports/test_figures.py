"""What cases add up to, and what is not said where there are too few."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from integrations.money import Money
from service.domain.reports.figures import (
    CaseFacts,
    Line,
    Share,
    by_cause,
    by_product,
    by_remedy,
    figures_of,
    total,
)
from service.domain.reports.rising import FEWEST, costliest, rises

DAY = date(2026, 11, 24)
RUPIAH, DOLLARS = Money(2_590_000, "IDR"), Money(3490, "SGD")
HOUR = timedelta(hours=1)


def _case(number: int, cause: str = "late", **facts: object) -> CaseFacts:
    return CaseFacts(number, DAY, f"p{number % 2}", f"Product {number % 2}", cause, **facts)  # type: ignore[arg-type]


def test_nothing_is_said_of_no_cases() -> None:
    nothing = figures_of([])

    assert (nothing.opened, nothing.cost, nothing.first_answer) == (0, (), None)
    assert (nothing.solved.percent, nothing.recovered.percent, nothing.handling) == (None,) * 3


def test_amounts_are_added_up_by_currency_and_kind() -> None:
    cases = [
        _case(1, given=(("refund", RUPIAH), ("voucher", RUPIAH))),
        _case(2, given=(("refund", DOLLARS),)),
    ]

    assert figures_of(cases).cost == (Money(5_180_000, "IDR"), DOLLARS)
    refund, voucher = by_remedy(cases)
    assert (refund.kind, refund.number, refund.cost) == ("refund", 2, (RUPIAH, DOLLARS))
    assert (voucher.kind, voucher.number) == ("voucher", 1)


def test_shares_and_spreads() -> None:
    cases = [
        _case(number, first_answer=HOUR * number, solved=number > 2, recovered=number == 1)
        for number in range(1, 11)
    ]
    figures = figures_of([*cases, _case(11, asked=True, recovered=True)])

    assert figures.first_answer is not None
    assert (figures.first_answer.middle, figures.first_answer.most) == (5 * HOUR, 9 * HOUR)
    assert figures.solved == Share(8, 10)
    assert (figures.recovered, figures.recovered_asked) == (Share(2, 11), Share(1, 1))
    assert figures.recovered_unasked == Share(1, 10)


@given(
    st.lists(st.builds(_case, st.integers(0, 9), st.sampled_from(["late", "damaged", "unclear"])))
)
def test_each_case_is_in_one_line_of_each_table(cases: list[CaseFacts]) -> None:
    for lines in (by_cause(cases, []), by_product(cases, [])):
        assert sum(len(line.cases) for line in lines) == len(cases)
        counts = [len(line.cases) for line in lines]
        assert counts == sorted(counts, reverse=True)
    assert total([RUPIAH] * len(cases)) == (
        (Money(2_590_000 * len(cases), "IDR"),) if cases else ()
    )


def _line(now: int, before: int) -> Line:
    return Line("late", "late", [_case(number) for number in range(now)], before)


def test_only_what_surely_rose_is_said_to_rise() -> None:
    rose, too_few = rises([_line(20, 4), _line(6, 4), _line(4, 20), _line(FEWEST - 1, 0)])

    assert [len(rise.line.cases) for rise in rose] == [20]
    assert rose[0].low > 50
    assert [len(line.cases) for line in too_few] == [FEWEST - 1]


@given(st.integers(0, 300), st.integers(0, 300))
def test_no_change_or_a_fall_is_never_a_rise(now: int, before: int) -> None:
    rose, _too_few = rises([_line(now, before)])

    assert not rose or now > before


def test_the_costliest_lines_come_first() -> None:
    dear = Line("a", "a", [_case(1, given=(("refund", RUPIAH),))])
    dearer = Line("b", "b", [_case(1, given=(("refund", RUPIAH),) * 2)])
    free = Line("c", "c", [_case(1)])

    assert costliest([dear, dearer, free], "IDR") == [dearer, dear]
    assert costliest([dear], "SGD") == []
