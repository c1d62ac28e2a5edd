"""Who changed what of one's shops and their people, for owners; newest first."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from service.db import audit
from service.db.models import Audit
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.domain.staff.authority import Permission, seller_name
from service.web.audit_words import change
from service.web.auth import may
from service.web.desk.paging import next_page
from service.web.desk.shop_forms import MessagesForm
from service.web.request_context import actor, context

blueprint = Blueprint("audit", __name__)
PAGE = 50
LARGEST = 2**63 - 1

blueprint.add_app_template_filter(change, "change")
OF_MESSAGES = ("shop.follow_ups", "shop.asking")
"""Changes of these name each setting, as its form does."""


@blueprint.app_template_filter("about")
def about(line: Audit) -> str:
    """What was changed of what: a setting by the words of its form."""
    field = _field(line)
    named = line.about.rpartition(" ")[0]
    return line.about if field is None else f"{named}: {field.label.text!s}"


@blueprint.app_template_filter("entered")
def entered(value: str, line: Audit) -> str:
    """A value as people say it, by the choices of its field."""
    field = _field(line)
    said = {"true": str(_("yes")), "false": str(_("no"))}
    if field is not None and hasattr(field, "iter_choices"):
        said |= {str(choice[0]): str(choice[1]) for choice in field.iter_choices()}
    chosen = json.loads(value) if value.startswith("[") and field is not None else [value]
    return ", ".join(said.get(str(value), str(value)) for value in chosen)


def _field(line: Audit) -> Any:
    """The field of the form in which this was entered; None where no form of messages has it."""
    form, part = MessagesForm(), line.about.rpartition(" ")[2]
    return form[part] if line.what in OF_MESSAGES and part in form else None


@blueprint.get("/audit")
@may(Permission.MANAGE)
def overview() -> str:
    """A page of the audit, of one shop or by one person where the address says so."""
    owned = actor().shops(Permission.MANAGE)
    shop_id, before = _number("shop"), _number("before")
    chosen = [shop for shop in owned if shop == shop_id] or owned
    by = request.args.get("by", "")
    with context().database.reading() as session:
        names = seller_queries.actor_names(session)
        people = {seller.id: seller.name for _, seller in seller_queries.members(session, owned)}
        lines = audit.lines_of(
            session,
            chosen,
            [] if shop_id in owned else list(people),
            actor=by if by in names else "",
            before=before,
            most=PAGE + 1,
        )
        shops = shop_queries.shops(session, owned)
    return render_template(
        "desk/audit.html",
        lines=lines[:PAGE],
        names=names,
        shops={shop.id: shop for shop in shops},
        people=[
            (seller_name(seller_id), name)
            for seller_id, name in sorted(people.items(), key=lambda person: person[1])
        ],
        shop_chosen=shop_id,
        by_chosen=by,
        onward=next_page("before", lines[PAGE - 1].id) if len(lines) > PAGE else None,
    )


def _number(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= LARGEST else None
