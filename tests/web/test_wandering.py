"""Whatever buyers and sellers do in whatever order, no page fails, and no order is paid back beyond what
was paid: seller and buyer press what their pages offer, at random."""

from __future__ import annotations

import logging
import random
import re
from collections import defaultdict

import pytest

from integrations.sandbox.chat import write_to_shop
from tests.e2e.test_thanks import SETTINGS
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import ASKING, sell_to, with_email
from tests.operations.test_offers import playbook
from tests.web.walking import forms_of, sign_in, signed_in
from tests.world import World

AT_ONCE = {
    "resolution_check_hours": 0,
    "update_invitation_hours": 0,
    "opens": "00:00",
    "closes": "23:59",
}

STEPS = 60
SAID = [
    "Barang rusak",
    "Lama banget, seminggu baru sampai",
    "Salah warna, pesan biru datang merah",
    "Anak saya luka kena pecahan, ke rumah sakit",
    "",
    "bagus",
    "Broken on arrival, the glass is cracked",
]
ENDING = re.compile(r"/(?:close|stop|stop-messages|do-not-contact|unsubscribe|cause|root-cause)\b")
"""What ends a case or stands on every page: pressed seldom, else little else is."""


class _Walk:
    def __init__(self, world: World, seed: int, office: PostOffice) -> None:
        self.world, self.chance = world, random.Random(seed)
        limit = self.chance.choice([0, 10**7, 10**9])
        world.set_shop(
            asking=self.chance.choice([{}, ASKING]),
            playbook=self.chance.choice([{}, playbook("first"), playbook("seller")]),
            automatic={"IDR": {"each": limit, "shop_day": 10**9, "buyer_day": 10**9}}
            if limit
            else {},
            hold_seconds=self.chance.choice([0, 600]),
            answering={"first_answer": self.chance.choice(["off", "draft", "automatic"])},
            thanks=self.chance.choice([{}, SETTINGS]),
            follow_ups=self.chance.choice([{}, AT_ONCE]),
        )
        if self.chance.random() < 0.5:
            with_email(world, office)
        _, self.client = signed_in(world)
        self.orders: list[int] = []
        self.pressed: list[str] = []

    def step(self) -> None:
        """One thing that somebody does."""
        moves = [self.buyer_rates, self.seller_presses, self.seller_presses, self.seller_presses]
        moves += [self.buyer_presses, self.time_passes, self.buyer_writes]
        self.chance.choice(moves)()

    def buyer_rates(self) -> None:
        new = not self.orders or self.chance.random() < 0.5
        order_id = sell_to(self.world) if new else self.chance.choice(self.orders)
        self.orders.append(order_id)
        self.world.rate(self.chance.choice([1, 1, 2, 3, 4, 5]), self.chance.choice(SAID), order_id)
        self.world.work()

    def buyer_writes(self) -> None:
        if self.orders:
            ledger = self.world.sandbox.ledger
            words = self.chance.choice([*SAID[:5], "STOP", "terima kasih"]) or "?"
            order_id = self.chance.choice(self.orders)
            [order] = ledger.rows("SELECT * FROM orders WHERE id = ?", order_id)
            write_to_shop(ledger, order, words, self.world.clock.now())
            self.world.sandbox.sender.send_due()
            self.world.work()

    def time_passes(self) -> None:
        self.world.clock.move(hours=self.chance.choice([0.1, 5, 30, 24 * 8]))
        self.world.work()
        sign_in(self.client, self.world)

    def buyer_presses(self) -> None:
        told = " ".join(message["text"] for message in self.world.ledger()["messages"])
        links = re.findall(r"/b/\w+/[\w.-]+", told)
        if links:
            self._press(self.chance.choice(links))

    def seller_presses(self) -> None:
        own = [f"/cases/{case.reference}" for case in self.world.cases()]
        self._press(self.chance.choice(["/", "/cases", *own, *own]))

    def _press(self, address: str) -> None:
        page = self._opened(self.client.get(address), address)
        forms = [
            form
            for form in forms_of(page)
            if not ENDING.search(form[0] or address) or self.chance.random() < 0.1
        ]
        if forms:
            action, fields = self.chance.choice(forms)
            for name, value in fields.items():
                if not value or value == "Baru":
                    fields[name] = self.chance.choice(["", "1", "x", "10000", "2026-12-24"])
            radios = re.findall(r'type="radio"[^>]*name="(\w+)"[^>]*value="([^"]*)"', page)
            self.chance.shuffle(radios)
            fields.update(radios)
            self.pressed.append(action or address)
            answer = self.client.post(action or address, data=fields)
            self._opened(answer, action or address)
            if answer.status_code == 303 and "/sign-in" in answer.location:
                sign_in(self.client, self.world)
            self.world.work()

    def _opened(self, answer: object, address: str) -> str:
        status = answer.status_code  # type: ignore[attr-defined]
        assert status < 500, (status, address, self.pressed[-5:])
        return answer.text  # type: ignore[attr-defined,no-any-return]

    def all_opens(self) -> None:
        """Every case, list and report."""
        own = [
            f"/cases/{case.reference}{page}"
            for case in self.world.cases()
            for page in ("", "/proof")
        ]
        for address in ["/", "/cases", "/reports", "/audit", *own]:
            self._opened(self.client.get(address), address)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_fails_and_no_order_is_overpaid(
    world: World, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(PostOffice()) as office:
        walk = _Walk(world, seed, office)
        for _ in range(STEPS):
            walk.step()
        walk.all_opens()

    paid: dict[int, int] = defaultdict(int)
    for made in world.ledger()["made"]:
        if made["action"] == "refund":
            paid[made["order_id"]] += made["amount_minor"]
    orders = world.sandbox.ledger.rows("SELECT id, paid_minor FROM orders")
    worth = {row["id"]: row["paid_minor"] for row in orders}
    assert paid, "nothing was given back"
    assert all(back <= worth[order_id] for order_id, back in paid.items())
    assert walk.pressed
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
