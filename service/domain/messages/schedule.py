"""When follow-ups are due, and the last look at all reasons just before one is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from integrations.sentence import Said, Text
from service.domain import fields
from service.domain.messages.kinds import FOLLOW_UPS, OFFERING, SURVEY, UNSOLVED, Answer, Step
from service.domain.messages.sending_time import SendingWindow, next_sending_time
from service.domain.messages.verdict import Verdict

_MOST_HOURS = 24 * 90
EARLIER = Text("An earlier message has not reached the buyer yet.")
UNREAD = Text("The buyer has written: a person reads it first.")
LOOK_AGAIN = timedelta(hours=1)
"""How long a message waits that has no time of its own to wait for."""


@dataclass(frozen=True, slots=True)
class FollowUpPlan:
    """How long after the make-good each follow-up is due; the invitation counts from the check.

    `resolution_reminder_after`: so long after the check an unanswered buyer is asked once more; zero:
    never. `silent_after`: so long without an answer to either counts as "no answer will come".
    """

    confirmation_after: timedelta = timedelta()
    resolution_check_after: timedelta = timedelta(days=3)
    resolution_reminder_after: timedelta = timedelta(days=2)
    update_invitation_after: timedelta = timedelta(days=2)
    silent_after: timedelta = timedelta(days=3)
    window: SendingWindow = field(default_factory=SendingWindow)


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


def plan_from_data(data: object) -> FollowUpPlan:
    """Read a seller's settings; raises `WrongInput` naming the key."""
    keys = (
        "confirmation_hours",
        "resolution_check_hours",
        "resolution_reminder_hours",
        "update_invitation_hours",
        "silent_hours",
        "opens",
        "closes",
        "days",
    )
    table = fields.table(data, "follow-ups", keys)
    standard = FollowUpPlan()
    return FollowUpPlan(
        confirmation_after=_span(table, "confirmation_hours", standard.confirmation_after),
        resolution_check_after=_span(
            table, "resolution_check_hours", standard.resolution_check_after
        ),
        resolution_reminder_after=_span(
            table, "resolution_reminder_hours", standard.resolution_reminder_after
        ),
        update_invitation_after=_span(
            table, "update_invitation_hours", standard.update_invitation_after
        ),
        silent_after=_span(table, "silent_hours", standard.silent_after),
        window=_window(table, standard.window),
    )


def plan_to_data(settings: FollowUpPlan) -> dict[str, object]:
    """Plain data that `plan_from_data` reads back to equal settings."""
    return {
        "confirmation_hours": _hours(settings.confirmation_after),
        "resolution_check_hours": _hours(settings.resolution_check_after),
        "resolution_reminder_hours": _hours(settings.resolution_reminder_after),
        "update_invitation_hours": _hours(settings.update_invitation_after),
        "silent_hours": _hours(settings.silent_after),
        "opens": f"{settings.window.opens:%H:%M}",
        "closes": f"{settings.window.closes:%H:%M}",
        "days": sorted(settings.window.days),
    }


def plan(
    settings: FollowUpPlan,
    made_good_at: datetime,
    zones: Collection[str],
    steps: Collection[Step] = FOLLOW_UPS,
) -> dict[Step, datetime]:
    """When each wanted step is due, in UTC and inside the sending window. Whatever the delays say,
    the confirmation comes before the question, and that before the invitation."""
    confirm = next_sending_time(made_good_at + settings.confirmation_after, zones, settings.window)
    check = next_sending_time(
        max(confirm, made_good_at + settings.resolution_check_after), zones, settings.window
    )
    invite = next_sending_time(check + settings.update_invitation_after, zones, settings.window)
    due = {
        Step.CONFIRMATION: confirm,
        Step.RESOLUTION_CHECK: check,
        Step.UPDATE_INVITATION: invite,
    }
    return {step: moment for step, moment in due.items() if step in steps}


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


def _span(data: Mapping[str, object], key: str, standard: timedelta) -> timedelta:
    hours = fields.number(data, key, "follow-ups", least=0, most=_MOST_HOURS)
    return standard if hours is None else timedelta(hours=hours)


def _hours(span: timedelta) -> int:
    return int(span / timedelta(hours=1))


def _window(data: Mapping[str, object], standard: SendingWindow) -> SendingWindow:
    opens = _time(data, "opens", standard.opens)
    closes = _time(data, "closes", standard.closes)
    if closes <= opens:
        raise fields.wrong("follow-ups", "closes", Text("must be later in the day than opens"))
    return SendingWindow(opens, closes, _days(data, standard.days))


def _days(data: Mapping[str, object], standard: frozenset[int]) -> frozenset[int]:
    days = data.get("days", sorted(standard))
    if not isinstance(days, list | tuple) or not days or not all(map(_is_day, days)):
        raise fields.wrong(
            "follow-ups", "days", Text("must be a list of days, Monday 0 to Sunday 6")
        )
    return frozenset(days)


def _is_day(value: object) -> bool:
    return type(value) is int and 0 <= value < 7


def _time(data: Mapping[str, object], key: str, standard: time) -> time:
    value = data.get(key)
    if value is None:
        return standard
    try:
        return time.fromisoformat(str(value)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise fields.wrong("follow-ups", key, Text("must be a time such as 08:00")) from error
