"""Who may do what to which shop, and up to which amount."""

from __future__ import annotations

import pytest

from integrations.money import Money
from service.domain.errors import NotFound, NotPermitted, OverLimit
from service.domain.staff.authority import (
    BUYER,
    CLOCK,
    LIMIT,
    OPERATOR,
    PLATFORM,
    Actor,
    ActorKind,
    Limit,
    Membership,
    Permission,
    SellerRole,
    check,
    check_amount,
    may,
    over_limit,
)

TEN = Money(1_000, "EUR")
MINE, OTHERS = 1, 2


def _seller(role: SellerRole) -> Actor:
    return Actor(ActorKind.SELLER, 3, 3, {MINE: Membership(role)})


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (SellerRole.OWNER, {"look", "decide", "manage"}),
        (SellerRole.AGENT, {"look", "decide"}),
        (SellerRole.VIEWER, {"look"}),
    ],
)
def test_role_says_what_a_seller_may_do_in_the_own_shop_only(
    role: SellerRole, permissions: set[str]
) -> None:
    seller = _seller(role)

    assert {each for each in Permission if may(seller, each, MINE)} == permissions
    assert not any(may(seller, each, OTHERS) for each in Permission)
    assert [seller.shops(each) for each in Permission] == [
        [MINE] if each in permissions else [] for each in Permission
    ]


@pytest.mark.parametrize(
    ("actor", "permissions"),
    [
        (OPERATOR, {"manage", "upkeep"}),
        (CLOCK, {"upkeep"}),
        (BUYER, {"answer"}),
        (LIMIT, set()),
        (PLATFORM, set()),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_those_who_belong_to_no_shop_may_do_their_own_part(
    actor: Actor, permissions: set[str]
) -> None:
    assert {each for each in Permission if may(actor, each, MINE)} == permissions


def test_a_program_may_do_what_its_token_and_its_seller_both_may() -> None:
    shops = {MINE: Membership(SellerRole.AGENT)}
    scopes = frozenset({Permission.LOOK, Permission.MANAGE})
    program = Actor(ActorKind.PROGRAM, 7, 3, shops, scopes)

    assert [each for each in Permission if may(program, each, MINE)] == [Permission.LOOK]
    assert str(program) == "program:7"


def test_a_strangers_shop_is_not_there_and_a_members_one_says_no() -> None:
    viewer = _seller(SellerRole.VIEWER)

    with pytest.raises(NotFound):
        check(viewer, Permission.LOOK, OTHERS)
    with pytest.raises(NotPermitted, match="not decide them"):
        check(viewer, Permission.DECIDE, MINE)


@pytest.mark.parametrize(
    ("role", "limits", "spent", "may_approve"),
    [
        (SellerRole.OWNER, {}, 10**9, True),
        (SellerRole.AGENT, {"EUR": Limit(1_000)}, 10**9, True),
        (SellerRole.AGENT, {"EUR": Limit(999)}, 0, False),
        (SellerRole.AGENT, {"IDR": Limit(10**9)}, 0, False),
        (SellerRole.AGENT, {}, 0, False),
        (SellerRole.AGENT, {"EUR": Limit(1_000, week=3_000)}, 2_000, True),
        (SellerRole.AGENT, {"EUR": Limit(1_000, week=3_000)}, 2_001, False),
        (SellerRole.AGENT, {"EUR": Limit(1_000, week=999)}, 0, False),
    ],
)
def test_an_agent_needs_a_limit_for_the_decision_and_for_the_week(
    role: SellerRole, limits: dict[str, Limit], spent: int, may_approve: bool
) -> None:
    member = Membership(role, limits)

    assert (over_limit(member, TEN, spent) is None) is may_approve
    if not may_approve:
        with pytest.raises(OverLimit):
            check_amount(member, TEN, spent)


@pytest.mark.parametrize("amount", [None, Money(0, "EUR"), Money(-200, "EUR")])
def test_what_has_no_price_is_within_no_agents_limit(amount: Money | None) -> None:
    assert over_limit(Membership(SellerRole.AGENT, {"EUR": Limit(1_000)}), amount, 0)
    assert over_limit(Membership(SellerRole.OWNER), amount, 0) is None


def test_refusal_says_what_is_left_of_the_week() -> None:
    member = Membership(SellerRole.AGENT, {"EUR": Limit(1_000, week=1_500)})

    assert "left of your limit for seven days, 5.00 EUR" in str(over_limit(member, TEN, 1_000))
