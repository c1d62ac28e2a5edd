"""Old data: what is past its time is shown, and deleted at once where the owner wants it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.domain.staff.authority import Permission
from service.operations.privacy import keeping
from service.operations.shops import settings
from service.web.auth import may
from service.web.request_context import actor, context

blueprint = Blueprint("old_data", __name__)


@blueprint.get("/shops/<int:shop_id>/old-data")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """Say how long what is kept, and what of it is past that now."""
    rows = keeping.old_of(context(), shop_id, actor())
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
    return render_template("desk/old_data.html", shop=shop, rows=rows, most=keeping.COUNTED_TO)


@blueprint.post("/shops/<int:shop_id>/old-data")
@may(Permission.MANAGE)
def delete(shop_id: int) -> Response:
    """Delete what is past its time."""
    if keeping.purge_shop(context(), shop_id, actor()):
        flash(_("Much of it is deleted. Press again for the rest, or leave it to the clock."))
    else:
        flash(_("Deleted."))
    return redirect(url_for("old_data.page", shop_id=shop_id), 303)
