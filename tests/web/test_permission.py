"""An owner goes to the platform, comes back, and presses a button; nobody else's address connects."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from service.domain.staff.authority import SellerRole
from tests.operations.test_credentials import ALLOWED, Trial
from tests.web.pages import text_of
from tests.world import Browser, World

AUTH = "{}/api/v2/shop/auth_partner"


@pytest.fixture(name="trial")
def _trial(world: World) -> Iterator[Trial]:
    made = Trial(world)
    yield made
    made.shop.close()


def _left(trial: Trial, browser: Browser) -> str:
    """Where the platform is to send the owner back to."""
    page = f"/connections/{trial.id}"
    assert f'href="{page}/permission"' in browser.get(page).text
    answer = browser.get(f"{page}/permission")
    [away] = answer.history
    assert (away.status_code, answer.url.split("?")[0]) == (303, AUTH.format(trial.shop.url))
    query = parse_qs(urlsplit(answer.url).query)
    return query["redirect"][0].removeprefix(trial.world.url)


def test_owner_allows_it_and_presses_a_button(trial: Trial) -> None:
    browser = trial.world.browser()
    back = _left(trial, browser)

    seen = browser.get(f"{back}?code=the-code&shop_id={ALLOWED['shop_id']}")
    nothing_yet = trial.shop.tokens.given
    answer = browser.press(back, back, ALLOWED)

    assert "Finish" in text_of(seen)
    assert (nothing_yet, trial.shop.tokens.given) == (0, 1)
    assert "goes on" in text_of(answer)
    assert trial.token() == "access-1"


def test_address_that_another_person_left_by_is_no_use(trial: Trial) -> None:
    back = _left(trial, trial.world.browser())
    other = trial.world.seller("other@example.test", SellerRole.OWNER)

    answer: requests.Response = trial.world.browser(other).get(f"{back}?code=the-code")

    assert answer.status_code == 404
    assert trial.world.browser().get(back[:-3]).status_code == 404


def test_answer_without_a_code_is_said_to_be_none(trial: Trial) -> None:
    browser = trial.world.browser()
    back = _left(trial, browser)

    answer = browser.press(back, back, {"shop_id": ALLOWED["shop_id"]})

    assert answer.status_code >= 400
    assert "Start again" in text_of(answer)
