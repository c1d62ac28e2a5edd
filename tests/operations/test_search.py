"""A case is found by whatever a person has in hand: name, address, invoice, product, words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select, text

from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import LAMP
from service.db.cases import search
from service.db.models import Case
from service.domain.search import MOST_WORDS, words_of
from service.domain.staff.authority import OPERATOR
from service.operations.cases import review_changes
from service.operations.privacy import erasure
from tests.world import World


def _found(world: World, typed: str) -> list[str]:
    with world.context.database.reading() as session:
        condition = search.matching(session, typed)
        return list(session.scalars(select(Case.reference).where(condition).order_by(Case.id)))


@pytest.fixture(name="kettle")
def _kettle(world: World) -> str:
    """The reference of a case beside another of another buyer and product."""
    with world.sandbox.ledger.write() as connection:
        connection.execute(
            "INSERT INTO buyer (name, email, country, language, zone)"
            " VALUES ('José Núñez', 'jose@example.test', 'SG', 'en', 'Asia/Singapore')"
        )
        lamp = add_order(connection, 1, LAMP, world.clock.now())
    world.rate(2, "Arrived late", lamp)
    world.work()
    world.rate(1, "Tehnya bocor, tutupnya ﬁnal rusak")
    world.work()
    return world.cases()[1].reference


@pytest.mark.parametrize("typed", ["Sari", "sari@example.test", "SARI  kettle", "bocor", "tehny"])
def test_a_case_is_found_by_its_buyer_product_and_words(
    world: World, kettle: str, typed: str
) -> None:
    assert _found(world, typed) == [kettle]


def test_a_case_is_found_by_reference_order_number_and_their_parts(
    world: World, kettle: str
) -> None:
    number = world.cases()[1].order["number"]

    assert _found(world, kettle.lower()) == [kettle]
    assert _found(world, kettle[:6]) == [kettle]
    assert kettle in _found(world, number)


@pytest.mark.parametrize("typed", ["jose nunez", "JOSÉ", "Nuñ"])
def test_accents_do_not_matter(world: World, kettle: str, typed: str) -> None:
    assert _found(world, typed) == [world.cases()[0].reference]


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "'", '"', "%", "_", "*", "sari lamp", "' OR 1=1 --", "sari:* | lamp", "\x00"],
)
def test_what_no_case_holds_finds_none(world: World, kettle: str, typed: str) -> None:
    assert _found(world, typed) == []


def _numbered(world: World, typed: str) -> list[str]:
    with world.context.database.reading() as session:
        ids = search.numbered(session, typed, Case.shop_id == world.shop_id)
        return [session.get_one(Case, case_id).reference for case_id in ids]


def test_a_number_is_all_that_was_typed(world: World, kettle: str) -> None:
    case = world.cases()[1]

    assert _numbered(world, case.order["number"]) == [kettle]
    assert _numbered(world, case.order_id) == [kettle]
    assert _numbered(world, f" #{kettle.lower()}") == [kettle]


def test_a_reference_of_letters_alone_is_a_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_changes, "new_reference", lambda random: "MG-NKACVJSF")
    world.rate(1, "Tehnya bocor")
    world.work()

    assert _numbered(world, "#mg-nkacvjsf") == ["MG-NKACVJSF"]
    assert _numbered(world, "MG-NKACVJS") == []


@pytest.mark.parametrize("typed", ["", "#", "sari", "2\x00", "\ud8002", "2%", "' OR 1=1 --", "SB"])
def test_what_is_no_number_is_none(world: World, kettle: str, typed: str) -> None:
    assert _numbered(world, typed) == []


def test_a_changed_review_is_found_by_its_new_words_only(world: World, kettle: str) -> None:
    world.clock.move(hours=1)
    world.rate(1, "Masih belum diganti", int(world.cases()[1].order_id))
    world.work()

    assert (_found(world, "bocor"), _found(world, "diganti")) == ([], [kettle])


def test_an_erased_buyer_is_in_no_index(world: World, kettle: str) -> None:
    erasure.erase_buyer(world.context, world.cases()[1].order["buyer"]["email"], OPERATOR)

    assert _found(world, "sari") == _found(world, "bocor") == []
    assert _found(world, kettle) == [kettle]
    database = world.context.database
    with database.transaction() as session:
        if database.sqlite:
            session.execute(
                text("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, search_index, row)")
            )
            terms = session.scalars(text("SELECT term FROM temp.v")).all()
            session.execute(text("DROP TABLE temp.v"))
        else:
            terms = session.scalars(
                text("SELECT unnest(string_to_array(words, ' ')) FROM search_entry")
            ).all()
    assert "jose" in terms
    assert not {"sari", "bocor"} & set(terms)


@given(st.text(max_size=200))
@example("𝕬 İstanbul ﬁnal ẞ")
def test_every_text_is_cut_into_words_that_find_it(typed: str) -> None:
    words = words_of([typed])

    assert words_of([" ".join(words)]) == words
    assert all(word.isalnum() and word == word.casefold() for word in words)


def test_long_texts_are_bounded() -> None:
    words = words_of(["x" * 10_000, *(f"w{number}" for number in range(10_000))])

    assert len(words) == MOST_WORDS
    assert max(map(len, words)) <= 64
