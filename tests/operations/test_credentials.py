"""Tokens are renewed once, written down before they are used, and a crash in between is survived."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from integrations.contract import Role
from integrations.errors import AdapterError, Misconfigured, Temporary
from service.db.models import Connection, Credential
from service.domain.errors import WrongInput
from service.domain.staff.authority import OPERATOR
from service.operations.shops import (
    connections,
    credentials,
    disconnect,
    permission,
    reencryption,
)
from service.operations.shops.connections import NewConnection
from tests.platforms.shopee import (
    PARTNER_ID,
    PARTNER_KEY,
    PUSH_KEY,
    SHOP_ID,
    ShopeeStandIn,
)
from tests.platforms.shopee import (
    permission as answer_to,
)
from tests.world import PATIENCE, World

ALLOWED = {"code": "the-code", "shop_id": SHOP_ID}


class Trial:
    """A connection with tokens that end, at a stand-in."""

    def __init__(self, world: World) -> None:
        self.world, self.context = world, world.context
        self.shop = ShopeeStandIn(world.clock.now)
        values = {
            "base_url": self.shop.url,
            "partner_id": PARTNER_ID,
            "partner_key": PARTNER_KEY,
            "shop_id": SHOP_ID,
            "webhook_secret": PUSH_KEY,
        }
        new = NewConnection("shopee", "Toko Shopee", [Role.REVIEWS], values)
        self.id = connections.connect(self.context, world.shop_id, world.owner, new)

    def allow(self) -> None:
        permission.allow(self.context, self.id, self.world.owner, ALLOWED)

    def token(self, refused: str = "") -> str:
        return credentials.access_token(self.context, self.id, refused)

    def credential(self) -> Credential:
        with self.context.database.reading() as session:
            return session.get_one(Credential, self.id)

    def connection(self) -> Connection:
        with self.context.database.reading() as session:
            return session.get_one(Connection, self.id)


@pytest.fixture
def trial(world: World) -> Iterator[Trial]:
    made = Trial(world)
    yield made
    made.shop.close()


def test_nothing_goes_out_before_the_owner_has_allowed_it(trial: Trial) -> None:
    trial.world.work()

    assert "allow Makegood" in str(trial.connection().problem)
    assert trial.shop.calls == []


def test_waiting_work_goes_on_once_the_owner_has_allowed_it(trial: Trial) -> None:
    trial.world.work()
    back = "https://makegood.example/back"
    url = permission.permission_url(trial.context, trial.id, trial.world.owner, back)

    permission.allow(trial.context, trial.id, trial.world.owner, answer_to(url))
    trial.world.work()

    assert trial.connection().state != "paused"
    assert trial.connection().read_through_at is not None
    assert b"access-1" not in trial.credential().tokens


def test_answer_that_is_good_for_nothing_changes_nothing(trial: Trial) -> None:
    with pytest.raises(WrongInput, match="invalid_code"):
        permission.allow(
            trial.context, trial.id, trial.world.owner, {"code": "x", "shop_id": SHOP_ID}
        )
    with pytest.raises(Misconfigured):
        trial.token()


def test_token_is_renewed_before_it_ends_and_kept(trial: Trial) -> None:
    trial.allow()
    first = trial.token()
    trial.world.clock.move(hours=3, minutes=51)

    assert (first, trial.token(), trial.token()) == ("access-1", "access-2", "access-2")
    assert trial.shop.tokens.refreshes == 1
    assert trial.credential().granted_until == trial.world.clock.now() + timedelta(
        days=365
    ) - timedelta(hours=3, minutes=51)


def test_token_that_the_platform_refused_is_renewed(trial: Trial) -> None:
    trial.allow()

    assert trial.token("access-1") == "access-2"
    assert trial.token("access-1") == "access-2"
    assert trial.shop.tokens.refreshes == 1


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "ends soon"])
def test_two_at_once_renew_once(trial: Trial, monkeypatch: pytest.MonkeyPatch, ended: bool) -> None:
    """As two processes do: neither has anything of the other's but the database."""
    trial.allow()
    trial.world.clock.move(hours=5 if ended else 3, minutes=55)
    first_asks, second_is_back = threading.Event(), threading.Event()
    get = trial.shop._auth_access_token_get

    def slowly(request: Any) -> Any:
        # The other looks at the row while this call is under way.
        first_asks.set()
        assert second_is_back.wait(PATIENCE)
        return get(request)

    monkeypatch.setattr(trial.shop, "_auth_access_token_get", slowly)

    def ask(_: int) -> str | AdapterError:
        try:
            return trial.token()
        except AdapterError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, 1)
        assert first_asks.wait(PATIENCE)
        second = pool.submit(ask, 2).result(PATIENCE)
        second_is_back.set()
        assert first.result(PATIENCE) == "access-2"

    if ended:
        assert isinstance(second, Temporary)
        assert second.outcome == "not_done"
    else:
        assert second == "access-1"
    assert (trial.shop.tokens.refreshes, trial.token()) == (1, "access-2")


def _die(*_: object, **__: object) -> None:
    raise SystemExit


def test_worker_that_died_before_it_asked_costs_nothing(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.allow()
    trial.world.clock.move(hours=5)
    with monkeypatch.context() as patch:
        patch.setattr("integrations.shopee.client.Client.tokens", _die)
        with pytest.raises(SystemExit):
            trial.token()

    with pytest.raises(Temporary):
        trial.token()
    trial.world.clock.move(minutes=2)

    assert trial.token() == "access-2"


def test_seller_allows_it_again_when_what_a_dead_worker_was_given_is_lost(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial.allow()
    trial.world.clock.move(hours=5)
    with monkeypatch.context() as patch:
        patch.setattr(credentials, "_store", _die)
        with pytest.raises(SystemExit):
            trial.token()
    trial.world.clock.move(minutes=2)

    for _ in range(3):
        with pytest.raises(Misconfigured, match="allow it again"):
            trial.token()
    assert trial.shop.tokens.refreshes == 2
    trial.world.work()
    assert "allow it again" in str(trial.connection().problem)
    trial.shop.codes.add("the-code")
    trial.allow()
    assert trial.token() == "access-3"


def test_renewal_is_put_off_while_the_platform_is_away(trial: Trial) -> None:
    trial.allow()
    trial.world.clock.move(hours=3, minutes=55)
    trial.shop.calls_left = 0

    assert trial.token() == "access-1"
    trial.shop.calls_left = None
    assert trial.token() == "access-2"


def test_end_is_warned_of_in_time(trial: Trial) -> None:
    trial.allow()
    with trial.context.database.transaction() as session:
        credential = session.get_one(Credential, trial.id)
        credential.granted_until = trial.world.clock.now() + timedelta(days=13)

    trial.world.clock.move(days=1)
    trial.world.work()

    assert "until" in str(trial.connection().problem)
    assert trial.connection().state != "paused"
    page = trial.world.browser().get("/").text
    assert "Toko Shopee" in page


def test_tokens_go_with_the_connection(trial: Trial) -> None:
    trial.allow()
    disconnect.disconnect(trial.context, trial.id, trial.world.owner)

    with trial.context.database.reading() as session:
        assert session.get(Credential, trial.id) is None


def test_tokens_are_brought_under_the_newest_key(trial: Trial) -> None:
    trial.allow()
    before = trial.credential().tokens

    assert reencryption.renew_secrets(trial.context, OPERATOR).locked == ()

    assert trial.credential().tokens != before
    assert trial.token() == "access-1"
