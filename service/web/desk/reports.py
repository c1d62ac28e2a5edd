"""Reports of a day, a week or a month: the page, and its table of cases to download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import format_date, format_decimal, format_timedelta, ngettext
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from service.db.models import Shop
from service.db.reports import kept_totals, report_queries
from service.db.reports.newest_cases import newest_cases
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.domain.days import day_of
from service.domain.remedies.vouchers import USAGES
from service.domain.reports.figures import Effect, Rating, Share
from service.domain.reports.periods import Period, PeriodKind
from service.domain.reports.raised import RAISED, could_be_changed, on_assumption
from service.domain.reports.rising import costliest, rises
from service.domain.reports.totals import Dimension, Line, Totals, lines_of
from service.domain.staff.authority import Permission
from service.web.auth import sellers_only
from service.web.desk import case_table
from service.web.request_context import actor, context
from service.web.words import word

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
MOST_LINES = 20
"""Lines of a table that could be endless: products, couriers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: these shops, this period."""

    shops: Sequence[Shop]
    shop_id: int | None
    """The one shop chosen; None: all."""
    period: Period

    @property
    def chosen(self) -> list[Shop]:
        """The shops reported on."""
        return [shop for shop in self.shops if self.shop_id in (None, shop.id)]

    def address(self, period: Period, endpoint: str = "reports.overview") -> str:
        """The address of another period."""
        return url_for(endpoint, kind=period.kind, day=period.first, shop=self.shop_id)


def _asked(session: Session) -> Asked:
    """What no such page says is answered with this week, in the zone of the first shop."""
    seen = actor().shops(Permission.LOOK)
    shops = shop_queries.shops(session, seen)
    shop_id = request.args.get("shop", type=int)
    chosen = [shop for shop in shops if shop.id == shop_id]
    zone = (chosen or [*shops])[0].zone if shops else "UTC"
    kind = request.args.get("kind", "")
    kind = PeriodKind(kind) if kind in set(PeriodKind) else PeriodKind.WEEK
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = day_of(context().clock.now(), zone)
    return Asked(shops, shop_id if chosen else None, Period.around(day, kind, zone))


@blueprint.get("")
@sellers_only
def overview() -> str:
    """Figures of a period beside those of the one before; each opens its cases."""
    with context().database.reading() as session:
        asked = _asked(session)
        now = kept_totals.totals(session, asked.chosen, asked.period)
        before = kept_totals.totals(session, asked.chosen, asked.period.before)
        names = seller_queries.actor_names(session)
        newest = newest_cases(session, [shop.id for shop in asked.chosen], asked.period.days)
    tables = {dimension.value: lines_of(now, before, dimension) for dimension in Dimension}
    products = tables[Dimension.PRODUCT]
    return render_template(
        "desk/reports.html",
        asked=asked,
        period=asked.period,
        kinds=list(PeriodKind),
        title=_title(asked.period),
        now=now,
        earlier=before,
        tables=tables,
        products=products[:MOST_LINES],
        couriers=tables[Dimension.COURIER][:MOST_LINES],
        newest=newest,
        RAISED=RAISED,
        usages=USAGES,
        could_be_changed=could_be_changed,
        on_assumption=on_assumption,
        names=names,
        effects=[(line, change) for line in products if (change := now.effect_on(line.key))],
        **_to_fix(now, tables),
        **_charts(asked.period, now, tables[Dimension.CAUSE]),
    )


def _to_fix(now: Totals, tables: Mapping[str, list[Line]]) -> dict[str, Any]:
    causes, products = tables[Dimension.CAUSE], tables[Dimension.PRODUCT]
    rose, too_few = rises([*causes, *products, *tables[Dimension.COURIER]])
    dearest = [
        line
        for money in now.sums.cost
        for lines in (causes, products)
        for line in costliest(lines, money.currency)
    ]
    return {"rose": rose, "too_few": len(too_few), "costliest": dearest}


def _charts(period: Period, now: Totals, causes: Sequence[Line]) -> dict[str, Any]:
    by_day = [(day, now.days[day]) for day in period.days]
    numbers = [line.sums.number for line in causes]
    return {
        "days": by_day,
        "day_chart": _day_chart(period, by_day),
        "cause_chart": _bars(
            [word(line.name) for line in causes], numbers, _("Low ratings by cause")
        ),
    }


def _title(period: Period) -> str:
    if period.kind is PeriodKind.MONTH:
        return str(format_date(period.first, "MMMM yyyy"))
    first = str(format_date(period.first, "long"))
    if period.kind is PeriodKind.DAY:
        return first
    last = format_date(period.last, "long")
    return str(_("%(first)s to %(last)s", first=first, last=last))


def _day_chart(period: Period, days: Sequence[tuple[date, int]]) -> str:
    if period.kind is PeriodKind.DAY:
        return ""
    pattern = "EEE" if period.kind is PeriodKind.WEEK else "d"
    labels = [str(format_date(day, pattern)) for day, _number in days]
    return _bars(labels, [number for _day, number in days], _("Low ratings by day"))


@blueprint.app_template_filter("percent")
def percent(share: Share) -> str:
    """A share such as `37 % (3 of 8)`."""
    if share.percent is None:
        return "-"
    rounded = format_decimal(round(share.percent))
    text = _(
        "%(percent)s %% (%(part)s of %(whole)s)",
        percent=rounded,
        part=share.part,
        whole=share.whole,
    )
    return str(text)


@blueprint.app_template_filter("span")
def span(length: timedelta) -> str:
    """How long something took, such as `3 hours`."""
    return str(format_timedelta(length, granularity="minute"))


@blueprint.app_template_filter("average")
def average(number: float | None) -> str:
    """A mean with one decimal."""
    return "-" if number is None else str(format_decimal(number, "0.0"))


@blueprint.app_template_filter("rating")
def rating(stars: Rating) -> str:
    """A mean of stars with their number, such as `4.2 of 5 (12 answers)`."""
    if stars.mean is None:
        return str(_("too few to say (%(number)s)", number=stars.number)) if stars.number else "-"
    text = _("%(mean)s of 5 (%(number)s)", mean=average(stars.mean), number=stars.number)
    return str(text)


@blueprint.app_template_filter("effect")
def effect(change: Effect | None) -> str:
    """What raised reviews did to an average, such as `3.9 instead of 3.7 (12 reviews)`."""
    if change is None:
        return "-"
    text = ngettext(
        "%(now)s instead of %(without)s (%(num)s review)",
        "%(now)s instead of %(without)s (%(num)s reviews)",
        change.reviews,
        now=format_decimal(round(change.now, 2), "0.00"),
        without=format_decimal(round(change.without, 2), "0.00"),
    )
    return str(text)


@blueprint.get("/cases.csv")
@sellers_only
def cases_csv() -> Response:
    """The period's cases, complaint and solution of each, for any spreadsheet."""
    return _download(case_table.csv, "text/csv; charset=utf-8", "csv")


@blueprint.get("/cases.xlsx")
@sellers_only
def cases_xlsx() -> Response:
    """The same for Excel."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(case_table.xlsx, kind, "xlsx")


def _download(write: case_table.Write, content_type: str, ending: str) -> Response:
    with context().database.reading() as session:
        asked = _asked(session)
        shop_ids = [shop.id for shop in asked.chosen]
        body = write(case_table.rows(report_queries.cases_in(session, shop_ids, asked.period.days)))
    period = asked.period
    name = f"makegood-{period.kind}-{period.first}.{ending}"
    answer = Response(body, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _bars(labels: list[str], values: list[int], title: str) -> Markup:
    from service.web.desk.charts import bars  # noqa: PLC0415 - 2 MB, for those who open reports

    return bars(labels, values, title)
