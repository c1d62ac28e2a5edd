"""Saves a list of cases under a name, and forgets it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.operations.staff import saved_filters
from service.web.auth import sellers_only
from service.web.desk.case_list import SaveForm, list_page, query_of_list
from service.web.desk.forms import carry_out
from service.web.request_context import actor, context

blueprint = Blueprint("saved_filters", __name__, url_prefix="/cases/saved")


@blueprint.post("")
@sellers_only
def save() -> Response | tuple[str, int]:
    """Keep the list that the address narrows and sorts, as that of the list itself does."""
    form, query = SaveForm(request.form), query_of_list()
    status = carry_out(
        form, lambda: saved_filters.save(context(), actor(), form.name.value, query), "name"
    )
    if status:
        return list_page(form), status
    flash(_("Saved."))
    return redirect(f"{url_for('case_list.overview')}?{query}", 303)


@blueprint.post("/<int:filter_id>/remove")
@sellers_only
def remove(filter_id: int) -> Response:
    """Forget a saved list."""
    saved_filters.remove(context(), actor(), filter_id)
    flash(_("Removed."))
    return redirect(url_for("case_list.overview"), 303)
