"""Cases as a table for spreadsheets: what was complained about, what was done, what came of it."""

from __future__ import annotations

import csv as csv_files
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from service.db.models import Case
from service.domain.cases.root_causes import ROOT_CAUSES
from service.domain.cases.states import CaseState
from service.domain.messages.editable import EDITABLE
from service.domain.remedies.vouchers import USAGES
from service.web.i18n import label
from service.web.words import word

Cell = str | int | Decimal | None
Row = list[Cell]
Write = Callable[[Iterable[Row]], bytes]
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""A cell that begins so may be run as a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
_NEXT_CELL = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@|%])")
"""Where lists are written with semicolons, as in Indonesia, a spreadsheet begins a cell after each of these,
in quotes or not."""


def rows(cases: Iterable[Case]) -> Iterator[Row]:
    """The head of the table, then a row for each case."""
    yield [
        _("Opened"),
        _("Shop"),
        _("Case"),
        _("Order"),
        _("Buyer"),
        _("Product"),
        _("Courier"),
        _("Stars"),
        _("Cause"),
        _("Complaint"),
        _("Make-good"),
        _("Amount"),
        _("Currency"),
        _("State"),
        _("Root cause"),
        _("Solved?"),
        _("Stars for the handling"),
        _("Buyer's comment"),
        _("Could still be changed?"),
        _("Voucher"),
        _("Cost so far, unused vouchers apart"),
    ]
    for case in cases:
        yield _row(case)


def _row(case: Case) -> Row:
    buyer = case.order.get("buyer") or case.review.buyer
    done = [make_good for make_good in case.make_goods if make_good.done_at is not None]
    answer = case.answers[-1] if case.answers else None
    worths = [amount for make_good in done if (amount := make_good.remedy.amount)]
    currencies = {worth.currency for worth in worths}
    costs = [cost for make_good in done if (cost := make_good.cost)]
    return [
        case.opened_at.astimezone(ZoneInfo(case.shop.zone)).strftime("%Y-%m-%d %H:%M"),
        case.shop.name,
        case.reference,
        case.order.get("number", ""),
        buyer.get("name", ""),
        case.review.product_name,
        case.courier,
        case.review.rating,
        word(case.cause or "unclear"),
        case.review.text,
        ", ".join(word(make_good.kind) for make_good in done),
        sum((worth.amount for worth in worths), Decimal()) if len(currencies) == 1 else None,
        ", ".join(sorted(currencies)),
        word((case.close_reason or "") if case.state == CaseState.CLOSED else case.state),
        label(ROOT_CAUSES[case.root_cause]) if case.root_cause else "",
        word(answer.answer) if answer is not None and answer.answer else "",
        None if answer is None else answer.stars,
        "" if answer is None else answer.text,
        label(EDITABLE[case.editable]),
        ", ".join(label(USAGES[given.voucher_usage]) for given in done if given.voucher_usage),
        sum((cost.amount for cost in costs), Decimal()) if len(currencies) == 1 else None,
    ]


def csv(table: Iterable[Row]) -> bytes:
    """As CSV in UTF-8 with a mark, which Excel needs; no cell that a spreadsheet would run."""
    text = StringIO()
    writer = csv_files.writer(text)
    for row in table:
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    inside = _NEXT_CELL.sub(r"\1'", cell)
    return f"'{inside}" if cell.lstrip().startswith(RUNS) or cell.startswith(RUNS) else inside


def xlsx(table: Iterable[Row]) -> bytes:
    """As an Excel file: text is text, figures are figures, nothing is a formula or a link."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - 2 MB, for those who ask for a sheet

    file = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell[:32767])
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    return file.getvalue()
