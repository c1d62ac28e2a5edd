"""Authenticated calls to a shop's REST API (wc/v3), and what its refusals mean.

Over https the keys go as Basic, and in the address where a host drops that header; over plain
http WooCommerce wants OAuth 1.0a (one-legged, HMAC-SHA256). It answers 500 for refusals that are
for good, so code and status are read together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from marshmallow import Schema, ValidationError
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY
from oauthlib.oauth1 import Client as OAuthClient

from integrations import entries
from integrations.contract import Config
from integrations.errors import Permanent, Temporary
from integrations.http import Answer, Http
from integrations.json_input import digits
from integrations.sentence import Said, Text
from integrations.woocommerce import refusals
from integrations.woocommerce.fields import rows_of
from integrations.woocommerce.refusals import Refused
from integrations.woocommerce.schemas import IndexIn

Method = Literal["GET", "POST"]
PAGE = 100
"""The most that a page of WooCommerce may hold."""
OVERLAP = 10
"""Rows read twice between two pages, so that one removed meanwhile hides no other."""
NO_SUCH = re.compile("invalid_id|invalid_order_id|payment_gateway_invalid")
KEYS_IN_ADDRESS: set[str] = set()
"""Shops of this process that read the keys in the address only: tried once, then kept."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is not as documented: as it came, and what is wrong with it."""

    raw: Any
    problem: Said


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; what could not be read of it stands beside what could."""

    rows: list[dict[str, Any]]
    unread: list[Unread]
    more: bool


class Client:
    """One shop. Answers come back loaded; every failure is one of our errors."""

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        self.base = base_url(config)
        self.now = now
        self._keys = keys_of(config)
        self._http = http

    @property
    def keys_in_address(self) -> bool:
        """Whether this shop was seen to read the keys in the address only."""
        return self.base in KEYS_IN_ADDRESS

    def get(
        self, path: str, schema: type[Schema], query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read one thing; raises `Permanent` where there is none or it is not as documented."""
        data: dict[str, Any] = _loaded(schema(), self._ask("GET", path, query).json(), path)
        return data

    def get_or_none(
        self, path: str, schema: type[Schema], query: Mapping[str, str] | None = None
    ) -> dict[str, Any] | None:
        """Read one thing; None where WooCommerce itself says that there is no such id."""
        try:
            return self.get(path, schema, query)
        except Refused as error:
            if NO_SUCH.search(error.code):
                return None
            raise

    def page(self, path: str, schema: type[Schema], query: Mapping[str, str]) -> Listing:
        """One page of a list, row by row."""
        asked = {"per_page": str(PAGE), **query}
        answer = self._ask("GET", path, asked)
        data = rows_of(answer.json())
        if not isinstance(data, list):
            raise Permanent("the shop's answer about %(what)s is no list", what=path.split("/")[0])
        rows, unread = _each_loaded(schema(), data, path)
        size = int(asked["per_page"])
        skipped = int(asked.get("offset", "0")) or (int(asked.get("page", "1")) - 1) * size
        total = digits(answer.headers.get("x-wp-total", ""))
        more = len(data) >= size if total is None else skipped + size < total
        return Listing(rows, unread, more)

    def walk(
        self, path: str, schema: type[Schema], query: Mapping[str, str], *, most: int, mark: str
    ) -> Iterator[dict[str, Any]]:
        """Rows of a list among which one with `mark` is looked for, newest first, some twice.

        Raises `Permanent` after `most` pages, and where the row with `mark` cannot be read.
        """
        for number in range(most):
            start = {"offset": str(number * (PAGE - OVERLAP))} if number else {}
            listing = self.page(path, schema, {**query, **start})
            yield from listing.rows
            for row in listing.unread:
                if mark in json.dumps(row.raw):
                    raise Permanent(
                        "the shop holds %(mark)s, but it cannot be read: look at it there",
                        mark=mark,
                        outcome="unknown",
                    )
            if not listing.more:
                return
        raise Permanent(
            "the shop has too many %(what)s to look through: look there for the reference, then mark"
            " this as done or carry it out again",
            what=path.split("/")[-1],
            outcome="unknown",
        )

    def post(
        self,
        path: str,
        schema: type[Schema],
        body: Mapping[str, Any],
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Write; an answer that cannot be read leaves the outcome unknown, hence `Temporary`."""
        answer = self._ask("POST", path, query, body)
        try:
            data: dict[str, Any] = _loaded(schema(), answer.json(), path)
        except Permanent as error:
            raise Temporary(error.text) from error
        return data

    def index(self, *, pretty: bool) -> dict[str, Any] | None:
        """What WordPress says of its API to anybody, None where none answers; `pretty`: under
        /wp-json, else at the address that works under any permalinks."""
        url = f"{self.base}/wp-json/" if pretty else f"{self.base}/?rest_route=/"
        answer = self._http.call("GET", url, headers={"accept": "application/json"})
        try:
            data: dict[str, Any] = IndexIn().load(json.loads(answer.body))
        except (ValueError, RecursionError):
            return None
        return data if answer.ok else None

    def _ask(
        self,
        method: Method,
        path: str,
        query: Mapping[str, str] | None,
        content: Mapping[str, Any] | None = None,
    ) -> Answer:
        url = f"{self.base}/wp-json/wc/v3/{path}" + (f"?{urlencode(query)}" if query else "")
        body = None if content is None else json.dumps(content).encode()
        try:
            answer = self._call(method, url, body)
            refusals.refuse(answer, url, self.now())
        except Temporary as error:
            if method == "GET":
                # Reading changes nothing, so whatever happened to it, nothing was done.
                error.outcome = "not_done"
            raise
        return answer

    def _call(self, method: Method, url: str, body: bytes | None) -> Answer:
        headers = {"accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        if not url.startswith("https:"):
            return self._http.call(method, self._signed(method, url), headers=headers, body=body)
        addressed = f"{url}{'&' if '?' in url else '?'}{urlencode(self._keys_as_query())}"
        if self.keys_in_address:
            return self._http.call(method, addressed, headers=headers, body=body)
        answer = self._http.call(method, url, headers=headers, body=body, auth=self._keys)
        if not refusals.saw_no_key(answer):
            return answer
        other = self._http.call(method, addressed, headers=headers, body=body)
        if other.status == answer.status:
            return answer
        if other.ok:
            KEYS_IN_ADDRESS.add(self.base)
        return other

    def _keys_as_query(self) -> dict[str, str]:
        return {"consumer_key": self._keys[0], "consumer_secret": self._keys[1]}

    def _signed(self, method: Method, url: str) -> str:
        key, secret = self._keys
        signer = OAuthClient(
            key,
            client_secret=secret,
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
            timestamp=str(int(self.now().timestamp())),
        )
        signed: str = signer.sign(url, http_method=method)[0]
        return signed


def base_url(config: Config) -> str:
    """The entered address without /wp-json and slash at its end; raises `WrongEntry`."""
    given = config.values.get("base_url", "").split("/wp-json", 1)[0]
    return entries.web_address("base_url", given, "https://shop.example")


def keys_of(config: Config) -> tuple[str, str]:
    """Consumer key and secret; raises `WrongEntry`."""
    key = config.values.get("consumer_key", "").strip()
    secret = config.values.get("consumer_secret", "").strip()
    for field, value, prefix in (("consumer_key", key, "ck_"), ("consumer_secret", secret, "cs_")):
        if not re.fullmatch(rf"{prefix}[!-~]+", value):
            raise entries.WrongEntry(
                "the consumer key starts with ck_ and the secret with cs_: copy both whole",
                field=field,
            )
    return key, secret


def _loaded(schema: Schema, data: Any, path: str) -> Any:
    try:
        return schema.load(data)
    except ValidationError as error:
        raise Permanent(_problem(error, path)) from error


def _each_loaded(
    schema: Schema, data: list[Any], path: str
) -> tuple[list[dict[str, Any]], list[Unread]]:
    rows: list[dict[str, Any]] = []
    unread: list[Unread] = []
    for raw in data:
        try:
            rows.append(schema.load(raw))
        except ValidationError as error:
            unread.append(Unread(raw, _problem(error, path)))
    return rows, unread


def _problem(error: ValidationError, path: str) -> Text:
    return Text(
        "the shop's answer about %(what)s is not as documented: %(wrong)s",
        what=path.split("/")[0],
        wrong=str(error.messages)[:200],
    )
