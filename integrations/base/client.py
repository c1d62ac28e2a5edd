"""Calls of one JSON API: addresses, loading by schema, what a refusal means, paging.

A subclass says how a call is authorised (`headers`, `login` or `send`) and what its platform's own
refusals mean (the table `refusals`, or `own_refusal`); an adapter then has one short function or
line for each endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlencode

from marshmallow import Schema

from integrations import json_input
from integrations.base.loading import NotAsDocumented, load
from integrations.base.refusals import Refusal, error_by
from integrations.errors import (
    AdapterError,
    Misconfigured,
    Permanent,
    Rejected,
    Temporary,
    Unsupported,
)
from integrations.http import Http, Response, retry_after
from integrations.sentence import N_, Text

Method = Literal["GET", "POST"]
Query = Mapping[str, str]
ELSEWHERE = Text("the shop's address leads to another: enter the final address")
BUSY = Text("the shop asks for a pause")
REFUSED = N_("the shop refused (%(status)s)%(said)s")
FAILED = N_("the shop answered %(status)s%(said)s")


class NotThere(Rejected):
    """The platform itself says that there is no such thing."""


class JsonClient:
    """One shop. Answers come back loaded; every failure is one of our errors."""

    content_type: ClassVar[str] = "application/json"
    """The content type of what `encoded` makes."""
    headers: Mapping[str, str] = {}
    """Sent with each call, such as a token."""
    login: tuple[str, str] | None = None
    """User and password of each call, sent as Basic (RFC 7617)."""
    refusals: ClassVar[Sequence[Refusal]] = ()
    """What only this platform means by an answer; what no row fits is left to its status."""
    refused_key: ClassVar[str] = REFUSED
    """What a 401 or 403 asks of the seller; has `status` and `said` to fill in."""

    def __init__(self, base: str, http: Http, now: Callable[[], datetime]) -> None:
        self.base = base
        self.http = http
        self.now = now

    def get(self, path: str, schema: type[Schema], query: Query | None = None) -> Any:
        """Read one thing; raises `NotThere`, and `Permanent` when it is not as documented."""
        return load(schema, self.content_of(self.ask("GET", path, query)), path)

    def get_or_none(self, path: str, schema: type[Schema], query: Query | None = None) -> Any:
        """Read one thing; None where the platform itself says that there is none."""
        try:
            return self.get(path, schema, query)
        except NotThere:
            return None

    def post(
        self,
        path: str,
        schema: type[Schema],
        content: Mapping[str, Any],
        query: Query | None = None,
        *,
        key: str = "",
    ) -> Any:
        """Write one thing; see `written`."""
        return self.written(schema, self.ask("POST", path, query, content, key), path)

    def written(self, schema: type[Schema], response: Response, path: str) -> Any:
        """Read the answer to a write; a wrong one leaves the outcome unknown, hence `Temporary`."""
        try:
            return load(schema, self.content_of(response), path)
        except NotAsDocumented as error:
            raise Temporary(error.text) from error

    def content_of(self, response: Response) -> Any:
        """What an answer says, out of any envelope of the platform's."""
        return response.json()

    def ask(
        self,
        method: Method,
        path: str,
        query: Query | None = None,
        content: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Response:
        """Make a call that succeeds, or raise the error its answer stands for. `key`: of the write,
        the same on each try, for platforms that take one."""
        url = self.url(path, query)
        body = None if content is None else self.encoded(content)
        try:
            response = self.accepted(self.send(method, url, body, key), url)
        except Temporary as error:
            if method == "GET":
                # Reading changes nothing, so whatever happened to it, nothing was done.
                error.outcome = "not_done"
            raise
        return response

    def accepted(self, response: Response, url: str) -> Response:
        """An answer that is a success; raises the error that any other stands for."""
        if error := self.refusal(response, url):
            raise error
        return response

    def encoded(self, content: Mapping[str, Any]) -> bytes:
        """A body as it is sent, and signed."""
        return json.dumps(content).encode()

    def url(self, path: str, query: Query | None = None) -> str:
        """The whole address of a path."""
        return f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Response:
        """Authorise a call and make it; whatever its status, it is given back."""
        headers = {**json_headers(body, self.content_type), **self.headers}
        return self.http.call(method, url, headers=headers, body=body, auth=self.login)

    def refusal(self, response: Response, url: str) -> AdapterError | None:
        """The error an answer stands for, None for a success."""
        content = said_in(response)
        if own_error := self.own_refusal(response, content, url):
            return own_error
        return None if response.ok else self._usual_refusal(response, content)

    def own_refusal(
        self, response: Response, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        """What only this platform means by an answer; None leaves it to its status. `content`: the
        body, where it is a JSON object."""
        wait = retry_after(response, self.now())
        return error_by(self.refusals, response, self.code_of(content), words_of(content), wait)

    def code_of(self, content: Mapping[str, Any] | None) -> str:
        """What the platform itself calls a refusal, '' where it does not name it."""
        code = (content or {}).get("code")
        return code if isinstance(code, str) else ""

    def _usual_refusal(self, response: Response, content: Mapping[str, Any] | None) -> AdapterError:
        status, words = response.status, words_of(content)
        wait = retry_after(response, self.now())
        if status in (401, 403):
            return Misconfigured(Text(self.refused_key, status=status, said=words))
        if 300 <= status < 400:
            return Misconfigured(ELSEWHERE)
        if status == 429:
            return Temporary(BUSY, retry_after=wait, outcome="not_done")
        if status == 501:
            return Unsupported("the shop cannot do this itself%(said)s", said=words)
        if status in (408, 425) or status >= 500:
            return Temporary(Text(FAILED, status=status, said=words), retry_after=wait)
        refused = Text(REFUSED, status=status, said=words)
        if content is None:
            # Not in the shop's own words: something before it answered, or it broke in the middle.
            return Permanent(refused)
        return NotThere(refused) if status == 404 else Rejected(refused)


def json_headers(body: bytes | None, content_type: str = JsonClient.content_type) -> dict[str, str]:
    """The headers of a call whose answer is JSON, and its body too unless stated otherwise."""
    sent = {} if body is None else {"content-type": content_type}
    return {"accept": "application/json", **sent}


def path_of(*parts: str) -> str:
    """A path of escaped parts."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def said_in(response: Response) -> dict[str, Any] | None:
    """The body where it is a JSON object."""
    try:
        content = json_input.read(response.body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def words_of(content: Mapping[str, Any] | None, name: str = "message") -> str:
    """The platform's own message, ready to be put behind ours."""
    message = (content or {}).get(name)
    if not isinstance(message, str) or not message.strip():
        return ""
    plain = "".join(sign if sign.isprintable() else " " for sign in message[:1000])
    return f": {' '.join(plain.split())[:200]}"
