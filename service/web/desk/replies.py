"""The public reply under the review of a case: a verb for each button."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as lazy

from service.db.models import Case
from service.operations.messages import public_reply
from service.web.desk.case_verbs import verb
from service.web.desk.verb_forms import WordsForm
from service.web.request_context import actor, context

blueprint = Blueprint("replies", __name__, url_prefix="/cases/<reference>/public-reply")


@blueprint.post("")
@verb(lazy("The draft is kept."), WordsForm)
def keep(case: Case, form: WordsForm) -> None:
    """Keep a reply as a draft."""
    public_reply.keep(context(), case.id, actor(), form.written.text)


@blueprint.post("/post")
@verb(lazy("Posted: everybody can read it now."), WordsForm)
def post(case: Case, form: WordsForm) -> None:
    """Post a reply, for all to read."""
    text, confirmed = form.written.text, form.is_confirmed
    public_reply.post(context(), case.id, actor(), text, confirmed=confirmed)


@blueprint.post("/by-hand")
@verb(lazy("Copy the words below, post them, and say so here."), WordsForm)
def by_hand(case: Case, form: WordsForm) -> None:
    """Keep a reply that a person posts at the platform."""
    text, confirmed = form.written.text, form.is_confirmed
    public_reply.take_by_hand(context(), case.id, actor(), text, confirmed=confirmed)


@blueprint.post("/stands-there")
@verb(lazy("Noted: the reply was posted."))
def stands_there(case: Case) -> None:
    """Say that a reply of unknown outcome was posted."""
    public_reply.say_posted(context(), case.id, actor(), posted=True)


@blueprint.post("/not-there")
@verb(lazy("Noted: the reply was not posted."))
def not_there(case: Case) -> None:
    """Say that a reply of unknown outcome was not posted."""
    public_reply.say_posted(context(), case.id, actor(), posted=False)
