"""Access tokens of platforms: refreshed before they expire, each refresh token used once.

Before a refresh token is used, that is written down under the row's lock, so that no two use it; what
the platform gives for it is written down before it is used. A worker that dies in between leaves the
mark: after its time the token is tried once more, and where the platform takes it no more, nobody can
know what it gave, so the seller has to allow it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from integrations import registry, time_limits
from integrations.contract import TokenHolder, Tokens
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.sentence import Said, Text
from service.db.models import Connection, Credential

if TYPE_CHECKING:
    from service.operations.context import Context

RENEWING = timedelta(seconds=time_limits.CLAIM)
"""How long whoever renews tokens may take; after that nobody is at it any more."""
ALLOW_FIRST = Text("allow Makegood access: open the connection and press the button there")
ALLOW_AGAIN = Text(
    "the platform does not let Makegood in any more: open the connection and allow it again"
)
BEING_RENEWED = Text("the access to the platform is being renewed")


@dataclass(frozen=True, slots=True)
class _Held:
    """Tokens as they are stored, and since when somebody renews them."""

    tokens: Tokens
    renewing_since: datetime | None
    refused: bool

    def is_due(self, holder: type[TokenHolder], now: datetime, refused: str) -> bool:
        """True when others are to be had; `refused`: an access token the platform did not take."""
        ends_soon = now >= self.tokens.access_until - holder.renew_before
        return ends_soon or self.tokens.access == refused

    def is_good(self, now: datetime, refused: str) -> bool:
        """True while the access token can be used all the same."""
        return now < self.tokens.access_until and self.tokens.access != refused


def access_token(context: Context, connection_id: int, refused: str = "") -> str:
    """An access token that is good now; `refused`: one that the platform has just refused.

    Raises `Misconfigured` where the seller has to allow it (again), and `Temporary`, nothing done,
    while another worker renews it or the platform cannot be asked. No transaction may be open.
    """
    now = context.clock.now()
    with context.database.reading() as session:
        connection = session.get_one(Connection, connection_id)
        credential = session.get(Credential, connection_id)
    if credential is None:
        raise Misconfigured(ALLOW_FIRST)
    holder = cast(type[TokenHolder], registry.get(connection.adapter))
    stored = _held(context, credential)
    if not stored.is_due(holder, now, refused):
        return stored.tokens.access
    with context.database.transaction() as session:
        credential = session.get_one(Credential, connection_id, with_for_update=True)
        stored = _held(context, credential)
        if not stored.is_due(holder, now, refused):
            return stored.tokens.access
        if not _begin(credential, stored, now):
            if stored.is_good(now, refused):
                return stored.tokens.access
            raise Misconfigured(ALLOW_AGAIN) if stored.refused else _later(BEING_RENEWED)
    try:
        return _renew(context, connection, stored.tokens)
    except Temporary:
        if stored.is_good(now, refused):
            return stored.tokens.access
        raise


def _begin(credential: Credential, stored: _Held, now: datetime) -> bool:
    """Write down that the refresh token is being used; False where that is not ours to do."""
    under_way = stored.renewing_since is not None and now < stored.renewing_since + RENEWING
    if stored.refused or under_way:
        return False
    credential.renewing_since = now
    return True


def _renew(context: Context, connection: Connection, tokens: Tokens) -> str:
    adapter = cast(TokenHolder, context.adapter(connection))
    try:
        fresh = adapter.renewed(tokens)
    except Rejected as error:
        _settle(context, connection.id, tokens, refused=True)
        raise Misconfigured(ALLOW_AGAIN) from error
    except AdapterError as error:
        if error.outcome == "not_done":
            _settle(context, connection.id, tokens)
        if isinstance(error, Misconfigured):
            raise
        raise _later(error.text) from error
    return _store(context, connection.id, fresh, instead_of=tokens)


def _later(why: Said) -> Temporary:
    """What the token was wanted for was not begun."""
    return Temporary(why, outcome="not_done")


def _settle(context: Context, connection_id: int, tokens: Tokens, *, refused: bool = False) -> None:
    """Nobody renews these tokens any more; `refused`: nobody will."""
    with context.database.transaction() as session:
        credential = session.get_one(Credential, connection_id, with_for_update=True)
        if _held(context, credential).tokens.refresh == tokens.refresh:
            credential.renewing_since, credential.refused = None, refused


def _store(context: Context, connection_id: int, fresh: Tokens, *, instead_of: Tokens) -> str:
    """Write others down before they are used; gives the access token that is to be used now."""
    with context.database.transaction() as session:
        credential = session.get_one(Credential, connection_id, with_for_update=True)
        stored = _held(context, credential)
        if stored.tokens.refresh != instead_of.refresh:
            # The seller has allowed it anew meanwhile.
            return stored.tokens.access
        write(context, credential, fresh)
    return fresh.access


def write(context: Context, credential: Credential, tokens: Tokens) -> None:
    """Keep these tokens, which are good and which nobody renews."""
    secrets = {"access": tokens.access, "refresh": tokens.refresh}
    credential.tokens = context.vault.encrypt(secrets)
    credential.access_until = tokens.access_until
    credential.refresh_until = tokens.refresh_until
    credential.granted_until = tokens.granted_until
    credential.renewing_since, credential.refused = None, False


def _held(context: Context, credential: Credential) -> _Held:
    secrets = context.vault.decrypt(credential.tokens)
    tokens = Tokens(
        secrets["access"],
        credential.access_until,
        secrets["refresh"],
        credential.refresh_until,
        credential.granted_until,
    )
    return _Held(tokens, credential.renewing_since, credential.refused)
