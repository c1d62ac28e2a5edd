"""Links in messages: GET shows, POST acts; one stop is for all flows of all shops."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urljoin

import pytest
import requests
from sqlalchemy import update

from service.db.models import Case
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from tests.operations.steps import CHECK, helped, message_of, sell_to, work_for
from tests.world import World

ALIKE = {"name": "Sari", "email": "Sari@Example.test"}


def _path(world: World, page: str) -> str:
    return world.context.links.buyer(page, message_of(world, CHECK).id)


def _get(address: str) -> requests.Response:
    return requests.get(address, timeout=10)


def _press(address: str, **form: str) -> requests.Response:
    """Press the button of a buyer's page, in a mail program that keeps no cookies."""
    page = _get(address)
    assert "Set-Cookie" not in page.headers
    target = re.search(r'<form method="post"(?: action="([^"]+)")?>', page.text)
    assert target is not None
    return requests.post(urljoin(address, target.group(1) or ""), data=form, timeout=10)


@pytest.mark.parametrize("page", ["stop", "unsubscribe", "answer"])
def test_opening_a_link_changes_nothing(world: World, page: str) -> None:
    helped(world)
    before = len(world.case().history)

    answers = [_get(_path(world, page)), requests.head(_path(world, page), timeout=10)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "<button" in answers[0].text
    assert (len(world.case().history), world.case().messages_stopped) == (before, False)


@pytest.mark.parametrize("page", ["stop", "unsubscribe"])
def test_button_stops_all_messages(world: World, page: str) -> None:
    helped(world)

    pressed = _press(_path(world, page))
    work_for(world, 24 * 9)

    assert pressed.status_code == 200
    assert world.case().messages_stopped
    assert {f.state for f in world.case().messages} == {"sent", "stopped"}
    assert len(world.ledger()["messages"]) == 2


def test_one_click_needs_neither_page_nor_cookie(world: World) -> None:
    helped(world)

    answer = requests.post(
        _path(world, "unsubscribe"),
        data="List-Unsubscribe=One-Click",
        timeout=10,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    again = requests.post(_path(world, "unsubscribe"), timeout=10)

    assert (answer.status_code, again.status_code) == (200, 200)
    assert world.case().messages_stopped
    assert [line.what for line in world.case().history].count("opted_out") == 1


def test_stop_is_for_all_flows_of_all_shops(world: World) -> None:
    helped(world)
    other = connections.add_shop(world.context, OPERATOR, "Toko Lain", zone="Asia/Jakarta")
    world.rate(1, "rusak", sell_to(world, **ALIKE))
    world.work()
    with world.context.database.transaction() as session:
        session.execute(update(Case).where(Case.id == world.cases()[-1].id).values(shop_id=other))
    _press(_path_of_first(world))
    said = len(world.ledger()["messages"])
    world.rate(1, "rusak", sell_to(world, **ALIKE))

    work_for(world, 24 * 9)

    assert len(world.ledger()["messages"]) == said
    states = {message.state for case in world.cases() for message in case.messages}
    assert states == {"sent", "stopped"}


def _path_of_first(world: World) -> str:
    return world.context.links.buyer("stop", world.cases()[0].messages[0].id)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1],
        # Not the last letter, of which some bits do not count.
        lambda link: link[:-9] + ("A" if link[-9] != "A" else "B") + link[-8:],
        lambda link: link.rpartition("/")[0] + "/1",
        lambda link: link.replace("/b/stop/", "/b/answer/"),
        lambda link: link.replace("/b/stop/", "/b/unsubscribe/"),
        lambda link: link + "x" * 5000,
    ],
    ids=["cut", "forged", "bare number", "other page", "one click", "long"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_link_that_is_not_ours_opens_nothing(world: World, spoil: object, method: str) -> None:
    helped(world)
    assert callable(spoil)

    answer = requests.request(method, spoil(_path(world, "stop")), timeout=10)

    # A form of our pages is checked for its token first.
    assert answer.status_code in ({404} if method == "GET" else {404, 400})
    assert not world.case().messages_stopped


def test_forged_one_click_is_not_found(world: World) -> None:
    helped(world)

    answer = requests.post(_path(world, "unsubscribe")[:-9] + "x" * 9, timeout=10)

    assert (answer.status_code, world.case().messages_stopped) == (404, False)


def test_answer_page_takes_one_answer_and_its_correction(world: World) -> None:
    helped(world)
    work_for(world, 24 * 4)

    none = _press(_path(world, "answer"), stars="5")
    yes = _press(_path(world, "answer"), solved="yes", stars="5", comment="Cepat")
    same = _press(_path(world, "answer"), solved="yes", stars="5", comment="Cepat")
    no = _press(_path(world, "answer"), solved="no", comment="Rusak lagi")

    assert [page.status_code for page in (none, yes, same, no)] == [422, 200, 200, 200]
    assert [line.new for line in world.case().history if line.what == "answered"] == [
        "solved",
        "not_solved",
    ]
    assert world.case().state == "awaiting_approval"


def test_answer_page_takes_partly(world: World) -> None:
    helped(world)
    work_for(world, 24 * 4)

    page = _press(_path(world, "answer"), solved="partly", comment="Tutupnya masih longgar")

    assert page.status_code == 200
    assert world.case().answers[-1].answer == "partly"
    assert str(world.case().advice).endswith("only in part: “Tutupnya masih longgar”")


def test_stars_out_of_range_are_refused(world: World) -> None:
    helped(world)

    assert _press(_path(world, "answer"), solved="yes", stars="9").status_code == 422
    assert world.case().answers == []


@pytest.mark.parametrize("page", ["answer", "stop"])
def test_page_opens_when_the_buyer_was_erased(world: World, page: str) -> None:
    helped(world)
    with world.context.database.transaction() as session:
        session.execute(update(Case).values(order={}, order_id=""))

    assert _get(_path(world, page)).status_code == 200


def test_links_end_after_half_a_year(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    helped(world)
    link = _path(world, "stop")
    monkeypatch.setattr("service.security.links.BUYER", timedelta(seconds=-1))

    assert _get(link).status_code == 404
