"""What became of vouchers, on the case's page and in reports: page, file, mail and API."""

from __future__ import annotations

from typing import Any

import requests

from service.db.models import Shop
from service.db.reports import kept_totals
from service.domain.reports.periods import Period, PeriodKind
from service.domain.reports.totals import Totals
from service.domain.staff.authority import Permission
from service.operations.notices.report_text import Report
from service.operations.staff import tokens
from tests.operations.vouchers import buy, given, look
from tests.web.pages import text_of
from tests.world import PATIENCE, START, World


def test_pages_and_files_say_what_became_of_it(world: World) -> None:
    buy(world, given(world))
    given(world)
    look(world, days=1)
    browser, cases = world.browser(), world.cases()

    used, still = (text_of(browser.get(f"/cases/{case.reference}")) for case in cases)
    report = text_of(browser.get("/reports?kind=month&day=2026-11-24"))
    table = browser.get("/reports/cases.csv?kind=month&day=2026-11-24").text

    assert "Used for order SB-2, IDR 50,000 less to pay" in used
    assert "Not used yet" in still
    assert "What became of the vouchers" in report
    assert "Cost so far, unused vouchers apart IDR 50,000" in report
    assert "Used 1 IDR 50,000 0" in report
    assert "Expired without being used 0 - 0" in report
    assert "Not used yet 1 IDR 50,000 0" in report
    assert "Given 2 IDR 100,000 0" in report
    assert ",used,50000" in table
    assert ",not used yet,0" in table


def test_each_figure_opens_its_cases(world: World) -> None:
    buy(world, given(world))
    given(world)
    look(world, days=1)
    used, still = (case.reference for case in world.cases())
    month = "opened_from=2026-11-01&opened_to=2026-11-30"
    report = world.browser().get("/reports?kind=month&day=2026-11-24").text

    for usage, said, listed, other in (
        ("used", "used", used, still),
        ("open", "not used yet", still, used),
    ):
        link = f"/cases?{month}&voucher={usage}"
        assert link.replace("&", "&amp;") in report
        cases = text_of(world.browser().get(link))
        assert f"Vouchers: {said}" in cases
        assert listed in cases
        assert other not in cases


def test_mails_and_programs_are_told_what_became_of_it(world: World) -> None:
    buy(world, given(world))
    given(world)
    look(world, days=1)
    month = Period.around(START.date(), PeriodKind.MONTH, "Asia/Jakarta")
    with world.context.database.reading() as session:
        shop = session.get_one(Shop, world.shop_id)
        now = kept_totals.totals(session, [shop], month)
        mail = Report(shop, month, now, Totals(), language="en", public_url="").text.replace(
            "\xa0", " "
        )
        quiet = Report(shop, month, Totals(), Totals(), language="en", public_url="").text
    token = tokens.add_token(world.context, world.owner, "Program", [Permission.LOOK])

    def read(path: str) -> Any:
        head = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{world.url}/api/v1{path}", headers=head, timeout=PATIENCE).json()

    report = read(f"/shops/{world.shop_id}/report?kind=month&day=2026-11-24")["now"]
    case = read(f"/cases/{world.cases()[0].reference}")

    assert "Cost so far, unused vouchers apart: IDR 50,000 (before: -)" in mail
    assert "Vouchers given: 2 (IDR 100,000) (before: 0)" in mail
    assert "Vouchers: used: 1 (IDR 50,000) (before: 0)" in mail
    assert "Vouchers: not used yet: 1 (IDR 50,000) (before: 0)" in mail
    assert "Vouchers: expired without being used: 0 (before: 0)" in mail
    assert "Voucher" not in quiet
    worth = [{"amount_minor": 5_000_000, "currency": "IDR"}]
    assert report["vouchers"] == {
        "used": {"number": 1, "worth": worth},
        "open": {"number": 1, "worth": worth},
        "unused": {"number": 0, "worth": []},
        "unknown": {"number": 0, "worth": []},
    }
    assert report["cost_used"] == worth
    [row] = case["make_goods"]
    assert (row["voucher_usage"], row["used_order"]) == ("used", "SB-2")
    assert (row["saved_minor"], row["used_at"]) == (5_000_000, "2026-11-24T03:00:00+00:00")
