"""What cases add up to, and what is not said where there are too few."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.money import Money
from service.domain.messages.editable import Editable
from service.domain.messages.kinds import Answer
from service.domain.reports.figures import (
    FEWEST,
    CaseFacts,
    Effect,
    Rating,
    ReviewFacts,
    Share,
    Spread,
    kept_minutes,
)
from service.domain.reports.rising import costliest, rises
from service.domain.reports.sums import Sums
from service.domain.reports.totals import Dimension, Line, Totals, lines_of, totals_of
from service.domain.reports.totals_data import totals_from_data, totals_to_data

DAY = date(2026, 11, 24)
RUPIAH, DOLLARS = Money(2_590_000, "IDR"), Money(3490, "SGD")
HOUR = timedelta(hours=1)
CASES = st.lists(
    st.builds(
        CaseFacts,
        st.integers(0, 9),
        st.dates(DAY, DAY + timedelta(days=3)),
        st.sampled_from(["", "p1", "p2"]),
        st.just("Kettle"),
        st.sampled_from(["late", "damaged", "unclear"]),
        given=st.lists(
            st.tuples(
                st.sampled_from(["refund", "voucher"]), st.sampled_from([None, RUPIAH, DOLLARS])
            )
        ).map(tuple),
        first_answer=st.none() | st.timedeltas(timedelta(), timedelta(days=90)),
        remedied=st.none() | st.timedeltas(timedelta(), timedelta(days=90)),
        root_cause=st.sampled_from(["", "packing"]),
        staff=st.sampled_from(["", "1", "2"]),
        answer=st.none() | st.sampled_from(Answer),
        handling=st.none() | st.integers(0, 5),
        asked=st.booleans(),
        recovered=st.booleans(),
        rise=st.none() | st.integers(-4, 4),
        first_answer_worked=st.none() | st.timedeltas(timedelta(), timedelta(days=9)),
        courier=st.sampled_from(["", "JNE"]),
        editable=st.sampled_from(Editable),
    )
)
REVIEWS = st.lists(
    st.builds(ReviewFacts, st.just(DAY), st.sampled_from(["p1", "p2"]), st.integers(1, 5))
)


def _case(number: int, cause: str = "late", **facts: object) -> CaseFacts:
    return CaseFacts(number, DAY, f"p{number % 2}", f"Product {number % 2}", cause, **facts)  # type: ignore[arg-type]


def _sums(*cases: CaseFacts) -> Sums:
    return totals_of(cases).sums


def test_nothing_is_said_of_no_cases() -> None:
    nothing = totals_of([])

    assert (nothing.sums.number, nothing.sums.cost, nothing.first_answer) == (0, (), None)
    assert (nothing.sums.solved.percent, nothing.sums.recovered.percent) == (None, None)
    assert nothing.sums.handling == Rating(None, 0)
    assert nothing.sums.cost_of_recovered is None


def test_amounts_are_added_up_by_currency_and_kind() -> None:
    cases = [
        _case(1, given=(("refund", RUPIAH), ("voucher", RUPIAH))),
        _case(2, given=(("refund", DOLLARS),)),
    ]
    totals = totals_of(cases)

    assert totals.sums.cost == (Money(5_180_000, "IDR"), DOLLARS)
    refund, voucher = lines_of(totals, totals_of(cases[:1]), Dimension.REMEDY)
    assert (refund.key, refund.sums.number, refund.before) == ("refund", 2, 1)
    assert refund.sums.cost == (RUPIAH, DOLLARS)
    assert (voucher.key, voucher.sums.number) == ("voucher", 1)


def test_shares_and_spreads() -> None:
    cases = [
        _case(
            number,
            first_answer=HOUR * number,
            answer=Answer.SOLVED if number > 2 else Answer.PARTLY,
            recovered=number == 1,
        )
        for number in range(1, 11)
    ]
    totals = totals_of([*cases, _case(11, asked=True, recovered=True)])
    sums = totals.sums

    assert totals.first_answer is not None
    assert (totals.first_answer.middle, totals.first_answer.most) == (5 * HOUR, 9 * HOUR)
    assert (sums.solved, sums.partly) == (Share(8, 10), Share(2, 10))
    assert (sums.recovered, sums.recovered_asked) == (Share(2, 11), Share(1, 1))
    assert sums.recovered_unasked == Share(1, 10)


def test_raised_ratings_are_a_share_of_those_that_could_still_be_changed() -> None:
    sums = _sums(
        _case(1, editable=Editable.YES, asked=True, recovered=True),
        _case(2, editable=Editable.ASSUMED, asked=True),
        _case(3, editable=Editable.ASSUMED, recovered=True),
        _case(4, editable=Editable.YES),
        _case(5, editable=Editable.NO),
        _case(6, editable=Editable.NO, asked=True),
    )

    assert (sums.recovered, sums.assumed) == (Share(2, 4), 2)
    assert (sums.recovered_asked, sums.recovered_unasked) == (Share(1, 2), Share(1, 2))


def test_working_hours_are_counted_beside_the_clock() -> None:
    totals = totals_of([_case(1, remedied=30 * HOUR, remedied_worked=8 * HOUR)])

    assert (totals.remedied, totals.remedied_in_hours) == (
        Spread(30 * HOUR, 30 * HOUR),
        Spread(8 * HOUR, 8 * HOUR),
    )


@given(st.timedeltas(timedelta(), timedelta(days=365)))
def test_spans_are_kept_nearly_as_they_are(span: timedelta) -> None:
    kept = timedelta(minutes=kept_minutes(span))

    assert kept <= span < kept + max(timedelta(minutes=1), span / 10)


def test_stars_gained_are_told_apart_by_whether_the_buyer_was_invited() -> None:
    sums = _sums(
        _case(1, asked=True, recovered=True, rise=4),
        _case(2, asked=True, recovered=True, rise=2),
        _case(3, recovered=True, rise=1),
        _case(4, recovered=True),
    )

    assert (sums.uplift_asked, sums.uplift_unasked) == (3, 1)
    assert sums.uplift == pytest.approx(7 / 3)


def test_a_raised_review_costs_what_all_cases_did() -> None:
    cases = [_case(number, given=(("refund", RUPIAH),)) for number in range(10)]
    raised = [_case(number, recovered=True) for number in range(FEWEST)]

    assert _sums(*cases, *raised).cost_of_recovered == (Money(5_180_000, "IDR"),)
    assert _sums(*cases, *raised[1:]).cost_of_recovered is None


def test_the_effect_on_a_product_counts_all_of_its_reviews() -> None:
    reviews = [ReviewFacts(DAY, "p1", 5) for _ in range(3)]
    reviews += [ReviewFacts(DAY, "p1", 4, gained=3), ReviewFacts(DAY, "p1", 1)]

    assert totals_of([], reviews).effect_on("p1") == Effect(4.0, 3.4, 5)
    assert totals_of([], reviews[1:]).effect_on("p1") is None, "too few"
    assert totals_of([], reviews[:3] * 2).effect_on("p1") is None, "none was raised"
    assert totals_of([]).effect_on("p2") is None


@given(CASES)
def test_each_case_is_in_one_line_of_each_table(cases: list[CaseFacts]) -> None:
    totals = totals_of(cases)
    for dimension, named in (
        (Dimension.CAUSE, cases),
        (Dimension.PRODUCT, [case for case in cases if case.product_key]),
    ):
        counts = [line.sums.number for line in lines_of(totals, Totals(), dimension)]
        assert sum(counts) == len(named)
        assert counts == sorted(counts, reverse=True)


@given(CASES, CASES, REVIEWS)
def test_totals_of_days_become_those_of_weeks(
    monday: list[CaseFacts], tuesday: list[CaseFacts], reviews: list[ReviewFacts]
) -> None:
    merged = totals_of(monday, reviews)
    merged.merge(totals_of(tuesday, reviews))

    assert totals_to_data(merged) == totals_to_data(
        totals_of([*monday, *tuesday], [*reviews, *reviews])
    )


@given(CASES, REVIEWS)
def test_what_is_kept_is_read_back(cases: list[CaseFacts], reviews: list[ReviewFacts]) -> None:
    totals = totals_of(cases, reviews)
    kept = json.loads(json.dumps(totals_to_data(totals)))

    assert totals_to_data(totals_from_data(kept)) == totals_to_data(totals)
    assert totals_from_data(kept).first_answer == totals.first_answer


def _line(now: int, before: int) -> Line:
    return Line("late", "late", _sums(*(_case(number) for number in range(now))), before)


def test_only_what_surely_rose_is_said_to_rise() -> None:
    rose, too_few = rises([_line(20, 4), _line(6, 4), _line(4, 20), _line(FEWEST - 1, 0)])

    assert [rise.line.sums.number for rise in rose] == [20]
    assert rose[0].low > 50
    assert [line.sums.number for line in too_few] == [FEWEST - 1]


def test_a_rise_says_how_many_times_as_many() -> None:
    (twice,), _ = rises([_line(40, 10)])
    (first,), _ = rises([_line(40, 0)])

    least, most = twice.times
    assert most is not None
    assert 1 < least < 4 < most
    assert first.times[0] > 5
    assert first.times[1] is None, "before there was none to compare with"


@given(st.integers(0, 300), st.integers(0, 300))
def test_no_change_or_a_fall_is_never_a_rise(now: int, before: int) -> None:
    rose, _too_few = rises([_line(now, before)])

    assert not rose or now > before


def test_the_costliest_lines_come_first() -> None:
    dear = Line("a", "a", _sums(_case(1, given=(("refund", RUPIAH),))))
    dearer = Line("b", "b", _sums(_case(1, given=(("refund", RUPIAH),) * 2)))
    free = Line("c", "c", _sums(_case(1)))

    assert costliest([dear, dearer, free], "IDR") == [dearer, dear]
    assert costliest([dear], "SGD") == []


def test_stars_of_too_few_buyers_are_no_mean() -> None:
    few = [_case(number, handling=5) for number in range(FEWEST - 1)]

    assert _sums(*few).handling == Rating(None, FEWEST - 1)
    assert _sums(*few, _case(9, handling=0)).handling == Rating(4, FEWEST)


def test_root_causes_and_staff_are_lines_where_they_are_known() -> None:
    cases = [_case(1, root_cause="packing", staff="7", given=(("refund", RUPIAH),)), _case(2)]
    now, before = totals_of(cases), totals_of([_case(3, root_cause="packing")])

    [root] = lines_of(now, before, Dimension.ROOT_CAUSE)
    [person] = lines_of(now, before, Dimension.STAFF)

    assert (root.key, root.sums.number, root.before, root.sums.cost) == ("packing", 1, 1, (RUPIAH,))
    assert (person.key, person.sums.number, person.before) == ("7", 1, 0)
