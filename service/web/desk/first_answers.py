"""How a shop answers complaints at first, for owners."""

from __future__ import annotations

from datetime import date, time

from babel.dates import get_day_names
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.domain.errors import WrongInput
from service.domain.messages.answering import FIRST_ANSWERS, FirstAnswer
from service.domain.messages.working_hours import days_of, years_of
from service.domain.staff.authority import Permission
from service.operations.shops import answering, settings
from service.web.auth import may
from service.web.desk.forms import Area, DeskForm, Entry, carry_out, day
from service.web.request_context import actor, context

blueprint = Blueprint("first_answers", __name__, url_prefix="/shops/<int:shop_id>/first-answer")


@blueprint.app_template_filter("day")
def day_shown(day: date) -> str:
    """A day, with its weekday."""
    return str(format_date(day, "full"))


def _first_answer(text: str) -> str:
    if text and text not in set(FirstAnswer):
        raise WrongInput("Choose what the first answer is.")
    return text


def _time(text: str) -> str:
    """A time of the day; empty where there is none."""
    try:
        return f"{time.fromisoformat(text.strip()):%H:%M}" if text.strip() else ""
    except ValueError as error:
        raise WrongInput("Enter the time as 09:00.") from error


def _days(text: str) -> str:
    for each in text.split():
        day(each)
    return text


class FirstAnswersForm(DeskForm):
    """First answers and working hours."""

    first_answer = Entry(check=_first_answer)
    most_an_hour = Entry(lazy("Cases an hour from which first answers are drafts"))
    look_within_hours = Entry(lazy("Working hours until you have looked"))
    holidays = Entry(lazy("Closed on public holidays"))
    joint_leave = Entry(lazy("Closed on joint leave days"))
    closed = Area(lazy("Closed on these days too"), check=_days)

    @property
    def typed(self) -> dict[str, str]:
        """What was entered, by field."""
        return {name: entry for name, entry in self.data.items() if entry is not None}


for _number in answering.DAYS:
    setattr(FirstAnswersForm, f"works_{_number}", Entry())
    setattr(FirstAnswersForm, f"opens_{_number}", Entry(lazy("from"), check=_time))
    setattr(FirstAnswersForm, f"closes_{_number}", Entry(lazy("until"), check=_time))


@blueprint.get("")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """The settings."""
    return _page(shop_id)


@blueprint.post("")
@may(Permission.MANAGE)
def change(shop_id: int) -> Response | tuple[str, int]:
    """Save them; a refusal is shown with what was typed."""
    form = FirstAnswersForm(request.form)
    status = carry_out(form, lambda: answering.change(context(), shop_id, actor(), form.typed))
    if status:
        return _page(shop_id, form), status
    flash(_("Saved."))
    return redirect(url_for("first_answers.page", shop_id=shop_id), 303)


def _page(shop_id: int, form: FirstAnswersForm | None = None) -> str:
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        return render_template(
            "desk/first_answer.html",
            shop=shop,
            form=form or FirstAnswersForm(**answering.as_form(shop)),
            first_answers=FIRST_ANSWERS,
            days=list(get_day_names("wide", locale=get_locale() or "en").values()),
            holidays={year: days_of(shop.country, year) for year in years_of(shop.country)},
        )
