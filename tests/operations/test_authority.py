"""Every verb asks whether its actor may do it, before anything changes. Verbs are found, not listed."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from service.db.models import Decision, MakeGood
from service.db.outbox.claims import Claim
from service.domain.errors import NotFound, OverLimit
from service.domain.remedies.states import MakeGoodState
from service.domain.staff.authority import (
    BUYER,
    CLOCK,
    OPERATOR,
    Actor,
    Limit,
    Membership,
    SellerRole,
)
from service.operations.context import Context
from service.operations.remedies import decisions, make_goods
from service.operations.shops import connections
from service.operations.staff import accounts, members
from tests.operations.steps import agent, rated, refund
from tests.operations.verbs import all_rows, fill, has_actor, hints, refused, verbs
from tests.web.test_sessions import another_process, at_once
from tests.world import World

BY_SECRET = ("token", "key")
"""Who knows one of these has proved who they are: the doors, where nobody is signed in yet."""


def test_every_verb_receives_an_actor_or_a_proof() -> None:
    found = verbs()
    bare = {
        name
        for name, verb in found.items()
        if not has_actor(verb)
        and not set(inspect.signature(verb).parameters) & set(BY_SECRET)
        # Work of the outbox is permitted by its claim, which was put there by a verb.
        and not any(Claim in typing.get_args(hint) for hint in hints(verb).values())
    }

    assert len(found) > 40
    # Who has just proved who they are, or could not; what adapters ask for while they call; a mail
    # brings the signed token of its case, a platform what its delivery was verified for; the clock
    # gathers notices and reports, counts what reports read, and plans to ask about vouchers.
    assert {name.rpartition(".")[2] for name in bare} == {
        "begin",
        "note_refused",
        "access_token",
        "take_mail",
        "take_event",
        "gather",
        "gather_reports",
        "plan_looks",
        "roll_up",
    }


def _stranger(world: World) -> Actor:
    """An owner, but of another shop."""
    seller_id = accounts.add_seller(world.context, OPERATOR, "stranger@example.test", {})
    other = connections.add_shop(world.context, OPERATOR, "Toko Lain", zone="Asia/Jakarta")
    owner = Membership(SellerRole.OWNER)
    members.set_membership(world.context, other, seller_id, OPERATOR, owner)
    return world.actor(seller_id)


def test_no_verb_changes_anything_for_a_stranger(world: World) -> None:
    fill(world)
    stranger = _stranger(world)
    before = all_rows(world)
    found = {name: verb for name, verb in verbs().items() if has_actor(verb)}

    changed = set()
    for name, verb in found.items():
        is_refused = refused(world, verb, stranger)
        if not is_refused or all_rows(world) != before:
            changed.add(name)
            before = all_rows(world)

    # What one does to oneself, and a shop of one's own beside.
    assert {name.removeprefix("service.operations.") for name in changed} == {
        "notices.addresses.add_address",
        "notices.addresses.choices_of",
        "notices.addresses.choose",
        "shops.connections.add_shop",
        "staff.accounts.change_password",
        "staff.accounts.set_language",
        "staff.saved_filters.remove",
        "staff.saved_filters.save",
        "staff.second_factors.new_recovery_codes",
        "staff.second_factors.set_up",
        "staff.second_factors.take_off",
        "staff.sessions.end_others",
        "staff.tokens.add_token",
    }


def test_every_verb_is_open_to_somebody(world: World) -> None:
    """Else the test above could not fail: what it tries would be refused to everybody."""
    fill(world)
    found = {name: verb for name, verb in verbs().items() if has_actor(verb)}
    # It ends all sign-ins, one of which others end.
    found = dict(sorted(found.items(), key=lambda verb: verb[0].endswith("make_safe")))
    entitled = (world.owner, OPERATOR, BUYER, CLOCK)

    closed = {
        name
        for name, verb in found.items()
        if all(refused(world, verb, actor) for actor in entitled)
    }

    # The sandbox asks nobody to allow anything; joining needs a link that is good.
    asked_nobody = {"allow", "allow_device"}
    assert {name.rpartition(".")[2] for name in closed} == {*asked_nobody, "join_as_seller"}


def _approve(world: World, context: Context, case_id: int, seller: Actor, minor: int) -> None:
    order_id = int(next(case.order_id for case in world.cases() if case.id == case_id))
    decisions.approve(context, case_id, seller, changed=refund(order_id, minor))


def _weekly(world: World, *, each: int, week: int) -> Actor:
    return world.seller("w@example.test", SellerRole.AGENT, {"IDR": Limit(each, week)})


def test_week_of_an_agent_is_counted_from_the_agents_own_decisions(world: World) -> None:
    seller, other = _weekly(world, each=500_000, week=1_000_000), agent(world, IDR=500_000)
    for number in range(5):
        rated(world, text=f"Barang rusak {number}")
    cases = [case.id for case in world.cases()]
    _approve(world, world.context, cases[0], other, 500_000)
    for case_id in cases[1:3]:
        _approve(world, world.context, case_id, seller, 500_000)
        world.clock.move(days=1)

    with pytest.raises(OverLimit, match="seven days"):
        _approve(world, world.context, cases[3], seller, 100)
    world.clock.move(days=5, seconds=1)
    _approve(world, world.context, cases[3], seller, 500_000)
    with pytest.raises(OverLimit, match="seven days"):
        _approve(world, world.context, cases[4], seller, 100)


def test_what_was_taken_back_does_not_count(world: World) -> None:
    seller = _weekly(world, each=500_000, week=500_000)
    for number in range(2):
        rated(world, text=f"Barang rusak {number}")
    first, second = world.cases()
    _approve(world, world.context, first.id, seller, 500_000)
    with world.context.database.transaction() as session:
        session.get_one(MakeGood, 1).state = MakeGoodState.REFUSED

    make_goods.cancel(world.context, 1, actor=seller)

    _approve(world, world.context, second.id, seller, 500_000)


def test_two_decisions_made_at_once_keep_within_the_week(world: World) -> None:
    seller, other = _weekly(world, each=500_000, week=1_000_000), another_process(world)
    for number in range(6):
        rated(world, text=f"Barang rusak {number}")
    contexts = [world.context, other.context] * 3
    acts: list[Callable[[], None]] = [
        partial(_approve, world, context, case.id, seller, 500_000)
        for context, case in zip(contexts, world.cases(), strict=True)
    ]

    given = at_once(acts)

    assert sorted(type(each).__name__ for each in given) == ["NoneType"] * 2 + ["OverLimit"] * 4
    with world.context.database.reading() as session:
        assert len(session.scalars(select(Decision)).all()) == 2
    other.close()


def test_agent_pays_nothing_again_above_the_limit(world: World) -> None:
    rated(world)
    _approve(world, world.context, world.case().id, world.owner, 1_000_000)
    with world.context.database.transaction() as session:
        session.get_one(MakeGood, 1).state = MakeGoodState.REFUSED

    with pytest.raises(OverLimit):
        make_goods.try_again(
            world.context, 1, actor=agent(world, IDR=999_900), surely_not_done=True
        )


def test_role_taken_away_counts_at_once(world: World) -> None:
    rated(world)
    seller = agent(world, IDR=10**9)
    members.end_membership(world.context, world.shop_id, seller.id, world.owner)

    with pytest.raises(NotFound):
        _approve(world, world.context, world.case().id, seller, 100)
