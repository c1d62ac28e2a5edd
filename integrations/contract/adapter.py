"""An adapter: one platform or channel, described as data, and made anew for each use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from integrations import entries
from integrations.contract.config import Config
from integrations.contract.credentials import Access, DeviceGrant, TokenHolder, no_access
from integrations.contract.roles import PROTOCOLS, Role, WebhookSource
from integrations.entries import Field as Field
from integrations.remedies import RemedyKind
from integrations.sentence import Said, Text

if TYPE_CHECKING:
    from integrations.http import Http


class Way(StrEnum):
    """How a platform does one thing. TASK: a person does it by hand, told what to do.
    ON_BUYER_RETURN: by API, once the buyer has opened a return."""

    API = "api"
    ON_BUYER_RETURN = "on_buyer_return"
    TASK = "task"
    NONE = "none"

    @property
    def is_called(self) -> bool:
        """True where the platform is asked to do it."""
        return self in (Way.API, Way.ON_BUYER_RETURN)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, as data. Nothing absent is ever called."""

    poll: bool = False
    remedies: Way | Mapping[RemedyKind, Way] = field(default_factory=dict)
    """How each kind of remedy is carried out; one way alone stands for all kinds there are."""
    edit_link: bool = False
    """`edit_link` may know where a buyer changes the very review."""
    edit_review: bool = False
    """Buyers can change a review where they wrote it. Elsewhere they can only write another one,
    which counts as the change."""
    idempotent: bool = False
    """Acting twice with one key has one effect, so trying again needs no look-up."""
    idempotent_messages: bool = False
    """A message handed over again under its key goes out once."""
    look_up: bool = False
    """`find` can tell whether an action was done."""
    look_up_message: bool = False
    """`find_message` can tell whether a message was sent."""
    voucher_use: bool = False
    """`voucher_use` can tell whether a voucher was used."""
    consistency_delay: timedelta = timedelta(minutes=5)
    """How long after a call was begun its effect may still appear. Where the platform knows no key,
    nothing is done again before that, however often `find` says that nothing is there."""

    def way_of(self, kind: RemedyKind) -> Way:
        """How a remedy of this kind is carried out; NONE: not at all."""
        ways = self.remedies
        return ways if isinstance(ways, Way) else ways.get(kind, Way.NONE)


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard the platform may be called: calls at once, and calls a minute (None: no limit).

    `shared_by`: entries that name the app for which the platform counts; connections with the same
    share its calls a minute. Empty: each connection has its own.
    """

    concurrency: int = 4
    per_minute: int | None = None
    shared_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of a connection test; `blocking`: nothing at all works there while it is not `ok`;
    `field`: the entry to mend, where one is known."""

    name: Text
    ok: bool
    advice: Said | None = None
    blocking: bool = False
    field: str = ""


class Adapter:
    """One platform: inherits the protocols of the roles it can play, and says the rest as data."""

    name: ClassVar[str]
    label: ClassVar[str]
    roles: ClassVar[frozenset[Role]] = frozenset()
    """Those whose protocols the class inherits; nobody enters them."""
    sends_webhooks: ClassVar[bool] = False
    """Likewise, of `WebhookSource`."""
    asks_by_code: ClassVar[bool] = False
    """Likewise, of `DeviceGrant`."""
    capabilities: ClassVar[Capabilities]
    fields: ClassVar[tuple[Field, ...]] = ()
    pace: ClassVar[Pace] = Pace()
    webhook_help: ClassVar[Text | None] = None
    """Where at this platform the webhook address and secret are entered, for the seller."""
    keep_headers: ClassVar[tuple[str, ...]] = ()
    """Beginnings of the headers that are stored with a delivery; never one with a signature."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.roles = frozenset(
            role for role, protocol in PROTOCOLS.items() if protocol in cls.__mro__
        )
        cls.sends_webhooks = WebhookSource in cls.__mro__
        cls.asks_by_code = DeviceGrant in cls.__mro__

    def __init__(
        self,
        config: Config,
        http: Http,
        now: Callable[[], datetime],
        access: Access = no_access,
    ) -> None:
        self.config = config
        self.http = http
        self.now = now
        self.access = access

    @classmethod
    def needs_permission(cls, values: Mapping[str, str]) -> bool:
        """Whether a connection with these entries calls with tokens that a seller has to allow; every
        one of a `TokenHolder`, unless its adapter knows better."""
        return TokenHolder in cls.__mro__

    @classmethod
    def completed(cls, values: Mapping[str, str]) -> Mapping[str, str]:
        """The entries, with what was left empty and follows from the others."""
        return values

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        """Refuse what cannot work before it is saved, as far as that shows without a call. Raises
        `entries.WrongEntry`, which names the field."""
        entries.check_fields(cls.fields, values)

    def check(self) -> list[CheckResult]:
        """Try everything the seller's test button should try, without changing anything."""
        return []
