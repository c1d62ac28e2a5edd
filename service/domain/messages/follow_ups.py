"""When follow-ups are due: the seller's plan, and the moments that it gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from integrations.sentence import Text
from service.domain import fields
from service.domain.messages.kinds import FOLLOW_UPS, Step
from service.domain.messages.sending_time import SendingWindow, next_sending_time

_MOST_HOURS = 24 * 90


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
