"""Finds cases by words: PostgreSQL's and SQLite's own full-text search, with the same answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    TextualSelect,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from service.db.models import BuyerMark, Case, SearchEntry, Shop
from service.db.upserts import upsert
from service.domain.cases.buyers import marks_of
from service.domain.cases.reference import is_reference
from service.domain.search import words_of

_ENTRIES: Any = SearchEntry.__table__
_POSTGRES = text("array_to_tsvector(string_to_array(search_entry.words, ' ')) @@ :query ::tsquery")
MOST_NUMBERED = 100
"""Cases of one number: of one order, or of one in each shop."""
FEW = 1_000
"""Cases whose words are read one by one sooner than another index is."""
_TELEPHONE = re.compile(r"\+?(?:[ ()./-]*[0-9]){8,15}")
_SQLITE = text("SELECT rowid AS case_id FROM search_index WHERE search_index MATCH :query")


def write_entries(session: Session, words: dict[int, str]) -> None:
    """Put these words, by case id, in place of those that were there: one statement."""
    if not words:
        return
    rows = [{"case_id": case_id, "words": line} for case_id, line in words.items()]
    upsert(session, _ENTRIES, ("case_id",), rows)


def forget_old_words(session: Session) -> None:
    """Take words that no case holds any more out of the index itself. PostgreSQL's vacuum does so by
    itself; SQLite's index keeps them until its parts are merged."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO search_index(search_index) VALUES ('optimize')"))


def holding(typed: str) -> ColumnElement[bool]:
    """The condition that a case holds each word typed, or a word that begins so, by its words themselves: for
    cases that are few already. None does where nothing was typed that a case could hold."""
    words = words_of([typed])
    if not words:
        return false()
    line = " " + SearchEntry.words
    entry = select(SearchEntry.case_id).where(SearchEntry.case_id == Case.id)
    return entry.where(*(line.contains(f" {word}") for word in words)).exists()


def matching(session: Session, typed: str) -> ColumnElement[bool]:
    """The same by the index of words. That of each word that many hold would be gone through, so where few
    hold the word that looks rarest, only that one is looked up."""
    words = words_of([typed])
    if not words:
        return false()
    rarest = max(words, key=lambda word: (any(map(str.isdigit, word)), len(word)))
    ids = _ids(session, [[rarest]], "*").subquery()
    if session.execute(select(ids).offset(FEW).limit(1)).first() is None:
        return and_(_holding(session, [[rarest]], "*"), holding(typed))
    return _holding(session, [words], "*")


def numbered(session: Session, typed: str, narrowing: ColumnElement[bool]) -> Sequence[int]:
    """The ids of the cases among some whose reference, or the number or id of whose order, is all that was
    typed, a `#` before it or not. A number without a digit is none but a reference: it would be looked for
    among all that hold a common word."""
    number = typed.strip().lstrip("#").lower()
    words = words_of([number])
    is_number = any(sign.isdigit() for sign in number) or is_reference(number)
    if not words or not number.isprintable() or not is_number:
        return []
    names = (Case.reference, Case.order_id, Case.order["number"].as_string())
    rows = (
        select(Case.id)
        .where(narrowing, _holding(session, [words], ""))
        .where(or_(*(func.ltrim(func.lower(name), "#") == number for name in names)))
        .order_by(Case.id.desc())
        .limit(MOST_NUMBERED)
    )
    return session.scalars(rows).all()


def of_number(
    session: Session, typed: str, shop_ids: Collection[int]
) -> ColumnElement[bool] | None:
    """The condition that a case is of a buyer of these shops with the telephone number that is all that was
    typed, however it is written there and here; None where no case is."""
    if not _TELEPHONE.fullmatch(typed.strip()):
        return None
    countries = session.scalars(select(Shop.country).where(Shop.id.in_(shop_ids)).distinct())
    marks = {
        mark for country in countries for mark in marks_of({"phone": typed.strip()}, None, country)
    }
    of_buyer = select(BuyerMark.case_id).where(
        BuyerMark.shop_id.in_(shop_ids), BuyerMark.mark.in_(marks)
    )
    found = session.scalar(of_buyer.limit(1))
    return None if found is None else Case.id.in_(of_buyer)


def matching_any(session: Session, texts: Sequence[str]) -> ColumnElement[bool] | None:
    """The same for at least one of some texts."""
    groups = [words for words in (words_of([text]) for text in texts) if words]
    return _holding(session, groups, "*") if groups else None


def _holding(session: Session, groups: Sequence[list[str]], rest: str) -> ColumnElement[bool]:
    """The condition that a case holds all words of one of these groups; `rest` is `*` where a word may go
    on, '' where it has to be the whole."""
    # With an offset PostgreSQL asks the index: it would go through all words in the order of a list.
    return Case.id.in_(select(_ids(session, groups, rest).subquery()).offset(0))


def _ids(session: Session, groups: Sequence[list[str]], rest: str) -> TextualSelect | Select[int]:
    """The ids of such cases, from the index."""
    if session.get_bind().dialect.name == "sqlite":
        query = " OR ".join(
            "(" + " AND ".join(f'"{word}"{rest}' for word in words) + ")" for words in groups
        )
        return _SQLITE.bindparams(query=query).columns(SearchEntry.case_id)
    ending = ":*" if rest else ""
    query = " | ".join(
        "(" + " & ".join(f"'{word}'{ending}" for word in words) + ")" for words in groups
    )
    condition = _POSTGRES.bindparams(bindparam("query", query))
    return select(SearchEntry.case_id).where(condition)
