"""A name stands beside a quote only where its buyer wrote it there, and only as long as they let it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
import requests
from sqlalchemy import select

from service.db.models import VoiceName
from service.domain.errors import WrongState
from service.domain.reviews.voices import LONGEST_NAME
from service.domain.staff.authority import BUYER, OPERATOR
from service.operations.privacy import erasure
from service.operations.reviews import voice_names, voices
from tests.e2e.test_voices import GOOD, _feed, _on, _review
from tests.operations.steps import CHECK, helped, message_of, work_for
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World


def _raised(world: World, *, shown: bool = True) -> tuple[int, str]:
    """A buyer who was helped and has raised the review since, which is shown: the order and the address
    of the quotes."""
    order_id = helped(world, invitations=False)
    work_for(world, 24 * 4)
    world.rate(5, GOOD, order_id)
    address = _on(world)
    review_id = _review(world)
    if shown:
        voices.choose(world.context, review_id, world.owner, shown=True)
    return order_id, address


def _page(world: World) -> str:
    return world.context.links.buyer("name", message_of(world, CHECK).id)


def _say(world: World, **form: str) -> requests.Response:
    return requests.post(_page(world), data=form, timeout=10)


def _press(page: requests.Response) -> str:
    """Where the button of a page leads."""
    [address] = re.findall(r'<form method="post" action="([^"]+)"', page.text)
    return str(urljoin(page.url, address))


def _name(address: str) -> str | None:
    [quote] = _feed(address)["quotes"]
    name: str | None = quote["name"]
    block = text_of(requests.get(address, timeout=10))
    assert (name in block) if name else ("Rina" not in block)
    return name


def test_name_is_shown_once_the_buyer_wrote_it_and_leaves_with_their_word(world: World) -> None:
    _, address = _raised(world)
    survey = requests.get(
        world.context.links.buyer("answer", message_of(world, CHECK).id), timeout=10
    )
    asked = requests.get(_page(world), timeout=10)

    assert "/b/name/" in survey.text
    assert GOOD in text_of(asked)
    assert _name(address) is None, "asking is not agreeing"
    agreed = _say(world, name="  Kak   Rina ")
    assert (agreed.status_code, _name(address)) == (200, "Kak Rina")
    assert "Rina" not in " ".join(line.new + str(line.detail) for line in world.case().history)

    taken_back = requests.post(_press(agreed), timeout=10)
    assert (taken_back.status_code, _name(address)) == (200, None)
    with world.context.database.reading() as session:
        assert session.scalars(select(VoiceName)).all() == []


def test_low_review_is_not_asked_about(world: World) -> None:
    """Nothing may speak for raising it: neither the survey nor the page asks, and nothing is taken."""
    helped(world, invitations=False)
    work_for(world, 24 * 4)
    _on(world)
    survey = requests.get(
        world.context.links.buyer("answer", message_of(world, CHECK).id), timeout=10
    )

    assert "/b/name/" not in survey.text
    assert 'name="name"' not in requests.get(_page(world), timeout=10).text
    assert _say(world, name="Rina").status_code == 409


def test_shop_that_shows_nothing_asks_nothing(world: World) -> None:
    _raised(world)
    voices.change(world.context, world.shop_id, world.owner, on=False, slug="", sites=[])

    with pytest.raises(WrongState):
        voice_names.agree(world.context, message_of(world, CHECK).id, BUYER, "Rina")


def test_name_holds_for_the_words_it_was_given_for(world: World) -> None:
    order_id, address = _raised(world)
    _say(world, name="Rina")
    world.rate(4, "Lumayan, terima kasih", order_id)
    voices.choose(world.context, _review(world), world.owner, shown=True)

    assert _name(address) is None
    _say(world, name="Rina")
    assert _name(address) == "Rina"


def test_name_goes_with_the_buyers_data(world: World) -> None:
    _raised(world)
    _say(world, name="Rina")

    email = world.case().order["buyer"]["email"]
    erasure.erase_buyer(world.context, email, OPERATOR)

    with world.context.database.reading() as session:
        assert session.scalars(select(VoiceName)).all() == []
    assert _say(world, name="Rina").status_code == 409


@pytest.mark.parametrize(
    "name", ["", " ", "\0", "0812", "rina@toko.id", "R" * (LONGEST_NAME + 1), "<b>", "https://a"]
)
def test_what_is_no_name_is_refused_with_what_was_typed(world: World, name: str) -> None:
    _, address = _raised(world)
    refused = _say(world, name=name)

    assert refused.status_code == 422
    assert form_of(refused)["name"] == name.replace("\0", "")
    assert "Tulis nama" in refusals_of(refused)["name"]
    assert _name(address) is None
