"""What a person is told of what waits for people, when, and the life of a notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from integrations.sentence import N_, Text
from service.domain.state_table import StateTable
from service.domain.tasks.kinds import GROUPS, TASK_RULES, TaskGroup, TaskKind


class NoticeKind(StrEnum):
    """The sorts of tasks that are told apart."""

    URGENT = "urgent"
    NOT_SOLVED = "not_solved"
    STUCK = "stuck"
    DECIDE = "decide"
    CONNECTION = "connection"


class When(StrEnum):
    """When a person is told."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"


KINDS: Mapping[NoticeKind, Text] = {
    NoticeKind.URGENT: GROUPS[TaskGroup.URGENT],
    NoticeKind.NOT_SOLVED: GROUPS[TaskGroup.NOT_SOLVED],
    NoticeKind.STUCK: GROUPS[TaskGroup.STUCK],
    NoticeKind.DECIDE: Text("Decisions, drafts and work by hand"),
    NoticeKind.CONNECTION: Text("Connections and endpoints"),
}
WHEN: Mapping[When, Text] = {
    When.AT_ONCE: Text("at once"),
    When.DIGEST: Text("once a day"),
    When.OFF: Text("not at all"),
}
USUAL: Mapping[NoticeKind, When] = {
    NoticeKind.URGENT: When.AT_ONCE,
    NoticeKind.NOT_SOLVED: When.AT_ONCE,
    NoticeKind.STUCK: When.AT_ONCE,
    NoticeKind.DECIDE: When.DIGEST,
    NoticeKind.CONNECTION: When.AT_ONCE,
}
_OF_CONNECTIONS = frozenset(
    {TaskKind.MEND_CONNECTION, TaskKind.MEND_ENDPOINT, TaskKind.LOOK_AT_DELIVERY}
)
_OF_GROUP: Mapping[TaskGroup, NoticeKind] = {
    TaskGroup.URGENT: NoticeKind.URGENT,
    TaskGroup.NOT_SOLVED: NoticeKind.NOT_SOLVED,
    TaskGroup.STUCK: NoticeKind.STUCK,
}


def kind_of(task: TaskKind) -> NoticeKind:
    """The sort of a task."""
    if task in _OF_CONNECTIONS:
        return NoticeKind.CONNECTION
    return _OF_GROUP.get(TASK_RULES[task].group, NoticeKind.DECIDE)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person has chosen. Quiet hours go from `quiet_from` to `quiet_to`, over midnight too; the
    same for both: none. All times are of the person's `zone`."""

    zone: str
    when: Mapping[NoticeKind, When] = field(default_factory=lambda: dict(USUAL))
    digest_at: time = time(8)
    quiet_from: time = time(21)
    quiet_to: time = time(7)
    urgent_anyway: bool = False

    def of(self, kind: NoticeKind) -> When:
        """When they are told of this sort."""
        return self.when.get(kind, USUAL[kind])

    def goes_at(self, kind: NoticeKind, now: datetime) -> datetime:
        """When a notice of `now` goes out: at the end of quiet hours, where these are on."""
        local = now.astimezone(ZoneInfo(self.zone))
        if (kind is NoticeKind.URGENT and self.urgent_anyway) or not self._is_quiet(local.time()):
            return now
        return self._next(self.quiet_to, now)

    def next_digest(self, now: datetime) -> datetime:
        """The first moment after `now` at which a digest goes out."""
        return self._next(self.digest_at, now)

    def _is_quiet(self, at: time) -> bool:
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def _next(self, at: time, now: datetime) -> datetime:
        zone = ZoneInfo(self.zone)
        day = now.astimezone(zone).date()
        for ahead in (0, 1):
            moment = datetime.combine(day + timedelta(days=ahead), at, tzinfo=zone).astimezone(UTC)
            if moment > now:
                return moment
        return now + timedelta(days=1)


class NoticeState(StrEnum):
    """Where a notice stands on its way to one address."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """Nothing of it waited any more, or its reader had left."""


class NoticeMove(StrEnum):
    """What may happen to a notice."""

    SEND = "send"
    GIVE_UP = "give_up"
    DROP = "drop"


_S = NoticeState
NOTICES = StateTable(
    N_("This is not possible any more: the notice is now “%(state)s”."),
    _S.WAITING,
    {
        NoticeMove.SEND: (frozenset({_S.WAITING}), _S.SENT),
        NoticeMove.GIVE_UP: (frozenset({_S.WAITING}), _S.FAILED),
        NoticeMove.DROP: (frozenset({_S.WAITING}), _S.DROPPED),
    },
    {
        _S.WAITING: Text("to be sent"),
        _S.SENT: Text("sent"),
        _S.FAILED: Text("given up"),
        _S.DROPPED: Text("not sent"),
    },
)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 1800, 7200))
"""Between tries: a notice that is half a day late tells nobody anything."""
KEPT = timedelta(days=30)
