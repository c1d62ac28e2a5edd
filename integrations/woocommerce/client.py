"""Authenticated calls to a shop's REST API (wc/v3), and what its refusals mean.

Over https the keys go as Basic, and in the address where a host drops that header; over plain http
WooCommerce wants OAuth 1.0a, one-legged (wp-api-v3/authentication.md). It names its refusals with a
code of its own (`woocommerce_rest_...`) and answers 500 for refusals that are for good, so code and
status are read together; without a code something in front of it answered, which may pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY
from oauthlib.oauth1 import Client as OAuthClient

from integrations import entries
from integrations.base.client import (
    ELSEWHERE,
    FAILED,
    REFUSED,
    JsonClient,
    Method,
    NotThere,
    Query,
    json_headers,
    said_in,
)
from integrations.base.lists import Rows, rows_in, search
from integrations.base.loading import Loaded, load
from integrations.base.loose import rows_of
from integrations.base.orders import existing
from integrations.base.refusals import FAILED_THERE, REFUSED_FOR_GOOD, Refusal
from integrations.contract import Adapter, Config, Field
from integrations.entries import Form
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.http import Response
from integrations.json_input import digits
from integrations.sentence import N_, Text
from integrations.woocommerce.schemas import AS_STORED, EXACT, IndexIn, OrderIn, ReviewIn, SettingIn

PAGE = 100
"""The most that a page of WooCommerce may hold (wp-api-v3/introduction.md, Pagination)."""
OVERLAP = 10
"""Rows read twice between two pages, so that one removed meanwhile hides no other."""
KEYS_IN_ADDRESS: set[str] = set()
"""Shops of this process that read the keys in the address only: tried once, then kept."""
COPY_BOTH = Text("the consumer key starts with ck_ and the secret with cs_: copy both whole")
FIELDS = (
    Field(
        "base_url",
        Text("Address of the shop"),
        Text("Such as https://shop.example, without /wp-json."),
    ),
    Field(
        "consumer_key",
        Text("Consumer key"),
        Text(
            "WooCommerce > Settings > Advanced > REST API > Add key, with read and write permission."
        ),
        secret=True,
        form=Form("ck_[!-~]+", COPY_BOTH),
    ),
    Field(
        "consumer_secret",
        Text("Consumer secret"),
        Text("Shown once beside the key."),
        secret=True,
        form=Form("cs_[!-~]+", COPY_BOTH),
    ),
)
KEY = N_(
    "the shop refused the key (%(status)s%(said)s): enter a key with read and write permission, and an"
    " address that starts with https:// if the shop has one"
)
FILTERED = N_(
    "something in front of the shop refused (%(status)s%(said)s), such as a firewall, a security"
    " plugin or maintenance: let Makegood through to /wp-json/wc/v3"
)
NOT_ALLOWED = N_(
    "the shop does not let this key do that (%(status)s%(said)s): give its user the role of shop"
    " manager, and switch on in WooCommerce what this needs"
)
NO_API = N_(
    "there is no WooCommerce API at this address now (%(status)s%(said)s): if that lasts, correct the"
    " address, activate WooCommerce, and choose any permalink structure but 'plain' in WordPress"
)
NOT_REFUNDED = N_("the shop could not refund%(said)s")
UNKNOWN_TO_ITSELF = Text(
    "WordPress does not know the address of its own API: choose any permalink structure but 'plain'"
    " in Settings > Permalinks"
)


class RefundFailed(Temporary):
    """500 to a refund: refused for good, failed at the gateway, or done all the same."""


class WordPressClient(JsonClient):
    """An API of one WordPress, with lists as WordPress gives them."""

    def page(self, path: str, schema: type[Schema], query: Query) -> Rows:
        """One page of a list, row by row."""
        asked = {"per_page": str(PAGE), **query}
        response = self.ask("GET", path, asked)
        rows, size = rows_of(response.json()), int(asked["per_page"])
        skipped = int(asked.get("offset", "0")) or (int(asked.get("page", "1")) - 1) * size
        total = digits(response.headers.get("x-wp-total", ""))
        full = isinstance(rows, list) and len(rows) >= size
        more = full if total is None else skipped + size < total
        return rows_in(rows, schema, path, more=more)


class Client(WordPressClient):
    """One shop."""

    refusals = (
        Refusal(Temporary, FILTERED, status=range(300, 400)),
        Refusal(Misconfigured, KEY, "woocommerce_.*", {401}),
        # Known and not permitted this one thing: everything else goes on.
        Refusal(Rejected, NOT_ALLOWED, "woocommerce_.*", {403}),
        Refusal(Temporary, FILTERED, status={401, 403}),
        Refusal(RefundFailed, NOT_REFUNDED, "woocommerce_rest_cannot_create_order_refund"),
        Refusal(Temporary, NO_API, "(rest_no_route)?", {404}, outcome="not_done"),
        # A missing order comes as 404, or as 500 where a refund was asked for.
        Refusal(NotThere, REFUSED, ".*invalid_order_id.*"),
        Refusal(NotThere, REFUSED, ".*(invalid_id|payment_gateway_invalid).*", REFUSED_FOR_GOOD),
        Refusal(Rejected, REFUSED, ".+", REFUSED_FOR_GOOD),
        Refusal(Temporary, FILTERED, status=REFUSED_FOR_GOOD),
        Refusal(Temporary, FAILED, status=FAILED_THERE),
    )

    def __init__(self, config: Config, *args: Any) -> None:
        self.shop = base_url(config)
        entries.check_fields(FIELDS, config.values)
        self._key, self._secret = (
            config.values[f"consumer_{part}"].strip() for part in ("key", "secret")
        )
        super().__init__(f"{self.shop}/wp-json/wc/v3/", *args)

    @property
    def keys_in_address(self) -> bool:
        """Whether this shop was seen to read the keys in the address only."""
        return self.shop in KEYS_IN_ADDRESS

    def walk(
        self, path: str, schema: type[Schema], query: Query, *, most: int, mark: str
    ) -> Iterator[Loaded]:
        """Rows of a list among which one with `mark` is looked for, newest first, some twice."""

        def page(number: int) -> Rows:
            start = {"offset": str(number * (PAGE - OVERLAP))} if number else {}
            return self.page(path, schema, {**query, **start})

        return search(page, mark, most=most, what=path.split("/")[-1])

    def reviews(self, **query: str) -> Rows:
        """wp-api-v3/product-reviews.md: a page of them. Without a status only approved ones are listed;
        most shops hold a buyer's first one."""
        return self.page("products/reviews", ReviewIn, {**AS_STORED, "status": "all", **query})

    def review(self, review_id: str) -> Loaded | None:
        """wp-api-v3/product-reviews.md: one of them, None where there is none."""
        path = f"products/reviews/{review_id}"
        return self.get_or_none(path, ReviewIn, AS_STORED) if digits(review_id) else None

    def orders(self, **query: str) -> Rows:
        """wp-api-v3/orders.md: a page of them, the newest first."""
        return self.page("orders", OrderIn, {**EXACT, **query})

    def order_or_none(self, order_id: str) -> Loaded | None:
        """wp-api-v3/orders.md: one of them as it is now, None where there is none."""
        return self.get_or_none(f"orders/{order_id}", OrderIn, EXACT) if digits(order_id) else None

    def order(self, order_id: str) -> Loaded:
        """wp-api-v3/orders.md: one of them as it is now; raises `Rejected` where there is none."""
        return existing(self.order_or_none(order_id))

    def setting(self, name: str) -> str:
        """wp-api-v3/setting-options.md; '' where it could not be read: a key may be good for orders and
        not for settings, and nothing waits for them."""
        try:
            return str(self.get(f"settings/general/woocommerce_{name}", SettingIn)["value"])
        except AdapterError:
            return ""

    def takes_coupons(self) -> bool | None:
        """None where that could not be read."""
        value = self.setting("enable_coupons")
        return value == "yes" if value else None

    def apis_at(self, path: str) -> Sequence[str]:
        """Which APIs WordPress has, as it tells anybody under /wp-json/, and under /?rest_route=/ with
        any permalinks (WordPress REST API handbook, "Discovery"); none where it does not answer."""
        response = self.http.call("GET", f"{self.shop}{path}", headers=json_headers(None))
        apis: Sequence[str] = load(IndexIn, said_in(response) or {}, "index")["namespaces"]
        return apis

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Response:
        call = partial(self.http.call, method, headers=json_headers(body), body=body)
        if not url.startswith("https:"):
            return call(self._signed(method, url))
        keys = urlencode({"consumer_key": self._key, "consumer_secret": self._secret})
        addressed = f"{url}{'&' if '?' in url else '?'}{keys}"
        if self.keys_in_address:
            return call(addressed)
        response = call(url, auth=(self._key, self._secret))
        code = self.code_of(said_in(response))
        if response.status != 401 or not code.startswith("woocommerce_rest_cannot_"):
            return response
        # Its host may drop the header of the key.
        other = call(addressed)
        if other.ok:
            KEYS_IN_ADDRESS.add(self.shop)
        return response if other.status == response.status else other

    def _signed(self, method: Method, url: str) -> str:
        signer = OAuthClient(
            self._key,
            client_secret=self._secret,
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
            timestamp=str(int(self.now().timestamp())),
        )
        return str(signer.sign(url, http_method=method)[0])

    def own_refusal(
        self, response: Response, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        if response.status in (301, 308):
            # Followed it would carry the key along.
            target = response.headers.get("location", "").split("?")[0]
            is_same_address = target == f"{url.split('?')[0]}/"
            return Misconfigured(UNKNOWN_TO_ITSELF if is_same_address else ELSEWHERE)
        return super().own_refusal(response, content, url)


def base_url(config: Config) -> str:
    """The entered address without /wp-json and slash at its end; raises `WrongEntry`."""
    entered = config.values.get("base_url", "").split("/wp-json", 1)[0]
    return entries.web_address("base_url", entered, "https://shop.example")


class Connected(Adapter):
    """An adapter with its client."""

    @cached_property
    def client(self) -> Client:
        """Raises `WrongEntry` for entries that cannot work."""
        return Client(self.config, self.http, self.now)
