"""What the case page shows of a proposal: cost, part of the order, and who may approve it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from integrations.contract import Action, Way
from integrations.money import Money
from integrations.sentence import Said, from_data
from service.db import queries
from service.db.models import Case, Connection, Seller
from service.domain.remedies.limits import SellerRole, may_approve
from service.operations.remedies.decisions import remedy_from_data, way_of
from service.web import formatting


@dataclass(frozen=True, slots=True)
class Offer:
    """One proposed make-good. `refused`: why this seller may not approve it; '' when they may."""

    proposal: int
    number: int
    action: str
    cost: str
    part: int | None
    items: str
    expires_days: int | None
    reason: Said | str
    by_hand: bool
    refused: str
    capped: bool


def _(text: str, **values: str) -> str:
    return str(gettext(text, **values))


def offers(session: Session, case: Case, seller: Seller) -> list[Offer]:
    """The newest proposal, best first; empty when nothing was proposed."""
    proposal = queries.proposal(session, case.id)
    if proposal is None or not case.order:
        return []
    by_api = _by_api(session, case)
    names = {line["id"]: line["name"] for line in case.order["lines"]}
    found = []
    for number, row in enumerate(proposal.remedies):
        remedy = remedy_from_data(row)
        amount = remedy.amount
        paid = case.order["paid"] if case.order["currency"] == amount.currency else 0
        found.append(
            Offer(
                proposal.id,
                number,
                remedy.action.value,
                formatting.money(amount.amount_minor, amount.currency),
                round(100 * amount.amount_minor / paid) if paid else None,
                ", ".join(names.get(one, one) for one in remedy.line_ids),
                remedy.expires_days,
                from_data(row["reason"]),
                remedy.action not in by_api,
                refused(case, seller, amount),
                row.get("capped", True),
            )
        )
    # What the platform has just refused comes last.
    tried = {one.action for one in case.make_goods if one.refused}
    return sorted(found, key=lambda offer: offer.action in tried)


def _by_api(session: Session, case: Case) -> list[Action]:
    connection = session.get(Connection, case.order_connection_id or 0)
    return [one for one in Action if connection and way_of(connection, one) is Way.API]


def refused(case: Case, seller: Seller, amount: Money) -> str:
    """Why this seller may not approve an amount, with who may; '' when they may."""
    role, limits = SellerRole(seller.role), case.shop.agent_limits
    if role is SellerRole.VIEWER:
        return _("You may look at cases, not decide them.")
    if may_approve(role, limits, amount):
        return ""
    most = limits.get(amount.currency)
    if most is None:
        return _(
            "You have no limit in %(currency)s: the owner has to approve.", currency=amount.currency
        )
    return _(
        "Above your limit of %(limit)s: the owner has to approve.",
        limit=formatting.money(most, amount.currency),
    )
