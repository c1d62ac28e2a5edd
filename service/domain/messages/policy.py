"""May this message be sent? Platform, law, channel and shop are asked; the strictest answer wins.

Helping and asking are separate permissions: nothing here is about make-goods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from integrations.contract import Channel
from integrations.sentence import N_, Text
from service.domain.messages.editing import Anchor, Lock
from service.domain.messages.kinds import SURVEY, Step
from service.domain.messages.policy_data import (
    UNKNOWN_PLATFORM,
    Duty,
    Entry,
    Layer,
    Release,
    Ruling,
    channel_entries,
    law_entries,
    platform_entries,
)
from service.domain.messages.verdict import Verdict

INCENTIVES_ALLOWED: Final = False
"""A make-good is never given for a review. No setting, platform or law changes this."""


@dataclass(frozen=True, slots=True)
class ShopPolicySettings:
    """What the seller switched on.

    `lawful_basis`: countries for which the seller states that buyers agreed, or are existing
    buyers who were told that they may object. `postal_address`: the shop has entered one.
    """

    resolution_checks: bool = True
    invitations: bool = False
    lawful_basis: frozenset[str] = frozenset()
    postal_address: bool = False


@dataclass(frozen=True, slots=True)
class PolicyRequest:
    """Who is asked, where and how. `region` is the market of the connection, `country` the buyer's.

    `consent`: this buyer agreed to be written to, `channel_agreed`: by this channel, as its connection
    counts it. Days since the review was written, the parcel delivered, the order completed; None where
    that is not known. `edits_made`: how often the buyer changed it; `replied`: the shop answered it for all
    to read; `returned`: something of the order was refunded or given back through the platform.
    """

    platform: str
    region: str = ""
    country: str = ""
    channel: Channel = Channel.PLATFORM
    shop: ShopPolicySettings = ShopPolicySettings()
    consent: bool = False
    channel_agreed: bool = False
    asks_made: int = 0
    review_age_days: int | None = None
    delivered_days_ago: int | None = None
    completed_days_ago: int | None = None
    edits_made: int = 0
    replied: bool = False
    returned: bool = False

    def days_since(self, anchor: Anchor) -> int | None:
        """Days since what a window counts from; None where nobody knows."""
        if anchor is Anchor.REVIEW:
            return self.review_age_days
        return self.delivered_days_ago if anchor is Anchor.DELIVERY else self.completed_days_ago


_READ: dict[int, tuple[Mapping[str, object], tuple[Entry, ...]]] = {}
"""Entries by `id()` of their data, which is kept beside them so that the id is not used again."""
_MOST_READ = 64


def _entries_of(data: Mapping[str, object]) -> tuple[Entry, ...]:
    """A platform's entries. Each message asks for them, and their file is read once in a process."""
    if id(data) not in _READ:
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        _READ[id(data)] = data, platform_entries(data)
    return _READ[id(data)][1]


@dataclass(frozen=True, slots=True)
class Policies:
    """All that is known for one platform."""

    platform: tuple[Entry, ...]
    law: tuple[Entry, ...]
    channel: tuple[Entry, ...]

    @classmethod
    def load(cls, platform_data: Mapping[str, object]) -> Self:
        """Join an adapter's policy data (`{}`: none) with law and channels; raises `WrongInput`."""
        return cls(_entries_of(platform_data), law_entries(), channel_entries())

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry, to be listed with its source and age."""
        return self.platform + self.law + self.channel

    def low_rating_max(self, region: str = "") -> int:
        """The highest rating that counts as low on this platform, before the seller's own."""
        return _named(self.platform, region).low_rating_max

    def showing(self, region: str = "") -> Entry:
        """The platform's own entry, which says whether its reviews may be shown elsewhere."""
        return _named(self.platform, region)

    def may_message(self, step: Step | None, request: PolicyRequest) -> Verdict:
        """May this kind of message be sent (None: a seller's own words)? The first layer that says
        no is named."""
        platform = _named(self.platform, request.region)
        layers = (
            platform,
            _named(self.law, request.country),
            _named(self.channel, str(request.channel)),
        )
        for entry in layers:
            refusal = _refusal(entry, step, request)
            if refusal is not None:
                return _no(entry, refusal)
        if step is Step.UPDATE_INVITATION and not _may_stop(layers, platform):
            return _no(
                platform,
                Text(
                    "%(name)s forbids the stop link that this message needs.",
                    name=request.platform,
                ),
            )
        duties = _duties(layers, step, platform)
        refusal = _shop_refusal(step, request, duties)
        if refusal is not None:
            return Verdict(False, Layer.SHOP, refusal, N_("the shop's own settings"), None)
        weakest = max(layers, key=lambda entry: _STRICTNESS[entry.answer(step)])
        inviting = step is Step.UPDATE_INVITATION
        return Verdict(
            allowed=True,
            layer=weakest.layer,
            reason=Text("Platform, law, channel and shop settings allow it."),
            source=weakest.source,
            checked_on=weakest.checked_on,
            min_wait_days=max(entry.min_wait_days for entry in layers) if inviting else 0,
            duties=duties,
            release=_release(layers, request.channel),
        )


_STRICTNESS = {ruling: rank for rank, ruling in enumerate(Ruling)}

