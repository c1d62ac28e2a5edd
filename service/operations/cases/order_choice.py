"""The seller names the order of a case, or chooses among the candidates."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from integrations import text
from integrations.contract import Order, Role
from integrations.errors import Permanent, Unsupported
from service.db.cases import case_queries
from service.db.models import Connection
from service.db.shops import shop_queries
from service.domain.cases.states import CaseState
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.cases.find_order import NO_ORDERS, order_sources, take_order
from service.operations.context import Context
from service.operations.staff.permits import permit


def choose_order(
    context: Context, case_id: int, order_id: str, *, actor: Actor, is_candidate: bool = False
) -> None:
    """Take the order a seller typed by its number, or chose among the candidates by its id; raises
    `NotFound`, `WrongState`, `WrongInput`."""
    # Copied from a chat or a sheet it may come with invisible signs, or in wide digits.
    named = text.line(unicodedata.normalize("NFKC", order_id)).lstrip("#").strip()
    with context.database.reading() as session:
        case = case_queries.case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        if not named:
            raise WrongInput("Enter the order number.")
        sources = order_sources(session, case.review)
        everywhere = shop_queries.connections_for(session, case.shop_id, Role.ORDERS)
        chosen = [
            candidate for candidate in case.candidates if is_candidate and candidate["id"] == named
        ]
    sources += [source for source in everywhere if source not in sources]
    if not sources:
        raise WrongState(NO_ORDERS)
    asked_at = context.clock.now()
    order, source = _named(context, sources, named, chosen)
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        open_to_choice = (
            CaseState.OPENED,
            CaseState.AWAITING_ORDER,
            CaseState.AWAITING_APPROVAL,
        )
        if case.state not in open_to_choice or case.make_goods:
            raise WrongState("The order can no longer be changed: a decision was made.")
        now = context.clock.now()
        take_order(context, session, case, order, source, seen_at=asked_at, at=now, actor=actor)


def _named(
    context: Context, sources: Sequence[Connection], named: str, chosen: Sequence[dict[str, object]]
) -> tuple[Order, Connection]:
    """The order of a candidate, else the one sellers see under this number: the review's own
    connection comes first. Raises `NotFound`."""
    for source in sources:
        if chosen and source.id != chosen[0].get("connection_id", sources[0].id):
            continue
        adapter = context.orders(source)
        try:
            return adapter.order(named) if chosen else adapter.order_by_number(named), source
        except (Permanent, Unsupported):
            continue
    raise NotFound("The shop has no order %(order_id)s. Check the number.", order_id=named)
