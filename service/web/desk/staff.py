"""People of the shops, for owners: who they are, and what they are in each shop."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response
from wtforms import BooleanField, Form, FormField

from service.db.models import Membership
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.domain.errors import DomainError, WrongInput
from service.domain.staff import authority
from service.domain.staff.authority import Limit, Permission, SellerRole
from service.operations.staff import accounts, invitations, members, second_factors
from service.web.auth import may
from service.web.desk.forms import (
    Choice,
    DeskForm,
    Entry,
    Rows,
    carry_out,
    limit_rows,
    read_limits,
)
from service.web.desk.once import once, shown_once
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.request_context import actor, context
from service.web.words import word

blueprint = Blueprint("staff", __name__)
AMOUNTS = ("each", "week")


def roles() -> dict[str, str]:
    """What a seller may be in a shop."""
    return {role.value: word(role.value) for role in SellerRole}


def roles_or_none() -> dict[str, str]:
    """The same, and nothing."""
    return {"": _("not in this shop"), **roles()}


def read_role(text: str) -> SellerRole:
    """The role of this name; raises `WrongInput`."""
    try:
        return SellerRole(text)
    except ValueError as error:
        raise WrongInput("Choose a role.") from error


class _Row(Form):
    currency = Entry(lazy("Currency"))
    each = Entry(lazy("Each up to"))
    week = Entry(lazy("In seven days up to"))


class MemberForm(DeskForm):
    """What a seller is in one shop."""

    role = Choice(lazy("Role"), check=read_role, choices=roles)
    rows = Rows(FormField(_Row))

    @classmethod
    def of(cls, row: Membership) -> MemberForm:
        """As the shop has it."""
        key = f"seller-{row.seller_id}-{row.shop_id}"
        return cls(key=key, role=row.role.value, rows=limit_rows(row.limits))

    def validate(self, extra_validators: Any = None) -> bool:
        """Amounts are read by the currency of their row."""
        valid = super().validate(extra_validators)
        limits = read_limits([row.form for row in self.rows], AMOUNTS, free=("week",))
        valid = valid and not any(field.errors for row in self.rows for field in row.form)
        if valid:
            by_currency = {code: Limit(**cast(Any, amounts)) for code, amounts in limits.items()}
            self.member = authority.Membership(self.role.value, by_currency)
        return valid


class ShopForm(Form):
    """What somebody who is invited will be in one shop, if anything."""

    role = Choice(lazy("Role"), check=str, choices=roles_or_none)
    rows = Rows(FormField(_Row))


class InviteForm(DeskForm):
    """An invitation; the shops are added by `invite_form`."""

    name = Entry(lazy("For whom"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Amounts are read by the currency of their row."""
        valid = super().validate(extra_validators)
        self.shops: dict[int, authority.Membership] = {}
        for field in (each for each in self if isinstance(each, FormField)):
            sent = field.form.role.raw_data
            role = sent[0] if sent else ""
            if role not in list(SellerRole):
                continue
            rows = [row.form for row in field.form.rows]
            limits = read_limits(rows, AMOUNTS, free=("week",))
            valid = valid and not any(entry.errors for row in rows for entry in row)
            if valid:
                read = {code: Limit(**cast(Any, amounts)) for code, amounts in limits.items()}
                member = authority.Membership(SellerRole(role), read)
                self.shops[int(field.name.removeprefix("shop_"))] = member
        return valid


def invite_form(formdata: Any = None) -> InviteForm:
    """The form for all shops of one's own: an agent in a single one, if nothing else is chosen."""
    owned = actor().shops(Permission.MANAGE)
    with context().database.reading() as session:
        shops = shop_queries.shops(session, owned)
    fields = {f"shop_{shop.id}": FormField(ShopForm, label=shop.name) for shop in shops}
    role = SellerRole.AGENT.value if len(shops) == 1 else ""
    start = {name: {"role": role, "rows": [{}]} for name in fields}
    form: InviteForm = type("Invite", (InviteForm,), fields)(formdata, key="invite", **start)
    return form


class ActiveForm(DeskForm):
    """Whether a seller may sign in."""

    active = BooleanField(lazy("may sign in"))


class RequiredForm(DeskForm):
    """Whether owners of a shop need a second factor."""

    required = BooleanField()


@blueprint.get("/sellers")
@may(Permission.MANAGE)
def overview() -> str:
    """Who belongs to one's shops, and as what."""
    return page()


