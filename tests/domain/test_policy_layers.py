"""Whatever is drawn, no layer and no limit is overruled; what to look up is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from integrations.contract import Channel
from service.domain.messages.editing import Anchor, Lock
from service.domain.messages.kinds import Step
from service.domain.messages.policy import PolicyRequest
from service.domain.messages.policy_data import Confidence, Ruling
from service.domain.messages.policy_doubts import doubt_of, stale
from tests.domain.test_policy import OPEN, policies


@given(
    ask=st.sampled_from(Ruling),
    country=st.sampled_from(["ID", "US", "GB", "DE", "FR", "JP", ""]),
    channel=st.sampled_from(Channel),
    consent=st.booleans(),
    invitations=st.booleans(),
)
def test_no_layer_is_overruled_when_any_of_them_says_no(
    ask: Ruling, country: str, channel: Channel, consent: bool, invitations: bool
) -> None:
    most = 1 if ask in (Ruling.YES, Ruling.NEUTRAL, Ruling.BASIS) else 0
    loaded = policies(ask_update=str(ask), max_asks=most, channels=[str(each) for each in Channel])
    shop = replace(OPEN, invitations=invitations)
    asked = PolicyRequest("Shop", country=country, channel=channel, shop=shop, consent=consent)

    allowed = loaded.may_message(Step.UPDATE_INVITATION, asked).allowed

    assert not allowed or invitations
    assert not allowed or ask in (Ruling.YES, Ruling.NEUTRAL, Ruling.BASIS)
    assert not allowed or consent or country in ("ID", "US")
    assert not allowed or country not in ("JP", "")


@given(
    step=st.sampled_from(Step),
    ask=st.sampled_from([Ruling.YES, Ruling.NEUTRAL, Ruling.BASIS]),
    channels=st.sets(st.sampled_from(Channel), min_size=1),
    window=st.none() | st.integers(1, 60),
    asked=st.builds(
        PolicyRequest,
        platform=st.just("Shop"),
        country=st.sampled_from(["ID", "US", "DE", "de"]),
        channel=st.sampled_from(Channel),
        shop=st.just(replace(OPEN, lawful_basis=frozenset({"DE"}))),
        consent=st.booleans(),
        asks_made=st.integers(0, 2),
        review_age_days=st.none() | st.integers(0, 90),
        delivered_days_ago=st.none() | st.integers(0, 90),
        completed_days_ago=st.none() | st.integers(0, 90),
        edits_made=st.integers(0, 3),
        replied=st.booleans(),
        returned=st.booleans(),
    ),
    anchor=st.sampled_from(Anchor),
    edits=st.none() | st.integers(0, 3),
    locks=st.sets(st.sampled_from(Lock)),
)
def test_no_limit_is_skipped_whatever_the_answer_rests_on(
    step: Step,
    ask: Ruling,
    channels: set[Channel],
    window: int | None,
    asked: PolicyRequest,
    anchor: Anchor,
    edits: int | None,
    locks: set[Lock],
) -> None:
    limits: dict[str, Any] = {"channels": [str(each) for each in channels]}
    limits |= {"window_from": str(anchor), "locks": [str(lock) for lock in locks]}
    if edits is not None:
        limits["edits"] = edits
    if window is not None:
        limits["edit_window_days"] = window
    answers = {"contact": str(ask), "resolution_check": str(ask), "ask_update": str(ask)}

    allowed = policies(**answers, **limits).may_message(step, asked).allowed

    inviting = step is Step.UPDATE_INVITATION
    age = {
        Anchor.REVIEW: asked.review_age_days,
        Anchor.DELIVERY: asked.delivered_days_ago,
        Anchor.COMPLETION: asked.completed_days_ago,
    }[anchor]
    assert not allowed or not inviting or edits is None or asked.edits_made < edits
    assert not allowed or not inviting or not (Lock.PUBLIC_REPLY in locks and asked.replied)
    assert not allowed or not inviting or not (Lock.RETURN in locks and asked.returned)
    assert not allowed or asked.channel in channels
    assert not allowed or not inviting or asked.asks_made < 1
    assert not allowed or not inviting or window is None or (age is not None and age <= window)
    assert not allowed or ask is not Ruling.BASIS or asked.consent


ANSWERS = st.sampled_from(Ruling)


@given(
    step=st.sampled_from([*Step, None]),
    answers=st.fixed_dictionaries(
        {"contact": ANSWERS, "resolution_check": ANSWERS, "ask_update": ANSWERS}
    ),
    limits=st.fixed_dictionaries(
        {
            "max_asks": st.integers(0, 1),
            "edits": st.integers(0, 2),
            "locks": st.sets(st.sampled_from(Lock)).map(lambda held: sorted(map(str, held))),
            "channels": st.sets(st.sampled_from(Channel), min_size=1).map(
                lambda some: sorted(map(str, some))
            ),
            "stop_link": st.booleans(),
            "edit_window_days": st.integers(1, 60),
            "window_from": st.sampled_from(Anchor).map(str),
        }
    ),
    country=st.sampled_from(["ID", "US", "GB", "DE", "FR", "JP", "SG", "MY", "PH", "AU", ""]),
    channel=st.sampled_from(Channel),
    asked=st.builds(
        PolicyRequest,
        platform=st.just("Shop"),
        consent=st.booleans(),
        channel_agreed=st.booleans(),
        asks_made=st.integers(0, 2),
        review_age_days=st.none() | st.integers(0, 90),
        delivered_days_ago=st.none() | st.integers(0, 90),
        edits_made=st.integers(0, 2),
        replied=st.booleans(),
        returned=st.booleans(),
    ),
)
def test_all_layers_together_allow_no_more_than_each_by_itself(
    step: Step | None,
    answers: dict[str, Ruling],
    limits: dict[str, Any],
    country: str,
    channel: Channel,
    asked: PolicyRequest,
) -> None:
    """With all others opened as wide as they go, a layer that says no still says no."""
    if answers["ask_update"] not in (Ruling.YES, Ruling.NEUTRAL, Ruling.BASIS):
        limits = limits | {"max_asks": 0}
    said = {name: str(answer) for name, answer in answers.items()}
    strict = policies(**said, **limits)
    wide = policies(contact="yes", resolution_check="yes", channels=[str(each) for each in Channel])
    request = replace(asked, country=country, channel=channel, shop=OPEN)
    both = strict.may_message(step, request)
    platform_alone = strict.may_message(step, replace(request, country="ID", consent=True))
    others_alone = wide.may_message(step, replace(request, asks_made=0))

    assert not both.allowed or (platform_alone.allowed and others_alone.allowed)
    assert both.allowed or str(both.reason)


def test_entries_are_stale_when_they_were_checked_too_long_ago() -> None:
    entries = policies().platform

    assert stale(entries, date(2027, 4, 30)) == []
    assert stale(entries, date(2027, 5, 1)) == list(entries)


def test_old_and_uncertain_entries_are_for_the_owner_to_look_up() -> None:
    [sound] = policies().platform
    day = sound.checked_on

    assert doubt_of(sound, day + timedelta(days=180)) is None
    assert "181 days" in str(doubt_of(sound, day + timedelta(days=181)))
    for confidence in Confidence:
        is_low = confidence in (Confidence.C, Confidence.U)
        assert (doubt_of(replace(sound, confidence=confidence), day) is not None) is is_low
