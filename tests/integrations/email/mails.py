"""Mails in the form in which mail programs and servers write them (RFC 5322, 3834, 3464)."""

from __future__ import annotations

TOKEN = "17-0123456789abcdef01234567"
OURS = f"mg.{'a' * 64}.{TOKEN}@shop.example"
HEAD = """Return-Path: <sari@example.test>
Delivered-To: {to}
From: Sari <sari@example.test>
To: {to}
Subject: Re: Terima kasih sudah memberi tahu kami
Date: Tue, 24 Nov 2026 11:02:03 +0700
Message-ID: <{id}@mail.example.test>
MIME-Version: 1.0
"""


def plain(
    body: str = "Sudah saya coba, masih bocor.",
    *,
    to: str = "care@shop.example",
    refers: str = OURS,
    mail_id: str = "CAF1",
    more: str = "",
) -> bytes:
    """An answer as text, with what it quotes."""
    head = HEAD.format(to=to, id=mail_id)
    refer = f"In-Reply-To: <{refers}>\nReferences: <{refers}>\n" if refers else ""
    quote = "Pada Sel, 24 Nov 2026 10.15 Toko Uji <care@shop.example> menulis:\n> Halo Kak Sari,\n>\n> Mohon maaf\n"
    text = f"{head}{refer}{more}Content-Type: text/plain; charset=utf-8\n\n{body}\n\n{quote}"
    return text.encode()


def to_plus_address() -> bytes:
    """An answer whose program dropped all references."""
    return plain("Tolong kirim ulang ya", to=f"care+{TOKEN}@shop.example", refers="")


def html_only() -> bytes:
    """An answer of a program that writes HTML alone."""
    head = HEAD.format(to="care@shop.example", id="OUT1")
    page = (
        "<html><head><style>p {color: red}</style></head><body><div>Terima kasih,<br>sudah &amp; beres</div>"
        "<div>-----Original Message-----</div><p>Halo Kak Sari</p></body></html>"
    )
    return (
        f"{head}References: <{OURS}>\nContent-Type: text/html; charset=utf-8\n\n{page}\n".encode()
    )


def absence_note() -> bytes:
    """An absence note as Exchange writes it."""
    return plain(
        "Saya sedang cuti.",
        more="Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n",
        mail_id="OOF1",
    )


def old_vacation() -> bytes:
    """An absence note of a program that knows no Auto-Submitted."""
    return plain("I am on vacation.", more="Precedence: bulk\n", mail_id="VAC1")


def our_own() -> bytes:
    """A mail of ours that a forwarding address sends back."""
    return plain(refers=OURS, mail_id="x").replace(b"<x@mail.example.test>", f"<{OURS}>".encode())


def report(action: str = "failed", status: str = "5.1.1", message_id: str = OURS) -> bytes:
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.test (Mail Delivery System)
To: care@shop.example
Subject: Undelivered Mail Returned to Sender
Date: Tue, 24 Nov 2026 11:02:03 +0700
Message-ID: <20261124040203.9A1@mx.example.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

--B1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test
Arrival-Date: Tue, 24 Nov 2026 11:02:01 +0700

Final-Recipient: rfc822; sari@example.test
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <sari@example.test>: user unknown

--B1
Content-Type: message/rfc822

From: Toko Uji <care@shop.example>
To: Sari <sari@example.test>
Subject: Terima kasih sudah memberi tahu kami
Message-ID: <{message_id}>

Halo Kak Sari
--B1--
""".encode()


def headers_only_report(message_id: str = OURS) -> bytes:
    """A report that sends back the headers alone (RFC 3462, text/rfc822-headers)."""
    whole = report(message_id=message_id).decode()
    return whole.replace("message/rfc822", "text/rfc822-headers").encode()


def exim_bounce(message_id: str = OURS) -> bytes:
    """A bounce without a report, as Exim writes it."""
    return f"""Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example.test>
To: care@shop.example
Auto-Submitted: auto-replied
X-Failed-Recipients: sari@example.test
References: <{message_id}>
Subject: Mail delivery failed: returning message to sender
Message-ID: <E1wxyz-0001@mx.example.test>

This message was created automatically by mail delivery software.
""".encode()
