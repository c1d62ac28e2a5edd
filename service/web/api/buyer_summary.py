"""What the API answers of the buyer of a case."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from service.db.cases import buyer_summaries
from service.db.models import Case


class SpentOut(Schema):
    """What was paid for so many orders in one currency, in minor units, as the shop said."""

    orders = fields.Integer()
    currency = fields.String(attribute="paid.currency")
    amount_minor = fields.Integer(attribute="paid.amount_minor")


class GivenOut(Schema):
    """How many remedies of a kind were carried out, and their worth; null of a kind without an amount."""

    action = fields.String(attribute="kind.name")
    number = fields.Integer()
    currency = fields.String(attribute="amount.currency", dump_default="")
    amount_minor = fields.Integer(
        attribute="amount.amount_minor", dump_default=None, allow_none=True
    )


class OtherCaseOut(Schema):
    """Another case of the same buyer."""

    reference = fields.String()
    state = fields.String()
    opened_at = fields.AwareDateTime()


class BuyerSummaryOut(Schema):
    """What is known of the buyer, found by address, telephone and id: orders that had a case and what was
    paid for them, `cases` with this one, what they were given, and the ten newest of the others."""

    orders = fields.Integer()
    spent = fields.List(fields.Nested(SpentOut))
    cases = fields.Integer()
    given = fields.List(fields.Nested(GivenOut))
    other_cases = fields.List(fields.Nested(OtherCaseOut))


def buyer_summary(session: Session, case: Case) -> dict[str, Any] | None:
    """As `BuyerSummaryOut` has it; None once the buyer was erased."""
    if case.erased_at is not None:
        return None
    out: dict[str, Any] = BuyerSummaryOut().dump(buyer_summaries.summary(session, case))
    others = buyer_summaries.other_cases(session, case)
    return {**out, "other_cases": OtherCaseOut(many=True).dump(others)}
