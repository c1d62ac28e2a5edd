"""Programs of a shop that are told of its cases: their addresses, secrets, and what was sent to them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.db.endpoints import endpoint_queries
from service.db.models import Endpoint
from service.db.shops import shop_queries
from service.domain.endpoints.events import EVENTS, KEPT, TICKED, EventKind
from service.domain.errors import DomainError
from service.domain.staff.authority import Permission
from service.operations.endpoints import endpoints
from service.web.auth import may
from service.web.desk.forms import DeskForm, Entry, Ticks, carry_out
from service.web.desk.once import once, shown_once
from service.web.desk.paging import next_page
from service.web.errors import status_of
from service.web.formatting import use_zone
from service.web.i18n import label, translate
from service.web.request_context import actor, context

blueprint = Blueprint("endpoints", __name__)
PAGE = 50


def kinds() -> dict[str, str]:
    """What a program may be told of."""
    return {kind.value: label(sentence) for kind, sentence in TICKED.items()}


class EndpointForm(DeskForm):
    """An endpoint that is added or changed."""

    name = Entry(lazy("Name of the program"))
    url = Entry(lazy("Address"))
    events = Ticks(lazy("What it is told of"), choices=kinds)


@blueprint.get("/shops/<int:shop_id>/endpoints")
@may(Permission.MANAGE)
def overview(shop_id: int) -> str:
    """All endpoints of a shop."""
    return _overview(shop_id, EndpointForm(events=[kind.value for kind in TICKED]))


def _overview(shop_id: int, form: EndpointForm) -> str:
    with context().database.reading() as database:
        shop = shop_queries.shop(database, shop_id)
        rows = endpoint_queries.of_shop(database, shop_id)
    return render_template("desk/endpoints.html", shop=shop, rows=rows, form=form)


@blueprint.post("/shops/<int:shop_id>/endpoints")
@may(Permission.MANAGE)
@once
def add(shop_id: int) -> ResponseReturnValue:
    """Add an endpoint; its secret is shown once, in the answer itself."""
    form, added = EndpointForm(request.form), list[tuple[int, str]]()
    status = carry_out(
        form,
        lambda: added.append(
            endpoints.add(
                context(),
                shop_id,
                actor(),
                name=form.name.value,
                url=form.url.value,
                kinds=form.events.data or (),
            )
        ),
    )
    if status:
        return _overview(shop_id, form), status
    endpoint_id, secret = added[0]
    return shown_once(_page(endpoint_id, fresh=secret), _address(endpoint_id))


@blueprint.get("/endpoints/<int:endpoint_id>")
@may(Permission.MANAGE)
def endpoint(endpoint_id: int) -> str:
    """One endpoint: what it is told of, and what was sent to it."""
    return _page(endpoint_id)


def _page(
    endpoint_id: int, *, form: EndpointForm | None = None, fresh: str = "", problem: str = ""
) -> str:
    with context().database.reading() as database:
        row = endpoint_queries.endpoint(database, endpoint_id)
        shop = shop_queries.shop(database, row.shop_id)
        before = request.args.get("before", type=int)
        sent = endpoint_queries.events_of(database, endpoint_id, most=PAGE, before=before)
    use_zone(shop.zone)
    return render_template(
        "desk/endpoint.html",
        endpoint=row,
        shop=shop,
        form=form or _kept(row),
        fresh=fresh,
        problem=problem,
        sent=sent,
        kept_days=KEPT.days,
        kinds={**kinds(), EventKind.TEST.value: _("a test")},
        states=EVENTS.labels,
        onward=next_page("before", str(sent[-1].id)) if len(sent) == PAGE else None,
    )


def _kept(row: Endpoint) -> EndpointForm:
    return EndpointForm(name=row.name, url=row.url, events=row.events)


@blueprint.post("/endpoints/<int:endpoint_id>/change")
@may(Permission.MANAGE)
def change(endpoint_id: int) -> ResponseReturnValue:
    """Change what was entered."""
    form = EndpointForm(request.form)
    status = carry_out(
        form,
        lambda: endpoints.change(
            context(),
            endpoint_id,
            actor(),
            name=form.name.value,
            url=form.url.value,
            kinds=form.events.data or (),
        ),
    )
    if status:
        return _page(endpoint_id, form=form), status
    return _back(endpoint_id, _("Saved."))


def _back(endpoint_id: int, sentence: str) -> Response:
    flash(sentence)
    return redirect(_address(endpoint_id), 303)


def _address(endpoint_id: int) -> str:
    return url_for("endpoints.endpoint", endpoint_id=endpoint_id)


@blueprint.post("/endpoints/<int:endpoint_id>/switch-on")
@may(Permission.MANAGE)
def switch_on(endpoint_id: int) -> Response:
    """Send it events again."""
    endpoints.switch_on(context(), endpoint_id, actor(), active=True)
    return _back(endpoint_id, _("Switched on."))


@blueprint.post("/endpoints/<int:endpoint_id>/switch-off")
@may(Permission.MANAGE)
def switch_off(endpoint_id: int) -> Response:
    """Send it nothing for now."""
    endpoints.switch_on(context(), endpoint_id, actor(), active=False)
    return _back(endpoint_id, _("Switched off."))


@blueprint.post("/endpoints/<int:endpoint_id>/renew-secret")
@may(Permission.MANAGE)
@once
def renew_secret(endpoint_id: int) -> ResponseReturnValue:
    """Make a new secret, shown once, in the answer itself."""
    secret = endpoints.renew_secret(context(), endpoint_id, actor())
    return shown_once(_page(endpoint_id, fresh=secret), _address(endpoint_id))


@blueprint.post("/endpoints/<int:endpoint_id>/test")
@may(Permission.MANAGE)
@once
def try_out(endpoint_id: int) -> ResponseReturnValue:
    """Send it an event that tells of nothing."""
    try:
        endpoints.try_out(context(), endpoint_id, actor())
    except DomainError as error:
        return _page(endpoint_id, problem=translate(error.text)), status_of(error)
    return _back(endpoint_id, _("The test is on its way: its answer stands below in a moment."))


@blueprint.post("/endpoints/<int:endpoint_id>/events/<int:event_id>/replay")
@may(Permission.MANAGE)
@once
def replay(endpoint_id: int, event_id: int) -> ResponseReturnValue:
    """Send an event once more."""
    try:
        endpoints.replay(context(), endpoint_id, event_id, actor())
    except DomainError as error:
        return _page(endpoint_id, problem=translate(error.text)), status_of(error)
    return _back(endpoint_id, _("It is sent again now."))


@blueprint.post("/endpoints/<int:endpoint_id>/remove")
@may(Permission.MANAGE)
def remove(endpoint_id: int) -> Response:
    """Remove it with its secret."""
    with context().database.reading() as database:
        shop_id = endpoint_queries.endpoint(database, endpoint_id).shop_id
    endpoints.remove(context(), endpoint_id, actor())
    flash(_("Removed."))
    return redirect(url_for("endpoints.overview", shop_id=shop_id), 303)
