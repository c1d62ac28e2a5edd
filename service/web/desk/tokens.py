"""Tokens for programs: made, shown once, ended."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy import select
from werkzeug.wrappers import Response

from service.db.models import ApiToken, Membership, Seller
from service.domain.staff.authority import Permission
from service.operations.staff import tokens
from service.web.auth import may
from service.web.desk.forms import DeskForm, Entry, carry_out
from service.web.request_context import actor, context

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")
Answer = Response | str | tuple[str, int]


class TokenForm(DeskForm):
    """A token to be made."""

    name = Entry(lazy("Name of the program"))


@blueprint.get("")
@may(Permission.MANAGE)
def overview() -> str:
    """The tokens of the people of one's shops."""
    return _page(TokenForm())


def _page(form: TokenForm, *, fresh: str = "") -> str:
    owned = actor().shops(Permission.MANAGE)
    mine = select(Membership.seller_id).where(Membership.shop_id.in_(owned))
    good = select(ApiToken, Seller.name).join(Seller, Seller.id == ApiToken.seller_id)
    good = good.where(ApiToken.revoked_at.is_(None), ApiToken.seller_id.in_(mine))
    with context().database.reading() as database:
        rows = database.execute(good.order_by(ApiToken.id)).all()
    return render_template("admin/tokens.html", rows=rows, form=form, fresh=fresh)


@blueprint.post("")
@may(Permission.MANAGE)
def add() -> Answer:
    """Make a token, shown once, in the answer itself, and kept nowhere."""
    form, made = TokenForm(request.form), list[str]()
    status = carry_out(
        form, lambda: made.append(tokens.add_token(context(), actor(), form.name.value))
    )
    if status:
        return _page(form), status
    return _page(TokenForm(), fresh=made[0])


@blueprint.post("/<int:token_id>/revoke")
@may(Permission.MANAGE)
def revoke(token_id: int) -> Answer:
    """End a token."""
    tokens.revoke_token(context(), token_id, actor())
    flash(_("Saved."))
    return redirect(url_for("tokens.overview"), 303)
