"""Signatures, tokens and errors, against the stand-in and Shopee's own examples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from integrations.contract import Config
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.http import Http
from integrations.remedies import VOUCHER
from integrations.shopee.client import Client
from tests.integrations.shopee.conftest import Trial
from tests.platforms.shopee import SHOP_ID

SECRETS = {"partner_id": "2001887", "partner_key": "5a4b6c7d8e9f", "base_url": "http://127.0.0.1:9"}
AT = datetime.fromtimestamp(1655714431, UTC)


@pytest.mark.parametrize(
    ("path", "token", "signature"),
    [
        (
            "/api/v2/auth/token/get",
            "",
            "62aef71081842d739158d6670ce5dcd1c1601ff15e81ba87a148c33b90b5e204",
        ),
        (
            "/api/v2/product/get_comment",
            "59777174636562737266615546704c6d",
            "ae3e0f6661af7c9f4f66a13d2d74f5a33ba38d0016156266415441c6b7f00933",
        ),
    ],
)
def test_signature_is_that_of_other_programs(path: str, token: str, signature: str) -> None:
    config = Config({**SECRETS, "shop_id": "14701711"})
    client = Client(config, lambda refused: token, Http(), lambda: AT)

    query = parse_qs(urlsplit(client.signed(client.url(path), token)).query)

    assert query["sign"] == [signature]
    assert query["timestamp"] == ["1655714431"]
    assert ("access_token" in query) == bool(token)


def test_common_parameters_go_in_the_address_of_a_post_too(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    trial.shop.open_return(order_sn)

    trial.adapter.act(trial.refund(order_sn))

    assert trial.shop.calls[-2:] == ["/api/v2/returns/confirm", "/api/v2/returns/get_return_detail"]


def test_first_tokens_are_those_of_the_shop_that_was_entered(trial: Trial) -> None:
    trial.shop.codes.add("again")
    tokens = trial.adapter.tokens_for({"code": "again", "shop_id": SHOP_ID})

    assert tokens.access_until == trial.clock.now() + timedelta(hours=4)
    assert tokens.refresh_until == trial.clock.now() + timedelta(days=30)
    assert tokens.granted_until == trial.clock.now() + timedelta(days=365)
    with pytest.raises(Rejected, match="another shop"):
        trial.adapter.tokens_for({"code": "again", "shop_id": "1"})
    with pytest.raises(Rejected, match="invalid_code"):
        trial.adapter.tokens_for({"code": "again", "shop_id": SHOP_ID})


def test_seller_is_sent_to_the_signed_address(trial: Trial) -> None:
    url = trial.adapter.permission_url("https://makegood.example/back")

    query = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{trial.shop.url}/api/v2/shop/auth_partner?partner_id=")
    assert query["redirect"] == ["https://makegood.example/back"]
    assert "access_token" not in query


def test_refused_token_is_asked_for_anew_once_and_the_call_made_again(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    trial.token = "ended"

    with pytest.raises(Misconfigured, match="acceess_token"):
        trial.adapter.order(order_sn)

    assert trial.asked_for == ["", "ended"]


@pytest.mark.parametrize(
    ("error", "kind", "outcome", "wait"),
    [
        ("error_rate_limit", Temporary, "not_done", 60),
        ("error_limit", Temporary, "not_done", 13 * 3600),
        ("error_server", Temporary, "unknown", None),
        ("error_data", Temporary, "unknown", None),
        ("common.error_auth", Misconfigured, "not_done", None),
        ("source_ip_undeclared", Misconfigured, "not_done", None),
        ("error_permission", Rejected, "not_done", None),
        ("voucher.error_code_exist", Rejected, "not_done", None),
    ],
)
@pytest.mark.parametrize("status", [200, 403, 500])
def test_error_is_that_of_the_body_whatever_the_status(
    trial: Trial,
    error: str,
    kind: type[AdapterError],
    outcome: str,
    wait: float | None,
    status: int,
) -> None:
    request = trial.asked(VOUCHER, trial.shop.sell())
    with responses.RequestsMock() as wire:
        wire.post(
            f"{trial.shop.url}/api/v2/voucher/add_voucher",
            json={"error": error, "message": "because", "response": {}},
            status=status,
        )
        with pytest.raises(kind) as raised:
            trial.adapter.act(request)

    assert raised.value.outcome == outcome
    assert getattr(raised.value, "retry_after", None) == wait


def test_wrong_clock_is_named(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    adapter = trial.adapter
    adapter.now = lambda: trial.clock.now() - timedelta(minutes=6)

    with pytest.raises(Misconfigured, match="clock"):
        adapter.order(order_sn)


def test_limit_holds_the_connection(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    trial.shop.calls_left = 0

    with pytest.raises(Temporary) as raised:
        trial.adapter.order(order_sn)

    assert (raised.value.retry_after, raised.value.outcome) == (60, "not_done")


def test_check_names_what_is_wrong(trial: Trial) -> None:
    trial.shop.callback_url = "https://elsewhere.example"
    elsewhere = {str(each.name): each for each in trial.adapter.check()}
    trial.shop.callback_url, trial.shop.push_status = (
        "https://makegood.example/webhooks/abc",
        "Suspended",
    )
    suspended = {str(each.name): each for each in trial.adapter.check()}
    trial.token = "ended"
    [ended] = trial.adapter.check()

    assert [name for name, each in elsewhere.items() if not each.ok] == []
    assert "another address" in str(elsewhere["Pushes"].advice)
    assert [name for name, each in suspended.items() if not each.ok] == ["Pushes"]
    assert (ended.ok, ended.blocking) == (False, True)
