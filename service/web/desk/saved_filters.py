"""Saves a list of cases under a name, and forgets it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.domain.errors import WrongInput
from service.operations.staff import saved_filters
from service.web.auth import sellers_only
from service.web.desk.forms import DeskForm, Entry, Hidden
from service.web.i18n import translate
from service.web.request_context import actor, context

blueprint = Blueprint("saved_filters", __name__, url_prefix="/cases/saved")
OF_ONE_PAGE = ("after",)
"""What stands in the address of a list and is not of the list itself."""


class SaveForm(DeskForm):
    """A list and its name."""

    query = Hidden()
    name = Entry()


def query_of(text: str) -> str:
    """The part of an address behind its question mark, as it is kept."""
    pairs = parse_qsl(text)
    return urlencode([(name, value) for name, value in pairs if name not in OF_ONE_PAGE])


@blueprint.post("")
@sellers_only
def save() -> Response:
    """Keep the list as it is narrowed and sorted now."""
    form = SaveForm(request.form)
    query = query_of(form.query.data or "")
    try:
        saved_filters.save(context(), actor(), form.name.data or "", query)
        flash(_("Saved."))
    except WrongInput as error:
        flash(translate(error.text))
    return redirect(f"{url_for('case_list.overview')}?{query}", 303)


@blueprint.post("/<int:filter_id>/remove")
@sellers_only
def remove(filter_id: int) -> Response:
    """Forget a saved list."""
    saved_filters.remove(context(), actor(), filter_id)
    flash(_("Removed."))
    return redirect(url_for("case_list.overview"), 303)
