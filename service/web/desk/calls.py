"""What a person needs to call the buyer, as the page of the case shows it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from integrations.sentence import Text
from integrations.telephone import for_reading
from service.db.models import Call, Case
from service.db.shops import shop_queries
from service.domain.messages.calls import GUIDE
from service.operations.cases.orders import buyer_of
from service.operations.messages import calls
from service.operations.messages.opt_out import wants_no_call
from service.operations.messages.planning import settings_of, zones_of
from service.web.request_context import context


@dataclass(frozen=True, slots=True)
class ToCall:
    """What a person needs for a call. `there`: the time at the buyer's now; `asks`: the call may ask
    whether it is solved."""

    call: Call
    number: str
    shown_number: str
    zone: str
    there: str
    opens: str
    closes: str
    guide: tuple[Text, ...]
    asks: bool


def _to_call(session: Session, case: Case) -> ToCall | None:
    """The open call of a case; None where there is none."""
    call = calls.open_call(case)
    if call is None:
        return None
    shop, number = shop_queries.shop(session, case.shop_id), buyer_of(case).phone
    zone, window = zones_of(case, shop)[0], settings_of(shop).window
    return ToCall(
        call,
        number,
        for_reading(number),
        zone,
        f"{context().clock.now().astimezone(ZoneInfo(zone)):%H:%M}",
        f"{window.opens:%H:%M}",
        f"{window.closes:%H:%M}",
        GUIDE,
        calls.question_of(case, call) is not None,
    )


def _may_ask(session: Session, case: Case) -> bool:
    """Whether a call may be asked for."""
    can_be_called = bool(buyer_of(case).phone) and calls.open_call(case) is None
    return can_be_called and case.erased_at is None and not wants_no_call(context(), session, case)


def shown(session: Session, case: Case) -> dict[str, object]:
    """The open call, and whether one may be asked for."""
    return {"to_call": _to_call(session, case), "may_ask_for_call": _may_ask(session, case)}
