"""Shops and what their owners set, part by part. A refused part is shown again as it was typed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from integrations import registry
from service.db.shops import shop_queries
from service.domain.staff.authority import Permission
from service.operations.shops import connections, settings
from service.web.auth import may
from service.web.desk import policies
from service.web.desk.forms import DeskForm, carry_out
from service.web.desk.once import once
from service.web.desk.shop_forms import (
    SECTIONS,
    AboutForm,
    AutomaticForm,
    MessagesForm,
    NewShopForm,
)
from service.web.platforms import platforms_for
from service.web.request_context import actor, context

blueprint = Blueprint("shops", __name__)


@blueprint.get("/shops")
@may(Permission.MANAGE)
def overview() -> str:
    """All shops of one's own with their connections."""
    return _overview(NewShopForm(zone="Asia/Jakarta", country="ID", language="id"))


def _overview(form: NewShopForm) -> str:
    managed = actor().shops(Permission.MANAGE)
    with context().database.reading() as session:
        shops = shop_queries.shops_with_connections(session, managed)
        return render_template("desk/shops.html", shops=shops, form=form)


@blueprint.post("/shops")
@may(Permission.MANAGE)
@once
def add_shop() -> ResponseReturnValue:
    """Make a shop."""
    form, added = NewShopForm(request.form), list[int]()
    status = carry_out(
        form, lambda: added.append(connections.add_shop(context(), actor(), **form.values))
    )
    if status:
        return _overview(form), status
    flash(_("The shop is there. Connect its platform next."))
    return redirect(url_for("shops.shop", shop_id=added[0]), 303)


@blueprint.get("/shops/<int:shop_id>")
@may(Permission.MANAGE)
def shop(shop_id: int) -> str:
    """One shop: its connections, and where its settings are."""
    with context().database.reading() as database:
        shop, today = settings.get(database, shop_id), context().clock.now().date()
        return render_template(
            "desk/shop.html",
            shop=shop,
            doubtful=sum(rule.doubt is not None for rule in policies.shown(database, shop, today)),
            platforms=[registry.get(name) for name in platforms_for(shop)],
            rehearsals=registry.REHEARSALS,
        )


def _section_page(shop_id: int, section: str, form: DeskForm | None = None) -> str:
    with context().database.reading() as database:
        shop = settings.get(database, shop_id)
    return render_template(
        f"desk/shop_{section}.html", shop=shop, form=form or SECTIONS[section](shop)
    )


def _save(
    shop_id: int, section: str, form: DeskForm, verb: Callable[[], None]
) -> ResponseReturnValue:
    status = carry_out(form, verb)
    if status:
        return _section_page(shop_id, section, form), status
    flash(_("Saved."))
    return redirect(url_for(f"shops.{section}", shop_id=shop_id), 303)


@blueprint.get("/shops/<int:shop_id>/about")
@may(Permission.MANAGE)
def about(shop_id: int) -> str:
    """What the shop is."""
    return _section_page(shop_id, "about")


@blueprint.get("/shops/<int:shop_id>/automatic")
@may(Permission.MANAGE)
def automatic(shop_id: int) -> str:
    """What goes through by itself."""
    return _section_page(shop_id, "automatic")


@blueprint.get("/shops/<int:shop_id>/messages")
@may(Permission.MANAGE)
def messages(shop_id: int) -> str:
    """When messages go out and what is asked."""
    return _section_page(shop_id, "messages")


@blueprint.post("/shops/<int:shop_id>/about")
@may(Permission.MANAGE)
def change_about(shop_id: int) -> ResponseReturnValue:
    """Change what the shop is."""
    form = AboutForm(request.form)
    verb = settings.change_about
    return _save(shop_id, "about", form, lambda: verb(context(), shop_id, actor(), **form.values))


@blueprint.post("/shops/<int:shop_id>/automatic")
@may(Permission.MANAGE)
def change_automatic(shop_id: int) -> ResponseReturnValue:
    """Change what goes through by itself."""
    form = AutomaticForm(request.form)
    verb = settings.change_automatic
    return _save(shop_id, "automatic", form, lambda: verb(context(), shop_id, actor(), form.limits))


@blueprint.post("/shops/<int:shop_id>/messages")
@may(Permission.MANAGE)
def change_messages(shop_id: int) -> ResponseReturnValue:
    """Change when messages go out and what is asked."""
    form = MessagesForm(request.form)
    verb = settings.change_messages
    return _save(
        shop_id,
        "messages",
        form,
        lambda: verb(context(), shop_id, actor(), form.follow_ups, form.asking),
    )
