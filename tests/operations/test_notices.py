"""People are told of what waits: collapsed, at the hours they chose, never of what is not theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from integrations import chat
from integrations.entries import WrongEntry
from integrations.errors import Misconfigured
from integrations.http import Http
from integrations.network import Network
from jobs import retention
from jobs.schedule import run_due
from service.db.models import Notice, NoticeAddress
from service.db.outbox import claims
from service.domain.errors import NotFound, WrongInput
from service.domain.notices.notices import KEPT, Choices, NoticeKind, NoticeState, When
from service.domain.staff.authority import Actor, SellerRole
from service.operations.cases import assign
from service.operations.notices import addresses
from service.operations.remedies import decisions
from service.operations.staff import members
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import rated, with_email
from tests.receiver import Receiver, receiver
from tests.world import World

ALL_AT_ONCE = dict.fromkeys(NoticeKind, When.AT_ONCE)
ALWAYS = Choices("Asia/Jakarta", ALL_AT_ONCE, quiet_from=time(0), quiet_to=time(0))


@pytest.fixture
def phone() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def _address(phone: Receiver) -> str:
    return phone.url.replace("http://", "json://")


def _told_at(
    world: World, phone: Receiver, chosen: Choices = ALWAYS, who: Actor | None = None
) -> int:
    actor = who or world.owner
    address_id = addresses.add_address(world.context, actor, "Ponsel", _address(phone))
    addresses.choose(world.context, actor, chosen)
    return address_id


def _tick(world: World, **span: float) -> None:
    """Let time pass, then let clock and worker do what is due."""
    world.clock.move(**span)
    run_due(world.context)
    world.work()


def _texts(phone: Receiver) -> list[tuple[str, str]]:
    return [(body["title"], body["message"]) for body in map(json.loads, _bodies(phone))]


def _bodies(phone: Receiver) -> list[bytes]:
    return [body for _, body in phone.taken]


def _notices(world: World) -> list[Notice]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def test_ten_cases_of_a_minute_are_one_notice_with_nothing_of_the_buyers(
    world: World, phone: Receiver
) -> None:
    _told_at(world, phone)
    for _ in range(12):
        rated(world, text="Rahasia saya")
    _tick(world, minutes=1)
    _tick(world, minutes=1)

    ((title, text),) = _texts(phone)
    assert title.startswith("Makegood: ")
    assert "12" in title
    assert len(text.splitlines()) == 13
    assert text.splitlines()[-1] == f"{world.url}/"
    case = world.cases()[0]
    assert "Rahasia" not in text
    assert case.order["buyer"]["name"] not in text
    assert case.order["buyer"]["email"] not in text
    assert [notice.state for notice in _notices(world)] == [NoticeState.SENT]


def test_single_case_is_linked_and_opening_the_link_does_nothing(
    world: World, phone: Receiver
) -> None:
    _told_at(world, phone)
    rated(world)
    _tick(world, minutes=1)
    ((_, text),) = _texts(phone)
    link = text.splitlines()[-1]

    assert link == f"{world.url}/cases/{world.case().reference}"
    before = world.case().state
    assert world.browser().get(link.removeprefix(world.url)).status_code == 200
    assert world.case().state == before


def test_what_was_settled_meanwhile_is_not_told(world: World, phone: Receiver) -> None:
    _told_at(world, phone)
    order_id = rated(world)
    run_due(world.context)
    world.withdraw(order_id)
    world.work()

    assert phone.taken == []
    assert [notice.state for notice in _notices(world)] == [NoticeState.DROPPED]


def test_quiet_hours_hold_notices_back_in_one_and_urgent_ones_only_as_chosen(
    world: World, phone: Receiver
) -> None:
    quiet = replace(ALWAYS, quiet_from=time(9), quiet_to=time(12))
    _told_at(world, phone, quiet)
    rated(world)
    _tick(world, minutes=1)
    rated(world)
    rated(world, text="Tangan anak saya melepuh kena uapnya!")
    _tick(world, minutes=1)
    assert phone.taken == []

    _tick(world, hours=2)

    assert len(phone.taken) == 1
    assert "3" in _texts(phone)[0][0]
    addresses.choose(
        world.context, world.owner, replace(quiet, quiet_to=time(23), urgent_anyway=True)
    )
    rated(world)
    rated(world, text="Tangan anak saya melepuh kena uapnya!")
    _tick(world, minutes=1)
    assert len(phone.taken) == 2


def test_digest_comes_once_a_day_whoever_runs_the_clock_and_only_of_what_waits(
    world: World, phone: Receiver
) -> None:
    daily = replace(ALWAYS, when=dict.fromkeys(NoticeKind, When.DIGEST), digest_at=time(8))
    _told_at(world, phone, daily)
    rated(world)
    rated(world)
    _tick(world, minutes=1)
    assert phone.taken == []
    # It is ten in the morning in Jakarta; the next digest is at eight tomorrow.
    _tick(world, hours=21, minutes=58)
    assert phone.taken == []
    _tick(world, minutes=2)
    assert len(phone.taken) == 1
    _tick(world, minutes=1)
    run_due(world.context)
    _tick(world, hours=1)
    assert len(phone.taken) == 1
    for case in world.cases():
        _decline(world, case.id)
    _tick(world, hours=24)

    assert len(phone.taken) == 1


def _decline(world: World, case_id: int) -> None:
    """The owner decides against a make-good."""
    decisions.decline(world.context, case_id, world.owner, "no")


def test_off_is_off(world: World, phone: Receiver) -> None:
    _told_at(world, phone, replace(ALWAYS, when=dict.fromkeys(NoticeKind, When.OFF)))
    rated(world)
    _tick(world, hours=30)

    assert phone.taken == []


def test_who_has_left_the_shop_is_told_nothing_not_even_what_waited_for_the_morning(
    world: World, phone: Receiver
) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    _told_at(world, phone, replace(ALWAYS, quiet_from=time(9), quiet_to=time(12)), agent)
    rated(world)
    _tick(world, minutes=1)
    members.end_membership(world.context, world.shop_id, agent.id, world.owner)
    rated(world)
    _tick(world, hours=3)

    assert phone.taken == []


def test_case_that_somebody_looks_after_is_told_to_nobody_else(
    world: World, phone: Receiver
) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    _told_at(world, phone, ALWAYS, agent)
    rated(world)
    assign.hand_over(world.context, world.case().id, world.owner, world.owner.id, "")
    _tick(world, minutes=1)

    assert phone.taken == []


def test_what_fails_is_tried_again_and_then_shown(world: World, phone: Receiver) -> None:
    address_id = _told_at(world, phone)
    phone.answers = [(500, {})] * 20
    rated(world)
    for _ in range(8):
        _tick(world, hours=3)
    with world.context.database.reading() as session:
        problem = session.get_one(NoticeAddress, address_id).problem

    assert len(phone.taken) == 6
    assert "did not take it" in str(problem)
    phone.answers = []
    addresses.try_address(world.context, world.owner, address_id)
    world.work()
    with world.context.database.reading() as session:
        assert session.get_one(NoticeAddress, address_id).problem is None


def test_mail_goes_by_the_shops_own_server_or_the_installations(world: World) -> None:
    with opened(PostOffice()) as office:
        with_email(world, office)
        addresses.add_address(world.context, world.owner, "", "")
        addresses.choose(world.context, world.owner, ALWAYS)
        rated(world)
        _tick(world, minutes=1)

        (mail,) = [each for each in office.taken if each["To"] == "owner@example.test"]
    assert mail["Subject"].startswith("Makegood: ")
    assert world.case().reference in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"


def test_without_a_mail_server_the_reason_is_shown(world: World) -> None:
    address_id = addresses.add_address(world.context, world.owner, "", "")
    addresses.try_address(world.context, world.owner, address_id)
    world.work()

    with world.context.database.reading() as session:
        assert "MAKEGOOD_SMTP_URL" in str(session.get_one(NoticeAddress, address_id).problem)


@pytest.mark.parametrize(
    "address",
    [
        "x",
        "mailto://a:b@mail.example",
        "syslog://",
        "exec://rm",
        "file:///etc/passwd",
        "dbus://",
        "json://shop.example/?template=/etc/passwd",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#a?template=/etc/passwd",
        "jsons://shop.example/?verify=no",
        "jsons://shop.example/?retry=9&wait=60",
        "tgram://nonsense",
    ],
)
def test_address_that_could_reach_or_read_elsewhere_is_refused(world: World, address: str) -> None:
    with pytest.raises(WrongInput) as refused:
        addresses.add_address(world.context, world.owner, "x", address)

    assert set(refused.value.fields) == {"address"}


@pytest.mark.parametrize("address", ["json://127.0.0.1:9/x", "ntfy://10.0.0.8/x", "json://[::1]/"])
def test_notices_never_go_inward(address: str) -> None:
    with pytest.raises(Misconfigured):
        chat.send(Http(network=Network(())), address, "title", "text")


def test_services_call_with_nothing_but_what_we_gave_them() -> None:
    others = {"socket", "urllib", "smtplib", "aiohttp", "httpx", "subprocess", "paho"}
    for module in chat.MODULES:
        assert type(module.requests).__name__ == "_Requests"
        assert not others & set(vars(module)), module
    with pytest.raises(WrongEntry):
        chat.service_of("unknown://x")


def test_addresses_are_encrypted_and_ones_own(world: World, phone: Receiver) -> None:
    address_id = _told_at(world, phone)
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    with world.context.database.reading() as session:
        kept = session.get_one(NoticeAddress, address_id)
    assert phone.url.encode() not in kept.secrets
    assert phone.url not in repr(vars(kept))
    for verb in (addresses.try_address, addresses.remove_address):
        with pytest.raises(NotFound):
            verb(world.context, agent, address_id)

    addresses.remove_address(world.context, world.owner, address_id)
    rated(world)
    _tick(world, minutes=1)
    assert phone.taken == []


def test_notice_of_a_worker_that_died_is_sent_by_the_next(world: World, phone: Receiver) -> None:
    _told_at(world, phone)
    rated(world)
    run_due(world.context)

    with world.context.database.transaction() as session:
        claimed = claims.claim(session, world.clock.now(), most=9, per_lane=9, inward=9)
    assert claimed
    world.work()
    assert phone.taken == []
    world.clock.move(seconds=61)
    world.work()

    assert len(phone.taken) == 1
    world.clock.move(seconds=KEPT.total_seconds() + 1)
    retention.purge(world.context)
    assert _notices(world) == []


def test_hours_are_those_of_the_persons_zone() -> None:
    reader = Choices("America/New_York", quiet_from=time(22), quiet_to=time(7))
    noon, night = _at(16), _at(5)

    assert reader.goes_at(NoticeKind.STUCK, noon) == noon
    assert reader.goes_at(NoticeKind.STUCK, night) == _at(12)
    assert reader.next_digest(noon) == _at(13) + timedelta(days=1)


def _at(hour: int) -> datetime:
    return datetime(2026, 11, 24, hour, tzinfo=UTC)
