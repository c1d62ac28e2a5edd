"""A page that says why something was not done leads back to where one came from, and never elsewhere."""

from __future__ import annotations

import re

import pytest
import requests
from sqlalchemy import update

from service.db.models import Review
from tests.operations.steps import rated
from tests.web.pages import text_of
from tests.world import PATIENCE, Browser, World

NOWHERE = "/shops/999"


def _back(world: World, path: str, came_from: str = "") -> tuple[str, str]:
    """Where the problem page at this address leads, and how it says so."""
    return _link(world, world.browser(), path, came_from)


def _link(world: World, browser: Browser, path: str, came_from: str) -> tuple[str, str]:
    headers = {"Accept": "text/html", **({"Referer": came_from} if came_from else {})}
    answer = browser._session.get(world.url + path, headers=headers, timeout=PATIENCE)
    assert answer.status_code >= 400
    found = re.search(r'<p><a href="([^"]*)">([^<]*)</a></p>\s*</main>', answer.text)
    assert found is not None, text_of(answer)
    return found[1].replace("&amp;", "&"), found[2]


def test_it_leads_to_the_page_one_came_from_with_what_was_asked_there(world: World) -> None:
    came_from = "/cases?stars=1&state=closed"

    assert _back(world, NOWHERE, world.url + came_from) == (came_from, "Back")


@pytest.mark.parametrize(
    "came_from",
    [
        "",
        "https://evil.example",
        "https://evil.example/elsewhere?a=1",
        "http://[",
        "https://evil.example//evil.example",
        "nonsense",
        "{url}/nowhere",
        "{url}/shops/999",
        "{url}/sign-in/abc",
    ],
)
def test_without_a_page_of_ours_before_it_leads_to_the_waiting_list(
    world: World, came_from: str
) -> None:
    assert _back(world, NOWHERE, came_from.format(url=world.url)) == ("/", "To the waiting list")


def test_picture_that_cannot_be_fetched_leads_to_its_case(world: World) -> None:
    rated(world)
    with world.context.database.transaction() as session:
        session.execute(update(Review).values(photos=["http://127.0.0.1:9/photo.jpg"]))
    case = f"/cases/{world.case().reference}"
    photo = f"{case}/pictures/photo/1/large"

    assert _back(world, photo, f"{world.url}{case}") == (case, "Back")
    assert _back(world, photo) == (case, "Back"), "opened in another window"
    assert _back(world, "/cases/MG-NONE/proof") == ("/", "To the waiting list")


def test_failure_of_ours_or_of_a_platform_is_named_as_in_the_log(world: World) -> None:
    rated(world)
    with world.context.database.transaction() as session:
        session.execute(update(Review).values(photos=["http://127.0.0.1:9/photo.jpg"]))
    browser, case = world.browser(), f"/cases/{world.case().reference}"
    headers = {"Accept": "text/html", "X-Request-Id": "abc-12345"}
    photo = f"{world.url}{case}/pictures/photo/1/large"

    failed = browser._session.get(photo, headers=headers, timeout=PATIENCE)
    missing = browser._session.get(world.url + NOWHERE, headers=headers, timeout=PATIENCE)

    number = failed.headers["X-Request-Id"]
    assert f"Request {number}, as the log names it." in text_of(failed)
    assert missing.headers["X-Request-Id"] not in text_of(missing)


def test_refused_form_leads_to_the_page_it_stood_on(world: World) -> None:
    browser, case = world.browser(), "/cases/MG-NONE"
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/me").text)
    assert token is not None
    answer = browser._session.post(
        f"{world.url}{case}/close",
        data={"csrf_token": token[1]},
        headers={"Referer": f"{world.url}/cases?q=kettle"},
        timeout=PATIENCE,
    )

    assert answer.status_code == 404
    assert '<a href="/cases?q=kettle">Back</a>' in answer.text


def test_page_that_is_not_there_keeps_the_navigation_for_who_is_signed_in(world: World) -> None:
    seen = world.browser().get("/nowhere")
    stranger = requests.get(f"{world.url}/nowhere", timeout=PATIENCE)

    assert (seen.status_code, stranger.status_code) == (404, 404)
    assert "<nav" in seen.text
    assert "To the waiting list" in text_of(seen)
    assert "<nav" not in stranger.text
    assert "waiting list" not in text_of(stranger)


def test_who_has_to_set_up_a_second_factor_sees_no_navigation_yet(world: World) -> None:
    browser = world.browser()
    world.set_shop(second_factor=True)

    assert "<nav" not in browser.get("/nowhere").text
