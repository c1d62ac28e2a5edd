"""Where a case's order, its review and the chat with its buyer stand at their platform, for those who look
at it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import MessageChannel, OrderStore, ReviewSource
from integrations.entries import WrongEntry
from integrations.text import is_web_link
from service.db.models import Case, Connection
from service.operations.cases.orders import buyer_of


def pages_of(session: Session, case: Case) -> dict[str, str]:
    """The addresses that are known: `order`, `review`, `chat`. What a browser would take for anything but
    a page is none."""
    pages = {}
    source = session.get_one(Connection, case.review.connection_id)
    pages["review"] = _page(source, ReviewSource, "review_page", case.review.platform_id)
    store = session.get(Connection, case.order_connection_id or 0)
    if store is not None and case.order_id:
        pages["order"] = _page(store, OrderStore, "order_page", case.order_id)
        # Ids of the review's platform name strangers at another.
        if case.order.get("buyer"):
            about = (buyer_of(case), case.order_id)
            pages["chat"] = _page(store, MessageChannel, "chat_page", *about)
    return {name: page for name, page in pages.items() if is_web_link(page)}


def _page(connection: Connection, role: type, asked: str, *about: object) -> str:
    """What the adapter of a connection says; '' where it has no such role, or its entries are wrong."""
    kind = registry.get(connection.adapter)
    if role not in kind.__mro__:
        return ""
    try:
        return str(getattr(kind, asked)(connection.values, *about))
    except WrongEntry:
        return ""
