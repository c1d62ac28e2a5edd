"""What an operation is given: database, clock, keys, and the client for calls out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import cast

from integrations import registry
from integrations.contract import (
    Adapter,
    Config,
    MessageChannel,
    OrderStore,
    ReplyTarget,
    ReviewSource,
    Role,
)
from integrations.errors import Unsupported
from integrations.http import Http
from service.clock import Clock
from service.db.models import Connection
from service.db.session import Database
from service.operations.shops import credentials
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
    keep_bodies: timedelta
    """How long bodies of deliveries are kept."""
    keep_buyers: timedelta
    """How long a closed case tells of its buyer."""
    second_factor_of_owners: bool = False
    """Whether all owners need one, whatever their shops want."""
    staff_mail: MessageChannel | None = None
    """The installation's own mail server; None: mails to people go by their shop's."""

    def config(self, connection: Connection) -> Config:
        """The connection's values with its secrets in clear."""
        secrets = self.vault.decrypt(connection.secrets)
        webhook = tuple(secrets.pop("webhook", ()))
        return Config(
            {**connection.values, **secrets}, webhook, self.links.webhook(connection.public_id)
        )

    def adapter(self, connection: Connection) -> Adapter:
        """The adapter of this connection, ready to call out."""
        kind = registry.get(connection.adapter)
        access = partial(credentials.access_token, self, connection.id)
        return kind(self.config(connection), self.http, self.clock.now, access)

    def reviews(self, connection: Connection) -> ReviewSource:
        """Where this connection's reviews are read; raises `Unsupported` where there are none."""
        return cast(ReviewSource, self._playing(connection, Role.REVIEWS))

    def orders(self, connection: Connection) -> OrderStore:
        """Where this connection's orders are; raises `Unsupported` where there are none."""
        return cast(OrderStore, self._playing(connection, Role.ORDERS))

    def channel(self, connection: Connection) -> MessageChannel:
        """What writes to this connection's buyers; raises `Unsupported` where nothing does."""
        return cast(MessageChannel, self._playing(connection, Role.MESSAGES))

    def replies(self, connection: Connection) -> ReplyTarget:
        """What takes public replies; raises `Unsupported` where nothing does."""
        return cast(ReplyTarget, self._playing(connection, Role.REPLIES))

    def _playing(self, connection: Connection, role: Role) -> object:
        adapter = self.adapter(connection)
        if role not in adapter.roles:
            raise Unsupported("%(label)s has no %(role)s", label=adapter.label, role=role)
        return adapter
