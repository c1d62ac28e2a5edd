"""The buyer's page on which they let their name stand beside their review, behind a signed link, or take
it back. GET shows, POST acts."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import force_locale

from integrations.sentence import Said
from service.db.messages import message_queries
from service.db.models import VoiceName
from service.domain.errors import DomainError
from service.domain.messages import templates
from service.domain.reviews.voices import LONGEST_NAME
from service.domain.staff.authority import BUYER
from service.operations.cases.orders import buyer_of
from service.operations.reviews import voice_names
from service.web.auth import by_link
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.limits import MINUTE, limited
from service.web.request_context import context

blueprint = Blueprint("voice_name", __name__, url_prefix="/b/name")


@blueprint.get("/<token>")
@by_link
@limited(30, MINUTE)
def page(token: str) -> str:
    """Ask whether a name may be shown, and which."""
    return _page(_id(token))


@blueprint.post("/<token>")
@by_link
@limited(30, MINUTE)
def say(token: str) -> str | tuple[str, int]:
    """Take the name, or take it back."""
    message_id = _id(token)
    try:
        if "take_back" in request.form:
            voice_names.take_back(context(), message_id, BUYER)
        else:
            voice_names.agree(context(), message_id, BUYER, request.form.get("name", ""))
    except DomainError as error:
        return _page(message_id, error.text), status_of(error)
    return _page(message_id)


def _id(token: str) -> int:
    return context().links.message_of_buyer("name", token)


def _page(message_id: int, problem: Said | None = None) -> str:
    with context().database.reading() as session:
        case = message_queries.message(session, message_id).case
        kept = session.get(VoiceName, case.review_id)
        language = templates.language_for(buyer_of(case).language, case.shop.language)
        with force_locale(language):
            return render_template(
                "buyer/name.html",
                shop=case.shop.name,
                product=case.review.product_name,
                language=language,
                problem=translate(problem),
                words=case.review.text,
                asked=voice_names.may_ask(session, case),
                kept=kept.name if kept else "",
                typed=request.form.get("name", ""),
                most=LONGEST_NAME,
            )
