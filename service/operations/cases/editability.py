"""Whether the buyer could still change the review when the case was opened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from service.db.models import Case
from service.db.shops import shop_queries
from service.domain.messages.editable import Editable, editable
from service.domain.messages.editing import Anchor
from service.domain.messages.policy import Policies, PolicyRequest
from service.domain.messages.policy_data import Entry
from service.operations.cases.orders import order_from_data


def of_case(session: Session, case: Case) -> Editable:
    """Whether the review was editable on the day the case was opened, by the platform's current rule."""
    platform, review = _rule(session, case), case.review
    order = order_from_data(case.order) if case.order else None
    request = PolicyRequest(
        platform=platform.names[0],
        review_age_days=_days(review.written_at, case.opened_at),
        delivered_days_ago=_days(order.delivered_at if order else None, case.opened_at),
        completed_days_ago=_days(order.completed_at if order else None, case.opened_at),
        edits_made=max(0, len(review.versions) - 1),
        replied=case.reply is not None and case.reply.posted_at is not None,
        returned=order is not None and order.left < order.paid,
    )
    return editable(platform, request)


def look_again(session: Session, case: Case) -> None:
    """Its order is known now: where the days of a rule count from delivery or completion, they can be
    counted. What the buyer did change stays changeable."""
    is_counted_by_order = _rule(session, case).window_from is not Anchor.REVIEW
    if is_counted_by_order and case.review_changed_at is None:
        case.editable = of_case(session, case)


def _rule(session: Session, case: Case) -> Entry:
    connection = shop_queries.connection(session, case.review.connection_id)
    region = shop_queries.shop(session, case.shop_id).asking.get("region", "")
    return Policies.load(registry.policy(connection.adapter)).showing(region)


def _days(since: datetime | None, at: datetime) -> int | None:
    return None if since is None else (at - since).days
