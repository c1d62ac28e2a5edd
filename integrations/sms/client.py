"""Calls of Twilio's REST API, and what its errors mean.

Reference: twilio.com/docs/usage/requests-to-twilio (basic authentication, forms),
twilio.com/docs/usage/twilios-response (errors), twilio.com/docs/api/errors (codes). Not confirmed against a
live account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from integrations import entries
from integrations.base.client import JsonClient, Method, words_of
from integrations.contract import Config
from integrations.errors import AdapterError, Misconfigured, OptedOut, Rejected, Temporary
from integrations.http import Answer, Http, retry_after
from integrations.sentence import N_, Text

EXAMPLE = "https://api.twilio.com"
OPTED_OUT = 21610
KEY_CODES = frozenset({20003, 20005, 20006, 20008, 21212, 21603, 21606, 21659, 21660, 21701, 21703})
"""Account, token or sender: nothing works until the seller has mended it."""
BUSY_CODES = frozenset({20429, 14107, 21611})
"""Too many calls, or too much in the queue of this sender."""
PAUSE = 30.0
BUSY = Text("Twilio asks for a pause")
WRONG_KEY = N_(
    "Twilio does not take our calls (%(code)s%(said)s): look at account, token and sender in the Console"
)
REFUSED = N_("Twilio refused (%(code)s)%(said)s")
STOPPED = Text("The buyer answered STOP to this sender (21610).")


class Client(JsonClient):
    """One account."""

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        values = config.values
        base = entries.web_address("base_url", values.get("base_url", ""), EXAMPLE)
        super().__init__(base, http, now)
        self.account = values.get("account_sid", "").strip()
        self._token = values.get("auth_token", "").strip()

    def account_path(self, end: str) -> str:
        """A path of the account."""
        return f"/2010-04-01/Accounts/{self.account}{end}.json"

    def encoded(self, content: Mapping[str, Any]) -> bytes:
        return urlencode(content).encode()

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Answer:
        headers = {"accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        login = (self.account, self._token)
        return self.http.call(method, url, headers=headers, body=body, auth=login)

    def own_refusal(
        self, answer: Answer, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        code = (content or {}).get("code")
        if answer.ok or type(code) is not int:
            return None
        words = words_of(content)
        if code == OPTED_OUT:
            return OptedOut(STOPPED)
        if code in KEY_CODES or answer.status in (401, 403):
            return Misconfigured(Text(WRONG_KEY, code=code, said=words))
        if code in BUSY_CODES or answer.status == 429:
            wait = retry_after(answer, self.now()) or PAUSE
            return Temporary(BUSY, retry_after=wait, outcome="not_done")
        return None if answer.status >= 500 else Rejected(Text(REFUSED, code=code, said=words))


def check_entries(values: Mapping[str, str]) -> None:
    """Raises `WrongEntry` for what cannot work."""
    entries.web_address("base_url", values.get("base_url", ""), EXAMPLE)
    if not re.fullmatch("AC[0-9a-f]{32}", values.get("account_sid", "").strip()):
        raise entries.WrongEntry(
            "enter the Account SID: AC and 32 letters and digits", field="account_sid"
        )
    sender = values.get("sender", "").strip()
    if not re.fullmatch(r"MG[0-9a-f]{32}|\+[0-9]{7,15}|[A-Za-z0-9 ]{1,11}", sender):
        raise entries.WrongEntry(
            "enter a number such as +6281234567890, a sender name, or a Messaging Service SID",
            field="sender",
        )
    most = values.get("most_parts", "").strip()
    if most and not (re.fullmatch("[0-9]{1,2}", most) and 1 <= int(most) <= 10):
        raise entries.WrongEntry("enter a number from 1 to 10", field="most_parts")
