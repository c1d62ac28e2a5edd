"""The report of a shop's day, week or month, for programs: the figures of its page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from service.db.reports import kept_totals
from service.db.shops import shop_queries
from service.domain.days import day_of
from service.domain.remedies.vouchers import USAGES
from service.domain.reports.figures import Spread
from service.domain.reports.periods import Period, PeriodKind
from service.domain.reports.sums import Sums
from service.domain.reports.totals import Dimension, Totals, lines_of
from service.domain.staff.authority import Permission
from service.web.api.describe import Endpoint, in_path, in_query
from service.web.api.guard import programs_with
from service.web.api.inputs import Strict
from service.web.api.v1 import blueprint, query_of
from service.web.request_context import context

__all__ = ["blueprint"]


class ReportQuery(Strict):
    """Which period of the shop's zone; `day`: any day of it, today where absent."""

    kind = fields.String(
        load_default=PeriodKind.WEEK.value,
        validate=validate.OneOf([kind.value for kind in PeriodKind]),
    )
    day = fields.Date(load_default=None, allow_none=True)


class WorthOut(Schema):
    """An amount in minor units."""

    amount_minor = fields.Integer()
    currency = fields.String()


class ShareOut(Schema):
    """`part` of `whole`."""

    part = fields.Integer()
    whole = fields.Integer()


class VouchersOut(Schema):
    """How many vouchers, and what they are worth."""

    number = fields.Integer()
    worth = fields.List(fields.Nested(WorthOut))


class SumsOut(Schema):
    """What some cases add up to. `given` counts a voucher by what it is worth, whatever became of it;
    `cost_used` counts only those that were used, by what the buyer paid less where the platform says.
    `vouchers`: those of each use, `used`, `unused` (expired), `open` and `unknown`, which together are all
    that were given. `editable`: low ratings that could still be changed when they came in,
    `assumed` of them without a known rule of their platform. `raised` is the share of the editable ones whose
    rating went up; `raised_asked` of those whose buyers were invited to update it, `raised_unasked` of the
    others. `handling`: mean stars, null where fewer than five buyers gave any."""

    cases = fields.Integer()
    made_good = fields.Integer()
    given = fields.List(fields.Nested(WorthOut))
    cost_used = fields.List(fields.Nested(WorthOut))
    vouchers = fields.Dict(keys=fields.String(), values=fields.Nested(VouchersOut))
    solved = fields.Nested(ShareOut)
    partly = fields.Nested(ShareOut)
    handling = fields.Float(allow_none=True)
    handling_answers = fields.Integer()
    editable = fields.Integer()
    assumed = fields.Integer()
    raised = fields.Nested(ShareOut)
    raised_asked = fields.Nested(ShareOut)
    raised_unasked = fields.Nested(ShareOut)
    uplift = fields.Float(allow_none=True)
    uplift_asked = fields.Float(allow_none=True)
    uplift_unasked = fields.Float(allow_none=True)
    cost_of_raised = fields.List(fields.Nested(WorthOut), allow_none=True)


class LineOut(SumsOut):
    """One line of a table. `before`: its cases in the period before."""

    key = fields.String()
    name = fields.String()
    before = fields.Integer()


class SpanOut(Schema):
    """Minutes within which half of the cases were, and nine of ten."""

    median = fields.Integer()
    ninth_tenth = fields.Integer()


class FiguresOut(SumsOut):
    """The whole period. Spans are null where there was nothing to measure; those `in_hours` count the shop's
    working hours only."""

    first_answer = fields.Nested(SpanOut, allow_none=True)
    first_answer_in_hours = fields.Nested(SpanOut, allow_none=True)
    remedied = fields.Nested(SpanOut, allow_none=True)
    remedied_in_hours = fields.Nested(SpanOut, allow_none=True)


class ReportOut(Schema):
    """A period beside the one before it. `by`: a list of lines for each of cause, root_cause, product, courier,
    staff and remedy, the most frequent first; lines of remedies count make-goods."""

    kind = fields.String()
    first = fields.Date()
    last = fields.Date()
    now = fields.Nested(FiguresOut)
    before = fields.Nested(FiguresOut)
    by = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(LineOut)))


@blueprint.get("/shops/<int:shop_id>/report")
@programs_with(Permission.LOOK)
def report(shop_id: int) -> Response:
    """Read the report of a period."""
    asked = query_of(ReportQuery())
    with context().database.reading() as session:
        shop = shop_queries.shop(session, shop_id)
        day = asked["day"] or day_of(context().clock.now(), shop.zone)
        period = Period.around(day, PeriodKind(asked["kind"]), shop.zone)
        now = kept_totals.totals(session, [shop], period)
        before = kept_totals.totals(session, [shop], period.before)
    read = {
        "kind": period.kind.value,
        "first": period.first,
        "last": period.last,
        "now": _figures(now),
        "before": _figures(before),
        "by": {dimension.value: _lines(now, before, dimension) for dimension in Dimension},
    }
    return jsonify(ReportOut().dump(read))


def _figures(totals: Totals) -> dict[str, Any]:
    return {
        **_sums(totals.sums),
        "first_answer": _span(totals.first_answer),
        "first_answer_in_hours": _span(totals.first_answer_in_hours),
        "remedied": _span(totals.remedied),
        "remedied_in_hours": _span(totals.remedied_in_hours),
    }


def _lines(now: Totals, before: Totals, dimension: Dimension) -> list[dict[str, Any]]:
    return [
        {**_sums(line.sums), "key": line.key, "name": line.name, "before": line.before}
        for line in lines_of(now, before, dimension)
    ]


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "cases": sums.number,
        "made_good": sums.made_good,
        "given": sums.cost,
        "cost_used": sums.cost_used,
        "vouchers": {
            usage.value: {"number": sums.vouchers[usage], "worth": sums.vouchers_of(usage)}
            for usage in USAGES
        },
        "solved": sums.solved,
        "partly": sums.partly,
        "handling": sums.handling.mean,
        "handling_answers": sums.handling.number,
        "raised": sums.recovered,
        "raised_asked": sums.recovered_asked,
        "raised_unasked": sums.recovered_unasked,
        "editable": sums.editable,
        "assumed": sums.assumed,
        "uplift": sums.uplift,
        "uplift_asked": sums.uplift_asked,
        "uplift_unasked": sums.uplift_unasked,
        "cost_of_raised": sums.cost_of_recovered,
    }


def _span(spread: Spread | None) -> dict[str, int] | None:
    if spread is None:
        return None
    minute = timedelta(minutes=1)
    return {"median": spread.middle // minute, "ninth_tenth": spread.most // minute}


DESCRIBED = (
    Endpoint(
        "get",
        "/shops/{shop_id}/report",
        "Read the report of a period",
        ReportOut,
        [in_path("shop_id", "integer", 1), in_query(ReportQuery)],
    ),
)
