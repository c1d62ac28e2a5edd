"""Signed calls to the shop; docs/platforms/standard.md has each endpoint."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit

from marshmallow import Schema

from integrations import entries
from integrations.base.client import JsonClient, Method, Query, json_headers
from integrations.contract import Adapter, Config
from integrations.errors import AdapterError, Misconfigured, Permanent
from integrations.http import Response
from integrations.sentence import N_, Text
from integrations.signatures import body_hash
from integrations.standard_webhooks import entered_key, sign


class Conflict(Permanent):
    """409: the shop knows this key already; `answer` says what it has under it."""

    def __init__(self, response: Response) -> None:
        super().__init__("the shop says that it has this already")
        self.response = response


class _NotJson404(Permanent):
    """A proxy's or framework's own page: it does not tell whether something was done."""


class Client(JsonClient):
    """One shop's endpoints."""

    refused_key = N_(
        "the shop refused our signature (%(status)s): enter the same secret on both sides and check"
        " the shop's clock%(said)s"
    )

    def __init__(self, config: Config, *args: Any) -> None:
        super().__init__(base_url(config), *args)
        self._key = outgoing_key(config)

    def get_or_none(self, path: str, schema: type[Schema], query: Query | None = None) -> Any:
        try:
            return super().get_or_none(path, schema, query)
        except _NotJson404 as error:
            raise Misconfigured(
                "the shop's 404 is not JSON: correct its address, or let it answer 404 with JSON"
            ) from error

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Response:
        return self.http.call(
            method, url, headers=json_headers(body) | self._signed(url, body, key), body=body
        )

    def _signed(self, url: str, body: bytes | None, key: str) -> dict[str, str]:
        parts = urlsplit(url)
        if body is None:
            # Without a body the address is what is signed, so that it cannot be exchanged.
            content = f"{unquote(parts.path)}?{parts.query}".encode()
            return sign(self._key, f"get_{secrets.token_hex(12)}", self.now(), content)
        path = url.removeprefix(self.base)
        # The message id is the same for the same key.
        message_id = f"post_{body_hash(f'{path} {key}'.encode())}"
        return {"idempotency-key": key, **sign(self._key, message_id, self.now(), body)}

    def own_refusal(
        self, response: Response, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        if response.status == 409:
            return Conflict(response)
        if response.status == 404 and content is None:
            return _NotJson404(Text("the shop refused (%(status)s)%(said)s", status=404, said=""))
        return None


def base_url(config: Config) -> str:
    """The entered address without a slash at its end; raises `WrongEntry`."""
    entered = config.values.get("base_url", "")
    return entries.web_address("base_url", entered, "https://shop.example/makegood")


def outgoing_key(config: Config) -> bytes:
    """The key our calls are signed with; raises `WrongEntry`."""
    return entered_key("outgoing_secret", config.values.get("outgoing_secret", "").strip())


class Connected(Adapter):
    """An adapter with its client."""

    @cached_property
    def client(self) -> Client:
        """Raises `WrongEntry` for entries that cannot work."""
        return Client(self.config, self.http, self.now)

    @property
    def edit_links(self) -> bool:
        """Whether the seller wants the shop's edit links used."""
        return self.config.values.get("edit_links", "yes").strip().lower() != "no"
