"""What the test button and the daily check find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from integrations.contract import Finding
from tests.integrations.woocommerce.samples import API, RECEIVER, adapter

OTHER_MAKEGOOD = "https://makegood.example/webhooks/ZyXwVuTsRqPoNmLkJiHgFe_-"
ELSEWHERE = "https://erp.example/woo"


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get(f"{API}/orders", json=[])
        wire.post(f"{API}/orders/batch", json=[])
        wire.post(f"{API}/coupons/batch", json=[])
        wire.get(f"{API}/products/reviews", json=[])
        wire.get(f"{API}/settings/general/woocommerce_enable_coupons", json={"value": "yes"})
        yield wire


def _found(wire: responses.RequestsMock, *webhooks: tuple[str, str, str]) -> dict[str, Finding]:
    wire.get(
        f"{API}/webhooks",
        json=[
            {"name": topic, "topic": topic, "status": status, "delivery_url": url}
            for topic, status, url in webhooks
        ],
    )
    return {one.name: one for one in adapter().check()}


@pytest.mark.parametrize("status", ["disabled", "paused"])
@pytest.mark.parametrize(
    "topic", ["review.created", "product.updated", "action.woocommerce_update_product"]
)
def test_webhook_of_ours_is_named_when_it_is_off(
    wire: responses.RequestsMock, topic: str, status: str
) -> None:
    findings = _found(wire, (topic, status, RECEIVER))

    assert not findings[f"Webhook {topic}"].ok
    assert "review.created" in findings["Review webhooks"].advice


def test_webhook_of_another_receiver_is_left_alone_when_it_is_off(
    wire: responses.RequestsMock,
) -> None:
    findings = _found(wire, ("product.updated", "disabled", ELSEWHERE))

    assert all(one.ok for one in findings.values())


def test_all_is_well_when_the_three_topics_are_active(wire: responses.RequestsMock) -> None:
    topics = ("review.created", "review.updated", "review.deleted")

    findings = _found(wire, *((one, "active", RECEIVER) for one in topics))

    assert findings["Review webhooks"] == Finding("Review webhooks", True)
    assert all(one.ok for one in findings.values())


def test_key_that_may_not_write_is_named(wire: responses.RequestsMock) -> None:
    refused = {"code": "woocommerce_rest_authentication_error", "message": "No write permission."}
    wire.replace("POST", f"{API}/orders/batch", status=401, json=refused)

    findings = _found(wire)

    assert not findings["Permission to write"].ok


def test_nothing_else_is_tried_when_the_shop_cannot_be_reached(
    wire: responses.RequestsMock,
) -> None:
    wire.replace("GET", f"{API}/orders", status=401, json={})

    [only] = adapter().check()

    assert (only.name, only.ok) == ("Address and key", False)
