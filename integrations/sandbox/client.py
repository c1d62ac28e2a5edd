"""Calls of the pretend shop (`integrations.sandbox.shop`) with its key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from integrations.base.client import JsonClient, Method, NotThere, json_headers
from integrations.contract import Adapter, Config
from integrations.errors import AdapterError, Misconfigured, Permanent, Rejected
from integrations.http import Response
from integrations.sentence import Text


class Client(JsonClient):
    """The API of one pretend shop."""

    def __init__(self, config: Config, *args: Any) -> None:
        super().__init__(f"{config.values['base_url'].rstrip('/')}/api", *args)
        self._key = config.values["api_key"]

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Response:
        headers = {"Authorization": f"Bearer {self._key}", **json_headers(body)}
        return self.http.call(method, url, headers=headers, body=body)

    def own_refusal(
        self, response: Response, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        if response.status in (401, 403):
            return Misconfigured("the sandbox refused the key: enter the one it printed")
        if response.headers.get("x-sandbox-payment") == "failed":
            # Looking it up shows nothing, whether the provider has paid or not.
            return Permanent("the sandbox's payment provider failed")
        if 400 <= response.status < 500 and response.status not in (408, 425, 429):
            said = response.body.decode(errors="replace")[:200]
            refused = Text("the sandbox refused: %(value)s", value=said)
            return NotThere(refused) if response.status == 404 else Rejected(refused)
        return None


class Connected(Adapter):
    """An adapter with its client."""

    @cached_property
    def client(self) -> Client:
        return Client(self.config, self.http, self.now)
