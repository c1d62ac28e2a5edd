"""Microsoft's sign-in for mail of Outlook.com and Microsoft 365, by a code that the owner enters there.

Reference: learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code (codes, tokens, errors),
learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow (refreshing, errors),
learn.microsoft.com/entra/identity-platform/refresh-tokens (90 days; not revoked by use),
learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
(scopes, XOAUTH2), RFC 8628. Not confirmed against a live account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from marshmallow import validate

from integrations.base import fields
from integrations.base.client import JsonClient, Method, words_of
from integrations.base.loading import Loose
from integrations.contract import Config, DeviceCode, Tokens
from integrations.email.presets import MICROSOFT
from integrations.entries import WrongEntry
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.http import Http, Response
from integrations.sentence import N_, Text

SIGN_IN = "https://login.microsoftonline.com"
SCOPES = (
    "https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All"
    " offline_access"
)
CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_DAYS = timedelta(days=90)
LONGEST_TOKEN = 20_000
"""Microsoft promises no length; tokens of a few thousand characters are usual."""
APP_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
PENDING = frozenset({"authorization_pending", "slow_down"})
ENDED = frozenset({"expired_token", "bad_verification_code"})
DECLINED = frozenset({"authorization_declined", "access_denied"})
ALLOW_AGAIN = frozenset(
    {"invalid_grant", "interaction_required", "consent_required", "login_required"}
)
LATER = frozenset({"temporarily_unavailable", "server_error"})
CODE_ENDED = Text("the code has ended or was used already")
CODE_DECLINED = Text("the sign-in was declined at Microsoft")
NOT_LET_IN = N_("Microsoft lets Makegood in no more (%(code)s%(said)s)")
WRONG_APP = N_(
    "Microsoft does not take this app (%(code)s%(said)s): look at its ID, its directory, its permissions and"
    " that “Allow public client flows” is on"
)
AWAY = N_("Microsoft answered %(code)s%(said)s")


class CodeIn(Loose):
    device_code = fields.Text(required=True, validate=validate.Length(1, LONGEST_TOKEN))
    user_code = fields.Text(required=True, validate=validate.Length(1, 40))
    verification_uri = fields.Text(
        required=True, validate=[validate.Length(1, 500), validate.Regexp(r"https?://\S+\Z")]
    )
    expires_in = fields.Whole(1, 86_400, required=True)


class TokensIn(Loose):
    access_token = fields.Text(required=True, validate=validate.Length(1, LONGEST_TOKEN))
    refresh_token = fields.Text(load_default="", validate=validate.Length(0, LONGEST_TOKEN))
    expires_in = fields.Whole(1, 10**7, required=True)


class NotYet(Rejected):
    """The code is good, and the owner has not signed in with it yet."""


class SignIn(JsonClient):
    """The token service, called for one app. No call of it does harm when it is made twice."""

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        check_entries(config.values)
        tenant = config.values.get("tenant", "").strip() or "common"
        super().__init__(f"{SIGN_IN}/{tenant}/oauth2/v2.0", http, now)
        self._app = {"client_id": config.values.get("client_id", "").strip()}

    def device_code(self) -> DeviceCode:
        """POST /devicecode (v2-oauth2-device-code, device authorization request)."""
        issued = self._sent("/devicecode", CodeIn, {"scope": SCOPES})
        return DeviceCode(
            issued["user_code"],
            issued["verification_uri"],
            issued["device_code"],
            self.now() + timedelta(seconds=issued["expires_in"]),
        )

    def tokens_for(self, code: str) -> Tokens | None:
        """POST /token with the code (v2-oauth2-device-code, authenticating the user); None while nobody
        has signed in."""
        try:
            return self._tokens({"grant_type": CODE_GRANT, "device_code": code}, "")
        except NotYet:
            return None

    def renewed(self, tokens: Tokens) -> Tokens:
        """POST /token with the refresh token (v2-oauth2-auth-code-flow, refresh the access token)."""
        content = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "scope": SCOPES}
        return self._tokens(content, tokens.refresh)

    def _tokens(self, content: Mapping[str, str], refresh: str) -> Tokens:
        issued = self._sent("/token", TokensIn, content)
        kept = issued["refresh_token"] or refresh
        if not kept:
            raise Misconfigured(Text(WRONG_APP, code="offline_access", said=""))
        until = self.now() + timedelta(seconds=issued["expires_in"])
        return Tokens(issued["access_token"], until, kept, self.now() + REFRESH_DAYS)

    def _sent(self, path: str, schema: type[Loose], content: Mapping[str, str]) -> Any:
        try:
            return self.post(path, schema, {**self._app, **content})
        except Temporary as error:
            error.outcome = "not_done"
            raise

    def encoded(self, content: Mapping[str, Any]) -> bytes:
        return urlencode(content).encode()

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Response:
        headers = {
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded",
        }
        return self.http.call(method, url, headers=headers, body=body)

    def own_refusal(
        self, response: Response, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        code = (content or {}).get("error")
        if response.ok or not isinstance(code, str) or response.status >= 500:
            return None
        named = {"code": code[:80], "said": words_of(content, "error_description")}
        if code in PENDING:
            return NotYet(CODE_ENDED)
        if code in ENDED:
            return Rejected(CODE_ENDED)
        if code in DECLINED:
            return Rejected(CODE_DECLINED)
        if code in ALLOW_AGAIN:
            return Rejected(Text(NOT_LET_IN, **named))
        if code in LATER or response.status == 429:
            return Temporary(Text(AWAY, **named))
        return Misconfigured(Text(WRONG_APP, **named))


def signs_in(values: Mapping[str, str]) -> bool:
    """Whether mail of these entries goes by Microsoft's sign-in rather than by a password."""
    return values.get("provider", "") in MICROSOFT and bool(values.get("client_id", "").strip())


def check_entries(values: Mapping[str, str]) -> None:
    """Refuse what Microsoft cannot take; raises `WrongEntry`."""
    client_id, tenant = values.get("client_id", "").strip(), values.get("tenant", "").strip()
    if client_id and not APP_ID.fullmatch(client_id):
        raise WrongEntry(
            "enter the Application (client) ID of your app at Microsoft: 36 letters, digits and hyphens",
            field="client_id",
        )
    if tenant and not TENANT.fullmatch(tenant):
        raise WrongEntry("enter an ID or a domain such as shop.example", field="tenant")
    if values.get("provider", "") in MICROSOFT and not client_id and not values.get("password", ""):
        raise WrongEntry(
            "Microsoft lets programs in by an app of yours only: enter its ID", field="client_id"
        )
