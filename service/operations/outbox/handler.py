"""What a kind of outbox work is: one `Handler`, whose steps read from top to bottom.

    def carry_out(work: Work) -> Steps[None]:
        question = work.write(_begin)                       # in a transaction, with the row
        answer = yield Call(question.adapter.find, question.request)    # no transaction is open
        work.write(_settle, answer)                         # in the next one

The steps hold plain values only. Rows of the database are read, locked and changed in the functions
that `Work.write` calls, which are handed the session of the transaction that is open then.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from integrations.contract import InboundEvent
from integrations.sentence import Said, Text
from service.db.models import Base, Kind
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.db.transaction import Transaction
from service.domain.errors import LostClaim
from service.operations.context import Context

P = ParamSpec("P")
T = TypeVar("T")


class Call:
    """A call out. What it gives or raises comes back at the `yield`.

    `is_fact`: the outcome is true whoever holds the row, so the steps go on with it even when the
    claim was lost meanwhile; others end there. `HeldRow.is_ours` tells them apart.
    """

    __slots__ = ("args", "function", "is_fact")

    def __init__(
        self, function: Callable[..., Any], /, *args: object, is_fact: bool = False
    ) -> None:
        self.function, self.args, self.is_fact = function, args, is_fact


Steps: TypeAlias = Generator[Call, Any, T]
"""The calls of some work in their order, and what comes of them."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A claimed row within one transaction, in which it is locked."""

    context: Context
    session: Transaction
    claim: Claim
    now: datetime
    is_ours: bool = True
    """False: another worker holds the row now, and only a fact may be recorded."""

    @property
    def ref_id(self) -> int:
        """The id of what the row is about."""
        return self.claim.ref_id

    def require_claim(self) -> None:
        """End the steps here, with what they wrote, if the claim was lost: raises `LostClaim`."""
        if not self.is_ours:
            raise LostClaim("another worker has taken this over")

    def finish(self, note: Said | None = None) -> None:
        """Done; raises `LostClaim`."""
        self.require_claim()
        claims.finish(self.session, self.claim, self.now, note)

    def postpone(
        self, until: datetime, *, note: Said | None = None, tries: int | None = None
    ) -> None:
        """Due again then; it counts as no try unless told how many there were. Raises `LostClaim`."""
        self.require_claim()
        counted = self.claim.tries if tries is None else tries
        claims.postpone(self.session, self.claim, until, note=note, tries=counted, now=self.now)

    def try_again(self, pauses: Sequence[timedelta], note: Said) -> bool:
        """Due again after the pause of this try; False, with nothing changed, after the last one.
        Raises `LostClaim`."""
        tries = self.claim.tries
        if tries >= len(pauses):
            return False
        self.postpone(self.now + pauses[tries], note=note, tries=tries + 1)
        return True

    def give_up(self, note: Said) -> None:
        """Done for us: a person goes on. Raises `LostClaim`."""
        self.require_claim()
        claims.give_up(self.session, self.claim, self.now, note)


class Phase(Enum):
    """Where a row stands: its first steps, up to a call, or those that go on with the answer."""

    BEGIN = auto()
    SETTLE = auto()


Last: TypeAlias = Callable[[Transaction], None]
"""What is done at the end of a transaction."""


@dataclass(frozen=True, slots=True)
class Handler:
    """One kind of outbox work, all that is to be known of it."""

    kind: Kind
    label: Text
    """What it does, for people, as in *waits: looking for an order*."""
    about: type[Base]
    """The table of `ref_id`. What is a case or belongs to one is carried out with it locked."""
    carry_out: Callable[[Work], Steps[None] | None] | None = None
    """Its steps; a plain function where it calls nobody. An error that they raise outside of `write`
    is dealt with beside what they wrote: tried again, given up, or the connection paused."""
    carry_out_batch: Callable[[Context, Sequence[Claim], Last], None] | None = None
    """In place of steps: all claimed rows at once, in transactions of its own, without calls. What
    it is handed is done last in the one in which the rows end."""
    give_up: Callable[[HeldRow, Said], None] | None = None
    """After the last try: give it to a person, with the reason. None: it recurs, so it is never
    given up, but put off with bounded pauses and shown as long as it fails."""
    loads: tuple[ExecutableOption, ...] = ()
    """What it needs of its case, read with it at once."""
    events: Callable[[Any], Sequence[InboundEvent]] | None = None
    """What the answer of its call says of reviews, which are locked before the steps go on."""
    adds_up_money: Phase | None = None
    """The phase that adds up money of a shop: the shop is then locked with the cases, and rows in
    that phase have a commit of their own, so that others wait for the shop no longer than needed."""
    shows_platform_back: bool = True
    """An answer to its call shows that the platform is not away any more. False where only what the
    answer says can tell, or where another server gave it."""
    follows: Kind | None = None
    """It is begun in the commit in which work of that kind has put it."""

    @property
    def recurs(self) -> bool:
        """It is never given up."""
        return self.give_up is None


class Work:
    """One claimed row on its way through the steps of its handler.

    A commit may fail when steps were taken already. They are then taken again from the start: what
    was committed is remembered, so that nothing is written or called twice.
    """

    def __init__(self, handler: Handler, claim: Claim) -> None:
        self.handler, self.claim = handler, claim
        self._steps: Steps[None] | None = None
        self._row: HeldRow | None = None
        self._written: list[Any] = []
        self._answers: list[Future[Any]] = []
        self._kept = (0, 0)
        self._at = 0
        self.is_writing = False
        """True after an error: it arose while rows were changed, so that all of it is undone."""

    def write(
        self, function: Callable[Concatenate[HeldRow, P], T], *args: P.args, **options: P.kwargs
    ) -> T:
        """Call the function in the open transaction. It gives plain values: rows end with their
        transaction. What it raises is for the runner, with everything written undone."""
        if self._at == len(self._written):
            if self._row is None:
                raise RuntimeError("no transaction is open for these steps")
            self.is_writing = True
            result = function(self._row, *args, **options)
            self.is_writing = False
            if isinstance(result, Base | Session):
                raise TypeError(f"{type(result).__name__} does not outlive its transaction")
            self._written.append(result)
        self._at += 1
        value: T = self._written[self._at - 1]
        return value

    def go_on(self, row: HeldRow, answer: Future[Any] | None = None) -> Call | None:
        """Take the steps up to the next call, with what the last one gave; None after the last.

        Raises what the steps raise.
        """
        self._row = row
        try:
            call = self._begin() if self._steps is None else None
            if answer is not None:
                self._answers.append(answer)
                call = self._resume(answer)
        finally:
            self._row = None
        if self.is_writing:
            raise RuntimeError("an error of a write was passed over")
        return call

    def _begin(self) -> Call | None:
        assert self.handler.carry_out is not None
        self._at = 0
        self._steps = self.handler.carry_out(self)
        call = None if self._steps is None else next(self._steps, None)
        for answer in self._answers:
            call = self._resume(answer)
        return call

    def _resume(self, answer: Future[Any]) -> Call | None:
        assert self._steps is not None
        error = answer.exception()
        try:
            return self._steps.send(answer.result()) if error is None else self._steps.throw(error)
        except StopIteration:
            return None

    def keep(self) -> None:
        """What was done so far is committed."""
        self._kept = len(self._written), len(self._answers)

    def rewind(self) -> None:
        """What was done since is not: it is done again when the steps go on."""
        written, answered = self._kept
        del self._written[written:], self._answers[answered:]
        self._steps, self.is_writing = None, False
