"""Positive voices: off by default, counted against all reviews, gone as soon as they should be."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from sqlalchemy import select

from integrations import registry
from service.db.models import Audit, Review, Shop
from service.domain.errors import NotPermitted, WrongInput, WrongState
from service.domain.staff.authority import OPERATOR
from service.operations.privacy import erasure
from service.operations.reviews import voices
from tests.operations.steps import agent
from tests.world import World

GOOD = "Bagus sekali, terima kasih banyak!"


def _on(world: World, slug: str = "toko-uji", sites: tuple[str, ...] = ()) -> str:
    voices.change(world.context, world.shop_id, world.owner, on=True, slug=slug, sites=list(sites))
    return f"{world.url}/voices/{slug}"


def _review(world: World) -> int:
    """The id of the newest review."""
    world.work()
    with world.context.database.reading() as session:
        return session.scalars(select(Review.id).order_by(Review.id.desc())).first() or 0


def _shown(world: World) -> tuple[int, int]:
    """A low review and a good one that is shown: the order and the id of the good one."""
    world.rate(1)
    world.work()
    order_id = world.rate(5, GOOD)
    review_id = _review(world)
    voices.choose(world.context, review_id, world.owner, shown=True)
    return order_id, review_id


def _feed(address: str) -> dict[str, Any]:
    answer = requests.get(f"{address}.json", timeout=10)
    assert answer.status_code == 200
    data: dict[str, Any] = answer.json()
    return data


def test_nothing_is_public_until_it_is_switched_on(world: World) -> None:
    _shown(world)
    assert requests.get(f"{world.url}/voices/toko-uji.json", timeout=10).status_code == 404

    address = _on(world)
    assert _feed(address)["quotes"][0]["text"] == GOOD

    voices.change(world.context, world.shop_id, world.owner, on=False, slug="", sites=[])
    assert requests.get(address, timeout=10).status_code == 404


def test_quotes_stand_among_all_reviews_and_without_names(world: World) -> None:
    _shown(world)
    address = _on(world, sites=("https://toko.example",))

    data = _feed(address)
    page = requests.get(address, timeout=10)

    assert data["reviews"]["by_stars"] == {"5": 1, "4": 0, "3": 0, "2": 0, "1": 1}
    assert (data["reviews"]["total"], data["reviews"]["average"]) == (2, 3.0)
    assert len(data["quotes"]) == 1
    assert "Sari" not in str(data) + page.text
    assert "frame-ancestors https://toko.example" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers
    assert "<script" not in page.text
    assert "Set-Cookie" not in page.headers


def test_unchanged_answers_are_not_sent_again(world: World) -> None:
    _shown(world)
    address = _on(world)
    first = requests.get(f"{address}.json", timeout=10)
    again = requests.get(
        f"{address}.json", headers={"If-None-Match": first.headers["ETag"]}, timeout=10
    )
    assert (again.status_code, again.content) == (304, b"")


def test_a_review_leaves_when_it_is_lowered_changed_withdrawn_or_erased(world: World) -> None:
    order_id, _ = _shown(world)
    address = _on(world)

    world.rate(2, "Ternyata cepat rusak", order_id)
    world.work()
    assert _feed(address)["quotes"] == []

    world.rate(5, "Sudah bagus lagi", order_id)
    review_id = _review(world)
    assert _feed(address)["quotes"] == []
    voices.choose(world.context, review_id, world.owner, shown=True)
    assert _feed(address)["quotes"][0]["rated_lower_before"] is True

    world.withdraw(order_id)
    world.work()
    assert _feed(address)["quotes"] == []
    assert _feed(address)["reviews"]["total"] == 1


def test_who_showed_a_review_and_left_it_out_stands_in_the_audit(world: World) -> None:
    _, review_id = _shown(world)
    for _ in range(2):
        voices.choose(world.context, review_id, world.owner, shown=False)

    with world.context.database.reading() as session:
        lines = session.scalars(select(Audit).where(Audit.subject == f"review:{review_id}")).all()

    assert [line.what for line in lines] == ["review.shown", "review.left_out"]
    assert {line.actor for line in lines} == {str(world.owner)}


def test_an_erased_buyers_words_leave(world: World) -> None:
    _, review_id = _shown(world)
    address = _on(world)
    with world.context.database.reading() as session:
        buyer_id = session.get_one(Review, review_id).buyer["id"]

    erasure.erase_buyer(world.context, buyer_id, OPERATOR, shop_id=world.shop_id)

    assert _feed(address)["quotes"] == []


def test_only_good_reviews_of_platforms_that_allow_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.rate(3, "Biasa saja")
    low = _review(world)
    with pytest.raises(WrongState):
        voices.choose(world.context, low, world.owner, shown=True)
    _, good = _shown(world)
    staff = agent(world, IDR=1)
    with pytest.raises(NotPermitted):
        voices.choose(world.context, good, staff, shown=True)
    address = _on(world)

    data = {"entry": [{**registry.policy("sandbox")["entry"][0]}]}
    del data["entry"][0]["show_elsewhere"]
    monkeypatch.setattr(registry, "policy", lambda _name: data)

    assert _feed(address)["quotes"] == []
    page = world.browser().get(f"/shops/{world.shop_id}/voices").text
    assert "not known whether" in page


def test_addresses_are_checked_and_belong_to_one_shop(world: World) -> None:
    _on(world)
    for slug, sites in (("ab", []), ("toko-baru", ["javascript:alert(1)"]), ("x y z a b", [])):
        with pytest.raises(WrongInput):
            voices.change(
                world.context, world.shop_id, world.owner, on=True, slug=slug, sites=sites
            )
    path = f"/shops/{world.shop_id}/voices"
    form = {"on": "y", "slug": "", "sites": "https://toko.example; script-src *"}
    assert world.browser().press(path, path, form).status_code == 422
    good = {"on": "y", "slug": "toko-kami", "sites": "https://toko.example\nhttps://b.example:8443"}
    assert world.browser().press(path, path, good).status_code == 200
    with world.context.database.reading() as session:
        assert session.get_one(Shop, world.shop_id).voices_slug == "toko-kami"


def test_every_good_review_can_be_chosen_however_many_came_since(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "PAGE", 2)
    long_text = f"{GOOD} " * 40
    for text in (long_text, "Mantap sekali", "Bagus, cepat sampai"):
        world.rate(5, text)
        oldest = _review(world)
    oldest -= 2
    browser, listed = world.browser(), f"/shops/{world.shop_id}/voices"
    first = browser.get(listed).text
    assert f'id="r{oldest}"' not in first
    onward = re.findall(r'href="(\?before=\d+)"', first)
    second = browser.get(f"{listed}{onward[0]}").text
    assert f'id="r{oldest}"' in second
    assert 'class="folded"' in second

    answer = browser.press(listed, f"{listed}/{oldest}/show{onward[0]}")

    assert f'id="r{oldest}"' in answer.text
    with world.context.database.reading() as session:
        assert voices.is_shown(session.get_one(Review, oldest))
