"""One's own page: language and password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.db.models import Seller
from service.db.staff import attempts
from service.domain.errors import WrongInput
from service.operations.staff import accounts, sessions
from service.web.auth import begin, sellers_only
from service.web.desk.choices import LANGUAGES
from service.web.desk.forms import Choice, DeskForm, Secret, carry_out
from service.web.limits import HOUR, QUARTER, count, limited
from service.web.request_context import actor, context, seller

blueprint = Blueprint("me", __name__, url_prefix="/me")


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise WrongInput("Choose a language.")
    return text


class LanguageForm(DeskForm):
    """The language of one's own pages."""

    language = Choice(lazy("Language of these pages"), check=_language, choices=LANGUAGES)


class PasswordForm(DeskForm):
    """A new password. `present`: the one before, where there is one."""

    present = Secret(lazy("Present password"))
    password = Secret(lazy("New password"))


BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


def device_name(user_agent: str) -> str:
    """What a person calls a browser, of how it calls itself, such as “Chrome, Android”."""
    browser = next((name for mark, name in BROWSERS.items() if f"{mark}/" in user_agent), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    return ", ".join(filter(None, (browser, system))) or user_agent[:60]


@blueprint.get("")
@sellers_only
def overview() -> str:
    """What one may set for oneself."""
    return _page()


def _page(*, language: LanguageForm | None = None, password: PasswordForm | None = None) -> str:
    spoken = seller().language or str(get_locale())
    return render_template(
        "desk/me.html",
        seen=sessions.of_seller(context(), actor(), session["key"]),
        device_name=device_name,
        language_form=language or LanguageForm(language=spoken),
        password_form=password or PasswordForm(),
    )


@blueprint.post("/sign-ins/<int:sign_in_id>/end")
@sellers_only
def end_sign_in(sign_in_id: int) -> Response:
    """End a sign-in in another browser."""
    sessions.end_one(context(), actor(), sign_in_id)
    return _ended()


@blueprint.post("/sign-ins/end-others")
@sellers_only
def end_others() -> Response:
    """End all sign-ins but this one."""
    sessions.end_others(context(), actor(), session["key"])
    return _ended()


def _ended() -> Response:
    flash(_("Signed out there."))
    return redirect(url_for("me.overview"), 303)


@blueprint.post("/language")
@sellers_only
def change_language() -> ResponseReturnValue:
    """Change the language of one's own pages."""
    form = LanguageForm(request.form)
    status = carry_out(form, lambda: accounts.set_language(context(), actor(), form.language.value))
    if status:
        return _page(language=form), status
    session["language"] = form.language.value
    with force_locale(form.language.value):
        flash(_("Saved."))
    return redirect(url_for("me.overview"), 303)


@blueprint.post("/password")
@sellers_only
@limited(20, HOUR)
def change_password() -> ResponseReturnValue:
    """Change one's own password; all other sign-ins end."""
    form, changed = PasswordForm(request.form), list[Seller]()
    present, new = form.present.data or "", form.password.data or ""
    guesses = f"password of {seller().id}"
    # Whoever found a browser signed in may guess no faster than at the door.
    count(guesses, 10, QUARTER)
    verb = accounts.change_password
    status = carry_out(
        form, lambda: changed.append(verb(context(), actor(), present=present, new=new))
    )
    if status:
        return _page(password=form), status
    # All sign-ins have ended; this browser begins a new one.
    attempts.forget(context().database, guesses)
    begin(changed[0])
    flash(_("The new password is set. Other devices are signed out."))
    return redirect(url_for("me.overview"), 303)
