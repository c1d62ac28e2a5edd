"""A stand-in for Microsoft's token service: the device authorization grant and the renewal of tokens, as its
pages describe them.

What the pages do not say, and this does in one way all the same: whether asking too often is answered
`slow_down` (it is not), and whether a renewal always gives another refresh token (it does).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.platforms.server import LoopbackServer

CLIENT_ID = "00001111-aaaa-2222-bbbb-3333cccc4444"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Microsoft:
    """One app, and the account that signs in for it."""

    signed_in: bool = False
    refuses: str = ""
    """The error that the next call is answered with."""
    scope: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    """Access tokens that mail servers take."""
    refreshes: int = 0
    life: int = 3600

    def __post_init__(self) -> None:
        self._server = LoopbackServer(self._serve)
        self.url = self._server.url

    def close(self) -> None:
        """End the server."""
        self._server.close()

    def _serve(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        form = request.form.to_dict()
        self.asked.append({"path": request.path, **form})
        status, body = self._answer(request.path.rpartition("/")[2], form)
        return Response(json.dumps(body), status, content_type="application/json")(environ, start)

    def _answer(self, call: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.refuses:
            error, self.refuses = self.refuses, ""
            return _error(error)
        if form.get("client_id") != CLIENT_ID:
            return _error("unauthorized_client", "AADSTS700016: no such application")
        if call == "devicecode":
            self.scope = form["scope"]
            return 200, _code(self.url)
        if form["grant_type"] == GRANT:
            return self._by_code(form)
        if form["refresh_token"] != f"refresh-{self.refreshes}":
            return _error("invalid_grant", "AADSTS70000: the grant is not valid")
        self.refreshes += 1
        return 200, self._tokens()

    def _by_code(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form["device_code"] != "device-code":
            return _error("bad_verification_code")
        if not self.signed_in:
            return _error("authorization_pending", "AADSTS70016: not yet authorized by the user")
        return 200, self._tokens()

    def _tokens(self) -> dict[str, Any]:
        access = f"access-{self.refreshes}"
        self.good.clear()
        self.good.add(access)
        return {
            "token_type": "Bearer",
            "scope": self.scope,
            "expires_in": self.life,
            "access_token": access,
            "refresh_token": f"refresh-{self.refreshes}",
        }


def _code(url: str) -> dict[str, Any]:
    return {
        "user_code": "HQ7R2XKM",
        "device_code": "device-code",
        "verification_uri": f"{url}/devicelogin",
        "expires_in": 900,
        "interval": 5,
        "message": "To sign in, use a web browser ...",
    }


def _error(error: str, description: str = "") -> tuple[int, dict[str, Any]]:
    status = 503 if error == "temporarily_unavailable" else 400
    return status, {"error": error, "error_description": description, "error_codes": []}
