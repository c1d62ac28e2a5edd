"""The rules of a shop's draft, one by one: added, changed, moved, copied, removed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.db.remedies import playbook_queries
from service.domain.remedies.playbook_edits import rule_at
from service.domain.staff.authority import Permission
from service.operations.remedies import playbook_drafts, playbooks
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.forms import carry_out
from service.web.desk.playbook_forms import SeenForm
from service.web.desk.playbooks import playbook_page
from service.web.desk.rule_forms import RuleForm
from service.web.request_context import actor, context

blueprint = Blueprint("rules", __name__, url_prefix="/shops/<int:shop_id>/playbook/rules")


def _rule_page(shop_id: int, number: int | None, typed: RuleForm | None = None) -> str:
    """The form of a rule, or of a new one."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        kept = playbooks.playbooks_of(session, shop)
        rule = None if number is None else rule_at(kept.shown, number)
        form = typed or RuleForm.of(rule, kept.currencies_in_forms)
        if typed is None:
            form.seen.data = kept.seen
        form.offer_products(playbook_queries.products_of_orders(session, shop_id))
        return render_template("desk/rule.html", shop=shop, form=form, number=number, rule=rule)


def _kept(
    shop_id: int, number: int | None, save: Callable[[RuleForm], None]
) -> ResponseReturnValue:
    form = RuleForm(request.form)
    if form.swap.raw_data:
        return _rule_page(shop_id, number, form.swapped)
    form.offer_products({})
    status = carry_out(form, lambda: save(form))
    if status:
        return _rule_page(shop_id, number, form), status
    return _onward(shop_id)


def _onward(shop_id: int) -> Response:
    flash(_("Saved to the draft."))
    return redirect(url_for("playbooks.overview", shop_id=shop_id), 303)


@blueprint.get("/new")
@may(Permission.MANAGE)
def new_page(shop_id: int) -> str:
    """A form for a new rule."""
    return _rule_page(shop_id, None)


@blueprint.post("/new")
@may(Permission.MANAGE)
def add(shop_id: int) -> ResponseReturnValue:
    """Add a rule, on top."""
    verb = playbook_drafts.add_rule
    return _kept(
        shop_id,
        None,
        lambda form: verb(context(), shop_id, actor(), form.rule, seen=form.seen.data or ""),
    )


@blueprint.get("/<int:number>")
@may(Permission.MANAGE)
def rule_page(shop_id: int, number: int) -> str:
    """A rule to be changed."""
    return _rule_page(shop_id, number)


@blueprint.post("/<int:number>")
@may(Permission.MANAGE)
def change(shop_id: int, number: int) -> ResponseReturnValue:
    """Change a rule."""
    verb = playbook_drafts.change_rule
    return _kept(
        shop_id,
        number,
        lambda form: verb(
            context(), shop_id, actor(), number, form.rule, seen=form.seen.data or ""
        ),
    )


def _edited(shop_id: int, verb: Callable[[str], None]) -> ResponseReturnValue:
    form = SeenForm(request.form)
    status = carry_out(form, lambda: verb(form.value("seen")))
    if status:
        return playbook_page(shop_id, page=form), status
    return _onward(shop_id)


@blueprint.post("/<int:number>/up")
@may(Permission.MANAGE)
def move_up(shop_id: int, number: int) -> ResponseReturnValue:
    """Try a rule earlier."""
    verb = playbook_drafts.move_rule
    return _edited(shop_id, lambda seen: verb(context(), shop_id, actor(), number, -1, seen=seen))


@blueprint.post("/<int:number>/down")
@may(Permission.MANAGE)
def move_down(shop_id: int, number: int) -> ResponseReturnValue:
    """Try a rule later."""
    verb = playbook_drafts.move_rule
    return _edited(shop_id, lambda seen: verb(context(), shop_id, actor(), number, 1, seen=seen))


@blueprint.post("/<int:number>/copy")
@may(Permission.MANAGE)
def copy(shop_id: int, number: int) -> ResponseReturnValue:
    """Put a copy of a rule below it."""
    verb = playbook_drafts.copy_rule
    return _edited(shop_id, lambda seen: verb(context(), shop_id, actor(), number, seen=seen))


@blueprint.post("/<int:number>/remove")
@may(Permission.MANAGE)
def remove(shop_id: int, number: int) -> ResponseReturnValue:
    """Take a rule out."""
    verb = playbook_drafts.remove_rule
    return _edited(shop_id, lambda seen: verb(context(), shop_id, actor(), number, seen=seen))
