"""What the owner sets for thanking buyers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.domain.messages import text_check
from service.domain.remedies.thanks import thanks_from_data
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff.permits import permit


def change(context: Context, shop_id: int, actor: Actor, thanks: Mapping[str, Any]) -> None:
    """Save the settings (`thanks_from_data`); raises `WrongInput` naming the key, and for words about
    reviews in what buyers read, `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        shop = settings.get(session, shop_id)
        read = thanks_from_data(thanks)
        if read.early_access:
            text_check.refuse_words("", read.early_access, shop.language)
        for profile in thanks.get("profiles", {}).values():
            if profile.get("likes"):
                text_check.refuse_words("", profile["likes"], shop.language)
        shop.thanks = dict(thanks)
