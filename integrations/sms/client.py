"""Calls of Twilio's REST API, and what its errors mean.

Reference: twilio.com/docs/usage/requests-to-twilio (basic authentication, forms),
twilio.com/docs/usage/twilios-response (errors), twilio.com/docs/api/errors (codes). Not confirmed against a
live account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from integrations import entries
from integrations.base.client import JsonClient
from integrations.base.refusals import Refusal
from integrations.contract import Config
from integrations.errors import Misconfigured, OptedOut, Rejected, Temporary
from integrations.http import Http
from integrations.sentence import N_, Text

EXAMPLE = "https://api.twilio.com"
OPTED_OUT = 21610
BUSY = Text("Twilio asks for a pause")
WRONG_KEY = N_(
    "Twilio does not take our calls (%(code)s%(said)s): look at account, token and sender in the Console"
)
REFUSED = N_("Twilio refused (%(code)s)%(said)s")
STOPPED = Text("The buyer answered STOP to this sender (21610).")


class Client(JsonClient):
    """One account."""

    content_type = "application/x-www-form-urlencoded"
    refusals = (
        Refusal(OptedOut, STOPPED, str(OPTED_OUT)),
        # Account, token or sender: nothing works until the seller has mended it.
        Refusal(
            Misconfigured,
            WRONG_KEY,
            "20003|20005|20006|20008|21212|21603|21606|21659|21660|21701|21703",
        ),
        Refusal(Misconfigured, WRONG_KEY, ".+", {401, 403}),
        # Too many calls, or too much in the queue of this sender.
        Refusal(Temporary, BUSY, "20429|14107|21611", outcome="not_done", pause=30),
        Refusal(Temporary, BUSY, ".+", {429}, outcome="not_done", pause=30),
        Refusal(Rejected, REFUSED, ".+", range(300, 500)),
    )

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        values = config.values
        base = entries.web_address("base_url", values.get("base_url", ""), EXAMPLE)
        super().__init__(base, http, now)
        self.account = values.get("account_sid", "").strip()
        self.login = (self.account, values.get("auth_token", "").strip())

    def account_path(self, end: str) -> str:
        """A path of the account."""
        return f"/2010-04-01/Accounts/{self.account}{end}.json"

    def encoded(self, content: Mapping[str, Any]) -> bytes:
        return urlencode(content).encode()

    def code_of(self, content: Mapping[str, Any] | None) -> str:
        code = (content or {}).get("code")
        return str(code) if type(code) is int else ""
