"""Signed calls of Shopee Open Platform v2, and what its errors mean.

Reference: open.shopee.com developer guide, "API calls" (signature, common parameters) and
"Authorization and authentication" (tokens). An error is named in the field `error` of the body,
whatever the status; `warning` beside a success means nothing for us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from marshmallow import Schema

from integrations import entries
from integrations.base.client import (
    BUSY,
    JsonClient,
    Method,
    NotThere,
    Query,
    json_headers,
    said_in,
    words_of,
)
from integrations.base.lists import Rows, rows_in
from integrations.base.loading import load
from integrations.contract import Access, Adapter, Config, RedirectGrant, Tokens
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.http import Response
from integrations.sentence import N_, Text
from integrations.shopee.schemas import PageIn, PushIn, ShopIn, TokensIn
from integrations.signatures import hmac_sha256

EXAMPLE = "https://partner.shopeemobile.com"
"""The host for South-East Asia; the sandbox and other regions have their own."""
REFRESH_DAYS = timedelta(days=30)
PAUSE = 60.0
"""Seconds after `error_rate_limit`, for which Shopee names no wait."""
QUOTA_ZONE = timedelta(hours=8)
"""The daily quota of an app begins anew at midnight, UTC+8."""
ABSOLUTE = 10**9
"""An `expire_in` of more seconds is a moment, not a span."""
TOKEN_REFUSED = re.compile(r"invalid_acc\w*token|access_?token", re.IGNORECASE)
KEY = re.compile("error_(sign|auth|partner_key_expired)$|source_ip_undeclared$|invalid_partner")
LATER = re.compile("error_(server|network|inner|unknown|data|system_busy|service)$|err_data$")
MISSING = re.compile("not_exist|not_exists|not_found")
WRONG_KEY = N_(
    "Shopee does not take our calls (%(code)s%(said)s): look at the app's partner ID and key, its"
    " list of addresses and its state in the Open Platform Console"
)
NOT_ALLOWED = N_(
    "Shopee does not let this app do that (%(code)s%(said)s): its type in the Open Platform Console"
    " decides"
)
REFUSED = N_("Shopee refused (%(code)s)%(said)s")
FAILED = N_("Shopee answered %(code)s%(said)s")
WRONG_CLOCK = Text("Shopee says that our time is wrong: set this machine's clock")
QUOTA = Text("the app's calls of today are used up: Shopee takes others from midnight (UTC+8)")
OTHER_SHOP = Text("another shop was allowed than the one entered here: sign in to that shop")


class Client(JsonClient):
    """One shop, called for one app."""

    def __init__(self, config: Config, access: Access, *args: Any) -> None:
        values = config.values
        super().__init__(
            entries.web_address("base_url", values.get("base_url", ""), EXAMPLE), *args
        )
        self.partner_id = number("partner_id", values)
        self.shop_id = number("shop_id", values)
        self._key = values.get("partner_key", "").strip()
        self._access = access

    def content_of(self, response: Response) -> Any:
        body = response.json()
        return body.get("response") if isinstance(body, dict) else body

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Response:
        token = self._access("")
        response = self._sent(method, url, body, token)
        content = said_in(response)
        if not (
            content and TOKEN_REFUSED.search(f"{content.get('error')} {content.get('message')}")
        ):
            return response
        # Nothing was done; another may have been given out meanwhile.
        return self._sent(method, url, body, self._access(token))

    def _sent(self, method: Method, url: str, body: bytes | None, token: str) -> Response:
        signed = self.signed(url, token)
        return self.http.call(method, signed, headers=json_headers(body), body=body)

    def signed(self, url: str, token: str = "") -> str:
        """An address with the common parameters; without a token it is that of a public API."""
        moment = str(int(self.now().timestamp()))
        shop = {"access_token": token, "shop_id": self.shop_id} if token else {}
        base = f"{self.partner_id}{urlsplit(url).path}{moment}{''.join(shop.values())}"
        sign = hmac_sha256(self._key, base.encode()).hex()
        common = {"partner_id": self.partner_id, "timestamp": moment, **shop, "sign": sign}
        return f"{url}{'&' if '?' in url else '?'}{urlencode(common)}"

    def get_whole(self, path: str, schema: type[Schema]) -> Any:
        """Read one of the answers that have no `response` around them."""
        return load(schema, self.ask("GET", path).json(), path)

    def page(self, path: str, name: str, schema: type[Schema], query: Query) -> Rows:
        """One page of a list, whose rows stand under a name."""
        content = self.content_of(self.ask("GET", path, query))
        page = load(PageIn, content, path)
        rows = content.get(name) or []
        more = bool(page["more"] and rows)
        return rows_in(rows, schema, path, more=more, cursor=page["next_cursor"])

    def tokens(self, path: str, content: Mapping[str, Any]) -> Tokens:
        """v2.public.get_access_token, v2.public.refresh_access_token: neither is signed with a token,
        and a `refresh_token` is good once."""
        body = {**content, "partner_id": int(self.partner_id), "shop_id": int(self.shop_id)}
        issued = load(TokensIn, self._called("POST", path, body).json(), "tokens")
        now, span = self.now(), issued["expire_in"]
        until = datetime.fromtimestamp(span, UTC) if span > ABSOLUTE else now + timedelta(0, span)
        return Tokens(issued["access_token"], until, issued["refresh_token"], now + REFRESH_DAYS)

    def granted_until(self, token: str) -> datetime | None:
        """v2.shop.get_shop_info: until when the seller has allowed the app, at most 365 days."""
        response = self._called("GET", "/api/v2/shop/get_shop_info", token=token)
        until: datetime | None = load(ShopIn, response.json(), "shop")["expire_time"]
        return until

    def push_config(self) -> Any:
        """v2.push.get_app_push_config, of the app, not of a shop."""
        response = self._called("GET", "/api/v2/push/get_app_push_config")
        return load(PushIn, self.content_of(response) or {}, "push")

    def _called(
        self, method: Method, path: str, content: Mapping[str, Any] | None = None, token: str = ""
    ) -> Response:
        """Make a call with this token, or with none, that succeeds; it is made once."""
        url, body = self.url(path), None if content is None else self.encoded(content)
        return self.accepted(self._sent(method, url, body, token), url)

    def own_refusal(
        self, response: Response, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        code, words = str((content or {}).get("error") or "").strip(), words_of(content)
        if code in ("", "-"):
            return None
        name = code.rpartition(".")[2]
        named = {"code": code[:80], "said": words}
        if "imestamp" in words:
            return Misconfigured(WRONG_CLOCK)
        if name == "error_rate_limit":
            return Temporary(BUSY, retry_after=PAUSE, outcome="not_done")
        if name == "error_limit":
            return Temporary(QUOTA, retry_after=self._until_midnight(), outcome="not_done")
        if KEY.search(name) or TOKEN_REFUSED.search(name):
            return Misconfigured(Text(WRONG_KEY, **named))
        if "perm" in name:
            return Rejected(Text(NOT_ALLOWED, **named))
        if LATER.search(name):
            return Temporary(Text(FAILED, **named))
        refused = Text(REFUSED, **named)
        return NotThere(refused) if MISSING.search(name) else Rejected(refused)

    def _until_midnight(self) -> float:
        local = self.now() + QUOTA_ZONE
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return (midnight - local).total_seconds()


def number(name: str, values: Mapping[str, str]) -> str:
    """An id of Shopee; raises `WrongEntry`."""
    value = values.get(name, "").strip()
    if not re.fullmatch("[0-9]{1,18}", value):
        raise entries.WrongEntry("enter the number Shopee shows, digits only", field=name)
    return value


class Connected(Adapter, RedirectGrant):
    """An adapter with its client, and the tokens it is let in with."""

    @cached_property
    def client(self) -> Client:
        """Raises `WrongEntry` for entries that cannot work."""
        return Client(self.config, self.access, self.http, self.now)

    def permission_url(self, return_url: str) -> str:
        """The seller opens it, signs in and confirms; it is good for five minutes."""
        url = self.client.signed(self.client.url("/api/v2/shop/auth_partner"))
        return f"{url}&{urlencode({'redirect': return_url})}"

    def tokens_for(self, answer: Mapping[str, str]) -> Tokens:
        """The `code` is good once, for ten minutes."""
        if answer.get("shop_id") != self.client.shop_id:
            raise Rejected(OTHER_SHOP)
        tokens = self.client.tokens("/api/v2/auth/token/get", {"code": answer.get("code", "")})
        return replace(tokens, granted_until=self.client.granted_until(tokens.access))

    def renewed(self, tokens: Tokens) -> Tokens:
        content = {"refresh_token": tokens.refresh}
        fresh = self.client.tokens("/api/v2/auth/access_token/get", content)
        return replace(fresh, granted_until=tokens.granted_until)
