"""What a seller does to thank a buyer: choose how, note what the buyer likes, print a card to write."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import force_locale
from flask_babel import lazy_gettext as lazy

from service.db.cases import case_queries
from service.db.models import Case, Thanks
from service.domain.errors import NotFound, WrongInput
from service.domain.staff.authority import Permission
from service.operations.cases.platform_pages import pages_of
from service.operations.messages import texts
from service.operations.messages.mail_html import to_html
from service.operations.remedies import thanks
from service.web.auth import may
from service.web.desk.case_verbs import verb
from service.web.desk.verb_forms import GestureForm, ProfileForm
from service.web.request_context import actor, context

blueprint = Blueprint("thanks_verbs", __name__, url_prefix="/cases/<reference>")


@blueprint.post("/thank")
@verb(lazy("The buyer is thanked."), GestureForm)
def thank(case: Case, form: GestureForm) -> None:
    """Thank the buyer."""
    gesture = form.value("gesture")
    if gesture is None:
        raise WrongInput("Press one of the buttons of the page.")
    thanks.give(context(), case.id, actor(), gesture)


@blueprint.post("/thanks/<int:thanks_id>/take-back")
@verb(lazy("Taken back: it counts no more."))
def take_back(case: Case, thanks_id: int) -> None:
    """Take back a card that was not written, or early access that was not told."""
    with context().database.reading() as session:
        row = session.get(Thanks, thanks_id)
    if row is None or row.case_id != case.id:
        raise NotFound("This thanks was taken back already.")
    thanks.take_back(context(), thanks_id, actor())


@blueprint.post("/preference")
@verb(lazy("Noted."), ProfileForm)
def note_preference(case: Case, form: ProfileForm) -> None:
    """Note what the buyer likes."""
    thanks.note_profile(context(), case.id, actor(), form.value("profile"))


@blueprint.get("/card")
@may(Permission.DECIDE)
def card(reference: str) -> str:
    """A thank-you note to print or to write by hand, with what is known of the address."""
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        if case.erased_at is not None or not thanks.has_card(session, case):
            raise NotFound("There is no card for this case.")
        language = texts.language_of(case, case.shop)
        with force_locale(language):
            words = texts.card(session, case)
        return render_template(
            "desk/card.html",
            case=case,
            subject=words.subject,
            paragraphs=to_html(words.text),
            language=language,
            buyer=case.order.get("buyer", {}),
            pages=pages_of(session, case),
        )
