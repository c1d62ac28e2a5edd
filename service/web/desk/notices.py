"""One's own notices: where one is told of what waits, of what, and when."""

from __future__ import annotations

from datetime import time

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.domain import places
from service.domain.errors import WrongInput
from service.domain.notices.notices import KINDS, WHEN, Choices, NoticeKind, When
from service.operations.notices import addresses
from service.web.auth import sellers_only
from service.web.desk.choices import zones
from service.web.desk.forms import Choice, DeskForm, Entry, carry_out
from service.web.desk.once import once
from service.web.i18n import label
from service.web.limits import HOUR, limited
from service.web.request_context import actor, context, seller

blueprint = Blueprint("notices", __name__, url_prefix="/me/notices")


def whens() -> dict[str, str]:
    """When one may be told."""
    return {when.value: label(sentence) for when, sentence in WHEN.items()}


def _when(text: str) -> When:
    if text not in set(When):
        raise WrongInput("Choose when you are told.")
    return When(text)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip())
    except ValueError as error:
        raise WrongInput("Enter a time such as 21:00.") from error


def _told(kind: NoticeKind) -> Choice:
    return Choice(lazy(KINDS[kind].id), check=_when, choices=whens)


def yes_no() -> dict[str, str]:
    """Whether urgent notices come in quiet hours."""
    return {"no": _("no"), "yes": _("yes")}


class ChoicesForm(DeskForm):
    """What one is told of, and when."""

    urgent = _told(NoticeKind.URGENT)
    not_solved = _told(NoticeKind.NOT_SOLVED)
    stuck = _told(NoticeKind.STUCK)
    decide = _told(NoticeKind.DECIDE)
    connection = _told(NoticeKind.CONNECTION)
    digest_at = Entry(lazy("Once a day, at"), check=_time)
    quiet_from = Entry(lazy("Quiet from"), check=_time)
    quiet_to = Entry(lazy("Quiet until"), check=_time)
    urgent_anyway = Choice(lazy("Urgent also in quiet hours"), choices=yes_no)
    zone = Choice(lazy("Time zone"), check=places.check_zone, choices=zones)

    @property
    def chosen(self) -> Choices:
        """What is chosen, once it was read."""
        return Choices(
            self.value("zone"),
            {kind: self.value(kind.value) for kind in NoticeKind},
            self.value("digest_at"),
            self.value("quiet_from"),
            self.value("quiet_to"),
            self.value("urgent_anyway") == "yes",
        )


class AddressForm(DeskForm):
    """An address of a chat service."""

    name = Entry(lazy("Name"))
    address = Entry(lazy("Address"))


@blueprint.get("")
@sellers_only
def overview() -> str:
    """Where one is told, of what, and when."""
    return _page()


def _page(*, chosen: ChoicesForm | None = None, address: AddressForm | None = None) -> str:
    kept = addresses.addresses(context(), actor())
    return render_template(
        "desk/notices.html",
        addresses=kept,
        has_mail=any(row.is_mail for row in kept),
        kinds=[kind.value for kind in NoticeKind],
        form=chosen or _kept(),
        address_form=address or AddressForm(),
    )


def _kept() -> ChoicesForm:
    kept = addresses.choices_of(context(), actor())
    return ChoicesForm(
        **{kind.value: kept.of(kind).value for kind in NoticeKind},
        digest_at=_text(kept.digest_at),
        quiet_from=_text(kept.quiet_from),
        quiet_to=_text(kept.quiet_to),
        urgent_anyway="yes" if kept.urgent_anyway else "no",
        zone=kept.zone,
    )


def _text(at: time) -> str:
    return at.isoformat(timespec="minutes")


@blueprint.post("/choices")
@sellers_only
def choose() -> ResponseReturnValue:
    """Say of what one is told, and when."""
    form = ChoicesForm(request.form)
    status = carry_out(form, lambda: addresses.choose(context(), actor(), form.chosen))
    if status:
        return _page(chosen=form), status
    return _back(_("Saved."))


@blueprint.post("/addresses")
@sellers_only
@limited(30, HOUR)
@once
def add_address() -> ResponseReturnValue:
    """Add an address of a chat service."""
    form = AddressForm(request.form)
    status = carry_out(form, lambda: _add(form), "address")
    if status:
        return _page(address=form), status
    return _back(_("Saved. Now send a test there."))


def _add(form: AddressForm) -> None:
    if not form.address.value:
        raise WrongInput("Enter the address.", fields={"address": _("Enter the address.")})
    addresses.add_address(context(), actor(), form.name.value, form.address.value)


@blueprint.post("/mail")
@sellers_only
@once
def add_mail() -> ResponseReturnValue:
    """Be told by mail, where one signs in."""
    form = AddressForm()
    status = carry_out(form, lambda: addresses.add_address(context(), actor(), seller().email, ""))
    if status:
        return _page(address=form), status
    return _back(_("Saved. Now send a test there."))


@blueprint.post("/addresses/<int:address_id>/test")
@sellers_only
@limited(30, HOUR)
@once
def try_address(address_id: int) -> Response:
    """Send a test there."""
    addresses.try_address(context(), actor(), address_id)
    return _back(_("A test is on its way. If it does not get there, the reason will stand here."))


@blueprint.post("/addresses/<int:address_id>/remove")
@sellers_only
def remove_address(address_id: int) -> Response:
    """Tell nothing there any more."""
    addresses.remove_address(context(), actor(), address_id)
    return _back(_("Removed."))


def _back(sentence: str) -> Response:
    flash(sentence)
    return redirect(url_for("notices.overview"), 303)
