"""How a shop answers complaints at first, for owners."""

from __future__ import annotations

from datetime import date

from babel.dates import get_day_names
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.domain.errors import WrongInput
from service.domain.messages.answering import FIRST_ANSWERS
from service.domain.messages.working_hours import days_of, years_of
from service.domain.staff.authority import Permission
from service.operations.shops import answering, settings
from service.web.auth import may
from service.web.errors import refusal
from service.web.request_context import actor, context

blueprint = Blueprint("first_answers", __name__, url_prefix="/shops/<int:shop_id>/first-answer")


@blueprint.app_template_filter("day")
def day_shown(day: date) -> str:
    """A day, with its weekday."""
    return str(format_date(day, "full"))


@blueprint.get("")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """The settings."""
    return _page(shop_id, "")


@blueprint.post("")
@may(Permission.MANAGE)
def change(shop_id: int) -> Response | tuple[str, int]:
    """Save them; a refusal is shown with what was typed."""
    try:
        answering.change(context(), shop_id, actor(), request.form)
    except WrongInput as error:
        return _page(shop_id, refusal(error)), 422
    flash(_("Saved."))
    return redirect(url_for("first_answers.page", shop_id=shop_id), 303)


def _page(shop_id: int, problem: str) -> str:
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        return render_template(
            "admin/first_answer.html",
            shop=shop,
            form=request.form if problem else answering.as_form(shop),
            problem=problem,
            first_answers=FIRST_ANSWERS,
            days=list(get_day_names("wide", locale=get_locale() or "en").values()),
            holidays={year: days_of(shop.country, year) for year in years_of(shop.country)},
        )
