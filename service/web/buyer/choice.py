"""The buyer's page of a choice among remedies, behind a signed link. GET shows, POST picks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import force_locale
from sqlalchemy.orm import Session

from integrations.sentence import Said
from service.db.messages import message_queries
from service.db.models import MakeGood, Offer, OfferOption
from service.domain.days import last_day
from service.domain.errors import NotFound, WrongState
from service.domain.remedies.offers import TOLD, OfferState
from service.domain.staff.authority import BUYER
from service.localization import day_text
from service.operations.cases.orders import SeenOrder
from service.operations.messages import texts
from service.operations.messages.planning import zones_of
from service.operations.remedies import offers
from service.web.auth import by_link
from service.web.buyer.forms import OptionForm
from service.web.buyer.language import in_language_of
from service.web.desk.forms import carry_out
from service.web.limits import MINUTE, limited
from service.web.request_context import context

blueprint = Blueprint("choice", __name__, url_prefix="/b/choose")


@blueprint.get("/<token>")
@by_link
@limited(30, MINUTE)
def page(token: str) -> str:
    """What may be chosen, without what can no longer be given."""
    return _page(_offer_id(_message_id(token)), OptionForm())


@blueprint.post("/<token>")
@by_link
@limited(30, MINUTE)
def pick(token: str) -> str | tuple[str, int]:
    """Take what the buyer picks."""
    message_id = _message_id(token)
    offer_id = _offer_id(message_id)
    with in_language_of(message_id):
        form = OptionForm(request.form)
        status = carry_out(form, lambda: _pick(offer_id, form.value("option")), "option")
    return (_page(offer_id, form), status) if status else _page(offer_id, form)


def _pick(offer_id: int, position: int) -> None:
    if not offers.pick(context(), offer_id, position, BUYER):
        raise WrongState("This can no longer be given.")


def _message_id(token: str) -> int:
    return context().links.message_of_buyer("choose", token)


def _offer_id(message_id: int) -> int:
    """The choice of which the message with this link tells."""
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


def _page(offer_id: int, form: OptionForm) -> str:
    """The page in the buyer's language, zone and way of writing amounts."""
    with context().database.reading() as session:
        is_open = session.get_one(Offer, offer_id).state is OfferState.OPEN
    seen = offers.order_now(context(), offer_id) if is_open else None
    with context().database.reading() as session:
        offer = session.get_one(Offer, offer_id)
        case = offer.case
        shown = _shown(session, offer, seen)
        language = texts.language_of(case, case.shop)
        with force_locale(language):
            return render_template(
                "buyer/choose.html",
                shop=case.shop.name,
                product=case.review.product_name,
                language=language,
                form=form,
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
