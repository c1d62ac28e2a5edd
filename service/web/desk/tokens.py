"""Tokens for programs: made, shown once, ended."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from service.db.staff import seller_queries
from service.domain.errors import WrongInput
from service.domain.staff.authority import Permission
from service.operations.staff import tokens
from service.web.auth import may
from service.web.desk.forms import Choice, DeskForm, Entry, Ticks, carry_out
from service.web.desk.once import once, shown_once
from service.web.request_context import actor, context

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")


SCOPES = {
    Permission.LOOK: lazy("read cases, deliveries and what waits"),
    Permission.DECIDE: lazy("decide cases, write to buyers, and try again what waits"),
    Permission.MANAGE: lazy("change shops, connections, rules and people, and erase buyers"),
}
LIVES = (30, 90, 180, 365)
"""Days."""


def scopes() -> dict[str, str]:
    """What a token may be given."""
    return {scope.value: str(sentence) for scope, sentence in SCOPES.items()}


def lives() -> dict[str, str]:
    """How long a token may be good."""
    return {str(days): _("%(days)s days", days=days) for days in LIVES}


def _life(text: str) -> timedelta:
    if text not in lives():
        raise WrongInput("Choose how long the token is good.")
    return timedelta(days=int(text))


class TokenForm(DeskForm):
    """A token to be made."""

    name = Entry(lazy("Name of the program"))
    scopes = Ticks(lazy("What it may do"), choices=scopes)
    days = Choice(lazy("Good for"), check=_life, choices=lives, default="90")

    @property
    def chosen(self) -> list[Permission]:
        """The scopes that are ticked; what no page offers is passed over."""
        return [Permission(name) for name in self.scopes.data or () if name in scopes()]


@blueprint.get("")
@may(Permission.MANAGE)
def overview() -> str:
    """The tokens of the people of one's shops."""
    return _page(_new())


def _new() -> TokenForm:
    return TokenForm(scopes=[Permission.LOOK.value])


def _page(form: TokenForm, *, fresh: str = "") -> str:
    owned = actor().shops(Permission.MANAGE)
    with context().database.reading() as session:
        rows = seller_queries.tokens(session, owned)
    now = context().clock.now()
    return render_template(
        "desk/tokens.html", rows=rows, form=form, fresh=fresh, now=now, said=SCOPES
    )


@blueprint.post("")
@may(Permission.MANAGE)
@once
def add() -> ResponseReturnValue:
    """Make a token, shown once, in the answer itself, and kept nowhere."""
    form, secrets = TokenForm(request.form), list[str]()
    status = carry_out(
        form,
        lambda: secrets.append(
            tokens.add_token(context(), actor(), form.name.value, form.chosen, form.days.value)
        ),
    )
    if status:
        return _page(form), status
    return shown_once(_page(_new(), fresh=secrets[0]), url_for("tokens.overview"))


@blueprint.post("/<int:token_id>/revoke")
@may(Permission.MANAGE)
def revoke(token_id: int) -> ResponseReturnValue:
    """End a token."""
    tokens.revoke_token(context(), token_id, actor())
    flash(_("Saved."))
    return redirect(url_for("tokens.overview"), 303)
