"""WhatsApp as a message channel, by Meta's Cloud API: to buyers who agreed, freely for 24 hours after they
wrote, by an approved template else.

Reference: developers.facebook.com, WhatsApp > Cloud API: "Messages", "Message templates", "Opt-in",
"Error codes"; docs/platforms/whatsapp.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from integrations.base.checks import tried
from integrations.base.loading import load
from integrations.contract import (
    Adapter,
    Capabilities,
    Channel,
    CheckResult,
    Contact,
    Field,
    MessageChannel,
    OutgoingMessage,
    Pace,
    Reach,
)
from integrations.entries import Form, web_address
from integrations.errors import Rejected
from integrations.sentence import Text
from integrations.whatsapp.client import EXAMPLE, Client
from integrations.whatsapp.schemas import NumberIn, SentIn
from integrations.whatsapp.templates import parameters_of, template_for, templates_of
from integrations.whatsapp.webhook import Webhooks

WINDOW = timedelta(hours=24)
MARGIN = timedelta(minutes=5)
"""How long before its end the window counts as over: a message takes a while to arrive."""
LONGEST_TEXT, LONGEST_IN_TEMPLATE = 4096, 1024
NOBODY = Text("By this connection's settings nobody has agreed to be written to by WhatsApp.")
NOT_AGREED = Text("The buyer has not agreed to be written to by WhatsApp.")
NO_TEMPLATE = Text(
    "The buyer did not write within 24 hours, and no approved template is entered for this message."
)
TOO_LONG = Text("The message is longer than WhatsApp takes: shorten it.")


class WhatsApp(Adapter, MessageChannel, Webhooks):
    """One number of the seller's. There is no key under which a message goes out once and no look-up: a
    status that names our key (`biz_opaque_callback_data`) says later whether it went."""

    name: ClassVar[str] = "whatsapp"
    label: ClassVar[str] = "WhatsApp"
    capabilities: ClassVar[Capabilities] = Capabilities()
    channel: ClassVar[Channel] = Channel.WHATSAPP
    reach: ClassVar[frozenset[Reach]] = frozenset({Reach.TELEPHONE})
    # The page names 80 messages a second for a number, and one every 6 seconds for one receiver.
    pace: ClassVar[Pace] = Pace(concurrency=2, per_minute=600)
    fields: ClassVar[tuple[Field, ...]] = (
        Field("base_url", Text("Address of the API"), default=EXAMPLE),
        Field(
            "version",
            Text("Version of the API"),
            Text("Such as v21.0; Meta keeps each for about two years."),
            default="v21.0",
            form=Form("v[0-9]{1,3}[.][0-9]", Text("enter a version such as v21.0")),
        ),
        Field(
            "phone_number_id",
            Text("ID of the phone number"),
            Text("In the App Dashboard under WhatsApp > API Setup; not the number itself."),
            form=Form("[0-9]{1,20}", Text("enter the ID, digits only")),
        ),
        Field(
            "token",
            Text("Access token"),
            Text("Of a system user, with whatsapp_business_messaging; one that does not end."),
            secret=True,
        ),
        Field(
            "verify_token",
            Text("Token for verifying"),
            Text("Any words of your own; enter the same in the App Dashboard."),
            secret=True,
        ),
        Field(
            "opt_in",
            Text("Who has agreed to WhatsApp"),
            Text(
                "nobody; stated: whose order or review says so; wrote: those, and who has written to this"
                " number; everyone: all buyers, because your shop asks for it before each order."
            ),
            required=False,
            default="nobody",
            choices={
                "nobody": Text("nobody"),
                "stated": Text("stated"),
                "wrote": Text("wrote"),
                "everyone": Text("everyone"),
            },
        ),
        Field(
            "templates",
            Text("Approved templates"),
            Text("Such as confirmation:id=kabar_pesanan/id, *:en=order_news/en_US. Empty: none."),
            required=False,
        ),
        Field(
            "parameters",
            Text("What fills a template's places"),
            Text("In their order, of: name, text, reference; none where it has no places."),
            required=False,
            default="name text",
        ),
    )

    @cached_property
    def client(self) -> Client:
        """Raises `WrongEntry` for entries that cannot work."""
        return Client(self.config, self.http, self.now)

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        web_address("base_url", values.get("base_url", ""), EXAMPLE)
        templates_of(values)
        parameters_of(values)

    @classmethod
    def closed(cls, values: Mapping[str, str], contact: Contact) -> Text | None:
        agreed = values.get("opt_in") or "nobody"
        stated = Channel.WHATSAPP.value in contact.buyer.consents.split()
        if agreed == "nobody":
            return NOBODY
        wrote = agreed == "wrote" and contact.written_at is not None
        if not (stated or wrote or agreed == "everyone"):
            return NOT_AGREED
        if _is_open(contact.written_at, contact.now):
            return None
        template = template_for(values, contact.kind, contact.language)
        return NO_TEMPLATE if template is None else None

    def message(self, message: OutgoingMessage) -> str:
        """POST /<number>/messages."""
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to.phone.lstrip("+"),
            "biz_opaque_callback_data": message.key,
            **self._content(message),
        }
        answer = self.client.post(self.client.number_path("/messages"), SentIn, body)
        return next((sent["id"] for sent in answer["messages"]), "")

    def _content(self, message: OutgoingMessage) -> dict[str, Any]:
        if _is_open(message.written_at, self.now()):
            if len(message.text) > LONGEST_TEXT:
                raise Rejected(TOO_LONG)
            return {"type": "text", "text": {"body": message.text, "preview_url": False}}
        values = self.config.values
        template = template_for(values, message.kind, message.language)
        if template is None:
            raise Rejected(NO_TEMPLATE)
        filling = {
            "name": message.to.name or "-",
            "text": _on_one_line(message.text),
            "reference": message.reference,
        }
        names = parameters_of(values)
        if sum(len(filling[name]) for name in names) > LONGEST_IN_TEMPLATE:
            raise Rejected(TOO_LONG)
        parameters = [{"type": "text", "text": filling[name]} for name in names]
        components = [{"type": "body", "parameters": parameters}] if names else []
        return {
            "type": "template",
            "template": {
                "name": template.name,
                "language": {"code": template.language},
                "components": components,
            },
        }

    def check(self) -> list[CheckResult]:
        """GET /<number>: the token reaches it."""
        path = self.client.number_path()
        query = {"fields": "id,display_phone_number,quality_rating"}
        return [
            tried(
                Text("Number and token"),
                lambda: load(NumberIn, self.client.ask("GET", path, query).json(), path),
            )
        ]


def _is_open(written_at: datetime | None, now: datetime) -> bool:
    """Whether the buyer wrote so lately that any text may go ("customer service window")."""
    return written_at is not None and now < written_at + WINDOW - MARGIN


def _on_one_line(text: str) -> str:
    """A template's place takes no line break and no four blanks in a row."""
    return " ".join(text.split())


ADAPTER = WhatsApp
