"""The shop of the settings file, and skips that say what it would take."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.woocommerce import ADAPTER, WooCommerce
from tests.live.woocommerce.store import Settings, Store


@pytest.fixture(name="settings", scope="session")
def _settings() -> Settings:
    return Settings.load(Path(os.environ["LIVE_SHOP"]))


@pytest.fixture(name="store")
def _store(settings: Settings) -> Iterator[Store]:
    store = Store(settings)
    yield store
    store.close()


@pytest.fixture(name="adapter")
def _adapter(settings: Settings) -> WooCommerce:
    return ADAPTER(settings.config(), settings.http(), lambda: datetime.now(UTC))


@pytest.fixture(name="email")
def _email() -> str:
    """A buyer whom no other test knows."""
    return f"buyer-{uuid.uuid4().hex[:10]}@example.test"


@pytest.fixture(name="gateway")
def _gateway(settings: Settings) -> None:
    """For tests that read the gateway's own book."""
    if not settings.gateway.ledger:
        pytest.skip("needs a gateway whose ledger can be read: [gateway] in the settings file")
