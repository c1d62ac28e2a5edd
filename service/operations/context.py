"""What an operation is handed: the database, the clock, the keys, the way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from integrations import registry
from integrations.contract import BaseAdapter, Config
from integrations.http import Http
from service.clock import Clock
from service.db.models import Connection
from service.db.session import Database
from service.security.links import Links
from service.security.vault import Vault


@dataclass(frozen=True, slots=True)
class Context:
    """Made once per process by service.wiring."""

    database: Database
    clock: Clock
    vault: Vault
    links: Links
    http: Http
    keep_bodies: timedelta = timedelta(days=90)
    """How long bodies of deliveries are kept."""
    keep_buyers: timedelta = timedelta(days=365)
    """How long a closed case tells of its buyer."""

    def config(self, connection: Connection) -> Config:
        """The connection's values with its secrets in clear."""
        secrets = self.vault.unlock(connection.secrets)
        webhook = tuple(secrets.pop("webhook", ()))
        return Config(
            {**connection.values, **secrets}, webhook, self.links.webhook(connection.public_id)
        )

    def adapter(self, connection: Connection) -> BaseAdapter:
        """The adapter of this connection, ready to call out."""
        kind = registry.get(connection.adapter)
        return kind(self.config(connection), self.http, self.clock.now)
