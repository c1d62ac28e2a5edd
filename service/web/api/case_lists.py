"""The list of cases for programs: searched, narrowed and sorted as the desk's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as names_of
from datetime import UTC, datetime, time
from typing import Any

from flask import Response, jsonify
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from integrations.money import Money
from integrations.remedies import KINDS
from service.db.cases.case_filter import CaseFilter, CaseOutcome
from service.db.cases.case_list import Sort, key_read, key_text, list_cases
from service.domain.cases.couriers import courier_named
from service.domain.cases.root_causes import RootCause
from service.domain.cases.states import CaseState
from service.domain.complaints.causes import CAUSES, UNCLEAR
from service.domain.remedies.vouchers import VoucherUsage
from service.domain.reports.periods import EARLIEST, LATEST
from service.domain.search import LONGEST_TYPED
from service.domain.staff.authority import Permission
from service.web.api import schemas
from service.web.api.guard import programs_with
from service.web.api.inputs import LengthQuery
from service.web.api.v1 import blueprint, query_of
from service.web.request_context import actor, context

__all__ = ["blueprint"]
LARGEST = 2**63 - 1
IN_OUR_TIME = validate.Range(
    datetime.combine(EARLIEST, time.min, UTC), datetime.combine(LATEST, time.min, UTC)
)


def _number(
    *, attribute: str | None = None, example: int = 1, most: int = LARGEST
) -> fields.Field[Any]:
    return fields.Integer(
        attribute=attribute,
        validate=validate.Range(min=1, max=most),
        metadata={"example": example},
    )


def _moment(example: str) -> fields.Field[Any]:
    return fields.AwareDateTime(validate=IN_OUR_TIME, metadata={"example": example})


def _word(*, attribute: str | None = None, example: str) -> fields.Field[Any]:
    return fields.String(
        attribute=attribute,
        validate=validate.Length(max=LONGEST_TYPED),
        metadata={"example": example},
    )


class CasesQuery(LengthQuery):
    """Which cases, and in which order; several states may be named. `q`: as typed in the search box of the
    desk. `opened_since` and `opened_before` bound when a case was opened. `paid_minor`: the least that was
    paid for the order, in `currency`, which the order `dearest` wants too: its cases are of that currency
    alone. `before` is the `next` of the page before. `remedy` was carried out, `voucher` is
    what became of a voucher; `decided_by` decided last, `assignee_id` looks after it."""

    # With the order of the list, where it goes on is more than one number.
    before = fields.String(
        load_default=None, validate=validate.Regexp("^[0-9]{1,18}(_[0-9]{1,18})?$")
    )
    sort = fields.Enum(Sort, by_value=True, load_default=Sort.NEWEST)
    q = _word(attribute="words", example="MG-7K2QX9")
    shop_id = _number()
    state = fields.List(
        fields.Enum(CaseState, by_value=True),
        attribute="states",
        metadata={"example": [CaseState.CLOSED.value]},
    )
    cause = fields.String(
        validate=validate.OneOf([*CAUSES, UNCLEAR]), metadata={"example": UNCLEAR}
    )
    stars = _number(most=5)
    opened_since = _moment("2026-11-01T00:00:00+07:00")
    opened_before = _moment("2026-12-01T00:00:00+07:00")
    product_key = _word(example="1:kettle")
    paid_minor = fields.Integer(
        validate=validate.Range(min=0, max=LARGEST), metadata={"example": 10_000_000}
    )
    currency = fields.String(validate=validate.Length(equal=3), metadata={"example": "IDR"})
    remedy = fields.String(
        validate=validate.OneOf([*KINDS]), metadata={"example": next(iter(KINDS))}
    )
    voucher = fields.Enum(
        VoucherUsage, by_value=True, metadata={"example": VoucherUsage.USED.value}
    )
    root_cause = fields.Enum(
        RootCause, by_value=True, metadata={"example": next(iter(RootCause)).value}
    )
    courier = _word(example="J&T Express")
    outcome = fields.Enum(
        CaseOutcome, by_value=True, metadata={"example": CaseOutcome.SOLVED.value}
    )
    assignee_id = _number()
    decided_by = _number()

    @validates_schema
    def _money_has_a_currency(self, data: dict[str, Any], **options: Any) -> None:
        if "currency" not in data and ("paid_minor" in data or data["sort"] is Sort.DEAREST):
            raise ValidationError("Orders are compared in one currency: name it.", "currency")

    @post_load
    def _narrow(self, data: dict[str, Any], **options: Any) -> dict[str, Any]:
        """All that narrows as one filter."""
        known = {
            field.name: data.pop(field.name) for field in names_of(CaseFilter) if field.name in data
        }
        known["states"] = tuple(known.get("states", ()))
        known["courier"] = courier_named(known.get("courier", ""))
        return {**data, "narrowing": CaseFilter(**known, paid=_paid(data))}


def _paid(data: Mapping[str, Any]) -> Money | None:
    if "paid_minor" not in data and data["sort"] is not Sort.DEAREST:
        return None
    return Money(data.get("paid_minor", 0), data["currency"].upper())


@blueprint.get("/cases")
@programs_with(Permission.LOOK)
def cases() -> Response:
    """List cases."""
    asked = query_of(CasesQuery())
    most, sort = asked["most"], asked["sort"]
    with context().database.reading() as session:
        rows = list_cases(
            session,
            actor().shops(Permission.LOOK),
            asked["narrowing"],
            most=most,
            after=key_read(asked["before"] or "", sort),
            sort=sort,
        )
        page = {"cases": rows, "next": key_text(rows[-1], sort) if len(rows) == most else None}
        return jsonify(schemas.CasesOut().dump(page))
