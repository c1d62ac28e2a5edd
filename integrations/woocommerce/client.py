"""Authenticated calls to a shop's REST API (wc/v3), and what its refusals mean.

Over https the keys go as Basic, and in the address where a host drops that header; over plain http
WooCommerce wants OAuth 1.0a, one-legged (wp-api-v3/authentication.md). It names its refusals with a
code of its own (`woocommerce_rest_...`) and answers 500 for refusals that are for good, so code and
status are read together; without a code something in front of it answered, which may pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
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
    words_of,
)
from integrations.base.lists import Rows, rows_in, search
from integrations.base.loading import load
from integrations.base.loose import rows_of
from integrations.contract import Adapter, Config
from integrations.errors import AdapterError, Misconfigured, Permanent, Rejected, Temporary
from integrations.http import Answer, retry_after
from integrations.json_input import digits
from integrations.sentence import N_, Text
from integrations.woocommerce.schemas import IndexIn

PAGE = 100
"""The most that a page of WooCommerce may hold (wp-api-v3/introduction.md, Pagination)."""
OVERLAP = 10
"""Rows read twice between two pages, so that one removed meanwhile hides no other."""
KEYS_IN_ADDRESS: set[str] = set()
"""Shops of this process that read the keys in the address only: tried once, then kept."""
OWN = "woocommerce_"
NO_SUCH = re.compile("invalid_id|invalid_order_id|payment_gateway_invalid")
REFUND_FAILED = "woocommerce_rest_cannot_create_order_refund"
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
UNKNOWN_TO_ITSELF = Text(
    "WordPress does not know the address of its own API: choose any permalink structure but 'plain'"
    " in Settings > Permalinks"
)


class Refused(Rejected):
    """Refused, and nothing done, with WooCommerce's own `code`."""

    def __init__(self, text: Text, code: str) -> None:
        super().__init__(text)
        self.code = code


class NoSuch(Refused, NotThere):
    """Of an id that does not exist."""


class RefundFailed(Temporary):
    """500 to a refund: refused for good, failed at the gateway, or done all the same."""


