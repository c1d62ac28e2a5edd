"""The public reply under the review of a case: a verb for each button."""

from __future__ import annotations

from flask import Blueprint, request
from flask_babel import lazy_gettext as lazy

from service.db.models import Case
from service.operations.messages import public_reply
from service.web.desk.case_verbs import verb
from service.web.request_context import actor, context

blueprint = Blueprint("replies", __name__, url_prefix="/cases/<reference>/public-reply")


@blueprint.post("")
@verb(lazy("The draft is kept."))
def keep(case: Case) -> None:
    """Keep a reply as a draft."""
    public_reply.keep(context(), case.id, actor(), request.form.get("text", ""))


@blueprint.post("/post")
@verb(lazy("Posted: everybody can read it now."))
def post(case: Case) -> None:
    """Post a reply, for all to read."""
    form = request.form
    confirmed = form.get("confirmed") == "yes"
    public_reply.post(context(), case.id, actor(), form.get("text", ""), confirmed=confirmed)


@blueprint.post("/by-hand")
@verb(lazy("Copy the words below, post them, and say so here."))
def by_hand(case: Case) -> None:
    """Keep a reply that a person posts at the platform."""
    form = request.form
    confirmed = form.get("confirmed") == "yes"
    public_reply.take_by_hand(
        context(), case.id, actor(), form.get("text", ""), confirmed=confirmed
    )


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
