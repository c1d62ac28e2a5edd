"""When follow-ups are due, and the last look at all reasons just before one is sent."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.data import read_file
from service.domain import fields
from service.domain.errors import WrongInput
from service.domain.messages.kinds import FOLLOW_UPS, Step
from service.domain.messages.policy import Verdict
from service.domain.phrase import Phrase

_MOST_HOURS = 24 * 90
_DAYS_AHEAD = 9
"""A week and a day finds the next open day; one more covers a day a zone skipped."""


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """Hours of the buyer's day, and days of the week (Monday is 0), in which messages go out."""

    opens: time = time(8)
    closes: time = time(20)
    days: frozenset[int] = frozenset(range(6))

    def holds(self, local: datetime) -> bool:
        """True when a local time lies inside."""
        return local.weekday() in self.days and self.opens <= local.time() < self.closes


@dataclass(frozen=True, slots=True)
class FollowUpPlan:
    """How long after the make-good each follow-up is due; the invitation counts from the check.

    `silent_after`: so long without an answer to the check counts as "no answer will come".
    """

    confirmation_after: timedelta = timedelta()
    resolution_check_after: timedelta = timedelta(days=3)
    update_invitation_after: timedelta = timedelta(days=2)
    silent_after: timedelta = timedelta(days=3)
    window: SendingWindow = SendingWindow()


class Answer(StrEnum):
    """What the buyer said to the resolution check."""

    NONE = "none"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"


@dataclass(frozen=True, slots=True)
class SendFacts:
    """All that decides whether one message goes out now; read again at the moment of sending.

    `reachable`: there is a channel and an address. `made_good_at`: None until the make-good is
    carried out. `check_sent_at`: when the resolution check went out. `by_seller`: the seller
    pressed "send now", which skips waiting and quiet hours and nothing else.
    """

    now: datetime
    zone: str
    window: SendingWindow
    verdict: Verdict
    case_open: bool
    rating_changed: bool
    opted_out: bool
    reachable: bool
    already_sent: bool
    made_good_at: datetime | None
    answer: Answer = Answer.NONE
    check_sent_at: datetime | None = None
    silent_after: timedelta = timedelta(days=3)
    due_at: datetime | None = None
    by_seller: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send it now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again at `until`."""

    until: datetime
    reason: Phrase


@dataclass(frozen=True, slots=True)
class Stop:
    """Never send this one."""

    reason: Phrase


def plan_from_data(data: object) -> FollowUpPlan:
    """Read a seller's settings; raises `WrongInput` naming the key."""
    keys = (
        "confirmation_hours",
        "resolution_check_hours",
        "update_invitation_hours",
        "silent_hours",
        "opens",
        "closes",
        "days",
    )
    found = fields.table(data, "follow-ups", keys)
    standard = FollowUpPlan()
    return FollowUpPlan(
        confirmation_after=_span(found, "confirmation_hours", standard.confirmation_after),
        resolution_check_after=_span(
            found, "resolution_check_hours", standard.resolution_check_after
        ),
        update_invitation_after=_span(
            found, "update_invitation_hours", standard.update_invitation_after
        ),
        silent_after=_span(found, "silent_hours", standard.silent_after),
        window=_window(found, standard.window),
    )


def plan_to_data(settings: FollowUpPlan) -> dict[str, object]:
    """Plain data that `plan_from_data` reads back to equal settings."""
    return {
        "confirmation_hours": _hours(settings.confirmation_after),
        "resolution_check_hours": _hours(settings.resolution_check_after),
        "update_invitation_hours": _hours(settings.update_invitation_after),
        "silent_hours": _hours(settings.silent_after),
        "opens": f"{settings.window.opens:%H:%M}",
        "closes": f"{settings.window.closes:%H:%M}",
        "days": sorted(settings.window.days),
    }


