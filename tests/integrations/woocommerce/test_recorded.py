"""Everything a real shop was heard to say is understood."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from integrations.base.client import NotThere
from integrations.base.loose import PhpSchema
from integrations.errors import AdapterError, Misconfigured, Permanent, Rejected, Temporary
from integrations.woocommerce import schemas
from integrations.woocommerce.client import RefundFailed
from tests.integrations.woocommerce.samples import API, RECORDED, adapter, answer, recorded

READ: dict[str, type[PhpSchema]] = {
    "batch_of_nothing": PhpSchema,
    "coupon": schemas.CouponIn,
    "coupons": schemas.CouponIn,
    "coupons_off": schemas.SettingIn,
    "coupons_on": schemas.SettingIn,
    "currency": schemas.CurrencyIn,
    "decimals": schemas.SettingIn,
    "delivery_created": schemas.ReviewIn,
    "delivery_deleted": schemas.ReviewIn,
    "delivery_updated": schemas.ReviewIn,
    "gateway": schemas.GatewayIn,
    "no_reply": PhpSchema,
    "note": schemas.NoteIn,
    "notes": schemas.NoteIn,
    "order": schemas.OrderIn,
    "order_as_shown": schemas.OrderIn,
    "orders": schemas.OrderIn,
    "refund": schemas.RefundIn,
    "refunds": schemas.RefundIn,
    "other_replier": schemas.UserIn,
    "replacement": schemas.OrderIn,
    "replier": schemas.UserIn,
    "replies": schemas.CommentIn,
    "reply": schemas.CommentIn,
    "review": schemas.ReviewIn,
    "reviews": schemas.ReviewIn,
    "webhooks": schemas.WebhookIn,
}
REFUSED: dict[str, type[AdapterError]] = {
    "coupon_taken": Rejected,
    "gateway_missing": NotThere,
    "key_read_only": Misconfigured,
    "key_unknown": Misconfigured,
    "key_wrong": Misconfigured,
    "no_route": Temporary,
    "not_permitted": Permanent,
    "order_missing": NotThere,
    "part_of_one": Permanent,
    "plain_permalinks": Misconfigured,
    "refund_failed": RefundFailed,
    "refund_of_no_order": NotThere,
    "refund_too_large": RefundFailed,
    "review_missing": NotThere,
}
REFUSED_BY_WORDPRESS = {
    "replier_unknown",
    "replier_unseen",
    "replier_wrong_password",
    "replies_forbidden",
    "replies_unseen",
    "reply_again",
    "reply_closed",
    "reply_not_approved",
}
"""To who replies: test_replies.py says as what each is told."""


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        yield wire


def test_every_recording_is_here() -> None:
    known = set(READ) | set(REFUSED) | REFUSED_BY_WORDPRESS
    assert {path.stem for path in RECORDED.glob("*.json")} == known


@pytest.mark.parametrize("name", READ)
def test_recorded_answer_is_read_whole(name: str) -> None:
    body = recorded(name)
    rows = body if isinstance(body, list) and body else [body]

    for row in rows:
        READ[name]().load(row)


@pytest.mark.parametrize("name", REFUSED)
def test_recorded_refusal_is_told_by_its_kind(wire: responses.RequestsMock, name: str) -> None:
    given = answer(name)
    wire.post(f"{API}/orders", **given)
    if name == "key_unknown":
        # Tried once more with the keys in the address.
        wire.post(f"{API}/orders", **given)

    with pytest.raises(REFUSED[name]) as caught:
        adapter().client.post("orders", PhpSchema, {})

    assert type(caught.value) in (REFUSED[name], Rejected)
