"""`python -m service.security.key_generation`: prints fresh keys for a new installation, before any setting exists."""

from __future__ import annotations

import secrets

from cryptography.fernet import Fernet


def fresh_keys() -> str:
    """The two required secrets as lines for an environment file."""
    return (
        f"MAKEGOOD_SECRET_KEY={secrets.token_urlsafe(48)}\n"
        f"MAKEGOOD_ENCRYPTION_KEYS={Fernet.generate_key().decode()}"
    )


if __name__ == "__main__":
    print(fresh_keys())
