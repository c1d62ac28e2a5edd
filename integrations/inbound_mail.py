"""Mail that comes back: an answer, an absence note, a bounce, or our own mail in a loop.

Reference: RFC 5322 (References), RFC 5233 (plus addresses), RFC 3834 (automatic responses), RFC 3464
(delivery status).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from enum import StrEnum
from html.parser import HTMLParser

from integrations import text

MOST_BYTES = 5 * 1024 * 1024
LONGEST = 10_000
"""Letters of an answer that are kept."""
LONGEST_NAME, MOST_FILES = 100, 10
OWN_ID = "mg."
"""How the ids of our own mails begin (integrations.email.mime)."""
_TOKEN = re.compile(r"\b(\d{1,19}-[0-9a-f]{24})\b")
_QUOTE_BEGINS = re.compile(
    r"^(?:(?:On|Pada|Am|Le|El)\b.{3,200}(?:wrote|menulis|schrieb|écrit|escribió)\s*:\s*$"
    r"|-{2,}\s*(?:Original Message|Pesan Asli|Forwarded message|Ursprüngliche Nachricht).*$"
    r"|_{10,}\s*$"
    # Outlook names the sender, and below that the day.
    r"|[*]?(?:From|Dari|Daripada|Von|De|Da|Van)[*]?\s?:[*]?[^\n]{1,200}\n+"
    r"[*]?[^\W\d]{2,12}[*]?\s?:[*]?[^\n]{0,60}\b20[0-9]{2}\b[^\n]{0,60}$)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_BULK = {"bulk", "junk", "list", "auto_reply"}
_MACHINES = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "X-Loop")
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster)@", re.IGNORECASE)


class MailKind(StrEnum):
    """What a mail that came in is."""

    ANSWER = "answer"
    AUTOMATIC = "automatic"
    """A machine answered: an absence note, a ticket number. Nobody is to answer it."""
    BOUNCE = "bounce"
    """A mail of ours surely did not arrive."""
    DELAY = "delay"
    """A mail of ours has not arrived yet; the mail server still tries."""
    LOOP = "loop"
    """Our own mail, come back."""


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """One mail. `id` is its Message-ID, else a hash of it. `tokens` are the signed marks of ours in
    its addresses and references, likeliest first; whoever keeps them checks them. `reason` is the
    mail server's own word on a bounce, such as `5.1.1 no such user`."""

    kind: MailKind
    id: str
    tokens: tuple[str, ...]
    sender: str = ""
    subject: str = ""
    text: str = ""
    reason: str = ""


def read_mail(raw: bytes) -> IncomingMail:
    """Read a mail as a mail server hands it over. Nothing in it makes this fail."""
    mail = message_from_bytes(raw[:MOST_BYTES], policy=policy.default)
    assert isinstance(mail, EmailMessage)
    mail_id = _header(mail, "Message-ID") or f"<{hashlib.sha256(raw).hexdigest()}>"
    kind, reason = _kind(mail, mail_id)
    return IncomingMail(
        kind=kind,
        id=mail_id[:500],
        tokens=tuple(dict.fromkeys(_tokens(mail))),
        sender=next(_addresses(mail, "From"), ""),
        subject=text.line(_header(mail, "Subject"))[:300],
        text=_answer(mail) if kind is MailKind.ANSWER else "",
        reason=reason,
    )


def _kind(mail: EmailMessage, mail_id: str) -> tuple[MailKind, str]:
    if mail_id.lstrip("<").startswith(OWN_ID):
        return MailKind.LOOP, ""
    status = _delivery_status(mail)
    if status is not None:
        return status
    if _header(mail, "X-Failed-Recipients"):
        # Exim and some large providers say it without a report.
        return MailKind.BOUNCE, ""
    if _is_automatic(mail):
        return MailKind.AUTOMATIC, ""
    return MailKind.ANSWER, ""