def page(
    *,
    link: str = "",
    invitation: str = "",
    problem: str = "",
    typed: dict[tuple[int, int], MemberForm] | None = None,
    form: InviteForm | None = None,
) -> str:
    """The page of people; `link` and `invitation` are shown this once."""
    owned = actor().shops(Permission.MANAGE)
    with context().database.reading() as session:
        members = seller_queries.members(session, owned)
        memberships = [membership for membership, _ in members]
        shops = shop_queries.shops(session, owned)
        forms = {(row.seller_id, row.shop_id): MemberForm.of(row) for row in memberships}
        return render_template(
            "desk/staff.html",
            link=link,
            invitation=invitation,
            invitations=invitations.open_ones(session, context(), actor()),
            problem=problem,
            forms={**forms, **(typed or {})},
            form=form or invite_form(),
            roles_here={(row.seller_id, row.shop_id): row.role for row in memberships},
            shops={shop.id: shop.name for shop in shops},
            second_factor_in={shop.id: shop.second_factor for shop in shops},
            with_second_factor=seller_queries.with_second_factor(session),
            sellers=list({seller.id: seller for _, seller in members}.values()),
        )


@blueprint.post("/sellers/<int:seller_id>/link")
@may(Permission.MANAGE)
@once
def link(seller_id: int) -> ResponseReturnValue:
    """Make a sign-in link, shown once, in the answer itself, and kept nowhere."""
    try:
        shown = page(link=accounts.new_link(context(), seller_id, actor()))
    except DomainError as error:
        return page(problem=translate(error.text)), status_of(error)
    return shown_once(shown, url_for("staff.overview"))


@blueprint.post("/sellers/<int:seller_id>/reset-password")
@may(Permission.MANAGE)
@once
def reset_password(seller_id: int) -> ResponseReturnValue:
    """Forget a password, and make a link as above to set another."""
    try:
        shown = page(link=accounts.reset_password(context(), seller_id, actor()))
    except DomainError as error:
        return page(problem=translate(error.text)), status_of(error)
    return shown_once(shown, url_for("staff.overview"))


@blueprint.post("/sellers/<int:seller_id>/reset-second-factor")
@may(Permission.MANAGE)
def reset_second_factor(seller_id: int) -> ResponseReturnValue:
    """Take the second factor off of somebody who has lost it."""
    try:
        second_factors.reset(context(), seller_id, actor())
    except DomainError as error:
        return page(problem=translate(error.text)), status_of(error)
    return _saved()


@blueprint.post("/shops/<int:shop_id>/second-factor")
@may(Permission.MANAGE)
def require_second_factor(shop_id: int) -> ResponseReturnValue:
    """Want a second factor of the owners of a shop, or none."""
    required = RequiredForm(request.form).required.data
    second_factors.require(context(), shop_id, actor(), required=required)
    return _saved()


@blueprint.post("/sellers/<int:seller_id>/active")
@may(Permission.MANAGE)
def set_active(seller_id: int) -> ResponseReturnValue:
    """Shut a seller out, or let them in again."""
    active = ActiveForm(request.form).active.data
    try:
        members.set_active(context(), seller_id, actor(), active=active)
    except DomainError as error:
        return page(problem=translate(error.text)), status_of(error)
    return _saved()


@blueprint.post("/shops/<int:shop_id>/sellers/<int:seller_id>")
@may(Permission.MANAGE)
def change_member(shop_id: int, seller_id: int) -> ResponseReturnValue:
    """Change what a seller is in a shop."""
    form = MemberForm(request.form, key=f"seller-{seller_id}-{shop_id}")
    verb = members.set_membership
    status = carry_out(form, lambda: verb(context(), shop_id, seller_id, actor(), form.member))
    if status:
        return page(typed={(seller_id, shop_id): form}, problem=form.problem), status
    return _saved()


@blueprint.post("/shops/<int:shop_id>/sellers/<int:seller_id>/end")
@may(Permission.MANAGE)
def end_member(shop_id: int, seller_id: int) -> ResponseReturnValue:
    """Let a seller belong to a shop no longer."""
    try:
        members.end_membership(context(), shop_id, seller_id, actor())
    except DomainError as error:
        return page(problem=translate(error.text)), status_of(error)
    return _saved()


def _saved() -> Response:
    flash(_("Saved."))
    return redirect(url_for("staff.overview"), 303)
