"""The last look just before sending: every reason can hold a message back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integrations.sentence import Text
from service.domain.messages.kinds import FOLLOW_UPS, OFFERING, Answer, Step
from service.domain.messages.policy_data import Layer
from service.domain.messages.schedule import (
    Send,
    SendFacts,
    Stop,
    Wait,
    send_time_check,
)
from service.domain.messages.sending_time import SendingWindow
from service.domain.messages.verdict import Verdict

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
YES = Verdict(True, Layer.PLATFORM, Text("Fine."), "help page", date(2026, 11, 1))
NO = replace(YES, allowed=False, reason=Text("Not here."))
FACTS = SendFacts(
    now=NOON,
    zones=("UTC",),
    window=SendingWindow(),
    verdict=YES,
    case_open=True,
    rating_changed=False,
    opted_out=False,
    reachable=True,
    already_sent=False,
    made_good_at=NOON - timedelta(days=10),
    check_sent_at=NOON - timedelta(days=5),
    may_choose=True,
)
CHECK, INVITE = Step.RESOLUTION_CHECK, Step.UPDATE_INVITATION


def _facts_for(step: Step, **changes: Any) -> SendFacts:
    """A thanks needs the buyer's word that it is solved."""
    answer = Answer.SOLVED if step is Step.THANKS else None
    return replace(FACTS, answer=answer, **changes)


@pytest.mark.parametrize("step", Step)
def test_a_message_goes_out_when_nothing_speaks_against_it(step: Step) -> None:
    assert send_time_check(step, _facts_for(step)) == Send()


def test_a_thanks_waits_for_solved_and_for_no_invitation() -> None:
    solved = replace(FACTS, answer=Answer.SOLVED)

    assert isinstance(send_time_check(Step.THANKS, FACTS), Stop)
    assert isinstance(send_time_check(Step.THANKS, replace(solved, invited=True)), Stop)
    assert isinstance(send_time_check(Step.THANKS, replace(solved, rating_changed=True)), Stop)
    assert isinstance(send_time_check(INVITE, replace(solved, thanked=True)), Stop)


@pytest.mark.parametrize("by_seller", [False, True])
@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"case_open": False}, "closed"),
        ({"opted_out": True}, "does not want"),
        ({"reachable": False}, "no channel"),
        ({"already_sent": True}, "already sent"),
        ({"verdict": NO}, "Not here."),
    ],
)
def test_every_message_stops_even_sent_by_the_seller_when_a_reason_holds(
    changes: dict[str, Any], words: str, step: Step, by_seller: bool
) -> None:
    found = send_time_check(step, replace(FACTS, by_seller=by_seller, **changes))

    assert isinstance(found, Stop)
    assert words in str(found.reason)


@pytest.mark.parametrize("step", OFFERING)
def test_an_offer_stops_when_there_is_nothing_to_choose_any_more(step: Step) -> None:
    found = send_time_check(step, replace(FACTS, may_choose=False, by_seller=True))

    assert isinstance(found, Stop)


@pytest.mark.parametrize("step", FOLLOW_UPS)
def test_a_follow_up_stops_when_the_make_good_was_not_carried_out(step: Step) -> None:
    found = send_time_check(step, replace(FACTS, made_good_at=None, by_seller=True))

    assert isinstance(found, Stop)


def test_a_receipt_goes_out_when_no_make_good_was_carried_out_yet() -> None:
    assert send_time_check(Step.RECEIPT, replace(FACTS, made_good_at=None)) == Send()


@pytest.mark.parametrize("step", [CHECK, INVITE])
@pytest.mark.parametrize(
    "changes", [{"rating_changed": True}, {"answer": Answer.NOT_SOLVED}], ids=["rating", "answer"]
)
def test_it_stops_when_rating_changed_or_problem_is_not_solved(
    step: Step, changes: dict[str, Any]
) -> None:
    found = send_time_check(step, replace(FACTS, by_seller=True, **changes))

    assert isinstance(found, Stop)


def test_the_buyer_hears_of_the_refund_when_the_rating_has_changed() -> None:
    facts = replace(FACTS, rating_changed=True)

    assert send_time_check(Step.CONFIRMATION, facts) == Send()


def test_the_check_stops_when_the_buyer_has_answered() -> None:
    assert isinstance(send_time_check(CHECK, replace(FACTS, answer=Answer.SOLVED)), Stop)


def test_an_invitation_stops_when_the_buyer_was_never_asked() -> None:
    found = send_time_check(INVITE, replace(FACTS, check_sent_at=None, by_seller=True))

    assert isinstance(found, Stop)


def test_an_invitation_goes_out_when_the_buyer_says_solved_unasked() -> None:
    facts = replace(FACTS, check_sent_at=None, answer=Answer.SOLVED)

    assert send_time_check(INVITE, facts) == Send()


def test_an_invitation_waits_for_silence_when_there_is_no_answer() -> None:
    facts = replace(FACTS, check_sent_at=NOON - timedelta(days=1))

    found = send_time_check(INVITE, facts)

    assert isinstance(found, Wait)
    assert found.until == NOON + timedelta(days=2)


def test_an_invitation_need_not_wait_when_the_buyer_answered_solved() -> None:
    facts = replace(FACTS, check_sent_at=NOON - timedelta(days=1), answer=Answer.SOLVED)

    assert send_time_check(INVITE, facts) == Send()


@pytest.mark.parametrize("by_seller", [False, True])
def test_an_invitation_waits_when_the_policy_asks_for_more_days(by_seller: bool) -> None:
    facts = replace(FACTS, verdict=replace(YES, min_wait_days=11), by_seller=by_seller)

    found = send_time_check(INVITE, facts)

    assert isinstance(found, Wait)
    assert found.until == NOON + timedelta(days=1)


@pytest.mark.parametrize("step", Step)
def test_a_message_waits_for_the_morning_when_it_is_night_for_the_buyer(step: Step) -> None:
    found = send_time_check(step, _facts_for(step, zones=("Pacific/Auckland",)))

    assert isinstance(found, Wait)
    assert found.until == datetime(2026, 11, 24, 19, tzinfo=UTC)


@pytest.mark.parametrize("step", Step)
def test_quiet_hours_are_skipped_when_the_seller_sends_now(step: Step) -> None:
    facts = _facts_for(step, zones=("Pacific/Auckland",), by_seller=True)

    assert send_time_check(step, facts) == Send()


def test_a_message_waits_when_it_is_not_due_yet() -> None:
    found = send_time_check(CHECK, replace(FACTS, due_at=NOON + timedelta(hours=1)))

    assert isinstance(found, Wait)
    assert found.until == NOON + timedelta(hours=1)


def test_the_planned_wait_is_skipped_when_the_seller_sends_now() -> None:
    facts = replace(FACTS, due_at=NOON + timedelta(days=9), by_seller=True)

    assert send_time_check(CHECK, facts) == Send()
