"""The order of channels of a shop, for owners: a verb for each button."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from integrations.contract import Channel
from service.domain.errors import NotFound, WrongInput
from service.domain.messages.ladder import CHANNELS, SEVERITIES, Severity, ladders_from_data
from service.domain.staff.authority import Permission
from service.operations.messages.ways import kind_of, ladder_of
from service.operations.shops import ladders, settings
from service.web.auth import may
from service.web.desk.forms import Choice, DeskForm, carry_out
from service.web.i18n import label
from service.web.request_context import actor, context

blueprint = Blueprint("channels", __name__, url_prefix="/shops/<int:shop_id>/channels")


def _channel(typed: str) -> Channel:
    try:
        return Channel(typed)
    except ValueError as error:
        raise WrongInput("Choose a channel.") from error


class RungForm(DeskForm):
    """Names the channel that a button is about, or one to add."""

    channel = Choice(lazy("Add a channel"), _channel)


@blueprint.get("")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """Both ladders."""
    return _page(shop_id)


@blueprint.post("/<severity>/raise")
@may(Permission.MANAGE)
def raise_rung(shop_id: int, severity: str) -> ResponseReturnValue:
    """Try a channel one earlier."""
    return _changed(shop_id, severity, ladders.raise_rung)


@blueprint.post("/<severity>/lower")
@may(Permission.MANAGE)
def lower_rung(shop_id: int, severity: str) -> ResponseReturnValue:
    """Try a channel one later."""
    return _changed(shop_id, severity, ladders.lower_rung)


@blueprint.post("/<severity>/leave-out")
@may(Permission.MANAGE)
def leave_out(shop_id: int, severity: str) -> ResponseReturnValue:
    """Do not write by a channel."""
    return _changed(shop_id, severity, ladders.leave_out)


@blueprint.post("/<severity>/add")
@may(Permission.MANAGE)
def add_rung(shop_id: int, severity: str) -> ResponseReturnValue:
    """Try a channel after all others."""
    return _changed(shop_id, severity, ladders.add_rung)


@blueprint.post("/<severity>/reset")
@may(Permission.MANAGE)
def reset(shop_id: int, severity: str) -> ResponseReturnValue:
    """Go back to the channels as they were connected."""
    ladders.reset(context(), shop_id, actor(), _severity(severity))
    return _saved(shop_id, severity)


def _changed(shop_id: int, severity: str, verb: Callable[..., None]) -> ResponseReturnValue:
    """Do to a ladder what a button says of the channel it names."""
    form, of_severity = RungForm(request.form, key=severity), _severity(severity)
    status = carry_out(
        form,
        lambda: verb(context(), shop_id, actor(), of_severity, form.value("channel")),
    )
    if not status:
        return _saved(shop_id, severity)
    if verb is not ladders.add_rung:
        # What a button named is nothing to add.
        form.channel.data = ""
    return _page(shop_id, severity, form), status


def _saved(shop_id: int, severity: str) -> Response:
    flash(_("Saved."))
    return redirect(url_for("channels.page", shop_id=shop_id, _anchor=severity), 303)


def _severity(name: str) -> Severity:
    if name not in {severity.value for severity in Severity}:
        raise NotFound("There is no such page.")
    return Severity(name)


def _page(shop_id: int, refused_at: str = "", refused: RungForm | None = None) -> str:
    """The page; after a refusal with what was chosen in that ladder's form."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        connected = {kind_of(each) for each in shop.connections if "messages" in each.roles}
        shown = {severity: ladder_of(shop, severity) for severity in Severity}
        forms = {severity: RungForm(key=severity.value) for severity in Severity}
        if refused is not None:
            forms[Severity(refused_at)] = refused
        for severity, form in forms.items():
            form.channel.choices = [
                (channel.value, label(name))
                for channel, name in CHANNELS.items()
                if channel not in shown[severity]
            ]
        return render_template(
            "desk/channels.html",
            shop=shop,
            problem="" if refused is None else refused.problem,
            severities=SEVERITIES,
            ladders=shown,
            forms=forms,
            is_set=ladders_from_data(shop.ladders),
            names=CHANNELS,
            usable=connected | {Channel.TELEPHONE},
        )
