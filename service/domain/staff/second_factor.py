"""Rules of the second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes."""

from __future__ import annotations

import re
from datetime import datetime
from hmac import compare_digest

import pyotp

ISSUER = "Makegood"
DRIFT = 1
"""Steps of half a minute that a telephone's clock may be ahead or behind (RFC 6238, 5.2)."""
RECOVERY_CODES = 10
GROUPS, GROUP = 4, 4
"""A recovery code has so many groups of letters, so many in each: 80 bits, of which nobody guesses one."""
_TOTP = re.compile("[0-9]{6}")
_RECOVERY = re.compile(f"[a-z2-7]{{{GROUPS * GROUP}}}")


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step to which the app's code belongs; None where it belongs to none that is near."""
    typed, app = code_in(code), pyotp.TOTP(secret)
    if not _TOTP.fullmatch(typed):
        return None
    present = int(now.timestamp()) // app.interval
    near = range(present - DRIFT, present + DRIFT + 1)
    return next((step for step in near if compare_digest(app.generate_otp(step), typed)), None)


def is_recovery_code(code: str) -> bool:
    """Whether it looks like one; whether it is one only its row says."""
    return _RECOVERY.fullmatch(code_in(code)) is not None


def code_in(typed: str) -> str:
    """A code without the spaces and dashes by which people read it."""
    return re.sub(r"[\s-]", "", typed).lower()


def recovery_code(letters: str) -> str:
    """Letters as a recovery code is shown, in groups."""
    cut = range(0, GROUPS * GROUP, GROUP)
    return "-".join(letters[start : start + GROUP] for start in cut)


def app_address(secret: str, email: str) -> str:
    """What an authenticator app reads from the picture."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))
