"""A report as a mail: the figures of the page as tables, bars as cells that every mail program shows,
and the same in plain words. Nothing of a buyer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal

from integrations.money import Money
from integrations.sentence import Said, Text, Words
from service.db.models import Shop
from service.domain.complaints.causes import CAUSE_LABELS
from service.domain.remedies.vouchers import USAGES, VoucherUsage
from service.domain.reports.figures import Rating, Share, Spread
from service.domain.reports.periods import Period, PeriodKind
from service.domain.reports.raised import RAISED, could_be_changed, on_assumption
from service.domain.reports.totals import Dimension, Totals, lines_of
from service.localization import amount_text
from service.sentences import say

MOST_BARS = 12
BAR = 160
"""Pixels of the longest bar: it stays beside its number on a phone."""
CELL = 'style="padding:4px 8px;border-bottom:1px solid #d5ddd9;text-align:left"'


class Report:
    """What the mail of one period says."""

    def __init__(
        self,
        shop: Shop,
        period: Period,
        now: Totals,
        before: Totals,
        *,
        language: str,
        public_url: str,
    ) -> None:
        self.language = language
        self._shop, self._period = shop, period
        self._now, self._before = now, before
        self._charts = [
            (title, bars)
            for title, bars in (
                (Text("Low ratings by cause"), self._bars(Dimension.CAUSE)),
                (Text("Low ratings by courier"), self._bars(Dimension.COURIER)),
            )
            if bars
        ]
        self.address = f"{public_url}/reports?kind={period.kind}&day={period.first}&shop={shop.id}"
        self.title = f"{shop.name}: {self._say(Text('Reports'))}, {self._when()}"

    @property
    def text(self) -> str:
        """Without marks."""
        if not self._now.sums.number:
            return "\n\n".join([self._empty(), self.address])
        rows = [f"{name}: {now} ({self._earlier(was)})" for name, now, was in self._rows()]
        charts = [
            line
            for title, bars in self._charts
            for line in ("", self._say(title), *(f"{name}: {number}" for name, number in bars))
        ]
        return "\n".join([self.title, "", *rows, "", *self._notes(), *charts, "", self.address])

    @property
    def html(self) -> str:
        """Tables only, with their style beside each cell: mail programs drop style sheets."""
        link = f'<p><a href="{escape(self.address)}">{escape(self._say(OPEN))}</a></p>'
        if not self._now.sums.number:
            return f"<p>{escape(self._empty())}</p>{link}"
        head = "".join(
            f"<th {CELL}>{escape(self._say(each))}</th>"
            for each in (Words(""), Text("this time"), Text("before"))
        )
        rows = "".join(
            "<tr>" + "".join(f"<td {CELL}>{escape(each)}</td>" for each in row) + "</tr>"
            for row in self._rows()
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        charts = "".join(
            f'<h2 style="font-size:16px">{escape(self._say(title))}</h2>{self._chart(bars)}'
            for title, bars in self._charts
        )
        return (
            f'<div lang="{self.language}"><h1 style="font-size:18px">{escape(self.title)}</h1>'
            f'<table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>'
            f"{notes}{charts}{link}</div>"
        )

    @staticmethod
    def _chart(bars: Sequence[tuple[str, int]]) -> str:
        most = max(number for _name, number in bars)
        rows = "".join(
            f"<tr><td {CELL}>{escape(name)}</td><td {CELL}>{number}</td><td {CELL}>"
            f'<table role="presentation" cellpadding="0" cellspacing="0"><tr><td height="12"'
            f' width="{max(2, BAR * number // most)}" bgcolor="#0b6b57"></td></tr></table></td></tr>'
            for name, number in bars
        )
        return f'<table style="border-collapse:collapse">{rows}</table>'

    def _bars(self, dimension: Dimension) -> list[tuple[str, int]]:
        lines = lines_of(self._now, self._before, dimension)[:MOST_BARS]
        labels: Mapping[str, Said] = CAUSE_LABELS if dimension is Dimension.CAUSE else {}
        return [
            (self._say(labels.get(line.name, Words(line.name))), line.sums.number) for line in lines
        ]

    def _notes(self) -> list[str]:
        """Notes under the figures: which ratings the share of raised ones is taken of."""
        sums = self._now.sums
        notes = [could_be_changed(sums), *([on_assumption(sums)] if sums.assumed else [])]
        return [self._say(note) for note in notes]

    def _rows(self) -> list[tuple[str, str, str]]:
        return [
            (self._say(name), self._value(figure(self._now)), self._value(figure(self._before)))
            for name, figure in [*ROWS, *(VOUCHER_ROWS if self._has_vouchers() else ())]
        ]

    def _has_vouchers(self) -> bool:
        return bool(self._now.sums.vouchers or self._before.sums.vouchers)

    def _value(self, value: object) -> str:
        match value:
            case Share(percent=None) | Rating(number=0) | None | ():
                return "-"
            case Rating(mean=None):
                return self._say(Text("too few to say (%(number)s)", number=value.number))
            case Rating(mean=float() as stars):
                mean = self._decimal(stars)
                return self._say(Text("%(mean)s of 5 (%(number)s)", mean=mean, number=value.number))
            case float():
                return self._decimal(value)
            case Share():
                number = format_decimal(round(value.percent or 0), locale=self.language)
                shown = Text(
                    "%(percent)s %% (%(part)s of %(whole)s)",
                    percent=str(number),
                    part=value.part,
                    whole=value.whole,
                )
                return self._say(shown)
            case Spread():
                locale = Locale.parse(self.language)
                return str(format_timedelta(value.middle, granularity="minute", locale=locale))
            case _Vouchers(number=number, worth=worth):
                return f"{number} ({self._value(worth)})" if worth else str(number)
            case tuple():
                return ", ".join(amount_text(each, self.language) for each in value)
            case _:
                return str(value)

    def _decimal(self, number: float) -> str:
        return str(format_decimal(number, "0.0", locale=self.language))

    def _earlier(self, was: str) -> str:
        return self._say(Text("before: %(value)s", value=was))

    def _empty(self) -> str:
        empty = Text("%(when)s: no low rating came in. That is good news.", when=self._when())
        return self._say(empty)

    def _when(self) -> str:
        first, last = self._period.first, self._period.last
        locale = Locale.parse(self.language)
        if self._period.kind is PeriodKind.MONTH:
            return str(format_date(first, "MMMM yyyy", locale=locale))
        if self._period.kind is PeriodKind.DAY:
            return str(format_date(first, "long", locale=locale))
        return self._say(Text("%(first)s to %(last)s", first=first, last=last))

    def _say(self, sentence: Said) -> str:
        return say(sentence, self.language)


class _Vouchers(NamedTuple):
    """How many, and what they are worth."""

    number: int
    worth: tuple[Money, ...]


def _given(totals: Totals) -> _Vouchers:
    return _Vouchers(totals.sums.vouchers.total(), totals.sums.vouchers_worth)


def _of_use(usage: VoucherUsage, totals: Totals) -> _Vouchers:
    return _Vouchers(totals.sums.vouchers[usage], totals.sums.vouchers_of(usage))


OPEN = Text("Open the report")
ROWS: Sequence[tuple[Text, Callable[[Totals], object]]] = (
    (Text("Low ratings"), lambda totals: totals.sums.number),
    (Text("Made good"), lambda totals: totals.sums.made_good),
    (Text("Given"), lambda totals: totals.sums.cost),
    (Text("Until the first answer"), lambda totals: totals.first_answer),
    (Text("the same in working hours"), lambda totals: totals.first_answer_in_hours),
    (Text("Until it was made good"), lambda totals: totals.remedied),
    (Text("the same in working hours"), lambda totals: totals.remedied_in_hours),
    (Text("Solved, of those who answered"), lambda totals: totals.sums.solved),
    (Text("Stars for the handling"), lambda totals: totals.sums.handling),
    (RAISED, lambda totals: totals.sums.recovered),
    (
        Text("of those who were invited to update it"),
        lambda totals: totals.sums.recovered_asked,
    ),
    (Text("of those who were not"), lambda totals: totals.sums.recovered_unasked),
    (Text("Stars gained where it was raised"), lambda totals: totals.sums.uplift),
    (
        Text("Costs divided by the ratings that were raised"),
        lambda totals: totals.sums.cost_of_recovered,
    ),
)
VOUCHER_ROWS: Sequence[tuple[Text, Callable[[Totals], object]]] = (
    (Text("Cost so far, unused vouchers apart"), lambda totals: totals.sums.cost_used),
    (Text("Vouchers given"), _given),
    *(
        (Text("Vouchers: %(usage)s", usage=usage), partial(_of_use, name))
        for name, usage in USAGES.items()
    ),
)
"""Where there were any."""
