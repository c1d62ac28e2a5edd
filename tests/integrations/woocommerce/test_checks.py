"""What the test button and the daily check find."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import responses

from integrations.contract import CheckResult
from integrations.sentence import Text
from tests.integrations.woocommerce.samples import API, BASE, RECEIVER, adapter, answer, recorded

OTHER_MAKEGOOD = "https://makegood.example/webhooks/ZyXwVuTsRqPoNmLkJiHgFe_-"
ELSEWHERE = "https://erp.example/woo"


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get(f"{API}/orders", **answer("orders"))
        wire.post(f"{API}/orders/batch", **answer("batch_of_nothing"))
        wire.post(f"{API}/coupons/batch", **answer("batch_of_nothing"))
        wire.get(f"{API}/products/reviews", **answer("reviews"))
        wire.get(f"{API}/settings/general/woocommerce_enable_coupons", **answer("coupons_on"))
        yield wire


def _found(wire: responses.RequestsMock, *webhooks: tuple[str, str, str]) -> dict[str, CheckResult]:
    wire.get(
        f"{API}/webhooks",
        json=[
            {
                **recorded("webhooks")[0],
                "name": topic,
                "topic": topic,
                "status": status,
                "delivery_url": url,
            }
            for topic, status, url in webhooks
        ],
    )
    findings = {str(finding.name): finding for finding in adapter().check()}
    assert findings
    return findings


@pytest.mark.parametrize("status", ["disabled", "paused"])
@pytest.mark.parametrize(
    "topic", ["review.created", "product.updated", "action.woocommerce_update_product"]
)
def test_webhook_of_ours_is_named_when_it_is_off(
    wire: responses.RequestsMock, topic: str, status: str
) -> None:
    findings = _found(wire, (topic, status, RECEIVER))

    assert not findings[f"Webhook {topic}"].ok
    assert "review.created" in str(findings["Review webhooks"].advice)


def test_webhook_of_another_receiver_is_left_alone_when_it_is_off(
    wire: responses.RequestsMock,
) -> None:
    findings = _found(wire, ("product.updated", "disabled", ELSEWHERE))

    assert [name for name, finding in findings.items() if not finding.ok] == []


def test_all_is_well_when_the_three_topics_are_active(wire: responses.RequestsMock) -> None:
    topics = ("review.created", "review.updated", "review.deleted")

    findings = _found(wire, *((topic, "active", RECEIVER) for topic in topics))

    assert findings["Review webhooks"] == CheckResult(Text("Review webhooks"), True)
    assert [name for name, finding in findings.items() if not finding.ok] == []


def test_key_that_may_not_write_is_named(wire: responses.RequestsMock) -> None:
    wire.replace("POST", f"{API}/orders/batch", **answer("key_read_only"))

    findings = _found(wire)

    assert not findings["Permission to write"].ok


def test_nothing_else_is_tried_when_the_shop_cannot_be_reached(
    wire: responses.RequestsMock,
) -> None:
    wire.replace("GET", f"{API}/orders", **answer("key_wrong"))

    [only] = adapter().check()

    assert (str(only.name), only.ok) == ("Address and key", False)


def test_webhook_of_another_makegood_is_not_taken_for_ours(wire: responses.RequestsMock) -> None:
    topics = ("review.created", "review.updated", "review.deleted")

    findings = _found(wire, *((topic, "disabled", OTHER_MAKEGOOD) for topic in topics))

    assert [name for name, finding in findings.items() if not finding.ok] == []
    assert "no active webhook for review.created" in str(findings["Review webhooks"].advice)
    assert "another Makegood: 3" in str(findings["Review webhooks"].advice)


def test_switched_off_coupons_are_said_and_no_fault(wire: responses.RequestsMock) -> None:
    wire.replace(
        "GET", f"{API}/settings/general/woocommerce_enable_coupons", **answer("coupons_off")
    )
    wire.replace("POST", f"{API}/coupons/batch", **answer("not_permitted"))

    findings = _found(wire)

    assert [name for name, finding in findings.items() if not finding.ok] == []
    assert "no vouchers are proposed" in str(findings["Coupons"].advice)


@pytest.mark.parametrize(
    ("index", "pretty", "said"),
    [
        ({"namespaces": ["wp/v2", "wc/v3"]}, (404, "<html>"), "Settings > Permalinks"),
        ({"namespaces": ["wp/v2"]}, (200, "{}"), "WooCommerce is not active"),
        (None, (404, "<html>"), "does not know the address of its own API"),
    ],
)
def test_cause_is_named_when_the_api_is_not_where_it_should_be(
    wire: responses.RequestsMock, index: object, pretty: tuple[int, str], said: str
) -> None:
    wire.replace("GET", f"{API}/orders", **answer("plain_permalinks"))
    wire.get(f"{BASE}/", **({"json": index} if index else {"status": 404, "body": "<html>"}))
    wire.get(f"{BASE}/wp-json/", status=pretty[0], body=pretty[1])

    [only] = adapter().check()

    assert re.search(said, str(only.advice))