class Client(JsonClient):
    """One shop."""

    def __init__(self, config: Config, *args: Any) -> None:
        self.shop = base_url(config)
        self._keys = keys_of(config)
        super().__init__(f"{self.shop}/wp-json/wc/v3/", *args)

    @property
    def keys_in_address(self) -> bool:
        """Whether this shop was seen to read the keys in the address only."""
        return self.shop in KEYS_IN_ADDRESS

    def page(self, path: str, schema: type[Schema], query: Query) -> Rows:
        """One page of a list, row by row."""
        asked = {"per_page": str(PAGE), **query}
        answer = self.ask("GET", path, asked)
        rows, size = rows_of(answer.json()), int(asked["per_page"])
        skipped = int(asked.get("offset", "0")) or (int(asked.get("page", "1")) - 1) * size
        total = digits(answer.headers.get("x-wp-total", ""))
        full = isinstance(rows, list) and len(rows) >= size
        more = full if total is None else skipped + size < total
        return rows_in(rows, schema, path, more=more)

    def walk(
        self, path: str, schema: type[Schema], query: Query, *, most: int, mark: str
    ) -> Iterator[dict[str, Any]]:
        """Rows of a list among which one with `mark` is looked for, newest first, some twice."""

        def page(number: int) -> Rows:
            start = {"offset": str(number * (PAGE - OVERLAP))} if number else {}
            return self.page(path, schema, {**query, **start})

        return search(page, mark, most=most, what=path.split("/")[-1])

    def index(self, *, pretty: bool) -> dict[str, Any] | None:
        """What WordPress says of its API to anybody, None where none answers; `pretty`: under
        /wp-json, else at the address that works under any permalinks (WordPress REST API handbook,
        "Discovery")."""
        url = f"{self.shop}/wp-json/" if pretty else f"{self.shop}/?rest_route=/"
        answer = self.http.call("GET", url, headers=json_headers(None))
        try:
            return load(IndexIn, said_in(answer), "index") if answer.ok else None
        except Permanent:
            return None

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Answer:
        headers = json_headers(body)
        if not url.startswith("https:"):
            return self.http.call(method, self._signed(method, url), headers=headers, body=body)
        keys = urlencode(dict(zip(("consumer_key", "consumer_secret"), self._keys, strict=True)))
        addressed = f"{url}{'&' if '?' in url else '?'}{keys}"
        if self.keys_in_address:
            return self.http.call(method, addressed, headers=headers, body=body)
        answer = self.http.call(method, url, headers=headers, body=body, auth=self._keys)
        stranger = answer.status == 401 and code_of(said_in(answer)).startswith(
            f"{OWN}rest_cannot_"
        )
        if not stranger:
            return answer
        # Its host may drop the header of the key.
        other = self.http.call(method, addressed, headers=headers, body=body)
        if other.ok:
            KEYS_IN_ADDRESS.add(self.shop)
        return answer if other.status == answer.status else other

    def _signed(self, method: Method, url: str) -> str:
        signer = OAuthClient(
            self._keys[0],
            client_secret=self._keys[1],
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
            timestamp=str(int(self.now().timestamp())),
        )
        signed: str = signer.sign(url, http_method=method)[0]
        return signed

    def own_refusal(
        self, answer: Answer, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        status, code, words = answer.status, code_of(content), words_of(content)
        wait = retry_after(answer, self.now())
        if answer.ok or status == 429:
            return None
        if status < 400:
            return _elsewhere(answer, url)
        if status in (401, 403):
            return _not_allowed(status, code, words)
        if code == REFUND_FAILED:
            return RefundFailed(Text("the shop could not refund%(said)s", said=words))
        if status == 404 and code in ("", "rest_no_route"):
            missing = Text(NO_API, status=status, said=words)
            return Temporary(missing, retry_after=wait, outcome="not_done")
        # A missing order comes as 404, or as 500 where a refund was asked for.
        if code and (status < 500 or "invalid_order_id" in code) and status not in (408, 425):
            refused = Text(REFUSED, status=status, said=words)
            return (NoSuch if NO_SUCH.search(code) else Refused)(refused, code)
        sentence = FAILED if status >= 500 or status in (408, 425) else FILTERED
        return Temporary(Text(sentence, status=status, said=words), retry_after=wait)


def code_of(content: Mapping[str, Any] | None) -> str:
    """The name that WordPress and WooCommerce give a refusal, such as `rest_no_route`."""
    code = (content or {}).get("code")
    return code if isinstance(code, str) else ""


def _not_allowed(status: int, code: str, words: str) -> AdapterError:
    if not code.startswith(OWN):
        return Temporary(Text(FILTERED, status=status, said=words))
    if status == 401:
        return Misconfigured(Text(KEY, status=status, said=words))
    # Known and not permitted this one thing: everything else goes on.
    return Refused(Text(NOT_ALLOWED, status=status, said=words), code)


def _elsewhere(answer: Answer, url: str) -> AdapterError:
    """A redirect. Followed it would carry the key along."""
    if answer.status not in (301, 308):
        return Temporary(Text(FILTERED, status=answer.status, said=""))
    target = answer.headers.get("location", "").split("?")[0]
    is_same_address = target == f"{url.split('?')[0]}/"
    return Misconfigured(UNKNOWN_TO_ITSELF if is_same_address else ELSEWHERE)


def base_url(config: Config) -> str:
    """The entered address without /wp-json and slash at its end; raises `WrongEntry`."""
    entered = config.values.get("base_url", "").split("/wp-json", 1)[0]
    return entries.web_address("base_url", entered, "https://shop.example")


def keys_of(config: Config) -> tuple[str, str]:
    """Consumer key and secret; raises `WrongEntry`."""
    key, secret = (config.values.get(f"consumer_{part}", "").strip() for part in ("key", "secret"))
    for field, value, prefix in (("consumer_key", key, "ck_"), ("consumer_secret", secret, "cs_")):
        if not re.fullmatch(rf"{prefix}[!-~]+", value):
            raise entries.WrongEntry(
                "the consumer key starts with ck_ and the secret with cs_: copy both whole",
                field=field,
            )
    return key, secret


class Connected(Adapter):
    """An adapter with its client."""

    @cached_property
    def client(self) -> Client:
        """Raises `WrongEntry` for entries that cannot work."""
        return Client(self.config, self.http, self.now)
