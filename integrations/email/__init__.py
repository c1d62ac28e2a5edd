"""E-mail as a message channel over SMTP; for shops whose platform sends no messages.

Reference: RFC 5321, RFC 8058 (one-click stop), docs/platforms/email.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from integrations import mailbox
from integrations.contract import (
    Adapter,
    Buyer,
    Capabilities,
    Channel,
    CheckResult,
    Config,
    DeviceCode,
    DeviceGrant,
    Field,
    MessageChannel,
    OutgoingMessage,
    Reach,
    Tokens,
)
from integrations.email import microsoft, presets
from integrations.email.mime import WrongAddress, address_of, build_message, own_address, sender_of
from integrations.email.presets import AUTO, OWN, PROVIDERS
from integrations.email.smtp import Server, send, signed_in, trusting
from integrations.entries import YES_NO, Choices
from integrations.errors import AdapterError, Temporary
from integrations.imap import Mailbox
from integrations.sentence import N_, Text, Words

ENCRYPTION: Choices = {
    AUTO: Text("as provider and port want it"),
    "starttls": Words("STARTTLS"),
    "tls": Words("TLS"),
    "none": Text("none"),
}
MAILBOX_ENCRYPTION: Choices = {
    AUTO: Text("as its port wants it"),
    "tls": Words("TLS"),
    "starttls": Words("STARTTLS"),
}


class Email(Adapter, MessageChannel, DeviceGrant):
    """Sends messages, and nothing else; at Microsoft with tokens, elsewhere with a password."""

    name: ClassVar[str] = "email"
    label: ClassVar[str] = N_("E-mail (SMTP)")
    capabilities: ClassVar[Capabilities] = Capabilities()
    channel: ClassVar[Channel] = Channel.EMAIL
    reach: ClassVar[frozenset[Reach]] = frozenset({Reach.ADDRESS})
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "provider",
            Text("Mail provider"),
            Text(
                "Fills the servers, ports and encryption that you leave empty below, also those for "
                "answers. Gmail and Zoho want an app password, Microsoft the ID of an app instead of one."
            ),
            required=False,
            default=OWN,
            choices=PROVIDERS,
        ),
        Field(
            "host",
            Text("Mail server"),
            Text("Such as smtp.example.com. Empty: that of the provider."),
            required=False,
        ),
        Field(
            "from_address",
            Text("Sender address"),
            Text("Must be one your mail server may send for."),
        ),
        Field(
            "username",
            Text("User name"),
            Text("Empty: the sender address at a provider above, else none."),
            required=False,
        ),
        Field("password", Text("Password"), Text("Of that user."), secret=True, required=False),
        Field(
            "client_id",
            Text("ID of your app at Microsoft"),
            Text(
                "For Outlook.com and Microsoft 365. Register an app at entra.microsoft.com (App registrations), "
                "switch on “Allow public client flows” (Authentication), copy its Application (client) ID."
            ),
            required=False,
        ),
        Field(
            "tenant",
            Text("Directory of that app"),
            Text(
                "Its Directory (tenant) ID where the app is for your organization only. Empty: any account."
            ),
            required=False,
        ),
        Field(
            "from_name",
            Text("Sender name"),
            Text("What buyers see, such as your shop."),
            required=False,
            words=True,
        ),
        Field("reply_to", Text("Reply address"), Text("Where buyers' answers go."), required=False),
        Field(
            "port",
            Text("Port"),
            Text("Empty: 587 for starttls, 465 for tls."),
            required=False,
            seldom=True,
        ),
        Field(
            "security",
            Text("Encryption"),
            Text("starttls, tls, or none (only for a mail server on this machine)."),
            required=False,
            seldom=True,
            default=AUTO,
            choices=ENCRYPTION,
        ),
        Field(
            "plus",
            Text("Reply address takes a plus"),
            Text(
                "yes, where mail to care+anything@shop.example arrives too: answers find their case."
            ),
            required=False,
            seldom=True,
            default="no",
            choices=YES_NO,
        ),
        Field(
            "imap_host",
            Text("Mailbox server (IMAP)"),
            Text("Where buyers' answers are read; empty: at the provider above, else nowhere."),
            required=False,
            seldom=True,
        ),
        Field(
            "imap_port",
            Text("Its port"),
            Text("Empty: 993 for TLS, 143 for STARTTLS."),
            required=False,
            seldom=True,
        ),
        Field(
            "imap_security",
            Text("Its encryption"),
            Text(
                "Always on for a mailbox on another machine: a server that offers none is not read."
            ),
            required=False,
            seldom=True,
            default=AUTO,
            choices=MAILBOX_ENCRYPTION,
        ),
        Field(
            "imap_username",
            Text("Its user name"),
            Text("Empty: the one for sending."),
            required=False,
            seldom=True,
        ),
        Field(
            "imap_password",
            Text("Its password"),
            Text("Empty: the one for sending."),
            secret=True,
            required=False,
            seldom=True,
        ),
        Field(
            "imap_folder", Text("Its folder"), Text("Empty: INBOX."), required=False, seldom=True
        ),
        Field(
            "ca_file",
            Text("Trusted certificates"),
            Text("A PEM file on this machine, where the server's certificate is your own."),
            required=False,
            seldom=True,
        ),
    )

    @classmethod
    def needs_permission(cls, values: Mapping[str, str]) -> bool:
        return microsoft.signs_in(values)

    @classmethod
    def completed(cls, values: Mapping[str, str]) -> Mapping[str, str]:
        return presets.completed(values)

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        microsoft.check_entries(values)
        trusting(Server.of(Config(values)).ca_file)
        sender_of(values.get("from_address", ""), values.get("from_name", ""))
        if reply_to := values.get("reply_to", ""):
            own_address("reply_to", reply_to)
        mailbox.check_entries(values)

    @classmethod
    def reaches(cls, buyer: Buyer, order_id: str) -> bool:
        try:
            return bool(address_of(buyer.email))
        except WrongAddress:
            return False

    def message(self, message: OutgoingMessage) -> str:
        values = self.config.values
        server = self._server()
        sender = sender_of(values.get("from_address", ""), values.get("from_name", ""))
        reply_to, plus = values.get("reply_to", "").strip(), values.get("plus") == "yes"
        mail = build_message(message, sender, reply_to, self.now(), plus=plus)
        to = address_of(message.to.email).addr_spec
        with signed_in(server, self.http.network) as smtp:
            self.http.left()
            send(smtp, mail, sender.addr_spec, to)
        return str(mail["Message-ID"])

    def check(self) -> list[CheckResult]:
        values = self.config.values
        try:
            sender_of(values.get("from_address", ""), values.get("from_name", ""))
            if reply_to := values.get("reply_to", "").strip():
                own_address("reply_to", reply_to)
            findings = [CheckResult(Text("Addresses"), True)]
        except AdapterError as error:
            findings = [CheckResult(Text("Addresses"), False, error.text)]
        return [*findings, self._mail_server(), *mailbox.check(self._mailbox(), self.http.network)]

    def _mail_server(self) -> CheckResult:
        name = Text("Mail server")
        try:
            with signed_in(self._server(), self.http.network) as smtp:
                if smtp.noop()[0] != 250:
                    raise Temporary("the mail server answers, but is not ready")
        except AdapterError as error:
            return CheckResult(name, False, error.text, blocking=True, field=error.field)
        return CheckResult(name, True)

    def _mailbox(self) -> Mailbox | None:
        by_token = microsoft.signs_in(self.config.values)
        return Mailbox.of(self.config.values, self.access if by_token else None)

    def _server(self) -> Server:
        by_token = microsoft.signs_in(self.config.values)
        return Server.of(self.config, self.access if by_token else None)

    def device_code(self) -> DeviceCode:
        return self._sign_in().device_code()

    def tokens_for_device(self, secret: str) -> Tokens | None:
        return self._sign_in().tokens_for(secret)

    def renewed(self, tokens: Tokens) -> Tokens:
        return self._sign_in().renewed(tokens)

    def _sign_in(self) -> microsoft.SignIn:
        return microsoft.SignIn(self.config, self.http, self.now)


ADAPTER = Email
