"""Which way buyers are written to first: the ladders of a shop, changed rung by rung."""

from __future__ import annotations

from collections.abc import Callable

from integrations.contract import Channel
from service.domain.errors import WrongInput
from service.domain.messages.ladder import (
    Ladder,
    Severity,
    ladders_from_data,
    ladders_to_data,
    lowered,
    raised,
)
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.messages.ways import ladder_of
from service.operations.shops import settings
from service.operations.staff.permits import permit


def raise_rung(
    context: Context, shop_id: int, actor: Actor, severity: Severity, channel: Channel
) -> None:
    """Try this channel one earlier; raises `NotPermitted`, `NotFound`, `WrongInput`."""
    _change(context, shop_id, actor, severity, lambda rungs: raised(_with(rungs, channel), channel))


def lower_rung(
    context: Context, shop_id: int, actor: Actor, severity: Severity, channel: Channel
) -> None:
    """Try this channel one later; raises as `raise_rung`."""
    _change(
        context, shop_id, actor, severity, lambda rungs: lowered(_with(rungs, channel), channel)
    )


def leave_out(
    context: Context, shop_id: int, actor: Actor, severity: Severity, channel: Channel
) -> None:
    """Do not write by this channel; raises as `raise_rung`, and `WrongInput` for the last one."""

    def shortened(rungs: Ladder) -> Ladder:
        left = tuple(rung for rung in rungs if rung is not channel)
        if not left:
            raise WrongInput("Keep one channel at least.")
        return left

    _change(context, shop_id, actor, severity, shortened)


def add_rung(
    context: Context, shop_id: int, actor: Actor, severity: Severity, channel: Channel
) -> None:
    """Try this channel after all others; raises as `raise_rung`."""

    def lengthened(rungs: Ladder) -> Ladder:
        return rungs if channel in rungs else (*rungs, channel)

    _change(context, shop_id, actor, severity, lengthened)


def put(context: Context, shop_id: int, actor: Actor, severity: Severity, ladder: Ladder) -> None:
    """Set the whole ladder, an empty one as `reset`; raises as `raise_rung`."""
    if len(set(ladder)) != len(ladder):
        raise WrongInput("Name each channel once.")
    _change(context, shop_id, actor, severity, lambda rungs: ladder)


def reset(context: Context, shop_id: int, actor: Actor, severity: Severity) -> None:
    """Go back to the channels as they were connected; raises `NotPermitted`, `NotFound`."""
    _change(context, shop_id, actor, severity, lambda rungs: ())


def _with(rungs: Ladder, channel: Channel) -> Ladder:
    if channel not in rungs:
        raise WrongInput("This channel is not on the ladder any more. Look at it again.")
    return rungs


def _change(
    context: Context,
    shop_id: int,
    actor: Actor,
    severity: Severity,
    change: Callable[[Ladder], Ladder],
) -> None:
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        shop = settings.get(session, shop_id)
        ladders = ladders_from_data(shop.ladders)
        rungs = change(ladder_of(shop, severity))
        ladders = {**ladders, severity: rungs}
        shop.ladders = ladders_to_data({name: each for name, each in ladders.items() if each})
