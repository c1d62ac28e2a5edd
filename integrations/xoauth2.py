"""Signing in to a mail server with an access token instead of a password.

Reference: developers.google.com/gmail/imap/xoauth2-protocol (the mechanism XOAUTH2, which Microsoft takes too).
"""

from __future__ import annotations

MECHANISM = "XOAUTH2"


def first_response(username: str, token: str) -> str:
    """What is said first. A server that refuses it asks once more, with the reason, and wants an empty
    answer before it says no."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01"
