"""One's own second factor: set up with an authenticator app, its recovery codes, taken off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from markupsafe import Markup
from wtforms import HiddenField

from service.db.staff import attempts, seller_queries
from service.operations.staff import second_factors
from service.operations.staff.second_factors import Setup
from service.web.auth import begin, enrolling, sellers_only
from service.web.desk.forms import DeskForm, Entry, Secret, carry_out
from service.web.desk.once import once, shown_once
from service.web.limits import HOUR, QUARTER, count, limited
from service.web.request_context import actor, context, seller
from service.web.second_step import count_code

blueprint = Blueprint("second_factor", __name__, url_prefix="/me/second-factor")


class SetupForm(DeskForm):
    """The first code of an app. `sealed`: the secret that the app has read, encrypted."""

    sealed = HiddenField()
    present = Secret(lazy("Present password"))
    code = Entry(lazy("Code that the app shows"))


class CodeForm(DeskForm):
    """A code, to change what protects one."""

    code = Entry(lazy("Code of the app, or a recovery code"))


def picture(address: str) -> Markup:
    """What an authenticator app reads, drawn in the page itself: black on white, also in the dark."""
    import segno  # noqa: PLC0415 - half a MB, where a second factor is set up

    code = segno.make(address, error="m")
    title = _("QR code for the authenticator app")
    drawn = code.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass="qr", title=title)
    return Markup(drawn)  # noqa: S704 - the library escapes the title


@blueprint.get("")
@enrolling
def page() -> str:
    """How one stands: a second factor with what can be done to it, or one to set up."""
    if second_factors.is_set_up(context(), seller().id):
        return _kept()
    return _offered(second_factors.begin_setup(context(), seller()), SetupForm())


def _offered(setup: Setup, form: SetupForm) -> str:
    with context().database.reading() as database:
        everywhere = context().second_factor_of_owners
        needed = seller_queries.lacks_second_factor(database, seller().id, of_all_owners=everywhere)
    form.sealed.data = setup.sealed
    return render_template(
        "desk/second_factor_setup.html",
        setup=setup,
        picture=picture(setup.app_address),
        form=form,
        needed=needed,
    )


def _kept(**values: Any) -> str:
    shown = {"codes": [], "renewing": CodeForm(key="renew"), "removing": CodeForm(key="remove")}
    left = second_factors.codes_left(context(), seller().id)
    return render_template("desk/second_factor.html", left=left, **{**shown, **values})


@blueprint.post("")
@enrolling
@limited(60, HOUR)
def set_up() -> ResponseReturnValue:
    """Keep it, once the app shows its codes. Other devices are signed out."""
    if second_factors.is_set_up(context(), seller().id):
        return redirect(url_for("second_factor.page"), 303)
    form, done = SetupForm(request.form), list[Any]()
    guesses = f"password of {seller().id}"
    count(guesses, 10, QUARTER)
    status = carry_out(form, lambda: done.append(_set_up(form)))
    if status:
        return _offered(_setup_of(form), form), status
    attempts.forget(context().database, guesses)
    enrolled, codes = done[0]
    begin(enrolled)
    return _kept(codes=codes)


def _set_up(form: SetupForm) -> Any:
    verb, sealed, code = second_factors.set_up, form.sealed.data or "", form.code.value
    return verb(context(), actor(), sealed, code, present=form.present.data or "")


def _setup_of(form: SetupForm) -> Setup:
    """The one that the app has read already, else another."""
    refused = DeskForm()
    setups = list[Setup]()
    sealed, verb = form.sealed.data or "", second_factors.resume_setup
    if carry_out(refused, lambda: setups.append(verb(context(), seller(), sealed))):
        return second_factors.begin_setup(context(), seller())
    return setups[0]


@blueprint.post("/codes")
@sellers_only
@once
def renew_codes() -> ResponseReturnValue:
    """Ten other recovery codes, shown this once."""
    form, codes = CodeForm(request.form, key="renew"), list[str]()
    tries, verb = count_code(seller().id), second_factors.new_recovery_codes
    status = carry_out(form, lambda: codes.extend(verb(context(), actor(), form.code.value)))
    if status:
        return _kept(renewing=form), status
    attempts.forget(context().database, tries)
    return shown_once(_kept(codes=codes), url_for("second_factor.page"))


@blueprint.post("/remove")
@sellers_only
def remove() -> ResponseReturnValue:
    """Sign in without one from now on."""
    form = CodeForm(request.form, key="remove")
    tries, verb = count_code(seller().id), second_factors.take_off
    status = carry_out(form, lambda: verb(context(), actor(), form.code.value))
    if status:
        return _kept(removing=form), status
    attempts.forget(context().database, tries)
    flash(_("You sign in without a second factor now."))
    return redirect(url_for("me.overview"), 303)
