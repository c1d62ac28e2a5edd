"""Photos of a review and products of its order: shown on the case page, fetched by Makegood alone."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import requests
from PIL import Image
from sqlalchemy import update

from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import sell
from service.db.models import Review
from tests.integrations.lines import served
from tests.integrations.test_pictures import SVG, sent
from tests.web.pages import text_of
from tests.web.test_api import Program
from tests.world import PATIENCE, World

BY_PAGE = {"Accept": "image/avif,image/webp,image/svg+xml,image/*;q=0.8,*/*;q=0.5"}
"""What a browser asks with for a picture of a page."""


def _case(world: World) -> str:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    leave_review(world.sandbox.ledger, order_id, 1, "Pecah", world.clock.now(), photo=True)
    world.sandbox.sender.send_due()
    world.work()
    return f"/cases/{world.case().reference}"


def _photographed(world: World, address: str) -> str:
    """A case whose photo stands at another address."""
    path = _case(world)
    with world.context.database.transaction() as session:
        session.execute(update(Review).values(photos=[address]))
    return f"{path}/pictures/photo/1"


def _as_picture(world: World, path: str) -> requests.Response:
    session = world.browser()._session
    return session.get(world.url + path, headers=BY_PAGE, timeout=PATIENCE)


def _size(answer: requests.Response) -> tuple[int, int]:
    return Image.open(BytesIO(answer.content)).size


@pytest.mark.parametrize(
    ("language", "photo", "product"),
    [
        ("en", "Photo 1 of the review", "Picture of Electric kettle"),
        ("id", "Foto 1 di ulasan", "Gambar Electric kettle"),
    ],
)
def test_case_page_shows_photos_and_products(
    world: World, language: str, photo: str, product: str
) -> None:
    path, browser = _case(world), world.browser()
    browser.post("/me/language", {"language": language})

    page = browser.get(path).text

    shown = re.findall(r"<img\s[^>]*alt=\"[^\"]*\"[^>]*>", page.partition("<main")[2])
    assert [re.search(r'alt="([^"]*)"', each)[1] for each in shown] == [photo, product]  # type: ignore[index]
    for tag, (kind, side) in zip(shown, (("photo", 160), ("product", 96)), strict=True):
        assert f'src="{path}/pictures/{kind}/1/small"' in tag
        assert f'width="{side}" height="{side}" loading="lazy"' in re.sub(r"\s+", " ", tag)
        assert f'href="{path}/pictures/{kind}/1/large"' in page
    assert "/sandbox/pictures" not in page


def test_picture_is_sent_as_a_picture_and_nothing_else(world: World) -> None:
    path = _case(world)

    small = _as_picture(world, f"{path}/pictures/photo/1/small")
    large = _as_picture(world, f"{path}/pictures/product/1/large")

    assert (small.status_code, _size(small), _size(large)) == (200, (320, 320), (640, 640))
    assert small.headers["Content-Type"] == "image/jpeg"
    assert small.headers["X-Content-Type-Options"] == "nosniff"
    assert small.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert small.headers["Cache-Control"] == "private, max-age=3600"
    assert "Cookie" in small.headers["Vary"]
    assert len(small.content) < 20_000


@pytest.mark.parametrize(
    "rest",
    ["photo/2/small", "photo/0/small", "film/1/small", "photo/1/huge", "product/9999999999/large"],
)
def test_picture_that_is_not_there_is_not_found(world: World, rest: str) -> None:
    path = _case(world)

    assert _as_picture(world, f"{path}/pictures/{rest}").status_code == 404


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "The shop could not be reached."), ("id", "Toko tidak bisa dihubungi.")],
)
def test_failure_is_told_in_the_place_of_the_picture(
    world: World, language: str, told: str
) -> None:
    path, browser = _photographed(world, "http://127.0.0.1:9/1.jpg"), world.browser()
    browser.post("/me/language", {"language": language})

    answer = browser._session.get(f"{world.url}{path}/small", headers=BY_PAGE, timeout=PATIENCE)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    rows = re.findall(r"<text[^>]*>([^<]*)</text>", answer.content.decode())
    assert " ".join(rows) == told


def test_failure_is_told_on_a_page_to_who_opens_the_picture_itself(world: World) -> None:
    path = _photographed(world, "http://127.0.0.1:9/1.jpg")

    answer = world.browser().get(f"{path}/large")

    assert answer.status_code == 502
    assert "The picture cannot be shown: the shop could not be reached" in text_of(answer)


def test_drawing_that_runs_scripts_is_never_passed_on(world: World) -> None:
    with served(sent(SVG)) as line:
        answer = _as_picture(world, f"{_photographed(world, line.url)}/small")

    assert "script" not in answer.text
    assert "It is no JPEG" in answer.text


def test_program_is_given_addresses_of_makegood_alone(world: World) -> None:
    path, program = _case(world), Program(world)

    status, shown = program.get(path)

    assert (status, [(picture["kind"], picture["number"]) for picture in shown["pictures"]]) == (
        200,
        [("photo", 1), ("product", 1)],
    )
    assert {picture["product"] for picture in shown["pictures"]} == {"Electric kettle"}
    assert "/sandbox/" not in str(shown["pictures"])
    for picture in shown["pictures"]:
        answer = requests.get(picture["small"], headers=program.headers, timeout=PATIENCE)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
        assert requests.get(picture["large"], timeout=PATIENCE).status_code == 401


def test_program_is_told_why_there_is_none(world: World) -> None:
    path = _photographed(world, "http://127.0.0.1:9/1.jpg")

    status, told = Program(world).get(f"{path}/small")

    assert (status, told["error"]["code"]) == (502, "platform")
    assert "could not be reached" in told["error"]["message"]
