"""Stand-ins for message channels over HTTP: Meta's WhatsApp Cloud API and Twilio's Messages API, as their
pages describe them.

What the pages do not say, and these do in one way all the same: the HTTP status of an error (400), whether a
list of messages holds those not sent yet (it does).
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import urlencode

import requests
from werkzeug.wrappers import Request, Response

from tests.platforms.server import LoopbackServer

APP_SECRET, TOKEN, VERIFY, NUMBER_ID = "app-secret", "wa-token", "our words", "1066"
ACCOUNT, AUTH_TOKEN, SENDER = "AC" + "0" * 32, "auth-token-of-tests", "+14155550100"


class _Server:
    """Answers on loopback, one request at a time."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.refuses: list[int] = []
        """Codes of the errors with which the next calls are answered; 0: the line breaks after the
        message was taken."""
        self._server = LoopbackServer(self._serve)
        self.url = self._server.url

    def close(self) -> None:
        """End the server."""
        self._server.close()

    def _serve(self, environ: Any, start: Any) -> Any:
        return self.answer(Request(environ))(environ, start)

    def answer(self, request: Request) -> Response:
        """What is answered."""
        raise NotImplementedError


class Meta(_Server):
    """One number of WhatsApp."""

    values: ClassVar[dict[str, str]] = {
        "version": "v21.0",
        "phone_number_id": NUMBER_ID,
        "token": TOKEN,
        "verify_token": VERIFY,
        "webhook_secret": APP_SECRET,
    }

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _meta_error(190)
        if request.method == "GET":
            return _json({"id": NUMBER_ID, "display_phone_number": "+1 415"})
        body = json.loads(request.data)
        code = self.refuses.pop(0) if self.refuses else None
        if code:
            return _meta_error(code)
        self.calls.append(body)
        if code == 0:
            return Response("lost", 502)
        return _json({"messaging_product": "whatsapp", "messages": [{"id": self.id_of(-1)}]})

    def id_of(self, at: int) -> str:
        """The id of a message that was taken."""
        return f"wamid.{len(self.calls) + at if at < 0 else at}"

    def push(self, url: str, **value: Any) -> int:
        """Send a signed delivery; gives the status of the answer."""
        change = {"field": "messages", "value": {"messaging_product": "whatsapp", **value}}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]})
        return requests.post(
            url, body, headers={"x-hub-signature-256": signed_by_meta(body.encode())}, timeout=5
        ).status_code

    def status(self, url: str, vendor_id: str, status: str, code: int = 0, key: str = "") -> int:
        """Tell what became of a message."""
        errors = [{"code": code, "title": "Message Undeliverable"}] if code else []
        row = {"id": vendor_id, "status": status, "timestamp": "1795487000", "errors": errors}
        return self.push(url, statuses=[{**row, "biz_opaque_callback_data": key}])

    def write(self, url: str, number: str, text: str, answers: str = "", id: str = "w1") -> int:
        """A buyer writes."""
        row = {"id": id, "from": number.lstrip("+"), "type": "text", "text": {"body": text}}
        context = {"context": {"id": answers}} if answers else {}
        return self.push(url, messages=[{**row, "timestamp": "1795487000", **context}])


class Twilio(_Server):
    """One account of Twilio."""

    values: ClassVar[dict[str, str]] = {
        "account_sid": ACCOUNT,
        "auth_token": AUTH_TOKEN,
        "sender": SENDER,
        "opt_in": "everyone",
        "webhook_secret": AUTH_TOKEN,
    }

    def answer(self, request: Request) -> Response:
        login = request.authorization
        if login is None or (login.username, login.password) != (ACCOUNT, AUTH_TOKEN):
            return _json({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        if request.method == "GET" and "Messages" in request.path:
            return _json({"messages": [self._row(at) for at in range(len(self.calls))]})
        if request.method == "GET":
            return _json({"sid": ACCOUNT, "status": "active"})
        code = self.refuses.pop(0) if self.refuses else None
        if code:
            return _json({"code": code, "message": "refused", "status": 400}, 400)
        self.calls.append(dict(request.form))
        if code == 0:
            return Response("lost", 502)
        return _json(self._row(len(self.calls) - 1), 201)

    def _row(self, at: int) -> dict[str, Any]:
        return {"sid": f"SM{at}", "status": "queued", "body": self.calls[at]["Body"]}

    def push(self, url: str, **fields: str) -> int:
        """Send a signed callback; gives the status of the answer."""
        headers = {
            "x-twilio-signature": signed_by_twilio(url, fields),
            "content-type": "application/x-www-form-urlencoded",
        }
        return requests.post(url, urlencode(fields), headers=headers, timeout=5).status_code


def signed_by_meta(body: bytes) -> str:
    """X-Hub-Signature-256."""
    return "sha256=" + hmac.digest(APP_SECRET.encode(), body, "sha256").hex()


def signed_by_twilio(url: str, fields: dict[str, str]) -> str:
    """X-Twilio-Signature."""
    text = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.digest(AUTH_TOKEN.encode(), text.encode(), "sha1")).decode()


@contextmanager
def opened(server: _Server) -> Iterator[Any]:
    """The server, ended afterwards."""
    yield server
    server.close()


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")


def _meta_error(code: int) -> Response:
    return _json({"error": {"message": f"(#{code})", "type": "OAuthException", "code": code}}, 400)
