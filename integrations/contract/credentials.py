"""Expiring access: the tokens of a platform, how they are first obtained, and how they are refreshed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from integrations.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a platform lets us in with: `access` until `access_until`, and `refresh`, with which
    others are had until `refresh_until`. The seller has allowed it until `granted_until`. None where
    the platform names no end.
    """

    access: str
    access_until: datetime
    refresh: str
    refresh_until: datetime | None = None
    granted_until: datetime | None = None


class TokenHolder(Protocol):
    """Calls its platform with tokens that a seller has to allow once, and that end."""

    renew_before: ClassVar[timedelta] = timedelta(minutes=10)
    """How long before its end a token is renewed: meanwhile calls go on with it, so that none waits
    for the new one."""

    @abstractmethod
    def renewed(self, tokens: Tokens) -> Tokens:
        """Others for these; called once for each `refresh`. Raises `Rejected` where the seller has
        to allow it again."""


class RedirectGrant(TokenHolder, Protocol):
    """The seller is sent to the platform, allows it there and is sent back (RFC 6749, 4.1)."""

    @abstractmethod
    def permission_url(self, return_url: str) -> str:
        """Where the seller allows it; the platform then opens `return_url` with its answer."""

    @abstractmethod
    def tokens_for(self, answer: Mapping[str, str]) -> Tokens:
        """The first tokens, for what the platform put behind `return_url`. Raises `Rejected` where
        that is good for none."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A code that the seller enters at `page` before `until`. `secret` is what its tokens are asked
    for by, and is for nobody to see."""

    user_code: str
    page: str
    secret: str
    until: datetime


class DeviceGrant(TokenHolder, Protocol):
    """The seller enters a code at the platform, which need not reach us (RFC 8628)."""

    @abstractmethod
    def device_code(self) -> DeviceCode:
        """A fresh code. Raises `AdapterError` where the platform gives none."""

    @abstractmethod
    def tokens_for_device(self, secret: str) -> Tokens | None:
        """The first tokens; None while the seller has not signed in with the code. Raises `Rejected`
        where it is good for none (any more)."""


Access = Callable[[str], str]
"""Gives an access token that is good now. The argument is one that the platform has refused, '' for
none. Raises `Misconfigured` where the seller has to allow it again, and `Temporary`, nothing done,
while it is being renewed."""


def no_access(refused: str) -> str:
    """The access of an adapter that was given none; raises `Misconfigured`."""
    raise Misconfigured("allow Makegood to use this shop first")
