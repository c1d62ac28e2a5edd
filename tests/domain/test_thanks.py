"""When a buyer may be thanked: never near an invitation, and not twice within a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import WrongInput
from service.domain.remedies.thanks import (
    SHIPPED,
    Gesture,
    Profile,
    RuleThanks,
    ThanksFacts,
    ThanksSettings,
    refusal,
    thanks_from_data,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ON = ThanksSettings(on=True)
FACTS = ThanksFacts(
    now=NOW,
    following_up=True,
    solved=True,
    in_doubt=False,
    known_buyer=True,
    rule=RuleThanks.BY_PROFILE,
    review_changed=False,
    changed_at=None,
    inviting=False,
    invited_at=None,
    thanked_at=None,
)
DAYS = st.one_of(st.none(), st.integers(0, 900))


def test_thanked_where_nothing_speaks_against_it() -> None:
    assert refusal(ON, FACTS) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"following_up": False},
        {"solved": False},
        {"in_doubt": True},
        {"known_buyer": False},
        {"rule": RuleThanks.NONE},
        {"review_changed": True},
        {"changed_at": NOW - timedelta(days=59)},
        {"inviting": True},
        {"invited_at": NOW - timedelta(days=59)},
        {"thanked_at": NOW - timedelta(days=179)},
    ],
)
def test_each_reason_holds_by_itself(changes: dict[str, object]) -> None:
    assert refusal(ON, replace(FACTS, **changes)) is not None  # type: ignore[arg-type]


@given(invited=DAYS, thanked=DAYS, apart=st.integers(14, 730), again=st.integers(14, 730))
def test_never_near_an_invitation_nor_another_thanks(
    invited: int | None, thanked: int | None, apart: int, again: int
) -> None:
    settings = ThanksSettings(on=True, apart_days=apart, again_days=again)
    ago = [None if days is None else NOW - timedelta(days=days) for days in (invited, thanked)]
    facts = replace(FACTS, invited_at=ago[0], thanked_at=ago[1])

    allowed = refusal(settings, facts) is None

    assert allowed == (
        (invited is None or invited >= apart) and (thanked is None or thanked >= again)
    )


def test_what_the_buyer_likes_comes_before_the_rule_and_the_rule_before_the_shop() -> None:
    settings = replace(ON, otherwise=Gesture.CARD)

    assert settings.fits(Profile.YELLOW, RuleThanks.VOUCHER) is Gesture.EARLY_ACCESS
    assert settings.fits(None, RuleThanks.VOUCHER) is Gesture.VOUCHER
    assert settings.fits(None) is Gesture.CARD
    assert settings.fits(Profile.RED, RuleThanks.NONE) is None


def test_settings_are_read_strictly() -> None:
    read = thanks_from_data({"on": True, "profiles": {"red": {"name": "Cepat", "gesture": "card"}}})

    assert (str(read.profiles[Profile.RED].name), read.fits(Profile.RED)) == ("Cepat", Gesture.CARD)
    assert read.profiles[Profile.GREEN] == SHIPPED[Profile.GREEN]
    assert read.fits(None) is Gesture.CARD
    wrongs: list[dict[str, object]] = [
        {"apart_days": 3},
        {"profiles": {"blue": {}}},
        {"otherwise": "cash"},
    ]
    for wrong in wrongs:
        with pytest.raises(WrongInput):
            thanks_from_data(wrong)
