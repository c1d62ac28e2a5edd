"""WooCommerce: reviews of its products, its orders, and customer notes as messages.

Reference: docs/platforms/woocommerce.md; the REST API is documented in
woocommerce/woocommerce-rest-api-docs (wp-api-v3), whose pages are named here as `wp-api-v3/<page>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from integrations.contract import (
    ActionRequest,
    ByHand,
    Capabilities,
    CheckResult,
    Config,
    Done,
    Field,
    GivenVoucher,
    Pace,
    VoucherUse,
    Way,
)
from integrations.entries import Form
from integrations.remedies import REFUND, RESEND, VOUCHER
from integrations.sentence import Text
from integrations.woocommerce import client, coupons, refunds, replies, resends
from integrations.woocommerce.checks import Checks
from integrations.woocommerce.notes import Notes
from integrations.woocommerce.orders import Orders
from integrations.woocommerce.replies import Replies
from integrations.woocommerce.reviews import Reviews
from integrations.woocommerce.webhook import Webhooks

ACT = {REFUND: refunds.act, RESEND: resends.act, VOUCHER: coupons.act}
FIND = {REFUND: refunds.find, RESEND: resends.find, VOUCHER: coupons.find}


class WooCommerce(Reviews, Orders, Notes, Replies, Webhooks, Checks):
    """A WooCommerce shop; without the companion plugin its reviews are polled."""

    name: ClassVar[str] = "woocommerce"
    label: ClassVar[str] = "WooCommerce"
    capabilities: ClassVar[Capabilities] = Capabilities(
        poll=True,
        remedies={RESEND: Way.API, REFUND: Way.API, VOUCHER: Way.API},
        edit_link=True,
        look_up=True,
        voucher_use=True,
        look_up_message=True,
    )
    fields: ClassVar[tuple[Field, ...]] = (
        *client.FIELDS,
        *replies.FIELDS,
        Field(
            "review_order_page",
            Text("Slug of the review-order page"),
            Text(
                "review-order, where your shop has that page (WooCommerce 10.8 and later): the"
                " invitation to a buyer who wrote the review there then holds the link to it. Empty:"
                " never."
            ),
            required=False,
            form=Form(
                r"[\w%/.~-]*",
                Text("enter the last part of the page's address only, such as review-order"),
            ),
        ),
    )
    # No limit is documented; most shops run on a small machine.
    pace: ClassVar[Pace] = Pace(concurrency=2, per_minute=120)

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        client.base_url(Config(values))
        replies.check_login(values)

    @classmethod
    def order_page(cls, values: Mapping[str, str], order_id: str) -> str:
        # With high-performance order storage WooCommerce sends this address on to the order's own
        # page (PostsRedirectionController, woocommerce/woocommerce#45605).
        return _admin_page(values, "post.php?post={}&action=edit", order_id)

    @classmethod
    def review_page(cls, values: Mapping[str, str], review_id: str) -> str:
        # A review is a comment of WordPress.
        return _admin_page(values, "comment.php?action=editcomment&c={}", review_id)

    def act(self, request: ActionRequest) -> Done | ByHand:
        return ACT[request.remedy.kind](self.client, request)

    def find(self, request: ActionRequest) -> Done | ByHand | None:
        return FIND[request.remedy.kind](self.client, request)

    def voucher_use(self, voucher: GivenVoucher) -> VoucherUse | None:
        return coupons.use(self.client, voucher)

    def check(self) -> list[CheckResult]:
        return [*super().check(), *self.replies_work()]


def _admin_page(values: Mapping[str, str], page: str, row_id: str) -> str:
    """A page of WordPress' administration about a row; '' for what is no id of one."""
    if not re.fullmatch("[0-9]{1,18}", row_id):
        return ""
    return f"{client.base_url(Config(values))}/wp-admin/{page.format(row_id)}"


ADAPTER = WooCommerce
