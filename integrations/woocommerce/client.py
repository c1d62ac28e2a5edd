"""Authenticated calls to a shop's REST API (wc/v3), and what its refusals mean.

Over https the keys go as Basic; over plain http WooCommerce wants OAuth 1.0a (one-legged,
HMAC-SHA256). It answers 500 for refusals that are for good, so code and status are read together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from marshmallow import Schema, ValidationError
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY
from oauthlib.oauth1 import Client as OAuthClient

from integrations.contract import Config
from integrations.errors import Misconfigured, Permanent, Temporary
from integrations.http import Answer, Http, retry_after

Method = Literal["GET", "POST"]
PAGE = 100
"""The most that a page of WooCommerce may hold."""
OVERLAP = 10
"""Rows read twice between two pages, so that one removed meanwhile hides no other."""


NO_SUCH = re.compile("invalid_id|invalid_order_id|payment_gateway_invalid")


class Refused(Permanent):
    """Refused with WooCommerce's own `code`."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class RefundFailed(Temporary):
    """500 to a refund: refused for good, failed at the gateway, or done all the same."""


class Client:
    """One shop. Answers come back loaded; every failure is one of our errors."""

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        self.base = base_url(config)
        self._keys = _keys(config)
        self._http = http
        self._now = now

    def get(
        self, path: str, schema: type[Schema], query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read one thing; raises `Permanent` where there is none or it is not as documented."""
        data: dict[str, Any] = _loaded(schema(), self._ask("GET", path, query), path)
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

    def page(
        self, path: str, schema: type[Schema], query: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], bool]:
        """One page of a list, and whether another follows."""
        asked = {"per_page": str(PAGE), **query}
        answer = self._ask("GET", path, asked)
        found: list[dict[str, Any]] = _loaded(schema(many=True), answer, path)
        size = int(asked["per_page"])
        skipped = int(asked.get("offset", "0")) or (int(asked.get("page", "1")) - 1) * size
        total = answer.headers.get("x-wp-total", "")
        if total.isdigit():
            return found, skipped + size < int(total)
        return found, len(found) >= size

    def walk(
        self, path: str, schema: type[Schema], query: Mapping[str, str], *, most: int
    ) -> Iterator[dict[str, Any]]:
        """Rows of a list, newest first, some twice; raises `Permanent` after `most` pages."""
        for number in range(most):
            start = {"offset": str(number * (PAGE - OVERLAP))} if number else {}
            found, more = self.page(path, schema, {**query, **start})
            yield from found
            if not more:
                return
        raise Permanent(
            f"the shop has too many {path.split('/')[-1]} to look through: look there for the"
            " reference, then mark this as done or carry it out again"
        )

    def post(self, path: str, schema: type[Schema], body: Mapping[str, Any]) -> dict[str, Any]:
        """Write; an answer that cannot be read leaves the outcome unknown, hence `Temporary`."""
        answer = self._ask("POST", path, None, body)
        try:
            data: dict[str, Any] = _loaded(schema(), answer, path)
        except Permanent as error:
            raise Temporary(error.message) from error
        return data

    def _ask(
        self,
        method: Method,
        path: str,
        query: Mapping[str, str] | None,
        content: Mapping[str, Any] | None = None,
    ) -> Answer:
        url = f"{self.base}/wp-json/wc/v3/{path}" + (f"?{urlencode(query)}" if query else "")
        auth: tuple[str, str] | None = self._keys
        if not url.startswith("https:"):
            url, auth = self._signed(method, url), None
        body = None if content is None else json.dumps(content).encode()
        headers = {"accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            answer = self._http.call(method, url, headers=headers, body=body, auth=auth)
            self._refuse(answer)
        except Temporary as error:
            if method == "GET":
                # Reading changes nothing, so whatever happened to it, nothing was done.
                error.maybe_done = False
            raise
        return answer

    def _signed(self, method: Method, url: str) -> str:
        key, secret = self._keys
        signer = OAuthClient(
            key,
            client_secret=secret,
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
            timestamp=str(int(self._now().timestamp())),
        )
        signed: str = signer.sign(url, http_method=method)[0]
        return signed

    def _refuse(self, answer: Answer) -> None:
        """Raise the error that the answer stands for; a 2xx passes."""
        if answer.ok:
            return
        status = answer.status
        code, said = _said(answer)
        if 300 <= status < 400:
            raise Misconfigured("the shop's address leads to another: enter the final address")
        if status in (401, 403):
            raise Misconfigured(
                f"the shop refused the key ({status}{said}): enter a key with read and write"
                " permission, and an address that starts with https:// if the shop has one"
            )
        if status == 429:
            wait = retry_after(answer, self._now())
            raise Temporary("the shop asks for a pause", retry_after=wait, maybe_done=False)
        if code == "woocommerce_rest_cannot_create_order_refund":
            raise RefundFailed(f"the shop could not refund{said}")
        # A missing order comes as 404, or as 500 where a refund was asked for.
        if (status < 500 and status not in (408, 425)) or "invalid_order_id" in code:
            if status == 404 and code in ("", "rest_no_route"):
                raise Misconfigured(
                    "there is no WooCommerce API at this address: correct it, and choose any"
                    " permalink structure but 'plain' in WordPress"
                )
            raise Refused(f"the shop refused ({status}){said}", code)
        wait = retry_after(answer, self._now())
        raise Temporary(f"the shop answered {status}{said}", retry_after=wait)


def base_url(config: Config) -> str:
    """The entered address without /wp-json and slash at its end; raises `Misconfigured`."""
    url = config.values.get("base_url", "").strip().rstrip("/")
    url = url.split("/wp-json", 1)[0].rstrip("/")
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or parts.query or parts.fragment or parts.username is not None:
        raise Misconfigured("enter the shop's address such as https://shop.example")
    return url


def _keys(config: Config) -> tuple[str, str]:
    key = config.values.get("consumer_key", "").strip()
    secret = config.values.get("consumer_secret", "").strip()
    if not (key.startswith("ck_") and secret.startswith("cs_")):
        raise Misconfigured("the consumer key starts with ck_ and the secret with cs_: enter both")
    return key, secret


def _said(answer: Answer) -> tuple[str, str]:
    """WooCommerce's code, and its message ready to be put behind ours."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    code, message = said.get("code"), said.get("message")
    plain = " ".join(message.split())[:200] if isinstance(message, str) else ""
    return code if isinstance(code, str) else "", f": {plain}" if plain else ""


def _loaded(schema: Schema, answer: Answer, path: str) -> Any:
    try:
        return schema.load(answer.json())
    except ValidationError as error:
        raise Permanent(
            f"the shop's answer about {path.split('/')[0]} is not as documented: {error.messages}"[
                :300
            ]
        ) from error
