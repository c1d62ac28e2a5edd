"""When reports go out by mail, and the life of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from integrations.sentence import N_, Text
from service.domain.days import day_of
from service.domain.reports.periods import Period, PeriodKind
from service.domain.state_table import StateTable

GOES_AT = time(7)
"""In the reader's zone, on the first day after the period."""


def reported(kind: PeriodKind, zone: str, now: datetime) -> Period:
    """The last period that is over."""
    return Period.around(day_of(now, zone), kind, zone).before


def next_report_at(kind: PeriodKind, zone: str, now: datetime) -> datetime:
    """The first moment after `now` at which a report goes out."""
    period = Period.around(day_of(now, zone), kind, zone)
    moment = _goes_at(period)
    return moment if moment > now else _goes_at(period.after)


def _goes_at(period: Period) -> datetime:
    local = datetime.combine(period.first, GOES_AT, tzinfo=ZoneInfo(period.zone))
    return local.astimezone(UTC)


class ReportMailState(StrEnum):
    """Where the report of one period stands on its way to one person."""

    WAITING = "waiting"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DROPPED = "dropped"
    """Its reader has left, or wants no more."""


class ReportMailMove(StrEnum):
    """What may happen to it."""

    SEND = "send"
    LOSE_SIGHT = "lose_sight"
    GIVE_UP = "give_up"
    DROP = "drop"


_S = ReportMailState
REPORT_MAILS = StateTable(
    N_("This is not possible any more: the report is now “%(state)s”."),
    _S.WAITING,
    {
        ReportMailMove.SEND: (frozenset({_S.WAITING}), _S.SENT),
        ReportMailMove.LOSE_SIGHT: (frozenset({_S.WAITING}), _S.UNKNOWN),
        ReportMailMove.GIVE_UP: (frozenset({_S.WAITING}), _S.FAILED),
        ReportMailMove.DROP: (frozenset({_S.WAITING}), _S.DROPPED),
    },
    {
        _S.WAITING: Text("to be sent"),
        _S.SENT: Text("sent"),
        _S.UNKNOWN: Text("perhaps sent"),
        _S.FAILED: Text("given up"),
        _S.DROPPED: Text("not sent"),
    },
)
EVERY: Mapping[PeriodKind, Text] = {
    PeriodKind.DAY: Text("every day"),
    PeriodKind.WEEK: Text("every week"),
    PeriodKind.MONTH: Text("every month"),
}
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
"""Between tries."""
