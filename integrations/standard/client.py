"""Signed calls to the shop, one function per endpoint; see docs/platforms/standard.md."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from marshmallow import Schema, ValidationError

from integrations import entries
from integrations.contract import Config
from integrations.errors import Misconfigured, Permanent, Rejected, Temporary, Unsupported
from integrations.http import Answer, Http, retry_after
from integrations.signatures import body_hash
from integrations.standard.schemas import load
from integrations.standard.signing import WrongSecret, key_of, sign


class Client:
    """One shop's endpoints. Answers come back loaded; every failure is one of our errors."""

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        self._base = base_url(config)
        self._key = outgoing_key(config)
        self._http = http
        self._now = now

    def get(
        self, path: str, schema: type[Schema], query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read; raises `Permanent` when the answer is not as documented."""
        answer = self.ask(path, query)
        self.refuse(answer)
        return _loaded(answer, schema, path)

    def get_or_none(self, path: str, schema: type[Schema]) -> dict[str, Any] | None:
        """Read; None where the shop says in JSON that there is no such thing."""
        answer = self.ask(path)
        if answer.status == 404 and _said(answer) is not None:
            return None
        if answer.status == 404:
            # A proxy's or framework's own page does not tell whether something was done.
            raise Misconfigured(
                "the shop's 404 is not JSON: correct its address, or let it answer 404 with JSON"
            )
        self.refuse(answer)
        return _loaded(answer, schema, path)

    def ask(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Send a signed GET and give the answer whatever its status."""
        url = self._base + path + (f"?{urlencode(query)}" if query else "")
        parts = urlsplit(url)
        # Without a body the address is what is signed, so that it cannot be exchanged.
        content = f"{unquote(parts.path)}?{parts.query}".encode()
        signed = sign(self._key, f"get_{secrets.token_hex(12)}", self._now(), content)
        return self._http.call("GET", url, headers={"accept": "application/json", **signed})

    def post(self, path: str, key: str, content: Mapping[str, Any]) -> Answer:
        """Send a signed POST; its message id is the same for the same key."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        message_id = f"post_{body_hash(f'{path} {key}'.encode())}"
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "idempotency-key": key,
            **sign(self._key, message_id, self._now(), body),
        }
        answer = self._http.call("POST", self._base + path, headers=headers, body=body)
        if answer.status != 409:
            self.refuse(answer)
        return answer

    def refuse(self, answer: Answer) -> None:
        """Raise the error that the status stands for; a 2xx passes."""
        status, said = answer.status, _message(answer)
        if answer.ok:
            return
        if status == 501:
            raise Unsupported("the shop cannot do this itself%(said)s", said=said)
        if status in (401, 403):
            raise Misconfigured(
                "the shop refused our signature (%(status)s): enter the same secret on both sides and check the shop's clock%(said)s",
                status=status,
                said=said,
            )
        if 300 <= status < 400:
            raise Misconfigured("the shop's address leads to another: enter the final address")
        if status == 429:
            wait = retry_after(answer, self._now())
            raise Temporary("the shop asks for a pause", retry_after=wait, outcome="not_done")
        if status in (408, 425) or status >= 500:
            wait = retry_after(answer, self._now())
            raise Temporary(
                "the shop answered %(status)s%(said)s", status=status, said=said, retry_after=wait
            )
        if _said(answer) is not None:
            raise Rejected("the shop refused (%(status)s)%(said)s", status=status, said=said)
        # Not in the shop's own words: something before it answered, or it broke in the middle.
        raise Permanent("the shop refused (%(status)s)%(said)s", status=status, said="")


def base_url(config: Config) -> str:
    """The entered address without a slash at its end; raises `WrongEntry`."""
    given = config.values.get("base_url", "")
    return entries.web_address("base_url", given, "https://shop.example/makegood")


def outgoing_key(config: Config) -> bytes:
    """The key our calls are signed with; raises `WrongEntry`."""
    try:
        return key_of(config.values.get("outgoing_secret", "").strip())
    except WrongSecret as error:
        raise entries.WrongEntry(error.text, field="outgoing_secret") from error


def path_of(*parts: str) -> str:
    """A path of escaped parts."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def loaded_after_effect(answer: Answer, schema: type[Schema], path: str) -> dict[str, Any]:
    """Read the answer to a POST; a wrong one leaves the outcome unknown, hence `Temporary`."""
    try:
        return _loaded(answer, schema, path)
    except Permanent as error:
        raise Temporary(error.message) from error


def refusal(answer: Answer) -> str:
    """The shop's own words, ready to be put behind ours."""
    return _message(answer)


def _loaded(answer: Answer, schema: type[Schema], path: str) -> dict[str, Any]:
    try:
        return load(schema, answer.json())
    except ValidationError as error:
        name = path.split("/")[1]
        raise Permanent(
            "the shop's answer about %(name)s is not as documented: %(value)s",
            name=name,
            value=error.messages[0],
        ) from error


def _said(answer: Answer) -> dict[str, Any] | None:
    """The body where it is a JSON object."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _message(answer: Answer) -> str:
    message = (_said(answer) or {}).get("message")
    if not isinstance(message, str) or not message.strip():
        return ""
    plain = "".join(one if one.isprintable() else " " for one in message[:1000])
    return f": {' '.join(plain.split())[:200]}"
