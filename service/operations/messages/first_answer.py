"""What the first answer to a complaint says of it: the problem by its cause, and by when the shop
looks, in its working hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import Case, Message, Shop
from service.domain.messages import first_answer
from service.domain.messages.answering import answering_from_data
from service.domain.messages.first_answer import Opening
from service.domain.messages.kinds import Step
from service.domain.messages.states import MessageState
from service.domain.messages.working_hours import Promise, promise
from service.domain.messages.zones import exists
from service.localization import clock_text, weekday_text


def sentences(
    session: Session, case: Case, shop: Shop, language: str, zone: str, *, now: datetime
) -> dict[str, str]:
    """The values of {problem} and {promise}; times are told in the buyer's `zone`."""
    turn = _turn(session, case)
    return {
        "problem": first_answer.problem(language, case.cause, turn),
        "promise": _promise(shop, language, zone, now, turn),
    }


def look_by(shop: Shop, now: datetime) -> datetime | None:
    """By when somebody will have looked, as a first answer of this moment says; None where nobody works
    in the coming weeks."""
    look = _look(shop, now)
    return None if look is None else _rounded(look.by)


def _look(shop: Shop, now: datetime) -> Promise | None:
    answering = answering_from_data(shop.answering)
    zone = shop.zone if exists(shop.zone) else "UTC"
    return promise(answering.hours, now, answering.look_within, zone, shop.country)


def _promise(shop: Shop, language: str, zone: str, now: datetime, turn: int) -> str:
    look = _look(shop, now)
    if look is None:
        return first_answer.promise(language, Opening.NEVER, turn)
    moments = {"by": _told(language, "by", look.by, zone, now)}
    if look.opens is not None:
        moments["opens"] = _told(language, "opens", look.opens, zone, now)
    opening = Opening.OPEN if look.opens is None else Opening.CLOSED
    sentence = first_answer.promise(language, opening, turn)
    for name, text in moments.items():
        sentence = sentence.replace(f"{{{name}}}", text)
    return sentence


def _told(language: str, form_name: str, moment: datetime, zone: str, now: datetime) -> str:
    place, moment = ZoneInfo(zone), _rounded(moment)
    day = moment.astimezone(place).date()
    is_today = day == now.astimezone(place).date()
    return first_answer.moment(
        language,
        form_name,
        day="" if is_today else weekday_text(day, language),
        time=clock_text(moment, zone, language),
    )


def _rounded(moment: datetime) -> datetime:
    """The next half hour: nobody promises 14.37."""
    past = timedelta(minutes=moment.minute % 30, seconds=moment.second)
    whole = moment.replace(microsecond=0) - past
    return whole if whole == moment else whole + timedelta(minutes=30)


def _turn(session: Session, case: Case) -> int:
    """Which wording: another one at each first answer to the same buyer, and for buyers of whom
    nothing is known by the case."""
    if not case.buyer_key:
        return case.id
    earlier = (
        select(func.count())
        .select_from(Message)
        .join(Message.case)
        .where(Case.shop_id == case.shop_id, Case.buyer_key == case.buyer_key, Case.id < case.id)
        .where(Message.step == Step.RECEIPT, Message.state != MessageState.STOPPED)
    )
    return crc32(case.buyer_key.encode()) + (session.scalar(earlier) or 0)