def next_sending_time(wanted: datetime, zone: str, window: SendingWindow) -> datetime:
    """The first moment at or after `wanted` inside the window, in UTC; `wanted` must be aware."""
    place = ZoneInfo(zone)
    local = wanted.astimezone(place)
    if window.holds(local):
        return wanted.astimezone(UTC)
    for ahead in range(_DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        opening = datetime.combine(day, window.opens, tzinfo=place).astimezone(UTC)
        # An opening hour that the clocks skip comes back as another local time: look again there.
        if opening >= wanted and window.holds(opening.astimezone(place)):
            return opening
    raise WrongInput("the sending window is never open; choose at least one day", zone=zone)


def zone_for(buyer_zone: str, country: str, shop_zone: str) -> str:
    """The zone to go by: the buyer's, else that of the country's most people, else the shop's."""
    for zone in (buyer_zone, _zones().get(country.upper(), ""), shop_zone):
        if zone and _exists(zone):
            return zone
    return "UTC"


def plan(
    settings: FollowUpPlan,
    made_good_at: datetime,
    zone: str,
    steps: Collection[Step] = FOLLOW_UPS,
) -> dict[Step, datetime]:
    """When each wanted step is due, in UTC and inside the sending window."""
    check = next_sending_time(made_good_at + settings.resolution_check_after, zone, settings.window)
    wanted = {
        Step.CONFIRMATION: made_good_at + settings.confirmation_after,
        Step.RESOLUTION_CHECK: check,
        Step.UPDATE_INVITATION: check + settings.update_invitation_after,
    }
    return {
        step: next_sending_time(moment, zone, settings.window)
        for step, moment in wanted.items()
        if step in steps
    }


def send_time_check(step: Step, facts: SendFacts) -> Send | Wait | Stop:
    """Look at every reason once more. Only `Send` lets the message out."""
    reason = _stop_reason(step, facts)
    if reason is not None:
        return Stop(reason)
    ready = _policy_ready(step, facts)
    if ready > facts.now:
        return Wait(ready, Phrase("The policy asks for more time after the make-good."))
    if facts.by_seller:
        return Send()
    ready = max(facts.due_at or facts.now, _silence_ready(step, facts))
    moment = next_sending_time(max(ready, facts.now), facts.zone, facts.window)
    if ready > facts.now:
        return Wait(moment, Phrase("It is not due yet."))
    if moment > facts.now:
        return Wait(moment, Phrase("It is outside the sending hours where the buyer lives."))
    return Send()


def _stop_reason(step: Step, facts: SendFacts) -> Phrase | None:
    """The first reason for which this message must never go out."""
    for holds, reason in (
        (facts.already_sent, Phrase("This message was already sent.")),
        (not facts.case_open, Phrase("The case is closed.")),
        (facts.opted_out, Phrase("The buyer does not want any messages.")),
        (not facts.reachable, Phrase("There is no channel or no address to reach the buyer.")),
    ):
        if holds:
            return reason
    if not facts.verdict.allowed:
        return facts.verdict.reason
    if step is Step.RECEIPT:
        return None
    if facts.made_good_at is None:
        return Phrase("The make-good has not been carried out.")
    if step is Step.CONFIRMATION:
        return None
    if facts.rating_changed:
        return Phrase("The buyer has changed the rating already.")
    if facts.answer is Answer.NOT_SOLVED:
        return Phrase("The buyer said that the problem is not solved.")
    if step is Step.RESOLUTION_CHECK:
        answered = facts.answer is Answer.SOLVED
        return Phrase("The buyer has answered already.") if answered else None
    if facts.answer is Answer.NONE and facts.check_sent_at is None:
        return Phrase("The buyer has not been asked whether the problem is solved.")
    return None


def _policy_ready(step: Step, facts: SendFacts) -> datetime:
    if step is not Step.UPDATE_INVITATION or facts.made_good_at is None:
        return facts.now
    return facts.made_good_at + timedelta(days=facts.verdict.min_wait_days)


def _silence_ready(step: Step, facts: SendFacts) -> datetime:
    """An invitation without an answer waits until silence is an answer."""
    unanswered = step is Step.UPDATE_INVITATION and facts.answer is Answer.NONE
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
        raise fields.wrong("follow-ups", "closes", "must be later in the day than opens")
    days = data.get("days", sorted(standard.days))
    whole = isinstance(days, list | tuple) and all(type(day) is int for day in days)
    if not whole or not days or not set(days) <= set(range(7)):  # type: ignore[call-overload]
        raise fields.wrong("follow-ups", "days", "must be a list of days, Monday 0 to Sunday 6")
    return SendingWindow(opens, closes, frozenset(days))  # type: ignore[call-overload]


def _time(data: Mapping[str, object], key: str, standard: time) -> time:
    value = data.get(key)
    if value is None:
        return standard
    try:
        return time.fromisoformat(str(value)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise fields.wrong("follow-ups", key, "must be a time such as 08:00") from error


@cache
def _zones() -> Mapping[str, str]:
    source = read_file("zones.toml")
    return {str(country): str(zone) for country, zone in tomllib.loads(source).items()}


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
