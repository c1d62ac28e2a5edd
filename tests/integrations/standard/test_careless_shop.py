"""An own shop that looks at what is left and books it a while later, and whose payment provider pays and
then fails: the order is never overpaid, whatever the shop checks itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from integrations.contract import Role
from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from jobs.drain import Drain
from service.domain.errors import WrongInput
from service.operations.remedies import decisions, make_goods
from service.wiring import wire
from tests.integrations.standard.own_shop import OwnShop
from tests.integrations.standard.test_every_field import DATA, EVENT, FULL_ORDER
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PAID, SECONDS = 10_000, 0.3
BUYER = {**DATA["buyer"], "id": "b-9", "email": "sari@example.test"}
JSON = [("Content-Type", "application/json")]


class CarelessShop(OwnShop):
    """`paid_out`: what left the till. `payment_fails`: the provider pays, the shop is told of a
    failure, and keeps what it began as pending, as docs/platforms/standard.md asks of it."""

    def __init__(self, world: World) -> None:
        super().__init__(world, (Role.REVIEWS, Role.ORDERS))
        self.paid_out: list[int] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.payment_fails = False
        self.at_once = self.most_at_once = 0

    def order(self) -> dict[str, Any]:
        """The order with what its own books say is left."""
        line = {**FULL_ORDER["lines"][0], "quantity": 1, "paid": _money(PAID // 2)}
        return {
            **FULL_ORDER,
            "id": "1007",
            "number": "1007",
            "paid": _money(PAID),
            "left": _money(PAID - sum(self.paid_out)),
            "lines": [{**line, "id": name, "product_id": name} for name in ("p-1", "p-2")],
            "buyer": BUYER,
        }

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if (method, path) == ("POST", "/make-goods"):
            status, body = self._make(
                json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            )
        elif path.startswith("/make-goods/"):
            found = self.records.get(path.rpartition("/")[2])
            status, body = ("200 OK", found) if found else ("404 NOT FOUND", {"message": "no"})
        elif path.startswith("/orders"):
            status, body = "200 OK", self.order()
        else:
            return super()._answer(environ, start)
        start(status, JSON)
        return [json.dumps(body).encode()]

    def _make(self, asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        amount, left = asked["amount"]["minor"], PAID - sum(self.paid_out)
        time.sleep(SECONDS)
        self.at_once -= 1
        if amount > left:
            return "422 UNPROCESSABLE CONTENT", {"message": "more than is left"}
        terms = {name: asked[name] for name in ("action", "order_id", "amount", "line_ids")}
        record = {"id": f"rf-{len(self.paid_out)}", "code": "", "task": "", **terms}
        self.paid_out.append(amount)
        if self.payment_fails:
            self.records[asked["key"]] = {**record, "status": "pending"}
            return "502 BAD GATEWAY", {"message": "the payment provider failed"}
        self.records[asked["key"]] = {**record, "status": "done"}
        return "200 OK", {**self.records[asked["key"]], "already": False}


def _money(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "EUR"}


@contextmanager
def _served(world: World) -> Iterator[CarelessShop]:
    shop = CarelessShop(world)
    thread = threading.Thread(target=shop.server.serve_forever, daemon=True)
    thread.start()
    yield shop
    shop.server.shutdown()
    thread.join(5)
    shop.server.server_close()


@pytest.fixture(name="shop")
def _shop(world: World) -> Iterator[CarelessShop]:
    with _served(world) as shop:
        for product in ("p-1", "p-2"):
            data = {
                **DATA,
                "review": {**DATA["review"], "id": f"r-{product}"},
                "product": {"id": product, "name": product},
                "buyer": BUYER,
                "order_ids": ["1007"],
            }
            event = json.dumps({**EVENT, "data": data}).encode()
            assert shop.post(f"e-{product}", event) == 202
        world.work()
        yield shop


def _approve(world: World, place: int, percent: int) -> None:
    case = world.cases()[place]
    remedy = Remedy(REFUND, Money(PAID * percent // 100, "EUR"), (f"p-{place + 1}",))
    decisions.approve(world.context, case.id, world.owner, changed=remedy)


def test_two_workers_never_hand_over_two_of_one_order(world: World, shop: CarelessShop) -> None:
    _approve(world, 0, 50)
    _approve(world, 1, 50)
    second = wire(world.wired.settings, clock=world.clock)

    for _round in range(3):
        drains = [Drain(each.context, 4, threading.Event()) for each in (world.wired, second)]
        working = [threading.Thread(target=drain.run) for drain in drains]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
        world.clock.move(minutes=2)
    second.close()

    assert shop.most_at_once == 1
    assert sum(shop.paid_out) == PAID


def test_what_was_promised_counts_though_the_shop_has_booked_nothing(
    world: World, shop: CarelessShop
) -> None:
    _approve(world, 0, 80)

    with pytest.raises(WrongInput, match="promised already"):
        _approve(world, 1, 80)


def test_payment_of_unknown_outcome_is_never_made_twice(world: World, shop: CarelessShop) -> None:
    shop.payment_fails = True
    _approve(world, 0, 80)

    for _look in range(30):
        world.work()
        world.clock.move(hours=6)

    (made,) = world.cases()[0].make_goods
    assert shop.paid_out == [PAID * 80 // 100]
    assert made.state != "done"
    with pytest.raises(WrongInput):
        _approve(world, 1, 80)
    make_goods.done_by_hand(world.context, made.id, actor=world.owner)
    assert world.cases()[0].make_goods[0].state == "done"
    assert sum(shop.paid_out) == PAID * 80 // 100
