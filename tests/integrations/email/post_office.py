"""A real mail server on loopback that can be told to refuse or to drop the line."""

from __future__ import annotations

import base64
import ssl
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integrations.contract import Buyer, Config, OutgoingMessage
from integrations.email import ADAPTER, Email
from integrations.http import Http

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
PASSWORD = "p-4ss-w0rd"


@dataclass
class PostOffice:
    """What came in, and what to answer instead of taking it."""

    refuse_sender: str = ""
    refuse_recipient: str = ""
    refuse_text: str = ""
    drop_before_text: bool = False
    drop_after_text: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    tokens: set[str] = field(default_factory=set)
    """Access tokens of care@shop.example."""

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802
        """As Microsoft's page on OAuth for SMTP writes it; a refusal asks for an empty answer first."""
        self.commands.append("AUTH")
        said = base64.b64decode(args[1]).decode()
        good = {f"user=care@shop.example\x01auth=Bearer {token}\x01\x01" for token in self.tokens}
        if said in good:
            return AuthResult(success=True, auth_data=said)
        await server.challenge_auth('{"status":"400"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.commands.append("MAIL")
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.drop_before_text:
            server.transport.abort()
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_NOOP(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, arg: str
    ) -> str:
        self.commands.append("NOOP")
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse_text:
            return self.refuse_text
        mail = message_from_bytes(envelope.content, policy=default)
        self.raw.append(envelope.content)
        self.taken.append(mail)
        self.recipients += envelope.rcpt_tos
        if self.drop_after_text:
            server.transport.abort()
        return "250 OK"


def _signs_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    fine = (data.login, data.password) == (b"shop", PASSWORD.encode())
    return AuthResult(success=fine, handled=fine)


class AnyPort(Controller):
    """Takes a free port and learns its number before the first connection."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def opened(office: PostOffice, **options: Any) -> Iterator[PostOffice]:
    """Serve `office` on a free port of 127.0.0.1."""
    controller = AnyPort(office, hostname="127.0.0.1", port=0, **options)
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()


def encrypted(folder: Path, *, host: str = "127.0.0.1", sign_in: bool = True) -> dict[str, Any]:
    """Options of a server that insists on STARTTLS; writes `ca.pem` into `folder`."""
    options: dict[str, Any] = {
        "tls_context": server_context(folder, host),
        "require_starttls": True,
    }
    if sign_in:
        options |= {"authenticator": _signs_in, "auth_required": True, "auth_require_tls": True}
    return options


def server_context(folder: Path, host: str = "127.0.0.1") -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post office")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "ca.pem").write_bytes(public)
    (folder / "server.pem").write_bytes(public + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def adapter(at: int, **values: str) -> Email:
    entries = {
        "host": "127.0.0.1",
        "port": str(at),
        "security": "none",
        "from_address": "care@shop.example",
        "from_name": "Toko Teh",
        **values,
    }
    return ADAPTER(Config(entries), Http(), lambda: NOW)


def message(**changes: Any) -> OutgoingMessage:
    parts: dict[str, Any] = {
        "key": "MG-7F3K2Q:receipt",
        "reference": "MG-7F3K2Q",
        "to": Buyer("b-9", "Sari Ünal", "sari@example.test"),
        "subject": "Terima kasih ✓",
        "text": "Halo Sari,\nkami perbaiki ✓\n",
        "html": "<p>Halo Sari, kami perbaiki ✓</p>",
        "stop_url": "https://makegood.example/stop/abc",
        "language": "id",
    }
    return OutgoingMessage(**{**parts, **changes})
