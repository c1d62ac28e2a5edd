"""The buyer's page on which they say whether it is solved: what is wrong stands beside its field."""

from __future__ import annotations

import pytest
import requests

from service.operations.messages.answers import LONGEST
from tests.operations.steps import CHECK, helped, message_of, work_for
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World

RIGHT = {"solved": "partly", "stars": "4", "comment": "Tutupnya masih longgar"}


def _asked(world: World) -> str:
    helped(world, invitations=False)
    work_for(world, 24 * 4)
    return world.context.links.buyer("answer", message_of(world, CHECK).id)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("solved", "", "Pilih sudah, sebagian"),
        ("solved", "maybe", "Pilih sudah, sebagian"),
        ("stars", "x", "Pilih satu sampai lima bintang"),
        ("stars", "²", "Pilih satu sampai lima bintang"),
        ("stars", "9" * 5000, "Pilih satu sampai lima bintang"),
        ("comment", "a" * (LONGEST + 1), "Tulis maksimal 2000 huruf."),
    ],
    ids=lambda value: value[:12],
)
def test_wrong_entry_is_refused_beside_its_field_and_keeps_the_rest(
    world: World, field: str, typed: str, said: str
) -> None:
    link = _asked(world)

    refused = requests.post(link, {**RIGHT, field: typed}, timeout=10)

    assert refused.status_code == 422
    assert said in refusals_of(refused)[field]
    assert set(refusals_of(refused)) == {field}
    again = form_of(refused)
    assert {**RIGHT, field: ""}.items() <= {**again, field: ""}.items()
    assert world.case().answers == []


def test_comment_as_long_as_the_page_allows_is_kept_whole(world: World) -> None:
    """A browser counts a line end as one letter and sends two."""
    link = _asked(world)
    typed = "\r\n".join(["Masih bocor"] * 166)

    answer = requests.post(link, {**RIGHT, "comment": typed, "stars": ""}, timeout=10)

    assert (len(typed), len(typed.replace("\r", ""))) == (2156, 1991)
    assert answer.status_code == 200
    [kept] = world.case().answers
    assert (kept.stars, kept.text) == (None, typed.replace("\r\n", "\n"))


def test_signs_that_no_database_keeps_leave_the_rest(world: World) -> None:
    link = _asked(world)

    form = {**RIGHT, "comment": b"Masih \0bocor\xed\xa0\x80"}
    answer = requests.post(link, form, timeout=10)

    assert answer.status_code == 200
    assert world.case().answers[-1].text.startswith("Masih bocor")


def test_likes_that_nobody_offers_are_refused_beside_them(world: World) -> None:
    world.set_shop(thanks={"on": True})
    link = _asked(world)
    requests.post(link, {"solved": "yes"}, timeout=10)

    refused = requests.post(f"{link}/preference", {"profile": "nobody"}, timeout=10)

    assert refused.status_code == 422
    assert "Pilih salah satu" in refusals_of(refused)["profile"]
    assert "Terima kasih" in text_of(refused)
    assert world.case().profile is None
