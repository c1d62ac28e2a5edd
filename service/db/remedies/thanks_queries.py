"""When a buyer was thanked, and when invited to update a review: all cases of a buyer together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import Session, joinedload

from service.db.cases.buyer_marks import of_buyer, same_buyer
from service.db.models import Case, MakeGood, Message, MessageAttempt, Shop, Thanks
from service.db.transaction import Lock, Transaction
from service.domain.messages.kinds import Step
from service.domain.messages.states import MAYBE_SENT
from service.domain.messages.states import UNDER_WAY as MESSAGE_UNDER_WAY
from service.domain.remedies.states import ENDED, MakeGoodState
from service.domain.remedies.thanks import Profile, ThanksSettings, is_near, thanks_from_data

_OF_BUYER = of_buyer(bindparam("case"))


def _asked(case: Case) -> Mapping[str, Any]:
    """The values of `_OF_BUYER`."""
    return {"case": case.id}


def cases_of_buyer(session: Session, case: Case) -> Sequence[int]:
    """The ids of all cases of this buyer, this one too."""
    return session.scalars(_CASES, _asked(case)).all()


_CASES = select(Case.id).where(_OF_BUYER).order_by(Case.id)
_NOT_TAKEN_BACK = or_(MakeGood.id.is_(None), MakeGood.state != MakeGoodState.CANCELLED)


def given(session: Session, case: Case) -> Sequence[Thanks]:
    """What this buyer was given that was not taken back, oldest first."""
    return session.scalars(_GIVEN, _asked(case)).all()


_GIVEN = (
    select(Thanks)
    .join(Case, Case.id == Thanks.case_id)
    .outerjoin(MakeGood, MakeGood.id == Thanks.make_good_id)
    .where(_OF_BUYER, _NOT_TAKEN_BACK)
    .options(joinedload(Thanks.make_good), joinedload(Thanks.message))
    .order_by(Thanks.id)
)


def thanked_at(session: Session, case: Case, now: datetime) -> datetime | None:
    """When this buyer was last thanked: now, while a thanks is under way."""
    return _last(session.execute(_THANKED, _asked(case)).all(), now)


def is_thanked(session: Session, case: Case, now: datetime) -> bool:
    """Whether an invitation to this buyer would be near a thanks; in a case with a thanks always."""
    if isinstance(session, Transaction) and not _was_ever_thanked(session, case):
        return False
    rows = session.execute(_THANKED, _asked(case)).all()
    if any(row.is_given and row.case_id == case.id for row in rows):
        return True
    last = _last(rows, now)
    return last is not None and is_near(last, now, _settings(session, case).apart)


def keep(session: Transaction, row: Thanks) -> None:
    """Write a thanks down; what this transaction asks from now on sees it."""
    session.add(row)
    session.flush()
    session.part(_Buyers).asked.clear()


class _Buyers:
    """Of which cases a transaction has asked whether their buyer was ever thanked, and who was."""

    def __init__(self) -> None:
        self.asked: set[int] = set()
        self.thanked: set[int] = set()


def _was_ever_thanked(session: Transaction, case: Case) -> bool:
    """Hardly any buyer was: asked once for all cases that are locked."""
    buyers = session.part(_Buyers)
    if case.id not in buyers.asked:
        cases = {case.id, *session.locked(Lock.CASE)}
        buyers.thanked.update(session.connection().scalars(_EVER_THANKED, {"cases": list(cases)}))
        buyers.asked |= cases
    return case.id in buyers.thanked


_LOCKED = same_buyer(lambda row: row.case_id.in_(bindparam("cases", expanding=True))).subquery()
_EVER_THANKED = union(
    select(Thanks.case_id).where(Thanks.case_id.in_(bindparam("cases", expanding=True))),
    select(_LOCKED.c.first_id).join(Thanks, Thanks.case_id == _LOCKED.c.case_id),
)


def _last(rows: Sequence[Any], now: datetime) -> datetime | None:
    times = [now if row.is_under_way else row.at for row in rows]
    return max(filter(None, times), default=None)


_THANKED: CompoundSelect[Any] = union_all(
    select(
        Thanks.case_id,
        true().label("is_given"),
        Thanks.given_at.label("at"),
        and_(MakeGood.id.is_not(None), MakeGood.state.not_in(ENDED)).label("is_under_way"),
    )
    .join(Case, Case.id == Thanks.case_id)
    .outerjoin(MakeGood, MakeGood.id == Thanks.make_good_id)
    .where(_OF_BUYER, _NOT_TAKEN_BACK),
    select(Message.case_id, false(), Message.sent_at, Message.state.in_(MESSAGE_UNDER_WAY))
    .join(Case, Case.id == Message.case_id)
    .where(_OF_BUYER, Message.step == Step.THANKS),
)
"""What this buyer was given, and what tells of it."""


def invited_at(session: Session, case: Case) -> datetime | None:
    """When an invitation last went out to this buyer, or may have."""
    rows = session.execute(_INVITED, _asked(case)).all()
    return max((moment for row in rows for moment in row if moment is not None), default=None)


_INVITED = (
    select(MessageAttempt.started_at, Message.sent_at)
    .select_from(Message)
    .join(Case, Case.id == Message.case_id)
    .outerjoin(MessageAttempt, MessageAttempt.message_id == Message.id)
    .where(_OF_BUYER, Message.step == Step.UPDATE_INVITATION)
    .where(or_(Message.sent_at.is_not(None), MessageAttempt.outcome.in_(MAYBE_SENT)))
)
"""By hand, too, without an attempt."""


def review_changed_at(session: Session, case: Case) -> datetime | None:
    """When this buyer last changed a review, of whatever case."""
    return session.scalar(_CHANGED, _asked(case))


_CHANGED = select(func.max(Case.review_changed_at)).where(_OF_BUYER)


def is_inviting(session: Session, case: Case) -> bool:
    """Whether an invitation to this buyer is planned, drafted, being sent, or stuck."""
    return bool(session.scalar(_INVITING, _asked(case)))


_INVITING = select(
    exists(
        select(Message.id)
        .join(Case, Case.id == Message.case_id)
        .where(_OF_BUYER, Message.step == Step.UPDATE_INVITATION)
        .where(Message.state.in_(MESSAGE_UNDER_WAY))
    )
)


def is_invited(session: Session, case: Case, now: datetime) -> bool:
    """Whether a thanks to this buyer would be near an invitation that went out."""
    return is_near(invited_at(session, case), now, _settings(session, case).apart)


def profile_of(session: Session, case: Case) -> Profile | None:
    """What this buyer likes: as this case says, else the newest of the buyer's others."""
    if case.profile is not None:
        return case.profile
    return session.scalar(_PROFILE, _asked(case))


_PROFILE = (
    select(Case.profile)
    .where(_OF_BUYER, Case.profile.is_not(None))
    .order_by(Case.id.desc())
    .limit(1)
)


def _settings(session: Session, case: Case) -> ThanksSettings:
    return thanks_from_data(session.get_one(Shop, case.shop_id).thanks)
