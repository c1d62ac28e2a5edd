"""What is found is what going through all cases finds, by whichever way it was looked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from integrations.money import Money
from service.db.cases import case_list, search
from service.db.cases.case_filter import CaseFilter
from service.db.cases.case_list import Key, Sort, key_read, key_text, list_cases
from service.db.models import Case, Decision, Review, SearchEntry
from service.domain.cases.states import CaseState
from service.domain.remedies.states import DecisionKind
from service.domain.search import words_of
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.shops import connections
from tests.world import START, World

CASES = 100
PAGE = 11
COMMON, USUAL = "pembeli", ("rusak", "rusuk", "lama", "b", "b7", "7b")


@dataclass(frozen=True)
class _Row:
    """A case as the test knows it."""

    id: int
    shop_id: int
    words: list[str]
    stars: int
    paid: int
    opened_at: datetime
    deciders: list[int]

    @property
    def decided_by(self) -> int | None:
        return self.deciders[-1] if self.deciders else None

    def holds(self, typed: str) -> bool:
        wanted = words_of([typed])
        return bool(wanted) and all(
            any(word.startswith(beginning) for word in self.words) for beginning in wanted
        )

    def fits(self, narrowing: CaseFilter) -> bool:
        since, before = narrowing.opened_since, narrowing.opened_before
        return (
            (not narrowing.words.strip() or self.holds(narrowing.words))
            and narrowing.shop_id in (None, self.shop_id)
            and narrowing.stars in (None, self.stars)
            and narrowing.decided_by in (None, self.decided_by)
            and (since is None or self.opened_at >= since)
            and (before is None or self.opened_at < before)
        )


def _rank(row: _Row, sort: Sort) -> tuple[int, int]:
    match sort:
        case Sort.NEWEST:
            return 0, -row.id
        case Sort.OLDEST:
            return 0, row.id
        case Sort.DEAREST:
            return -row.paid, -row.id


class _Shops:
    """Two shops with many cases, decided by two people, some of them more than once."""

    def __init__(self, world: World) -> None:
        self.world, self.chance = world, random.Random(14)
        other = connections.add_shop(world.context, OPERATOR, "Lain", zone="UTC")
        self.shops = [world.shop_id, other]
        second = world.seller("second@example.test", SellerRole.AGENT)
        self.people = [world.owner.id, second.id]
        self.rows = [self._row(number) for number in range(1, CASES + 1)]
        with world.context.database.transaction() as session:
            for table, rows in self._tables().items():
                session.add_all(table(**values) for values in rows)
                session.flush()

    def _row(self, number: int) -> _Row:
        words = [COMMON, f"b{number}", *self.chance.sample(USUAL, 2)]
        if number > CASES // 2:
            words.append("baru")
        deciders = self.chance.choices(self.people, k=self.chance.choice((0, 0, 1, 1, 2)))
        return _Row(
            number,
            self.chance.choice(self.shops),
            words,
            self.chance.randint(1, 3),
            self.chance.randint(1, 30) * 1_000,
            START + timedelta(hours=number + self.chance.randint(0, 9)),
            deciders,
        )

    def _tables(self) -> dict[type[Any], list[dict[str, Any]]]:
        return {
            Review: [self._review(row) for row in self.rows],
            Case: [self._case(row) for row in self.rows],
            SearchEntry: [{"case_id": row.id, "words": " ".join(row.words)} for row in self.rows],
            Decision: [
                {
                    "case_id": row.id,
                    "kind": DecisionKind.APPROVE,
                    "actor": f"seller:{person}",
                    "seller_id": person,
                    "decided_at": row.opened_at + timedelta(hours=hours),
                }
                for row in self.rows
                for hours, person in enumerate(row.deciders)
            ],
        }

    def _review(self, row: _Row) -> dict[str, Any]:
        return {
            "id": row.id,
            "connection_id": self.world.connection_id,
            "shop_id": row.shop_id,
            "platform_id": f"r{row.id}",
            "rating": row.stars,
            "seen_at": row.opened_at,
        }

    def _case(self, row: _Row) -> dict[str, Any]:
        return {
            "id": row.id,
            "shop_id": row.shop_id,
            "review_id": row.id,
            "reference": f"MG-{row.id}",
            "state": CaseState.AWAITING_APPROVAL,
            "opened_at": row.opened_at,
            "order": {"paid": row.paid, "currency": "IDR"},
            "paid_minor": row.paid,
            "paid_currency": "IDR",
        }

    def listed(self, narrowing: CaseFilter, sort: Sort) -> Iterator[int]:
        """The ids of all pages, one after the other."""
        after: Key | None = None
        while True:
            with self.world.context.database.reading() as session:
                cases = list_cases(
                    session, self.shops, narrowing, most=PAGE, after=after, sort=sort
                )
            yield from (case.id for case in cases)
            if len(cases) < PAGE:
                return
            after = key_read(key_text(cases[-1], sort), sort)

    def expected(self, narrowing: CaseFilter, sort: Sort) -> list[int]:
        """The same by going through all of them."""
        fitting = [row for row in self.rows if row.fits(narrowing)]
        return [row.id for row in sorted(fitting, key=lambda row: _rank(row, sort))]


WEEK = {
    "opened_since": START + timedelta(hours=25),
    "opened_before": START + timedelta(hours=75),
}


@pytest.mark.parametrize(("near", "few"), [(10, 5), (50, 25)])
def test_each_page_is_what_going_through_all_cases_finds(
    world: World, monkeypatch: pytest.MonkeyPatch, near: int, few: int
) -> None:
    """Few cases beside these bounds stand for a million."""
    monkeypatch.setattr(case_list, "NEAR", near)
    monkeypatch.setattr(case_list, "NEAR_WITHOUT_WORDS", near)
    monkeypatch.setattr(search, "FEW", few)
    shops = _Shops(world)
    typed = (
        COMMON,
        "pemb rus",
        "rusak",
        "rus",
        "lama b7",
        "b15 pembeli",
        "baru",
        "b",
        "nihil",
        "!",
    )
    narrowings: tuple[dict[str, Any], ...] = (
        {},
        {"stars": 2},
        {"shop_id": shops.shops[0]},
        {"decided_by": shops.people[1]},
        {"decided_by": shops.people[0], **WEEK},
        WEEK,
    )
    found = 0
    for words in ("", *typed):
        for narrowed in narrowings:
            for sort in Sort:
                paid = Money(0, "IDR") if sort is Sort.DEAREST else None
                narrowing = CaseFilter(words=words, paid=paid, **narrowed)
                listed = list(shops.listed(narrowing, sort))
                assert listed == shops.expected(narrowing, sort), (words, narrowed, sort)
                found += len(listed)
    assert found > CASES