_REFUSALS: Mapping[tuple[Layer, Ruling], str] = {
    (Layer.PLATFORM, Ruling.TOOL): N_(
        "%(name)s allows this only by its own form, filled in by you."
    ),
    (Layer.PLATFORM, Ruling.NO): N_("%(name)s does not allow this message."),
    (Layer.PLATFORM, Ruling.UNKNOWN): N_("It is not known whether %(name)s allows this message."),
    (Layer.LAW, Ruling.NO): N_(
        "The law of the buyer's country (%(name)s) does not allow this message."
    ),
    (Layer.LAW, Ruling.UNKNOWN): N_(
        "It is not known whether the law of the buyer's country (%(name)s) allows this message."
    ),
    (Layer.CHANNEL, Ruling.NO): N_("This message may not be sent by %(name)s."),
    (Layer.CHANNEL, Ruling.UNKNOWN): N_("It is not known whether this may be sent by %(name)s."),
}


def _named(entries: tuple[Entry, ...], name: str) -> Entry:
    """The entry for a name, else the one for all others, else the cautious one."""
    for key in (name.upper(), "*"):
        for entry in entries:
            if key in map(str.upper, entry.names):
                return entry
    return UNKNOWN_PLATFORM


def _refusal(entry: Entry, step: Step | None, request: PolicyRequest) -> Text | None:
    """Why an entry says no; every limit is looked at, whatever the answer rests on."""
    name = _shown_name(entry, request)
    refusal = _answer_refusal(entry, entry.answer(step), name, request)
    if refusal is not None:
        return refusal
    if entry.channels is not None and request.channel not in entry.channels:
        return Text(
            "%(name)s does not allow messages by %(channel)s.",
            name=name,
            channel=str(request.channel),
        )
    return _limit_refusal(entry, name, request) if step is Step.UPDATE_INVITATION else None


def _answer_refusal(entry: Entry, answer: Ruling, name: str, request: PolicyRequest) -> Text | None:
    if answer in (Ruling.YES, Ruling.NEUTRAL):
        return None
    if answer is not Ruling.BASIS:
        sentence = _REFUSALS.get((entry.layer, answer), _REFUSALS[(entry.layer, Ruling.NO)])
        return Text(sentence, name=name)
    stated = entry.layer is Layer.LAW and request.country.upper() in request.shop.lawful_basis
    by_channel = entry.layer is Layer.CHANNEL and request.channel_agreed
    if request.consent or stated or by_channel:
        return None
    if entry.layer is not Layer.LAW:
        return Text("%(name)s: only where this buyer agreed to it.", name=name)
    return Text(
        "%(name)s: needs the buyer's consent, or a lawful basis stated in the shop settings.",
        name=name,
    )


def _limit_refusal(entry: Entry, name: str, request: PolicyRequest) -> Text | None:
    if entry.max_asks is not None and request.asks_made >= entry.max_asks:
        return Text("This buyer has been invited as often as %(name)s allows.", name=name)
    if entry.edits is not None and request.edits_made >= entry.edits:
        return Text("On %(name)s the buyer cannot change this review again.", name=name)
    if Lock.PUBLIC_REPLY in entry.locks and request.replied:
        return Text("On %(name)s a review cannot be changed once the shop answered it.", name=name)
    if Lock.RETURN in entry.locks and request.returned:
        return Text(
            "On %(name)s a review cannot be changed once its order was refunded.", name=name
        )
    window, age = entry.edit_window_days, request.days_since(entry.window_from)
    # Nobody knows whether a review of unknown age can still be changed.
    if window is not None and (age is None or age > window):
        return Text(
            "On %(name)s a review can be changed for %(days)s days only.",
            name=name,
            days=str(window),
        )
    return None


def _shop_refusal(
    step: Step | None, request: PolicyRequest, duties: frozenset[Duty]
) -> Text | None:
    if step is Step.UPDATE_INVITATION and not request.shop.invitations:
        return Text("Invitations to update a review are switched off for this shop.")
    if step in SURVEY and not request.shop.resolution_checks:
        return Text("Resolution checks are switched off for this shop.")
    if Duty.POSTAL_ADDRESS in duties and not request.shop.postal_address:
        return Text(
            "The law of the buyer's country (%(name)s) asks for your postal address in this "
            "message; enter it in the shop settings.",
            name=request.country.upper(),
        )
    return None


def _duties(layers: Iterable[Entry], step: Step | None, platform: Entry) -> frozenset[Duty]:
    """A postal address belongs in invitations only; a platform may forbid the stop link."""
    duties = {duty for entry in layers for duty in entry.duties} | {Duty.STOP_LINK}
    if step is not Step.UPDATE_INVITATION:
        duties.discard(Duty.POSTAL_ADDRESS)
    if not platform.stop_link:
        duties.discard(Duty.STOP_LINK)
    return frozenset(duties)


def _release(layers: Iterable[Entry], channel: Channel) -> Release:
    """What a platform says of its own messages holds for those that go through it."""
    by_person = any(entry.release is Release.PERSON for entry in layers)
    return Release.PERSON if by_person and channel is Channel.PLATFORM else Release.TIMER


def _may_stop(layers: Iterable[Entry], platform: Entry) -> bool:
    needed = any(Duty.STOP_LINK in entry.duties for entry in layers)
    return platform.stop_link or not needed


def _shown_name(entry: Entry, request: PolicyRequest) -> str:
    if entry.layer is Layer.PLATFORM:
        return request.platform
    if entry.layer is Layer.LAW:
        return request.country.upper() or "?"
    return str(request.channel)


def _no(entry: Entry, reason: Text) -> Verdict:
    return Verdict(False, entry.layer, reason, entry.source, entry.checked_on)
