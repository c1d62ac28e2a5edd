"""What the owner sets for first answers and working hours. The form is a flat mapping of texts, as
in settings.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from integrations.sentence import Text
from service.db.models import Shop
from service.domain.errors import WrongInput
from service.domain.messages.answering import (
    FirstAnswer,
    answering_from_data,
    answering_to_data,
)
from service.domain.messages.working_hours import NINE_TO_FIVE
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff.permits import permit

Form = Mapping[str, str]
DAYS = range(7)


def as_form(shop: Shop) -> dict[str, str]:
    """The settings as the form shows them."""
    answering = answering_from_data(shop.answering)
    hours = answering.hours
    form = {
        "first_answer": answering.first_answer.value,
        "most_an_hour": str(answering.most_an_hour),
        "look_within_hours": str(int(answering.look_within / timedelta(hours=1))),
        "holidays": "on" if hours.holidays else "",
        "joint_leave": "on" if hours.joint_leave else "",
        "closed": "\n".join(day.isoformat() for day in sorted(hours.closed)),
    }
    for day in DAYS:
        opens, closes = hours.week.get(day, NINE_TO_FIVE)
        form[f"works_{day}"] = "on" if day in hours.week else ""
        form[f"opens_{day}"], form[f"closes_{day}"] = f"{opens:%H:%M}", f"{closes:%H:%M}"
    return form


def change(context: Context, shop_id: int, actor: Actor, form: Form) -> None:
    """Save a form of `as_form`; raises `WrongInput` naming what is wrong, `NotPermitted`,
    `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        settings.get(session, shop_id).answering = _data_of(form)


def _data_of(form: Form) -> dict[str, Any]:
    data = {
        "first_answer": form.get("first_answer", FirstAnswer.AUTOMATIC.value),
        "most_an_hour": _number(form, "most_an_hour"),
        "look_within_hours": _number(form, "look_within_hours"),
        "week": {
            str(day): [form.get(f"opens_{day}", ""), form.get(f"closes_{day}", "")]
            for day in DAYS
            if form.get(f"works_{day}") == "on"
        },
        "holidays": form.get("holidays") == "on",
        "joint_leave": form.get("joint_leave") == "on",
        "closed": form.get("closed", "").split(),
    }
    return answering_to_data(answering_from_data(data))


def _number(form: Form, key: str) -> int:
    text = form.get(key, "").strip()
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) < 1:
        problem = Text("“%(text)s”: enter a whole number from 1.", text=text)
        raise WrongInput(problem, fields={key: problem})
    return int(text)
