"""Fills a database with so many cases as shops have them: few shops and products have most, the newest
are open, each with its order, history, proposal, make-good, messages, tasks and words."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.bulk import Bulk
from integrations.money import Money
from integrations.remedies import KINDS, Remedy, remedy_to_data
from service.db.models import (
    Audit,
    BuyerMark,
    Case,
    Decision,
    History,
    MakeGood,
    Message,
    Proposal,
    Review,
    ReviewVersion,
    SearchEntry,
    Task,
)
from service.db.session import Database
from service.domain.cases.buyers import marks_of
from service.domain.complaints.causes import CAUSES, UNCLEAR
from service.domain.search import words_of

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
YEARS = timedelta(days=730)
PRODUCTS = 2_000
OPEN_SHARE = 0.05
SYLLABLES = [a + b for a in "bcdfghjklmnprstw" for b in ("a", "e", "i", "o", "u", "an", "ar", "un")]
CAUSE_WEIGHTS = (20, 12, 9, 14, 11, 12, 8, 5, 3, 2, 4)
CLOSED = ("recovered", "finished", "withdrawn", "declined", "by_seller")
CLOSED_WEIGHTS = (15, 60, 5, 10, 10)
COURIERS = ("JNE", "J&T Express", "SiCepat", "SPX Express", "AnterAja", "")
ROOTS = ("supplier", "packing", "courier", "picking", "listing", None, None, None)


@dataclass(frozen=True, slots=True)
class Place:
    """A shop and its connection."""

    shop_id: int
    connection_id: int


def phone_of(buyer: int) -> str:
    """A number of nobody's."""
    return f"+62812{buyer:08}"


MADE_AT_MOST = 10_000
"""Stories that are told; of more cases the others are copies of these."""


def fill(database: Database, number: int, places: list[Place], seller_ids: list[int]) -> None:
    """Write so many cases with all that belongs to them, and a line of the audit for every fiftieth."""
    chance = random.Random(20261124)
    copies = max(1, number // MADE_AT_MOST)
    Bulk(database, copies).write(_rows(chance, number, copies, places, seller_ids))
    Bulk(database, 1).write(_audit(number, places, seller_ids))


def _rows(
    chance: random.Random, number: int, step: int, places: list[Place], seller_ids: list[int]
) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)]
    products = [" ".join(chance.sample(vocabulary, 3)).title() for _ in range(PRODUCTS)]
    shop_weights = [*itertools.accumulate(1 / (rank + 1) for rank in range(len(places)))]
    product_weights = [*itertools.accumulate(1 / (rank + 3) for rank in range(PRODUCTS))]
    word_weights = [*itertools.accumulate(1 / (rank + 5) for rank in range(len(vocabulary)))]
    for case_id in range(step, number + 1, step):
        place = chance.choices(places, cum_weights=shop_weights)[0]
        product = chance.choices(range(PRODUCTS), cum_weights=product_weights)[0]
        words = chance.choices(vocabulary, cum_weights=word_weights, k=chance.randint(4, 25))
        yield from _Story(
            chance,
            number,
            step,
            case_id,
            place,
            product=product,
            product_name=products[product],
            words=" ".join(words),
            seller_ids=seller_ids,
        ).rows()


