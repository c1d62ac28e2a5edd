"""Shopee: reviews polled, orders and returns pushed, vouchers by API, refunds on the buyer's return.

Reference: docs/platforms/shopee.md; open.shopee.com, API reference and developer guide v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from integrations import entries
from integrations.contract import (
    ActionRequest,
    ActionResult,
    Capabilities,
    Field,
    Found,
    GivenVoucher,
    Pace,
    VoucherUse,
    Way,
)
from integrations.remedies import REFUND, RESEND, VOUCHER
from integrations.sentence import Text
from integrations.shopee import refunds, vouchers
from integrations.shopee.chat import Chat
from integrations.shopee.checks import Checks
from integrations.shopee.client import EXAMPLE, number
from integrations.shopee.reviews import Replies
from integrations.shopee.webhook import Webhooks


class Shopee(Checks, Chat, Replies, Webhooks):
    """One shop at Shopee, called for an app of the seller's own."""

    name: ClassVar[str] = "shopee"
    label: ClassVar[str] = "Shopee"
    capabilities: ClassVar[Capabilities] = Capabilities(
        poll=True,
        remedies={REFUND: Way.ON_BUYER_RETURN, VOUCHER: Way.API, RESEND: Way.TASK},
        edit_review=True,
        look_up=True,
        voucher_use=True,
        consistency_delay=timedelta(minutes=5),
    )
    # Shopee publishes no figure; integrators name 100 a minute for an app.
    pace: ClassVar[Pace] = Pace(concurrency=2, per_minute=60, shared_by=("base_url", "partner_id"))
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "base_url",
            Text("Address of the API"),
            Text("For South-East Asia %(example)s; the sandbox has another.", example=EXAMPLE),
            default=EXAMPLE,
        ),
        Field(
            "partner_id",
            Text("Partner ID"),
            Text("Of your app in the Shopee Open Platform Console (App Management)."),
        ),
        Field("partner_key", Text("Partner key"), Text("Live key of the same app."), secret=True),
        Field("shop_id", Text("Shop ID"), Text("The number of the shop that is to be used.")),
        Field(
            "review_pages",
            Text("Pages of reviews read each time"),
            Text(
                "Of 100 each. In which order Shopee lists them is not documented, so all five that it"
                " shows are read; fewer are enough where the newest come first."
            ),
            required=False,
            default="5",
            choices=entries.numbers(1, 10),
        ),
        Field(
            "refunded_at",
            Text("Statuses of a return that is refunded"),
            Text(
                "Shopee does not say in which of them the money is given; change them if it differs."
            ),
            required=False,
            default="ACCEPTED, REFUND_PAID",
        ),
        Field(
            "return_days",
            Text("Days for opening a return"),
            Text("Counted from the order, where Shopee names no last day."),
            required=False,
            default="30",
            choices=entries.numbers(1, 120),
        ),
    )

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        entries.web_address("base_url", values.get("base_url", ""), EXAMPLE)
        number("partner_id", values)
        number("shop_id", values)

    def act(self, request: ActionRequest) -> ActionResult:
        if request.remedy.kind is REFUND:
            return refunds.act(self, request)
        return vouchers.act(self.client, request)

    def find(self, request: ActionRequest) -> Found | None:
        if request.remedy.kind is REFUND:
            return refunds.find(self, request)
        return vouchers.find(self.client, request)

    def voucher_use(self, voucher: GivenVoucher) -> VoucherUse | None:
        return vouchers.use(self.client, voucher)


ADAPTER = Shopee
