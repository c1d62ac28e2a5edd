"""The whole loop in a real shop: low rating, case, approval, make-good once, notes, raised rating."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations import registry
from integrations.money import Money
from integrations.remedies import REFUND, RESEND, VOUCHER, Remedy, RemedyKind
from service.db.models import Case, Connection
from service.domain.staff.authority import OPERATOR
from service.operations.remedies import decisions
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from tests.live.woocommerce.store import Store
from tests.world import World

AT_ONCE = {
    "resolution_check_hours": 0,
    "update_invitation_hours": 0,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}
ASK = {"invitations": True, "lawful_basis": ["DE"], "postal_address": "Jl. Uji 1"}
PATIENCE = 30.0
"""Seconds that the shop may take to deliver a webhook."""


class Live:
    """A Makegood with the real shop connected, beside the sandbox of every world."""

    def __init__(self, world: World, store: Store) -> None:
        self.world = world
        self.store = store
        world.clock.move(seconds=(datetime.now(UTC) - world.clock.now()).total_seconds())
        context, settings = world.context, store.settings
        self.shop_id = connections.add_shop(
            context, world.owner, "Toko Nyata", zone="Europe/Berlin", country="DE", language="en"
        )
        world.begin_at_once()
        values = {
            "base_url": settings.base_url,
            "consumer_key": settings.consumer_key,
            "consumer_secret": settings.consumer_secret,
            "review_order_page": settings.review_order_page,
        }
        since = world.clock.now() - timedelta(minutes=2)
        new = NewConnection(
            "woocommerce",
            "Real shop",
            sorted(registry.get("woocommerce").roles),
            values,
            cases_from=since,
        )
        self.connection_id = connections.connect(context, self.shop_id, OPERATOR, new)
        world.work()

    @property
    def connection(self) -> Connection:
        with self.world.context.database.reading() as session:
            return session.get_one(Connection, self.connection_id)

    def cases(self, review_id: int) -> list[Case]:
        found = [case for case in self.world.cases() if case.shop_id == self.shop_id]
        return [each for each in found if each.review.platform_id == str(review_id)]

    def case(self, review_id: int) -> Case:
        [case] = self.cases(review_id)
        return case

    def approve(self, case: Case, action: RemedyKind, percent: int) -> Money:
        """Approve a remedy of `percent` of the reviewed line, in steps of the shop."""
        paid = Money(case.order["lines"][0]["paid"], case.order["currency"]).share(percent)
        step = case.order["step"]
        amount = Money(paid.amount_minor // step * step, paid.currency)
        lines = tuple(line["id"] for line in case.order["lines"])
        days = timedelta(days=60) if action is VOUCHER else None
        changed = Remedy(action, amount, lines, days)
        decisions.approve(self.world.context, case.id, self.world.owner, changed=changed)
        self.world.work()
        return amount

    def until(self, happened: Callable[[], object]) -> None:
        """Let the shop deliver what waits there, and take it in."""
        ends = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < ends, "the shop delivered nothing: is its WP-Cron running?"
            self.store.run_queue()
            self.world.work()
            time.sleep(0.2)


@pytest.fixture(name="live")
def _live(database_url: str, tmp_path: Path, store: Store) -> Iterator[Live]:
    world = World(database_url, tmp_path, environ={"MAKEGOOD_CA_FILE": store.settings.ca_file})
    world.context.http._verify = store.settings.ca_file or True  # HACK
    yield Live(world, store)
    world.close()


def notes(store: Store, order_id: int) -> list[str]:
    found: list[dict[str, Any]] = store.ask("GET", f"orders/{order_id}/notes?type=customer")
    return [each["note"] for each in reversed(found)]


def test_connection_test_of_a_healthy_shop_is_green(live: Live) -> None:
    findings = connections.test_connection(live.world.context, live.connection_id, OPERATOR)

    assert [finding for finding in findings if not finding.ok] == []
    assert live.connection.problem is None


def test_refund_loop_ends_recovered_by_polling(live: Live, email: str) -> None:
    world, store = live.world, live.store
    ledger = bool(store.settings.gateway.ledger)
    _set_shop(live, follow_ups=AT_ONCE, asking=ASK)
    order = store.sell(email, by_gateway=ledger)
    review = store.review(email, 1, "Arrived broken")

    world.clock.move(minutes=11)
    world.work()
    case = live.case(review["id"])
    assert (case.state, case.order_id) == ("awaiting_approval", str(order["id"]))
    amount = live.approve(case, REFUND, 40)

    [made] = live.case(review["id"]).make_goods
    assert (made.state, bool(made.note)) == ("done", not ledger)
    [kept] = store.ask("GET", f"orders/{order['id']}/refunds?dp=6")
    assert (Money.of(kept["amount"], amount.currency), case.reference in kept["reason"]) == (
        amount,
        True,
    )
    if ledger:
        assert store.paid_back(order["id"]) == [amount.text()]
        _answer_and_be_invited(live, review["id"], order["id"])
    store.ask("PUT", f"products/reviews/{review['id']}", {"rating": 5, "review": "Solved"})
    world.clock.move(minutes=11)
    world.work()
    closed = live.case(review["id"])
    assert (closed.state, closed.close_reason) == ("closed", "recovered")
    assert len(store.ask("GET", f"orders/{order['id']}/refunds")) == 1


def _answer_and_be_invited(live: Live, review_id: int, order_id: int) -> None:
    """The buyer gets the notes of each step and presses the link of one."""
    live.world.clock.move(hours=1)
    live.world.work()
    answer = re.search(rf"{live.world.url}(/b/answer/\S+)", " ".join(notes(live.store, order_id)))
    assert answer is not None
    pressed = live.world.browser().post(answer[1], {"solved": "yes", "stars": "5"})
    assert pressed.status_code == 200
    live.world.clock.move(days=3)
    live.world.work()
    messages = live.case(review_id).messages
    sent = [message.step for message in messages if message.state == "sent"]
    assert "update_invitation" in sent, sent
    assert len(notes(live.store, order_id)) == len(sent)


def _set_shop(live: Live, **values: Any) -> None:
    live.world.shop_id, kept = live.shop_id, live.world.shop_id
    live.world.set_shop(**values)
    live.world.shop_id = kept


@pytest.mark.parametrize("action", [RESEND, VOUCHER])
def test_other_make_goods_are_carried_out_once(live: Live, email: str, action: RemedyKind) -> None:
    world, store = live.world, live.store
    _set_shop(live, follow_ups=AT_ONCE)
    order = store.sell(email)
    review = store.review(email, 2, "Wrong colour")
    world.clock.move(minutes=11)
    world.work()
    case = live.case(review["id"])

    live.approve(case, action, 100)

    [made] = live.case(review["id"]).make_goods
    path = "orders" if action is RESEND else "coupons"
    store.forget(f"{path}/{made.vendor_id}")
    assert (made.state, made.note) == ("done", None)
    kept = store.ask("GET", f"{path}/{made.vendor_id}")
    assert made.reference in str(kept) or made.reference.lower() in str(kept)
    if action is VOUCHER:
        world.clock.move(hours=1)
        world.work()
        assert [note for note in notes(store, order["id"]) if made.code in note]


def _listen(live: Live) -> None:
    """The owner adds the webhooks of the plugin."""
    if not live.store.settings.reaches_us:
        pytest.skip("needs reaches_us: the shop must be able to call this machine")
    secret = connections.webhook_secret(live.world.context, live.connection)
    address = live.world.context.links.webhook(live.connection.public_id)
    for topic in ("review.created", "review.updated", "review.deleted"):
        live.store.webhook(topic, address, secret)


def test_webhooks_of_the_plugin_open_change_and_close_the_case(live: Live, email: str) -> None:
    world, store = live.world, live.store
    _listen(live)
    order = store.sell(email)

    review = store.review(email, 1, "Pecah 😀 <b>semua</b>")
    live.until(lambda: live.cases(review["id"]))
    case = live.case(review["id"])
    store.ask("PUT", f"products/reviews/{review['id']}", {"rating": 2})
    live.until(lambda: live.case(review["id"]).review.rating == 2)
    store.ask("PUT", f"products/reviews/{review['id']}", {"rating": 4})
    live.until(lambda: live.case(review["id"]).state == "closed")

    assert (case.order_id, case.review.text) == (str(order["id"]), "Pecah 😀 semua")
    assert live.case(review["id"]).close_reason == "recovered"
    findings = connections.test_connection(world.context, live.connection_id, OPERATOR)
    assert [finding.advice for finding in findings if str(finding.name) == "Review webhooks"] == [
        None
    ]


def test_review_of_the_review_order_page_is_changed_by_the_link_of_the_invitation(
    live: Live, email: str
) -> None:
    store, settings = live.store, live.store.settings
    if not settings.review_order_page or not settings.variation:
        pytest.skip("needs review_order_page and variation in the settings file")
    _listen(live)
    _set_shop(live, follow_ups=AT_ONCE, asking=ASK)
    bought = [{"product_id": settings.product_id, "quantity": 1}]
    order = store.sell(email, line_items=[*bought, {**settings.variation, "quantity": 1}])
    store.sell(email)

    review = store.review_order(order, 2, "Lid is missing & late")
    live.until(lambda: live.cases(review["id"]))
    case = live.case(review["id"])
    assert (case.order_id, case.review.text) == (str(order["id"]), "Lid is missing & late")
    live.approve(case, VOUCHER, 100)
    [made] = live.case(review["id"]).make_goods
    store.forget(f"coupons/{made.vendor_id}")
    _answer_and_be_invited(live, review["id"], order["id"])
    page = rf"{settings.base_url}/{settings.review_order_page}/{order['id']}/\?key=\w+"
    link = re.search(page, " ".join(notes(store, order["id"])))
    assert link is not None
    changed = store.review_order(order, 5, "Solved", at=link[0])
    live.until(lambda: live.case(review["id"]).state == "closed")

    assert changed["id"] == review["id"]
    assert live.case(review["id"]).close_reason == "recovered"
