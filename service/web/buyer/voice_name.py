"""The buyer's page on which they let their name stand beside their review, behind a signed link, or take
it back. GET shows, POST acts."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask_babel import force_locale

from service.db.messages import message_queries
from service.db.models import VoiceName
from service.domain.reviews.voices import LONGEST_NAME
from service.domain.staff.authority import BUYER
from service.operations.messages import texts
from service.operations.reviews import voice_names
from service.web.auth import by_link
from service.web.buyer.forms import NameForm
from service.web.buyer.language import in_language_of
from service.web.desk.forms import carry_out
from service.web.limits import MINUTE, limited
from service.web.request_context import context

blueprint = Blueprint("voice_name", __name__, url_prefix="/b/name")


@blueprint.get("/<token>")
@by_link
@limited(30, MINUTE)
def page(token: str) -> str:
    """Ask whether a name may be shown, and which."""
    return _page(token, NameForm())


@blueprint.post("/<token>")
@by_link
@limited(30, MINUTE)
def show(token: str) -> str | tuple[str, int]:
    """Take the name."""
    message_id = _id(token)
    with in_language_of(message_id):
        form = NameForm(request.form)
        agree = voice_names.agree
        status = carry_out(form, lambda: agree(context(), message_id, BUYER, form.value("name")))
    return (_page(token, form), status) if status else _page(token, form)


@blueprint.post("/<token>/take-back")
@by_link
@limited(30, MINUTE)
def take_back(token: str) -> str:
    """Show the name no more."""
    voice_names.take_back(context(), _id(token), BUYER)
    return _page(token, NameForm())


def _id(token: str) -> int:
    return context().links.message_of_buyer("name", token)


def _page(token: str, form: NameForm) -> str:
    with context().database.reading() as session:
        case = message_queries.message(session, _id(token)).case
        kept = session.get(VoiceName, case.review_id)
        language = texts.language_of(case, case.shop)
        with force_locale(language):
            return render_template(
                "buyer/voice_name.html",
                shop=case.shop.name,
                product=case.review.product_name,
                language=language,
                form=form,
                words=case.review.text,
                asked=voice_names.may_ask(session, case),
                kept=kept.name if kept else "",
                take_back_url=url_for("voice_name.take_back", token=token),
                most=LONGEST_NAME,
            )
