"""SMS as a message channel, over Twilio's Messages API.

Reference: twilio.com/docs/messaging/api/message-resource; docs/platforms/sms.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from integrations.base.checks import tried
from integrations.base.client import Query
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
    SentMessage,
)
from integrations.entries import Form, web_address
from integrations.errors import Permanent, Rejected
from integrations.sentence import N_, Counted, Text
from integrations.sms.client import EXAMPLE, Client
from integrations.sms.schemas import AccountIn, MessageIn, MessagesIn
from integrations.sms.segments import plain, segments
from integrations.sms.webhook import Webhooks

LONGEST = 1600
NOT_BROUGHT = ("failed", "undelivered", "canceled")
NOT_AGREED = Text("The buyer has not agreed to be written to by SMS.")
TOO_LONG = N_("The message takes %(parts)s parts of SMS, more than set for this connection.")


class Sms(Adapter, MessageChannel, Webhooks):
    """One sender. Twilio knows no idempotency key for messages; what was sent to a number can be listed."""

    name: ClassVar[str] = "sms"
    label: ClassVar[str] = "SMS (Twilio)"
    capabilities: ClassVar[Capabilities] = Capabilities(
        look_up_message=True, consistency_delay=timedelta(minutes=10)
    )
    channel: ClassVar[Channel] = Channel.SMS
    reach: ClassVar[frozenset[Reach]] = frozenset({Reach.TELEPHONE})
    # A long number sends one part a second; Twilio keeps what comes faster in a queue.
    pace: ClassVar[Pace] = Pace(concurrency=2, per_minute=60)
    fields: ClassVar[tuple[Field, ...]] = (
        Field("base_url", Text("Address of the API"), default=EXAMPLE),
        Field(
            "account_sid",
            Text("Account SID"),
            Text("On the Console's first page: AC..."),
            form=Form(
                "AC[0-9a-f]{32}", Text("enter the Account SID: AC and 32 letters and digits")
            ),
        ),
        Field("auth_token", Text("Auth token"), Text("Beside the Account SID."), secret=True),
        Field(
            "sender",
            Text("Sender"),
            Text("A number of yours, a sender name, or a Messaging Service SID (MG...)."),
            form=Form(
                r"MG[0-9a-f]{32}|\+[0-9]{7,15}|[A-Za-z0-9 ]{1,11}",
                Text(
                    "enter a number such as +6281234567890, a sender name, or a Messaging Service SID"
                ),
            ),
        ),
        Field(
            "opt_in",
            Text("Who has agreed to SMS"),
            Text("everyone: all buyers who gave a number; stated: whose order or review says so."),
            required=False,
            default="stated",
            choices={"stated": Text("stated"), "everyone": Text("everyone")},
        ),
        Field(
            "most_parts",
            Text("Parts of SMS at most"),
            Text("Each part is paid for; a longer message takes the next channel. Empty: 6."),
            required=False,
            default="6",
            form=Form("0?[1-9]|10", Text("enter a number from 1 to 10")),
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

    @classmethod
    def closed(cls, values: Mapping[str, str], contact: Contact) -> Text | None:
        agreed = Channel.SMS.value in contact.buyer.consents.split()
        if agreed or values.get("opt_in") == "everyone" or contact.written_at is not None:
            return None
        return NOT_AGREED

    @classmethod
    def size_note(cls, text: str) -> Text | None:
        return Counted(
            "%(parts)s part of SMS", "%(parts)s parts of SMS", parts=segments(plain(text))
        )

    def message(self, message: OutgoingMessage) -> str:
        """POST /Messages.json."""
        text, values = plain(message.text), self.config.values
        parts = segments(text)
        if parts > int(values.get("most_parts", "").strip() or 6) or len(text) > LONGEST:
            raise Rejected(Text(TOO_LONG, parts=parts))
        sender = values.get("sender", "").strip()
        by = "MessagingServiceSid" if sender.startswith("MG") else "From"
        body = {"To": message.to.phone, by: sender, "Body": text}
        if self.config.webhook_url:
            body["StatusCallback"] = self.config.webhook_url
        sent = self.client.post(self.client.account_path("/Messages"), MessageIn, body)
        return str(sent["sid"])

    def find_message(self, sent: SentMessage) -> str | None:
        """GET /Messages.json?To=...&DateSent>=...: whether one without a date yet is among them is not
        documented, hence the long consistency delay."""
        day = (sent.begun_at - timedelta(days=1)).date().isoformat()
        query: Query = {"To": sent.to.phone, "DateSent>": day, "PageSize": "200"}
        page = self.client.get(self.client.account_path("/Messages"), MessagesIn, query)
        listed = next((row for row in page["messages"] if sent.mark in row["body"]), None)
        if listed is not None and listed["status"] in NOT_BROUGHT:
            raise Permanent("the network did not bring it: look at the buyer's number")
        return None if listed is None else str(listed["sid"])

    def check(self) -> list[CheckResult]:
        """GET the account: token and account are right."""
        path = f"/2010-04-01/Accounts/{self.client.account}.json"
        return [
            tried(
                Text("Account and token"),
                lambda: load(AccountIn, self.client.ask("GET", path).json(), path),
            )
        ]


ADAPTER = Sms
