"""Short notices to people by the chat services that `apprise` knows; addresses are those of apprise
(https://appriseit.com/services/).

Its plugins call out with `requests` themselves, past our network rules, proxy and certificates. So only
plugins are used here that call with nothing but `requests`, and in their modules that name stands for
`_Requests`, which hands each call to `Http`. Parameters by which a plugin would read files, wait, or do
without certificates are refused.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

import requests
from apprise import AppriseAsset, NotifyFormat, NotifyType, PersistentStoreMode
from apprise.plugins import (
    custom_json,
    discord,
    google_chat,
    gotify,
    mattermost,
    ntfy,
    pushover,
    signal_api,
    slack,
    telegram,
    twilio,
    whatsapp,
    workflows,
)
from apprise.plugins.base import NotifyBase

from integrations.entries import WrongEntry
from integrations.errors import AdapterError, Rejected
from integrations.http import Http
from integrations.sentence import Text

SERVICES: Mapping[str, type[NotifyBase]] = {
    "tgram": telegram.NotifyTelegram,
    "slack": slack.NotifySlack,
    "discord": discord.NotifyDiscord,
    "whatsapp": whatsapp.NotifyWhatsApp,
    "gchat": google_chat.NotifyGoogleChat,
    "workflows": workflows.NotifyWorkflows,
    "mmost": mattermost.NotifyMattermost,
    "mmosts": mattermost.NotifyMattermost,
    "signal": signal_api.NotifySignalAPI,
    "signals": signal_api.NotifySignalAPI,
    "twilio": twilio.NotifyTwilio,
    "pover": pushover.NotifyPushover,
    "ntfy": ntfy.NotifyNtfy,
    "ntfys": ntfy.NotifyNtfy,
    "gotify": gotify.NotifyGotify,
    "gotifys": gotify.NotifyGotify,
    "json": custom_json.NotifyJSON,
    "jsons": custom_json.NotifyJSON,
}
"""Services by the scheme of their addresses."""
MODULES = {sys.modules[service.__module__] for service in SERVICES.values()}
PARAMETERS = frozenset({"to", "from", "channel", "mode", "priority", "thread", "topic", "auth"})
"""What may stand behind the question mark of an address."""
LONGEST = 1000
NO_SUCH = Text(
    "Enter an address such as tgram://bot-token/chat-id. It may begin with: %(names)s.",
    names=", ".join(f"{name}://" for name in SERVICES),
)
_ASSET = AppriseAsset(
    app_id="Makegood",
    app_desc="Makegood",
    app_url="",
    image_url_mask="",
    image_path_mask="",
    storage_mode=PersistentStoreMode.MEMORY,
    secure_logging=True,
)
# What it logs may hold parts of an address, which is a secret.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class _Sending:
    """One notice on its way: by which way its calls go out, and why the last one failed."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self.error: AdapterError | None = None


_sending: ContextVar[_Sending] = ContextVar("sending")


class _Requests:
    """What the name `requests` stands for in the modules of the services."""

    exceptions, codes = requests.exceptions, requests.codes
    RequestException, Response = requests.RequestException, requests.Response

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Make a call by our own way; raises what `requests` raises where none is answered."""
        taken = ("headers", "data", "json", "params", "auth", "files")
        asked = {name: options[name] for name in taken if name in options}
        prepared = requests.Request(method, url, **asked).prepare()
        sending, body = _sending.get(), prepared.body
        headers = {name: str(value) for name, value in prepared.headers.items()}
        headers.pop("Content-Length", None)
        try:
            received = sending.http.call(
                prepared.method or method,
                prepared.url or url,
                headers=headers,
                body=body.encode() if isinstance(body, str) else body,
            )
        except AdapterError as error:
            sending.error = error
            raise requests.ConnectionError from error
        response = requests.Response()
        response.status_code, response._content = received.status, received.body
        response.headers.update(received.headers)
        response.encoding = "utf-8"
        return response

    def post(self, url: str, **options: Any) -> requests.Response:
        """POST."""
        return self.request("POST", url, **options)

    def get(self, url: str, **options: Any) -> requests.Response:
        """GET."""
        return self.request("GET", url, **options)

    def put(self, url: str, **options: Any) -> requests.Response:
        """PUT."""
        return self.request("PUT", url, **options)


for _module in MODULES:
    _module.requests = _Requests()  # type: ignore[attr-defined]


def service_of(address: str) -> NotifyBase:
    """What sends to an address; raises `WrongEntry` for one that cannot be used."""
    address = address.strip()
    name = address.partition("://")[0].lower()
    if name not in SERVICES or len(address) > LONGEST or not address.isprintable():
        raise WrongEntry(NO_SUCH, field="address")
    if not _parameters(address) <= PARAMETERS:
        raise WrongEntry(
            "only these may stand behind the question mark: %(names)s",
            field="address",
            names=", ".join(sorted(PARAMETERS)),
        )
    kind = SERVICES[name]
    try:
        parsed = kind.parse_url(address)
        service = kind(**{**parsed, "asset": _ASSET}) if parsed else None
    except Exception:
        # A plugin refuses by whatever it raises, and may quote the address.
        service = None
    if service is None:
        raise WrongEntry(
            "%(name)s does not take this address: compare it with appriseit.com/services",
            field="address",
            name=str(kind.service_name),
        )
    return service


def _parameters(address: str) -> set[str]:
    """As the plugins read them: from the first question mark on, whatever comes before it."""
    pairs = re.split("[&;?]", address.partition("?")[2])
    return {unquote(pair.partition("=")[0]).strip().lower() for pair in pairs if pair}


def send(http: Http, address: str, title: str, text: str) -> None:
    """Send a notice. Raises an `AdapterError`: that of the call, or `Rejected` where the service did not
    take it."""
    service, sending = service_of(address), _Sending(http)
    token = _sending.set(sending)
    try:
        taken = service.notify(
            body=text, title=title, notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT
        )
    finally:
        _sending.reset(token)
    if not taken:
        raise sending.error or Rejected(
            "%(name)s did not take it: check the address", name=str(service.service_name)
        )
