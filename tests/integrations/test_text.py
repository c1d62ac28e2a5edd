"""Text from outside is read in one way, in every field of every value of the contract."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations import text
from integrations.contract import Buyer, EventKind, OrderLine, ReviewEvent
from integrations.money import Money

ANY = st.text(st.characters(codec=None, exclude_categories=()))
FIELDS: list[tuple[Any, str]] = [
    (lambda given: Buyer(name=given), "name"),
    (lambda given: Buyer(email=given), "email"),
    (lambda given: Buyer(region=given), "region"),
    (lambda given: Buyer(language=given), "language"),
    (lambda given: ReviewEvent(EventKind.ADDED, "1", product_name=given), "product_name"),
    (lambda given: OrderLine("1", "2", given, 1, Money(1, "EUR")), "name"),
]


@given(ANY)
def test_a_line_is_one_line_without_anything_invisible(given_text: str) -> None:
    found = text.line(given_text)

    assert len(found.splitlines()) <= 1
    assert found == found.strip()
    assert all(
        unicodedata.category(each) not in ("Cc", "Cs", "Zl", "Zp")
        and (unicodedata.category(each) != "Cf" or each in "\u200c\u200d")
        for each in found
    )
    assert text.line(found) == found
    found.encode("utf-8")


@given(ANY)
def test_paragraphs_break_in_one_way_only(given_text: str) -> None:
    found = text.paragraphs(given_text)

    assert found.splitlines() == (found.split("\n") if found else [])
    assert text.paragraphs(found) == found


@pytest.mark.parametrize(("build", "name"), FIELDS, ids=[name for _, name in FIELDS])
@given(given_text=ANY)
def test_every_field_keeps_and_drops_the_same_signs(build: Any, name: str, given_text: str) -> None:
    kept = getattr(build(given_text), name)

    assert kept in (text.line(given_text), text.address(given_text))


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&amp;amp;", "&amp;"),
        ("Teko&nbsp;&#8211; merah", "Teko \u2013 merah"),
        ("Sari&#8207;", "Sari"),
    ],
)
def test_entities_are_decoded_once(html: str, shown: str) -> None:
    assert text.from_html(html) == shown


@pytest.mark.parametrize(
    "kept",
    [
        "\U0001f469\u200d\U0001f373",
        "\u0646\u0627\u0645\u200c\u0647\u0627",
        "\u8336",
        "\u2764\ufe0f",
    ],
)
def test_emoji_and_scripts_stay_whole(kept: str) -> None:
    assert text.line(kept) == kept
