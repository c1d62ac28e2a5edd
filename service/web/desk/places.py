"""Where a case's order and review stand at their platform, for those who look at it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import OrderStore, ReviewSource
from service.db.models import Case, Connection


def places_of(session: Session, case: Case) -> dict[str, str]:
    """The addresses that are known of order and review."""
    places = {}
    store = session.get(Connection, case.order_connection_id or 0)
    kind = None if store is None else registry.get(store.adapter)
    if store is not None and kind is not None and OrderStore in kind.__mro__ and case.order_id:
        places["order"] = kind.order_page(store.values, case.order_id)  # type: ignore[attr-defined]
    source = session.get_one(Connection, case.review.connection_id)
    platform = registry.get(source.adapter)
    if ReviewSource in platform.__mro__:
        review_id = case.review.platform_id
        places["review"] = platform.review_page(source.values, review_id)  # type: ignore[attr-defined]
    return places
