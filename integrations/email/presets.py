"""Servers of large mail providers, so that a seller need not look them up.

Sources, as published by the providers: Gmail https://support.google.com/mail/answer/7126229, Outlook and
Microsoft 365 https://support.microsoft.com/office/d088b986-291d-42b8-9564-9c414e2aa040, Zoho
https://www.zoho.com/mail/help/zoho-smtp.html and https://www.zoho.com/mail/help/imap-access.html.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.entries import Choices
from integrations.sentence import Text, Words

OWN, AUTO = "own", "auto"
_USUAL = {"port": "587", "security": "starttls", "imap_port": "993"}
PRESETS: Mapping[str, Mapping[str, str]] = {
    OWN: {},
    "gmail": {"host": "smtp.gmail.com", "imap_host": "imap.gmail.com", **_USUAL},
    "outlook": {
        "host": "smtp-mail.outlook.com",
        "imap_host": "outlook.office365.com",
        **_USUAL,
    },
    "microsoft365": {
        "host": "smtp.office365.com",
        "imap_host": "outlook.office365.com",
        **_USUAL,
    },
    "zoho": {"host": "smtp.zoho.com", "imap_host": "imap.zoho.com", **_USUAL},
}
"""Entries by provider. IMAP at port 993 is encrypted from the first byte."""
PROVIDERS: Choices = {
    OWN: Text("another, or a server of one's own"),
    "gmail": Words("Gmail, Google Workspace"),
    "outlook": Words("Outlook.com, Hotmail"),
    "microsoft365": Words("Microsoft 365"),
    "zoho": Words("Zoho Mail"),
}
"""What people call them."""
MICROSOFT = frozenset({"outlook", "microsoft365"})
_HOSTS = ("host", "imap_host")


def completed(values: Mapping[str, str]) -> dict[str, str]:
    """The entries with what was left empty filled for the provider that was chosen; what another
    provider was filled with gives way. Encryption: of the port where that tells, else STARTTLS."""
    entered = {name: value.strip() for name, value in values.items()}
    preset = PRESETS.get(entered.get("provider", ""), {})
    kept = dict(values)
    if preset:
        for name in _HOSTS:
            if entered.get(name, "") in {"", *(other.get(name) for other in PRESETS.values())}:
                kept[name] = preset[name]
        if entered.get("imap_security", "").lower() != "starttls":
            kept["imap_port"] = entered.get("imap_port") or preset["imap_port"]
        kept["username"] = entered.get("username") or entered.get("from_address", "")
    security = entered.get("security", "").lower()
    if security in ("", AUTO):
        kept["security"] = "tls" if entered.get("port") == "465" else "starttls"
    if preset and kept["security"] == preset["security"]:
        kept["port"] = entered.get("port") or preset["port"]
    return kept
