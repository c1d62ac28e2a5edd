"""What the owner sets for those who decide: how long an approval can be undone, and what to go by for
each cause of complaints."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.complaints.causes import CAUSES
from service.domain.errors import WrongInput
from service.domain.remedies.holds import check_seconds
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff.permits import permit

LONGEST_GUIDELINE = 4000


def change_hold(context: Context, shop_id: int, actor: Actor, seconds: int) -> None:
    """Let approvals of people be undone for so many seconds, 0 for not at all. Raises `WrongInput`,
    `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        settings.get(session, shop_id).hold_seconds = check_seconds(seconds)


def change_guidelines(
    context: Context, shop_id: int, actor: Actor, guidelines: Mapping[str, str]
) -> None:
    """Set what staff go by, for each cause; an empty text is none. Raises `WrongInput` naming the
    cause, `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        for cause, text in guidelines.items():
            if cause not in CAUSES:
                raise WrongInput("There is no such cause.")
            if len(text) > LONGEST_GUIDELINE:
                too_long = WrongInput("Write at most %(most)s letters.", most=LONGEST_GUIDELINE)
                raise WrongInput(too_long.text, fields={cause: too_long.text})
        kept = {cause: text.strip() for cause, text in guidelines.items() if text.strip()}
        settings.get(session, shop_id).guidelines = kept
