"""Which rule fits, and what it proposes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.money import Money
from integrations.remedies import KINDS, REFUND, RESEND, VOUCHER, RemedyKind
from service.domain.remedies.bounds import gaps
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When
from service.domain.remedies.proposing import (
    Facts,
    NoProposal,
    Proposal,
    fits,
    propose,
)
from service.domain.remedies.ready_made import ReadyMade, ready_made

ALL = frozenset(KINDS.values())
PAID = Money(10_000, "EUR")
FACTS = Facts(stars=1, left=PAID, order_value=PAID, line_paid=PAID)
SEND_AGAIN = RemedyRule(RESEND)
PART = RemedyRule(REFUND, percent=30)


def book(*remedies: RemedyRule, when: When | None = None) -> Playbook:
    return Playbook("Test", (Rule("Only", when or When(), remedies),))


def proposal(playbook: Playbook, facts: Facts = FACTS) -> Proposal:
    found = propose(playbook, facts, ALL)
    assert isinstance(found, Proposal)
    return found


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        (When(max_stars=1), replace(FACTS, stars=2)),
        (When(min_stars=2), FACTS),
        (When(words=("broken",)), replace(FACTS, text="It came late")),
        (When(causes=("late",)), replace(FACTS, cause="damaged")),
        (When(causes=("late",)), FACTS),
        (When(products=("p1",)), replace(FACTS, product_ids=frozenset({"p2"}))),
        (When(order_at_least={"EUR": 10_001}), FACTS),
        (When(order_at_most={"EUR": 9_999}), FACTS),
        (When(order_at_most={"IDR": 99_999_999}), FACTS),
        (When(order_at_least={"EUR": 1}), replace(FACTS, order_value=None)),
        (When(earlier_cases_min=1), FACTS),
        (When(earlier_cases_max=1), replace(FACTS, earlier_cases=lambda: 2)),
        (When(countries=("ID",)), replace(FACTS, country="DE")),
        (When(countries=("ID",)), FACTS),
        (When(grave=True), FACTS),
        (When(grave=False), replace(FACTS, grave=True)),
    ],
)
def test_a_rule_does_not_fit_when_one_condition_fails(when: When, facts: Facts) -> None:
    assert not fits(when, facts)


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        (When(), FACTS),
        (When(max_stars=1), FACTS),
        (When(words=("broken",)), replace(FACTS, text="It came BROKEN!")),
        (When(causes=("late",)), replace(FACTS, cause="late")),
        (When(causes=("late",), words=("slow",)), replace(FACTS, text="so slow")),
        (When(causes=("late",), words=("slow",)), replace(FACTS, cause="late")),
        (When(products=("p1", "p2")), replace(FACTS, product_ids=frozenset({"p2"}))),
        (When(order_at_least={"EUR": 10_000}, order_at_most={"EUR": 10_000}), FACTS),
        (When(earlier_cases_min=1, earlier_cases_max=1), replace(FACTS, earlier_cases=lambda: 1)),
        (When(countries=("ID",)), replace(FACTS, country="id")),
        (When(grave=True), replace(FACTS, grave=True)),
        (When(grave=False), FACTS),
    ],
)
def test_a_rule_fits_when_every_condition_holds(when: When, facts: Facts) -> None:
    assert fits(when, facts)


def test_the_known_cause_decides_when_the_words_say_otherwise() -> None:
    when = When(causes=("late",), words=("slow",))

    assert not fits(when, replace(FACTS, cause="damaged", text="slow"))


@pytest.mark.parametrize(
    ("remedy", "minor"),
    [
        (RemedyRule(REFUND, percent=30), 3_000),
        (RemedyRule(REFUND, percent=30, cap={"EUR": 500}), 500),
        (RemedyRule(REFUND, percent=30, cap={"IDR": 5}), 3_000),
        (RemedyRule(REFUND, fixed={"EUR": 700}), 700),
        (RemedyRule(REFUND, whole_line=True), 10_000),
        (RemedyRule(VOUCHER, fixed={"EUR": 99_999}, expires_days=9), 10_000),
        (SEND_AGAIN, 10_000),
    ],
)
def test_the_amount_is_worked_out_when_a_remedy_is_proposed(remedy: RemedyRule, minor: int) -> None:
    assert proposal(book(remedy)).first.remedy.amount == Money(minor, "EUR")


def test_the_amount_is_all_that_is_left_when_the_share_is_more() -> None:
    facts = replace(FACTS, left=Money(120, "EUR"))

    option = proposal(book(PART), facts).first

    assert option.remedy.amount == Money(120, "EUR")
    assert "left" in str(option.reason)


def test_a_resend_is_not_offered_when_less_than_its_line_is_left() -> None:
    facts = replace(FACTS, left=Money(9_999, "EUR"))

    options = proposal(book(SEND_AGAIN, PART), facts).options

    assert [option.remedy.kind for option in options] == [REFUND]


@pytest.mark.parametrize(("paid", "kinds"), [(0, [RESEND]), (-200, [])])
def test_a_free_gift_is_sent_again_and_a_discount_is_not(
    paid: int, kinds: list[RemedyKind]
) -> None:
    answer = propose(book(SEND_AGAIN, PART), replace(FACTS, line_paid=Money(paid, "EUR")), ALL)

    offered = answer.options if isinstance(answer, Proposal) else ()
    assert [option.remedy.kind for option in offered] == kinds


def test_nothing_is_proposed_when_the_line_is_not_known() -> None:
    facts = replace(FACTS, line_paid=None, order_value=Money(50_000, "EUR"))

    answer = propose(book(SEND_AGAIN, PART), facts, ALL)

    assert isinstance(answer, NoProposal)
    assert "which line" in str(answer.reason)


@given(
    paid=st.integers(1, 10**9),
    left=st.integers(1, 10**9),
    percent=st.integers(1, 100),
    step=st.sampled_from([1, 5, 10, 100, 1000]),
    rounding=st.sampled_from([1, 50, 50_000]),
    cap=st.none() | st.integers(1, 10**8),
)
def test_what_is_proposed_can_be_booked_and_is_left(
    paid: int, left: int, percent: int, step: int, rounding: int, cap: int | None
) -> None:
    remedy = RemedyRule(REFUND, percent=percent, cap={} if cap is None else {"HUF": cap})
    playbook = replace(book(remedy), rounding={"HUF": rounding})
    facts = replace(
        FACTS, left=Money(left, "HUF"), line_paid=Money(paid, "HUF"), order_value=None, step=step
    )

    answer = propose(playbook, facts, ALL)

    if isinstance(answer, Proposal):
        assert answer.first.remedy.amount is not None
        amount = answer.first.remedy.amount.amount_minor
        assert amount % step == 0
        assert 0 < amount <= min(left, cap or left)
        assert answer.first.capped == (cap is not None)
    else:
        assert min(paid * percent // 100, left, cap or left) < max(step, rounding)


def test_a_share_is_rounded_when_the_playbook_names_a_step() -> None:
    paid = Money(5_355_000, "IDR")
    facts = Facts(stars=1, left=paid, line_paid=paid)
    playbook = replace(book(PART), rounding={"IDR": 50_000})

    assert proposal(playbook, facts).first.remedy.amount == Money(1_600_000, "IDR")


def test_a_small_share_is_not_rounded_away_when_the_step_is_larger() -> None:
    paid = Money(50_000, "IDR")
    facts = Facts(stars=1, left=paid, line_paid=paid)
    playbook = replace(book(PART), rounding={"IDR": 50_000})

    assert proposal(playbook, facts).first.remedy.amount == Money(15_000, "IDR")


def test_a_remedy_is_skipped_when_the_platform_cannot_do_it() -> None:
    found = propose(book(SEND_AGAIN, PART), FACTS, {REFUND})

    assert isinstance(found, Proposal)
    assert [option.remedy.kind for option in found.options] == [REFUND]


def test_the_next_remedy_is_taken_when_a_fixed_amount_lacks_the_currency() -> None:
    fixed = RemedyRule(REFUND, fixed={"IDR": 100})

    assert proposal(book(fixed, SEND_AGAIN)).first.remedy.kind is RESEND


def test_the_next_rule_is_tried_when_the_first_offers_nothing_here() -> None:
    playbook = Playbook("Test", (Rule("A", When(), (SEND_AGAIN,)), Rule("B", When(), (PART,))))

    found = propose(playbook, FACTS, {REFUND})

    assert isinstance(found, Proposal)
    assert found.rule == "B"


@pytest.mark.parametrize(
    ("playbook", "facts", "available", "words"),
    [
        (book(PART), replace(FACTS, left=None), ALL, "not known yet"),
        (book(PART), replace(FACTS, line_paid=None, order_value=None), ALL, "not known yet"),
        (book(PART), replace(FACTS, left=Money(0, "EUR")), ALL, "refunded in full"),
        (book(PART, when=When(min_stars=5)), FACTS, ALL, "No rule"),
        (book(PART), FACTS, frozenset[RemedyKind](), "“Only” fits"),
        (book(RemedyRule(REFUND, fixed={"IDR": 1})), FACTS, ALL, "in EUR"),
        (book(PART), replace(FACTS, left=Money(5, "USD")), ALL, "“Only” fits"),
    ],
)
def test_the_reason_is_given_when_nothing_is_proposed(
    playbook: Playbook, facts: Facts, available: frozenset[RemedyKind], words: str
) -> None:
    found = propose(playbook, facts, available)

    assert isinstance(found, NoProposal)
    assert words in str(found.reason)


def test_a_voucher_ends_after_its_days_when_it_is_given() -> None:
    rule = RemedyRule(VOUCHER, percent=10, expires_days=30)
    at = datetime(2026, 1, 1, tzinfo=UTC)

    given_one = proposal(book(rule)).first.remedy.given(at)

    assert given_one.ends_at == datetime(2026, 1, 31, tzinfo=UTC)


def test_there_is_no_end_when_the_option_is_a_refund() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    assert proposal(book(PART)).first.remedy.given(at).ends_at is None


@given(
    stars=st.integers(1, 5),
    paid=st.integers(1, 10**9),
    share_left=st.integers(1, 100),
    currency=st.sampled_from(["IDR", "EUR", "JPY", "KWD", "XAF"]),
    text=st.sampled_from(["", "rusak", "late", "salah kirim", "hilang", "fake", "mahal"]),
    earlier=st.integers(0, 5),
)
def test_money_given_is_above_zero_and_never_more_than_left_when_the_default_proposes(
    stars: int, paid: int, share_left: int, currency: str, text: str, earlier: int
) -> None:
    left = Money(max(1, paid * share_left // 100), currency)
    facts = Facts(
        stars, left, text=text, line_paid=Money(paid, currency), earlier_cases=lambda: earlier
    )

    found = propose(ready_made(ReadyMade.BALANCED), facts, ALL)

    remedies = [option.remedy for option in getattr(found, "options", ())]
    amounts = [remedy.amount for remedy in remedies if remedy.kind is not RESEND]
    assert all(amount and 0 < amount.amount_minor <= left.amount_minor for amount in amounts)


def test_every_remedy_that_says_no_upper_limit_is_named() -> None:
    capped = RemedyRule(VOUCHER, percent=40, cap={"EUR": 500})
    fixed = RemedyRule(REFUND, fixed={"EUR": 300})
    playbook = book(SEND_AGAIN, PART, capped, fixed)

    assert [(gap.remedy, gap.currencies) for gap in gaps(playbook, ["EUR", "IDR"])] == [
        (PART, ("EUR", "IDR")),
        (capped, ("IDR",)),
    ]


@given(
    paid=st.lists(st.integers(-2_000, 50_000), min_size=1, max_size=4),
    left=st.integers(0, 60_000),
    cap=st.integers(1, 40_000),
    percent=st.integers(1, 100),
    known=st.booleans(),
)
def test_nothing_exceeds_its_bound_and_an_unknown_line_is_for_a_person(
    paid: list[int], left: int, cap: int, percent: int, known: bool
) -> None:
    """A refund keeps its cap and what is left; what is sent again was paid and is left; where nobody
    knows which line is meant nothing is proposed, least of all the whole order."""
    line, whole = Money(paid[0], "EUR"), Money(sum(paid), "EUR")
    playbook = book(SEND_AGAIN, RemedyRule(REFUND, percent=percent, cap={"EUR": cap}))
    facts = Facts(
        stars=1,
        left=Money(left, "EUR"),
        order_value=whole,
        line_ids=("1",) if known else (),
        line_paid=line if known else None,
    )

    answer = propose(playbook, facts, ALL)

    if not known:
        assert isinstance(answer, NoProposal)
        return
    for option in () if isinstance(answer, NoProposal) else answer.options:
        amount = option.remedy.money
        assert amount.amount_minor <= left
        assert option.remedy.line_ids == ("1",)
        if option.remedy.kind is REFUND:
            assert 0 < amount.amount_minor <= cap
        else:
            assert amount == line