def _delivery_status(mail: EmailMessage) -> tuple[MailKind, str] | None:
    """What a report of RFC 3464 says; None for any other mail."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            action = _header(block, "Action").lower()
            reason = " ".join(
                filter(
                    None, (_header(block, "Status"), _diagnostic(_header(block, "Diagnostic-Code")))
                )
            )
            if action == "failed":
                return MailKind.BOUNCE, text.line(reason)[:300]
            if action == "delayed":
                return MailKind.DELAY, text.line(reason)[:300]
        return MailKind.AUTOMATIC, ""
    return None


def _diagnostic(code: str) -> str:
    return code.partition(";")[2].strip() or code


def _is_automatic(mail: EmailMessage) -> bool:
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    bulk = _header(mail, "Precedence").strip().lower() in _BULK
    empty_path = _header(mail, "Return-Path").strip() == "<>"
    daemon = any(_DAEMON.match(address) for address in _addresses(mail, "From"))
    named = any(_header(mail, name) for name in _MACHINES)
    return (bool(submitted) and submitted != "no") or bulk or empty_path or daemon or named


def _tokens(mail: EmailMessage) -> Iterator[str]:
    """In the addresses it was sent to, then in what it refers to, then in the mail it reports on."""
    for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"):
        for address in _addresses(mail, name):
            yield from _TOKEN.findall(address.lower())
    for name in ("In-Reply-To", "References"):
        yield from reversed(_TOKEN.findall(_header(mail, name).lower()))
    for part in mail.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            yield from _TOKEN.findall(_original_headers(part).lower())


def _original_headers(part: EmailMessage) -> str:
    """The head of the mail that a report sends back."""
    payload = part.get_payload()
    if isinstance(payload, list):
        original = payload[0]
        return " ".join(_header(original, name) for name in ("Message-ID", "Reply-To"))
    decoded = part.get_payload(decode=True)
    return decoded.decode("ascii", "replace")[:20_000] if isinstance(decoded, bytes) else ""


def _header(mail: object, name: str) -> str:
    if not isinstance(mail, Message):
        return ""
    try:
        return str(mail.get(name, "") or "")
    except (ValueError, IndexError, AttributeError):
        # A header that the library cannot read says nothing.
        return ""


def _addresses(mail: EmailMessage, name: str) -> Iterator[str]:
    try:
        values = [str(value) for value in mail.get_all(name, [])]
    except (ValueError, IndexError, AttributeError):
        return
    yield from (address for _, address in getaddresses(values) if address)


def _answer(mail: EmailMessage) -> str:
    """What was written, without what it quotes, and the names of the files that came with it."""
    written = text.paragraphs("\n\n".join(_words(mail)))
    unquoted = (_without_quote(written) or written)[:LONGEST]
    return "\n".join(filter(None, (unquoted, *_files(mail))))


def _words(part: EmailMessage) -> Iterator[str]:
    """The words of a mail in their order: of what comes in several forms the plain one, if it says
    anything. Some programs put a picture between two pieces of text."""
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        forms = sorted(_parts(part), key=lambda form: form.get_content_type() != "text/plain")
        said = ("\n\n".join(_words(form)) for form in forms)
        yield next(filter(str.strip, said), "")
    elif part.is_multipart() and kind != "message/rfc822":
        for inner in _parts(part):
            yield from _words(inner)
    elif kind in ("text/plain", "text/html") and not _is_file(part):
        yield _content(part)


def _parts(part: EmailMessage) -> list[EmailMessage]:
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, EmailMessage)] if part.is_multipart() else []


def _is_file(part: EmailMessage) -> bool:
    return _header(part, "Content-Disposition").strip().lower().startswith("attachment")


def _content(part: EmailMessage) -> str:
    try:
        content = str(part.get_content())
    except (LookupError, KeyError, ValueError):
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    return _Words.of(content) if part.get_content_type() == "text/html" else content


def _files(mail: EmailMessage) -> list[str]:
    """Names of pictures and other files, which stay in the mailbox."""
    named = [
        text.line(_file_name(part))[:LONGEST_NAME] or part.get_content_type()
        for part in mail.walk()
        if not part.is_multipart() and (_is_file(part) or part.get_content_maintype() != "text")
    ]
    return [f"[{name}]" for name in named[:MOST_FILES]]


def _file_name(part: EmailMessage) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""


def _without_quote(written: str) -> str:
    """What stands above the quote, and below it where its lines are marked."""
    begins = _QUOTE_BEGINS.search(written)
    if begins is None:
        return "\n".join(_unmarked_end(written.rstrip().split("\n"))).strip()
    above = written[: begins.start()].rstrip().split("\n")
    below = written[begins.end() :].strip().split("\n")
    if not below[0].startswith(">"):
        return "\n".join(_unmarked_end(above)).strip()
    below = _unmarked_end(below)
    while below and (below[0].startswith(">") or not below[0].strip()):
        below.pop(0)
    return "\n".join((*above, *below)).strip()


def _unmarked_end(lines: list[str]) -> list[str]:
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        lines.pop()
    return lines


class _Words(HTMLParser):
    """The words of a page, a line for each block."""

    BLOCKS = frozenset({"p", "div", "br", "tr", "li", "blockquote", "h1", "h2", "h3"})
    SILENT = frozenset({"style", "script", "title"})
    """Of a head nothing else is shown; its own end may be left out, as HTML allows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._silent = 0

    @classmethod
    def of(cls, page: str) -> str:
        reader = cls()
        reader.feed(page)
        reader.close()
        return re.sub(r"\n{3,}", "\n\n", "".join(reader._pieces))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in self.SILENT
        if tag in self.BLOCKS:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self.SILENT))
        if tag in self.BLOCKS:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(re.sub(r"\s+", " ", data))
