"""The buyer's page of a choice among remedies, behind a signed link. GET shows, POST picks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import force_locale
from sqlalchemy.orm import Session

from integrations.sentence import Said, Text
from service.db.messages import message_queries
from service.db.models import MakeGood, Offer, OfferOption
from service.domain.days import last_day
from service.domain.errors import DomainError, NotFound, WrongInput
from service.domain.messages import templates
from service.domain.remedies.offers import TOLD, OfferState
from service.domain.staff.authority import BUYER
from service.localization import day_text
from service.operations.cases.orders import SeenOrder, buyer_of
from service.operations.messages.planning import zones_of
from service.operations.remedies import offers
from service.web.auth import by_link
from service.web.errors import status_of
from service.web.limits import MINUTE, limited
from service.web.request_context import context

blueprint = Blueprint("choice", __name__, url_prefix="/b/choose")
GONE = Text("This can no longer be given.")


@blueprint.get("/<token>")
@by_link
@limited(30, MINUTE)
def page(token: str) -> str:
    """What may be chosen, without what can no longer be given."""
    return _page(_offer_id(token), None)


@blueprint.post("/<token>")
@by_link
@limited(30, MINUTE)
def pick(token: str) -> str | tuple[str, int]:
    """Take what the buyer picks."""
    offer_id = _offer_id(token)
    try:
        position = request.form.get("option", type=int)
        if position is None:
            raise WrongInput("Choose one of them.")
        picked = offers.pick(context(), offer_id, position, BUYER)
    except DomainError as error:
        return _page(offer_id, error.text), status_of(error)
    return _page(offer_id, None) if picked else (_page(offer_id, GONE), 409)


def _offer_id(token: str) -> int:
    """The choice of which the message with this link tells."""
    message_id = context().links.message_of_buyer("choose", token)
    with context().database.reading() as session:
        message = message_queries.message(session, message_id)
        make_good = session.get(MakeGood, message.make_good_id or 0)
        if make_good is None or make_good.offer is None:
            raise NotFound("there is no such choice")
        return make_good.offer.id


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows of a choice: what may be picked, else why nothing, or what was."""

    options: list[OfferOption]
    told: Said | None
    picked: OfferOption | None


def _page(offer_id: int, problem: Said | None) -> str:
    """The page in the buyer's language, zone and way of writing amounts."""
    with context().database.reading() as session:
        is_open = session.get_one(Offer, offer_id).state is OfferState.OPEN
    seen = offers.order_now(context(), offer_id) if is_open else None
    with context().database.reading() as session:
        offer = session.get_one(Offer, offer_id)
        case = offer.case
        shown = _shown(session, offer, seen)
        language = templates.language_for(buyer_of(case).language, case.shop.language)
        with force_locale(language):
            return render_template(
                "buyer/choose.html",
                shop=case.shop.name,
                product=case.review.product_name,
                language=language,
                problem=problem if shown.options else None,
                shown=shown,
                until=day_text(last_day(offer.ends_at, zones_of(case, case.shop)), language),
            )


def _shown(session: Session, offer: Offer, seen: SeenOrder | None) -> _Shown:
    if offer.picked is not None:
        return _Shown([], TOLD[OfferState.PICKED], offer.picked)
    if offer.state is not OfferState.OPEN:
        return _Shown([], TOLD[offer.state], None)
    if context().clock.now() > offer.ends_at:
        return _Shown([], TOLD[OfferState.EXPIRED], None)
    why = offers.reasons(session, offer, seen)
    options = [option for option in offer.options if why[option.position] is None]
    return _Shown(options, None if options else TOLD[OfferState.VOID], None)
