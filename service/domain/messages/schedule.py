"""The final check of all reasons not to send a message, just before it is sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.sentence import Said, Text
from service.domain.messages.kinds import OFFERING, SURVEY, UNSOLVED, Answer, Step
from service.domain.messages.sending_time import SendingWindow, next_sending_time
from service.domain.messages.verdict import Verdict

EARLIER = Text("An earlier message has not reached the buyer yet.")
UNREAD = Text("The buyer has written: a person reads it first.")
LOOK_AGAIN = timedelta(hours=1)
"""How long a message waits that has no time of its own to wait for."""


@dataclass(frozen=True, slots=True)
class SendFacts:
    """All that decides whether one message goes out now; read again at the moment of sending.

    `reachable`: there is a channel and an address. `made_good_at`: None until the make-good is
    carried out. `check_sent_at`: when the buyer was last asked whether it is solved. `by_seller`: the seller
    pressed "send now", which skips waiting and quiet hours and nothing else. `unconfirmed`: something
    speaks against the case and no person has taken it up. `grave`: the review spoke of health,
    injury or law. `may_choose`: the choice of which this message tells is still open.
    `earlier_due_at`: when a message that must reach the buyer before this one is due; None: none is
    under way. `refusal`: what the channels said that refused it. `unread`: the buyer has written, and
    nobody has read it yet. `withdrawn`: there is no review any more. `invited`: this buyer was invited
    to update a review too short a time ago for a thanks; `thanked` the other way round.
    """

    now: datetime
    zones: Collection[str]
    window: SendingWindow
    verdict: Verdict
    case_open: bool
    rating_changed: bool
    opted_out: bool
    reachable: bool
    already_sent: bool
    made_good_at: datetime | None
    answer: Answer | None = None
    check_sent_at: datetime | None = None
    silent_after: timedelta = timedelta(days=3)
    due_at: datetime | None = None
    by_seller: bool = False
    unconfirmed: bool = False
    grave: bool = False
    may_choose: bool = False
    earlier_due_at: datetime | None = None
    refusal: Said | None = None
    unread: bool = False
    withdrawn: bool = False
    invited: bool = False
    thanked: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send it now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again at `until`."""

    until: datetime
    reason: Text


@dataclass(frozen=True, slots=True)
class Stop:
    """Never send this one."""

    reason: Said


def send_time_check(step: Step | None, facts: SendFacts) -> Send | Wait | Stop:
    """Look at every reason once more. Only `Send` lets the message out. `step` None: a seller's own
    words."""
    reason = _stop_reason(step, facts)
    if reason is not None:
        return Stop(reason)
    held_up = _held_up(step, facts)
    if held_up is not None:
        return held_up
    ready = _policy_ready(step, facts)
    if ready > facts.now:
        return Wait(ready, Text("The policy asks for more time after the make-good."))
    if facts.by_seller:
        return Send()
    ready = max(facts.due_at or facts.now, _silence_ready(step, facts))
    moment = next_sending_time(max(ready, facts.now), facts.zones, facts.window)
    if ready > facts.now:
        return Wait(moment, Text("It is not due yet."))
    if moment > facts.now:
        return Wait(moment, Text("It is outside the sending hours where the buyer lives."))
    return Send()


def _held_up(step: Step | None, facts: SendFacts) -> Wait | None:
    """What a person has to look at first, and messages that come before this one: the seller's hurry
    does not change either. What tells of a decision that a person made waits for neither."""
    if step is Step.CONFIRMATION or step in OFFERING:
        return None
    if facts.unconfirmed:
        return Wait(facts.now + LOOK_AGAIN, Text("A person has to look at this case first."))
    if facts.unread and not facts.by_seller:
        return Wait(facts.now + LOOK_AGAIN, UNREAD)
    if facts.earlier_due_at is not None:
        until = max(facts.earlier_due_at, facts.now + LOOK_AGAIN)
        return Wait(until, EARLIER)
    return None


def _stop_reason(step: Step | None, facts: SendFacts) -> Said | None:
    """The first reason for which this message must never go out."""
    for holds, reason in (
        (facts.already_sent, Text("This message was already sent.")),
        (not facts.case_open, Text("The case is closed.")),
        (facts.opted_out, Text("The buyer does not want any messages.")),
        (not facts.reachable, _unreachable(facts)),
    ):
        if holds:
            return reason
    if not facts.verdict.allowed:
        return facts.verdict.refusal
    if step in OFFERING:
        return None if facts.may_choose else Text("There is nothing to choose any more.")
    if step in (Step.RECEIPT, None):
        return None
    if step is Step.THANKS:
        return _not_thanked(facts)
    if facts.made_good_at is None:
        return Text("The make-good has not been carried out.")
    if step is Step.CONFIRMATION:
        return None
    if facts.grave and step is Step.UPDATE_INVITATION:
        return Text("After a complaint of this kind no buyer is asked to change a review.")
    if facts.withdrawn and step is Step.UPDATE_INVITATION:
        return Text("The buyer has withdrawn the review.")
    if facts.thanked and step is Step.UPDATE_INVITATION:
        return Text("The buyer was thanked: no invitation goes out near that.")
    if facts.rating_changed:
        return Text("The buyer has changed the rating already.")
    if facts.answer in UNSOLVED:
        return Text("The buyer said that the problem is not solved.")
    if facts.answer is Answer.SOLVED:
        return Text("The buyer has answered already.") if step in SURVEY else None
    if step is not Step.RESOLUTION_CHECK and facts.check_sent_at is None:
        return Text("The buyer has not been asked whether the problem is solved.")
    return None


def _not_thanked(facts: SendFacts) -> Said | None:
    if facts.invited:
        return Text("The buyer was invited to update a review: no thanks goes out near that.")
    if facts.rating_changed or facts.withdrawn:
        return Text("The buyer has changed the review: a thanks would seem to be for it.")
    solved = facts.answer is Answer.SOLVED
    return None if solved else Text("The buyer has not said that the problem is solved.")


def _unreachable(facts: SendFacts) -> Said:
    if facts.refusal:
        return facts.refusal
    return Text("There is no channel or no address to reach the buyer.")


def _policy_ready(step: Step | None, facts: SendFacts) -> datetime:
    if step is not Step.UPDATE_INVITATION or facts.made_good_at is None:
        return facts.now
    return facts.made_good_at + timedelta(days=facts.verdict.min_wait_days)


def _silence_ready(step: Step | None, facts: SendFacts) -> datetime:
    """An invitation without an answer waits until silence is an answer."""
    unanswered = step is Step.UPDATE_INVITATION and facts.answer is None
    if not unanswered or facts.check_sent_at is None:
        return facts.now
    return facts.check_sent_at + facts.silent_after
