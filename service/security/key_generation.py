"""`python -m service.security.key_generation`: prints fresh keys for a new installation, before any setting exists."""

from __future__ import annotations

import secrets

from cryptography.fernet import Fernet


def fresh_keys() -> dict[str, str]:
    """The two required secrets by the names of their settings."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }


if __name__ == "__main__":
    print("\n".join(f"MAKEGOOD_{name}={key}" for name, key in fresh_keys().items()))
