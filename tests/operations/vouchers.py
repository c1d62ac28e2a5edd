"""Vouchers that buyers were given, and what is asked about them."""

from __future__ import annotations

from datetime import timedelta

import requests
from sqlalchemy import select

from integrations.money import Money
from integrations.remedies import VOUCHER, Remedy
from service.db.models import MakeGood
from service.operations.remedies import decisions
from service.operations.remedies.voucher_looks import plan_looks
from tests.operations.steps import rated
from tests.world import PATIENCE, World

WORTH = Money(5_000_000, "IDR")
DAYS = 30


def given(world: World, worth: Money = WORTH) -> str:
    """A voucher that was made; gives its code."""
    order_id = rated(world)
    case = world.cases()[-1]
    remedy = Remedy(VOUCHER, worth, (f"l{order_id}",), timedelta(days=DAYS))
    decisions.approve(world.context, case.id, world.owner, changed=remedy)
    world.work()
    return made(world).code


def made(world: World, place: int = -1) -> MakeGood:
    with world.context.database.reading() as session:
        return session.scalars(select(MakeGood).order_by(MakeGood.id)).all()[place]


def buy(world: World, code: str) -> requests.Response:
    form = {"buyer": "1", "product": "kettle", "voucher": code}
    return requests.post(f"{world.url}/sandbox/buy", data=form, timeout=PATIENCE)


def look(world: World, **later: float) -> None:
    """What the clock and the workers do about vouchers, some time later."""
    world.clock.move(**later)
    plan_looks(world.context)
    for _ in range(4):
        world.work()
        world.clock.move(seconds=7)
