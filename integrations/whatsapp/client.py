"""Calls of the WhatsApp Cloud API, and what its errors mean.

Reference: developers.facebook.com, WhatsApp > Cloud API > "Messages" and "Error codes". Errors go by `code`;
titles and subcodes are not to be relied on, says that page. Not confirmed against a live number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from integrations import entries
from integrations.base.client import BUSY, JsonClient, words_of
from integrations.contract import Config
from integrations.errors import (
    AdapterError,
    Misconfigured,
    OptedOut,
    Rejected,
    Temporary,
)
from integrations.http import Http, Response, retry_after
from integrations.sentence import N_, Text

EXAMPLE = "https://graph.facebook.com"
KEY_CODES = frozenset(
    {0, 3, 10, 33, 190, 368, 131005, 131031, 131042, 131045, 133006, 133010, *range(200, 300)}
)
"""Token, permission, account or number: nothing works until the seller has mended it."""
PAUSES: Mapping[int, float] = {4: 60, 80007: 300, 130429: 60, 131048: 3600, 131056: 60}
"""Seconds after a limit of calls; Meta names no wait."""
LATER_CODES = frozenset({1, 2, 131000, 131016, 133004})
"""Something broke at Meta: whether it acted before is not said."""
OPTED_OUT = 131050
ONLY_THIS = frozenset(
    {100, 130472, 131008, 131009, 131047, 131049, 131051, 131052, 131053}
    | set(range(132000, 132100))
)
"""The message, its template or its moment was refused; others still reach this buyer."""
WRONG_KEY = N_(
    "WhatsApp does not take our calls (%(code)s%(said)s): look at the token, the number and the account in"
    " WhatsApp Manager"
)
REFUSED = N_("WhatsApp refused (%(code)s)%(said)s")
FAILED = N_("WhatsApp answered %(code)s%(said)s")
SENTENCES: Mapping[int, Text] = {
    131026: Text(
        "WhatsApp cannot bring it (131026): the number has no WhatsApp, or an old one, or blocks"
        " the shop."
    ),
    131047: Text(
        "WhatsApp took it for too late (131047): the buyer last wrote more than 24 hours ago."
    ),
    131049: Text(
        "WhatsApp did not bring it, to protect its users from too many messages (131049)."
    ),
    OPTED_OUT: Text("The buyer told WhatsApp that they want no such messages (131050)."),
}


def sentence_of(code: int, said: str) -> Text:
    """What an error of a message means for the seller."""
    return SENTENCES.get(code, Text(REFUSED, code=code, said=said))


class Client(JsonClient):
    """One number of the seller's."""

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        values = config.values
        base = entries.web_address("base_url", values.get("base_url", ""), EXAMPLE)
        super().__init__(base, http, now)
        self._version = values.get("version", "").strip()
        self._number_id = values.get("phone_number_id", "").strip()
        self.headers = {"authorization": f"Bearer {values.get('token', '').strip()}"}

    def number_path(self, end: str = "") -> str:
        """A path of the seller's number."""
        return f"/{self._version}/{self._number_id}{end}"

    def own_refusal(
        self, response: Response, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        error = error_in(content)
        if error is None:
            return None
        code, said = error["code"], words_of(error)
        named = {"code": code, "said": said}
        if code in KEY_CODES:
            return Misconfigured(Text(WRONG_KEY, **named))
        if code in PAUSES:
            wait = retry_after(response, self.now()) or PAUSES[code]
            return Temporary(BUSY, retry_after=wait, outcome="not_done")
        if code in LATER_CODES or response.status >= 500:
            return Temporary(Text(FAILED, **named))
        if code == OPTED_OUT:
            return OptedOut(sentence_of(code, said))
        return Rejected(sentence_of(code, said))


def error_in(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The error of a body, None where it names none that can be read."""
    error = (content or {}).get("error")
    return dict(error) if isinstance(error, Mapping) and type(error.get("code")) is int else None