def _audit(
    number: int, places: list[Place], seller_ids: list[int]
) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    for line in range(number // 50):
        place = places[line % len(places)]
        yield (
            Audit,
            {
                "id": 1_000 + line,
                "at": NOW - YEARS * (1 - line / number),
                "actor": f"seller:{seller_ids[line % len(seller_ids)]}",
                "shop_id": place.shop_id,
                "what": "shop.follow_ups",
                "subject": f"shop:{place.shop_id}",
                "about": "opens",
                "old": "08:00",
                "new": "09:00",
            },
        )


class _Story:
    """One case from its review to where it stands now."""

    def __init__(
        self,
        chance: random.Random,
        number: int,
        step: int,
        case_id: int,
        place: Place,
        *,
        product: int,
        product_name: str,
        words: str,
        seller_ids: list[int],
    ) -> None:
        self.chance, self.step, self.id, self.place = chance, step, case_id, place
        self.product, self.product_name, self.words = product, product_name, words
        self.seller_id = chance.choice(seller_ids)
        jitter = timedelta(seconds=chance.randint(0, 86_000))
        self.at = NOW - YEARS * (1 - case_id / number) - jitter
        self.is_open = case_id > number * (1 - OPEN_SHARE)
        self.reason = "" if self.is_open else chance.choices(CLOSED, CLOSED_WEIGHTS)[0]
        self.given = not self.is_open and self.reason != "declined" and chance.random() < 0.7
        self.stars = chance.choices((1, 2, 3), (6, 2, 2))[0]
        self.amount = chance.randint(20, 900) * 1_000
        self.buyer = chance.randint(1, max(3, number // 3))
        self.order_number = f"INV/{self.at:%Y%m%d}/MPL/{case_id}"

    def rows(self) -> Iterator[tuple[type[Any], dict[str, Any]]]:
        """All rows of it."""
        yield Review, self._review()
        yield ReviewVersion, self._version(self.stars, self.at)
        yield Case, self._case()
        for each in self._history():
            yield History, each
        yield Proposal, self._proposal()
        if self.given:
            yield Decision, self._decision()
            yield MakeGood, self._make_good()
        for each in self._messages():
            yield Message, each
        yield Task, self._task()
        for mark in marks_of(self._order()["buyer"], self.place.connection_id):
            yield BuyerMark, {"case_id": self.id, "mark": mark, "shop_id": self.place.shop_id}
        yield SearchEntry, {"case_id": self.id, "words": self._search_words()}

    def _buyer(self) -> dict[str, str]:
        return {"id": f"b{self.buyer}", "name": f"Pembeli {self.buyer}", "email": ""}

    def _raised(self) -> int:
        return self.chance.choice((4, 5)) if self.reason == "recovered" else self.stars

    def _review(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "connection_id": self.place.connection_id,
            "shop_id": self.place.shop_id,
            "platform_id": f"r{self.id}",
            "rating": self._raised(),
            "text": self.words,
            "seen_at": self.at,
            "written_at": self.at,
            "product_id": str(self.product),
            "product_name": self.product_name,
            "buyer": json.dumps(self._buyer()),
        }

    def _version(self, stars: int, at: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "review_id": self.id,
            "rating": stars,
            "text": self.words,
            "seen_at": at,
        }

    def _case(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "shop_id": self.place.shop_id,
            "review_id": self.id,
            "reference": f"MG-{self.id}",
            "state": "awaiting_approval" if self.is_open else "closed",
            "close_reason": self.reason or None,
            "opened_at": self.at,
            "closed_at": None if self.is_open else self.at + timedelta(days=9),
            "buyer_key": f"{self.place.connection_id}:b{self.buyer}",
            "product_key": f"{self.place.connection_id}:{self.product}",
            "order_id": str(self.id),
            "order_seen": json.dumps(self._order()),
            "order_connection_id": self.place.connection_id,
            "paid_minor": self.amount,
            "paid_currency": "IDR",
            "courier": self.chance.choices(COURIERS, (30, 25, 15, 15, 5, 10))[0],
            "editable": self.chance.choices(("yes", "assumed", "no"), (5, 4, 1))[0],
            "cause": self.chance.choices((*CAUSES, UNCLEAR), CAUSE_WEIGHTS)[0],
            "root_cause": None if self.is_open else self.chance.choice(ROOTS),
            "assignee_id": self.seller_id if self.chance.random() < 0.3 else None,
        }

    def _order(self) -> dict[str, Any]:
        line = {
            "id": "1",
            "product_id": str(self.product),
            "name": self.product_name,
            "quantity": "1",
            "paid": self.amount,
            "variant_id": "",
        }
        return {
            "connection_id": self.place.connection_id,
            "seen_at": self.at.isoformat(),
            "id": str(self.id),
            "number": self.order_number,
            "placed_at": (self.at - timedelta(days=5)).isoformat(),
            "status": "completed",
            "currency": "IDR",
            "paid": self.amount,
            "left": self.amount,
            "step": 1,
            "promised_by": "",
            "delivered_at": (self.at - timedelta(days=1)).isoformat(),
            "unavailable": [],
            "lines": [line],
            "buyer": {
                **self._buyer(),
                "country": "ID",
                "language": "id",
                "zone": "Asia/Jakarta",
                "region": "",
                "phone": phone_of(self.buyer),
                "consents": {},
            },
        }

    def _history(self) -> Iterator[dict[str, Any]]:
        steps = [("opened", "", ""), ("state", "opened", "awaiting_approval")]
        if self.reason == "recovered":
            steps.append(("review_changed", str(self.stars), "5"))
        if self.reason:
            steps.append(("state", "following_up", "closed"))
        for step, (what, old, new) in enumerate(steps):
            yield {
                "id": self.id * 5 + step * self.step,
                "case_id": self.id,
                "at": self.at + timedelta(days=step),
                "actor": f"seller:{self.seller_id}" if step else "platform",
                "what": what,
                "old": old,
                "new": new,
            }

    def _proposal(self) -> dict[str, Any]:
        remedy = Remedy(KINDS["refund"], Money(self.amount, "IDR"), ("1",))
        row = {**remedy_to_data(remedy), "reason": "", "capped": False}
        return {
            "id": self.id,
            "case_id": self.id,
            "rule": "damaged",
            "remedies": json.dumps([row]),
            "created_at": self.at,
        }

    def _decision(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "case_id": self.id,
            "kind": "approve",
            "actor": f"seller:{self.seller_id}",
            "seller_id": self.seller_id,
            "decided_at": self.at + timedelta(hours=self.chance.randint(1, 40)),
        }

    def _make_good(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "case_id": self.id,
            "shop_id": self.place.shop_id,
            "decision_id": self.id,
            "connection_id": self.place.connection_id,
            "order_id": str(self.id),
            "action": self.chance.choices(("refund", "resend", "voucher"), (5, 3, 2))[0],
            "amount_minor": self.amount,
            "currency": "IDR",
            "line_ids": '["1"]',
            "key": f"key-{self.id}",
            "reference": f"MG-{self.id}-1",
            "state": "done",
            "decided_at": self.at + timedelta(hours=2),
            "done_at": self.at + timedelta(hours=self.chance.randint(3, 70)),
        }

    def _messages(self) -> Iterator[dict[str, Any]]:
        usual = {"case_id": self.id, "state": "sent", "author": "rule", "language": "id"}
        answer_after = timedelta(minutes=self.chance.randint(1, 900))
        yield {**usual, "id": self.id * 4, "step": "receipt", "sent_at": self.at + answer_after}
        if self.given:
            check = {"step": "resolution_check", "sent_at": self.at + timedelta(days=4)}
            yield {**usual, **check, "id": self.id * 4 + self.step}
        if self.reason in ("recovered", "finished") and self.chance.random() < 0.4:
            answer = self.chance.choices(("solved", "partly", "not_solved"), (6, 2, 2))[0]
            yield {
                **usual,
                "id": self.id * 4 + 2 * self.step,
                "state": "received",
                "author": "buyer",
                "step": None,
                "answer": answer,
                "stars": self.chance.randint(1, 5),
                "handled_at": self.at + timedelta(days=5),
            }

    def _task(self) -> dict[str, Any]:
        grave = self.is_open and self.chance.random() < 0.02
        return {
            "id": self.id,
            "kind": "take_up" if grave else "decide",
            "urgency": 0 if grave else 4,
            "state": "open" if self.is_open else "done",
            "shop_id": self.place.shop_id,
            "case_id": self.id,
            "subject_id": self.id,
            "amount_minor": self.amount,
            "currency": "IDR",
            "opened_at": self.at,
            "noticed_at": self.at,
            "ended_at": None if self.is_open else self.at + timedelta(hours=3),
        }

    def _search_words(self) -> str:
        buyer = f"Pembeli {self.buyer}"
        named = (f"MG-{self.id}", self.order_number, buyer, self.product_name, self.words)
        return " ".join(words_of(named))
