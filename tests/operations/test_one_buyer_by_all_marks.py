"""Money goes by itself to a buyer by all they are known by: another account, or an order as a guest, is
the same buyer to the limit of a day, and to what was made good before."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from integrations.sandbox.ledger import add_order, leave_review
from integrations.sandbox.seed import KETTLE, SCARF
from service.operations.cases import doubts
from tests.world import World

PAID = KETTLE[2]
PHONE = "+62 812-3456-7{}"
MAIL = "rina.{}@toko.test"
MUG = ("mug", "Mug", PAID, "IDR")
KNOWN_BY = {"mail": [("a", 890), ("a", 891)], "telephone": [("a", 890), ("b", 890)]}
"""Address and number of two accounts, each with an id of its own."""
TOGETHER = pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
Product = tuple[str, str, int, str]


def _rate(
    world: World,
    accounts: Sequence[tuple[str, int]],
    together: bool,
    products: Sequence[Product] = (KETTLE, MUG),
) -> list[str]:
    """Each account complains of one product; gives the states of all cases."""
    ledger = world.sandbox.ledger
    for (mail, phone), product in zip(accounts, products, strict=False):
        with ledger.write() as connection:
            added = connection.execute(
                "INSERT INTO buyer (name, email, phone, country, language, zone)"
                " VALUES ('Rina', ?, ?, 'ID', 'id', 'Asia/Jakarta')",
                (MAIL.format(mail), PHONE.format(phone)),
            )
            order_id = add_order(connection, int(added.lastrowid or 0), product, world.clock.now())
        leave_review(ledger, order_id, 1, "Barang rusak", world.clock.now())
        if not together:
            world.sandbox.sender.send_due()
            world.work()
    world.sandbox.sender.send_due()
    world.work()
    return [case.state for case in world.cases()]


def _limit(world: World, minor: int) -> None:
    """So much a day for one buyer."""
    most = {"each": minor, "shop_day": minor * 10, "buyer_day": minor}
    world.set_shop(automatic={"IDR": most})


@TOGETHER
@pytest.mark.parametrize("accounts", KNOWN_BY.values(), ids=KNOWN_BY)
def test_limit_of_a_day_holds_for_all_accounts_of_a_buyer(
    world: World, accounts: list[tuple[str, int]], together: bool
) -> None:
    _limit(world, PAID)

    assert sorted(_rate(world, accounts, together)) == ["awaiting_approval", "following_up"]


@TOGETHER
def test_accounts_that_only_a_third_joins_are_one_buyer(world: World, together: bool) -> None:
    """The case that joins two was there before; marks of the two may be unwritten."""
    _limit(world, 1)
    _rate(world, [("b", 890)], together=False, products=[SCARF])
    _limit(world, PAID)

    states = _rate(world, [("b", 891), ("a", 890)], together)

    assert sorted(states[1:]) == ["awaiting_approval", "following_up"]


def test_strangers_have_a_limit_each(world: World) -> None:
    _limit(world, PAID)

    assert _rate(world, [("a", 890), ("b", 891)], together=True) == ["following_up"] * 2


@TOGETHER
def test_product_made_good_to_another_account_waits_for_a_person(
    world: World, together: bool
) -> None:
    _limit(world, PAID * 10)

    states = _rate(world, KNOWN_BY["mail"], together, products=[KETTLE, KETTLE])

    assert sorted(states) == ["awaiting_approval", "following_up"]
    [waiting] = [case for case in world.cases() if case.state == "awaiting_approval"]
    assert str(doubts.MADE_GOOD_BEFORE) in str(waiting.doubt)
