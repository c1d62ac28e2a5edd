"""Reports by mail: through a real mail server, once for each period and person, in their language and zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from jobs.schedule import run_due
from service.db.models import ReportMail
from service.db.outbox import claims
from service.domain.errors import NotFound, NotPermitted
from service.domain.notices.notices import Choices
from service.domain.reports.mails import ReportMailState, next_report_at
from service.domain.reports.periods import PeriodKind
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.notices import addresses, report_mails
from service.operations.notices.report_mails import gather_reports
from service.operations.staff import accounts, members
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import rated, with_email
from tests.web.pages import text_of
from tests.web.test_sessions import another_process, at_once
from tests.world import World


@pytest.fixture
def office(world: World) -> Iterator[PostOffice]:
    with opened(PostOffice()) as made:
        with_email(world, made)
        yield made


def _tick(world: World, **span: float) -> None:
    world.clock.move(**span)
    run_due(world.context)
    world.work()


def _daily(world: World) -> None:
    """To the owner. It is ten in the morning in Jakarta; the first goes out at seven tomorrow."""
    verb = report_mails.choose
    verb(world.context, world.shop_id, world.owner.id, world.owner, [PeriodKind.DAY])


def _reports(office: PostOffice) -> list[EmailMessage]:
    return [mail for mail in office.taken if mail["To"] == "owner@example.test"]


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def _states(world: World) -> list[ReportMailState]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(ReportMail.state).order_by(ReportMail.id)))


def test_report_of_yesterday_comes_once_whoever_runs_the_clock(
    world: World, office: PostOffice
) -> None:
    _daily(world)
    rated(world, text="Rahasia saya, barang rusak")
    rated(world, text="Barang rusak")
    _tick(world, hours=20, minutes=59)
    assert _reports(office) == []
    world.clock.move(minutes=1)
    other = another_process(world)
    at_once([lambda: gather_reports(world.context), lambda: gather_reports(other.context)])
    other.close()
    world.work()
    _tick(world, minutes=1)
    _tick(world, hours=1)

    (mail,) = _reports(office)
    assert mail["Subject"] == "Toko Uji: Laporan, 24 November 2026"
    text, html = _part(mail, "plain"), _part(mail, "html")
    assert "Rating rendah: 2" in text
    assert "dari yang diajak memperbarui ulasan: - (" in text
    assert re.search(r"dari yang tidak diajak: 0\s?% \(0 dari 2\)", text)
    assert "Rating rendah yang masih bisa diubah saat masuk: 2 dari 2." in text
    assert "Rating rendah yang masih bisa diubah saat masuk: 2 dari 2." in html
    assert "J&T Express: 1" in text
    assert "J&amp;T Express" in html
    address = f"{world.url}/reports?kind=day&day=2026-11-24&shop=1"
    assert address in text
    assert address.replace("&", "&amp;") in html
    assert 'bgcolor="#0b6b57"' in html
    assert "<style" not in html
    assert "Rahasia" not in text + html
    case = world.cases()[0]
    assert case.order["buyer"]["email"] not in text + html
    assert _states(world) == [ReportMailState.SENT]


def test_empty_period_says_so_in_a_line_in_the_readers_language(
    world: World, office: PostOffice
) -> None:
    accounts.set_language(world.context, world.owner, "en")
    _daily(world)

    _tick(world, hours=21)

    (mail,) = _reports(office)
    first, _, address = _part(mail, "plain").strip().splitlines()
    assert first == "November 24, 2026: no low rating came in. That is good news."
    assert address.startswith(world.url)


def test_clock_that_stood_still_sends_the_last_period_alone(
    world: World, office: PostOffice
) -> None:
    _daily(world)

    _tick(world, days=4)

    assert [mail["Subject"] for mail in _reports(office)] == ["Toko Uji: Laporan, 27 November 2026"]


def test_mail_of_unknown_outcome_is_not_sent_again_and_the_page_says_so(
    world: World, office: PostOffice
) -> None:
    _daily(world)
    office.drop_after_text = True
    _tick(world, hours=21)
    office.drop_after_text = False
    for _ in range(5):
        _tick(world, hours=1)

    assert len(_reports(office)) == 1
    assert _states(world) == [ReportMailState.UNKNOWN]
    accounts.set_language(world.context, world.owner, "en")
    page = world.browser().get("/me/reports")
    assert "nobody knows whether the last one got there" in text_of(page)
    _tick(world, hours=24)
    assert _states(world) == [ReportMailState.UNKNOWN, ReportMailState.SENT]


def test_worker_that_died_after_handing_over_leads_to_no_second_mail(
    world: World, office: PostOffice
) -> None:
    _daily(world)
    world.clock.move(hours=21)
    run_due(world.context)
    with world.context.database.transaction() as session:
        assert claims.claim(session, world.clock.now(), most=9, per_lane=9, inward=9)
        session.get_one(ReportMail, 1).tried_at = world.clock.now()
    world.clock.move(seconds=61)
    world.work()

    assert _reports(office) == []
    assert _states(world) == [ReportMailState.UNKNOWN]


def test_what_a_server_surely_did_not_take_is_tried_again(world: World, office: PostOffice) -> None:
    _daily(world)
    office.refuse_recipient = "450 later"
    _tick(world, hours=21)
    assert _states(world) == [ReportMailState.WAITING]
    office.refuse_recipient = ""
    _tick(world, minutes=10)

    assert len(_reports(office)) == 1
    assert _states(world) == [ReportMailState.SENT]


def test_who_has_left_or_wants_no_more_gets_none(world: World, office: PostOffice) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    verb, kinds = report_mails.choose, list(PeriodKind)
    verb(world.context, world.shop_id, agent.id, world.owner, kinds)
    _daily(world)
    world.clock.move(hours=21)
    run_due(world.context)
    members.end_membership(world.context, world.shop_id, agent.id, world.owner)
    verb(world.context, world.shop_id, world.owner.id, world.owner, [])
    world.work()
    _tick(world, days=8)

    assert office.taken == []
    assert set(_states(world)) == {ReportMailState.DROPPED}


def test_each_chooses_for_themselves_and_owners_for_everybody_of_their_shop(world: World) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    verb, stranger = (
        report_mails.choose,
        accounts.add_seller(world.context, OPERATOR, "stranger@example.test", {}),
    )
    with pytest.raises(NotPermitted):
        verb(world.context, world.shop_id, world.owner.id, agent, [PeriodKind.DAY])
    with pytest.raises(NotFound):
        verb(world.context, world.shop_id, stranger, world.owner, [PeriodKind.DAY])
    browser = world.browser(agent)
    page = browser.post(f"/me/reports/{world.shop_id}/{agent.id}", {"kinds": ["week", "month"]})

    assert page.text.count(" checked") == 2
    assert "owner@example.test" not in page.text
    assert world.browser().get("/me/reports").text.count(" checked") == 2


def test_hour_is_that_of_the_readers_zone(world: World) -> None:
    addresses.choose(world.context, world.owner, Choices("America/New_York", digest_at=time(9)))
    noon = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    assert next_report_at(PeriodKind.WEEK, "America/New_York", noon) == datetime(
        2026, 11, 30, 12, 0, tzinfo=UTC
    )
    assert next_report_at(PeriodKind.MONTH, "Asia/Jakarta", noon) == datetime(
        2026, 12, 1, 0, 0, tzinfo=UTC
    )
    assert next_report_at(PeriodKind.DAY, "Asia/Jakarta", noon) == datetime(
        2026, 11, 25, 0, 0, tzinfo=UTC
    )
