"""What the owner sets for first answers. The form is a flat mapping of texts, as in settings.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from service.db.models import Shop
from service.domain.errors import WrongInput
from service.domain.messages.answering import (
    FirstAnswer,
    answering_from_data,
    answering_to_data,
)
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff.permits import permit

Form = Mapping[str, str]


def as_form(shop: Shop) -> dict[str, str]:
    """The settings as the form shows them."""
    answering = answering_from_data(shop.answering)
    return {
        "first_answer": answering.first_answer.value,
        "most_an_hour": str(answering.most_an_hour),
    }


def change(context: Context, shop_id: int, actor: Actor, form: Form) -> None:
    """Save a form of `as_form`; raises `WrongInput` naming what is wrong,
    `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        settings.get(session, shop_id).answering = _data_of(form)


def _data_of(form: Form) -> dict[str, Any]:
    most = form.get("most_an_hour", "").strip()
    if not re.fullmatch("[0-9]{1,5}", most) or int(most) < 1:
        raise WrongInput("Enter how many cases an hour are usual, from 1.")
    data = {
        "first_answer": form.get("first_answer", FirstAnswer.AUTOMATIC.value),
        "most_an_hour": int(most),
    }
    return answering_to_data(answering_from_data(data))
