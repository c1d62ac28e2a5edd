"""What adapters share: values made of rows, pages up to the last, and a test that ends where access does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.base.checks import checked
from integrations.base.fields import Decoration, Id, Label, Rows, currency, text_field
from integrations.base.lists import Rows as Page
from integrations.base.lists import Unread, pages
from integrations.base.loading import Loose, load
from integrations.base.values import Value
from integrations.contract import Buyer, CheckResult
from integrations.errors import Misconfigured, Permanent
from integrations.sentence import Text

TOO_MANY = Permanent("too many")


class BuyerIn(Value):
    makes = Buyer

    id = Decoration(Id(), "", data_key="number")
    name = Label(data_key="nickname")
    email = Decoration(text_field(), "")


class PriceIn(Loose):
    currency = currency()
    rows = Rows(Id())


def test_row_becomes_the_value_whose_fields_it_names() -> None:
    row = {"number": 7, "nickname": "Sari", "email": "sari@example.test", "more": 1}

    assert load(BuyerIn, row, "/orders") == Buyer("7", "Sari", "sari@example.test")


@pytest.mark.parametrize("row", [{}, dict.fromkeys(("number", "nickname", "email"))])
def test_null_is_as_good_as_missing(row: dict[str, None]) -> None:
    assert load(BuyerIn, row, "/orders") == Buyer()
    assert load(PriceIn, {"currency": "IDR", "rows": None}, "/")["rows"] == ()


@pytest.mark.parametrize("code", ["idr", "IDR\n", "", None, 7])
def test_currency_is_a_code_and_needed(code: object) -> None:
    with pytest.raises(Permanent, match="currency"):
        load(PriceIn, {"currency": code}, "/")


def test_pages_end_with_the_last_or_are_too_many() -> None:
    listed = [Page([number], [], more=number < 2) for number in range(3)]

    assert list(pages(listed.__getitem__, most=3, too_many=TOO_MANY)) == listed
    with pytest.raises(Permanent, match="too many"):
        list(pages(listed.__getitem__, most=2, too_many=TOO_MANY))


def test_unread_row_holds_what_it_came_with() -> None:
    assert Unread({"order": {"sn": "2611"}}, Text("wrong")).holds("2611")
    assert not Unread(None, Text("wrong")).holds("2611")


def test_connection_test_ends_where_nothing_works() -> None:
    first, access = CheckResult(Text("Secret"), True), Text("Access")

    def lines() -> Iterator[CheckResult]:
        yield first
        raise Misconfigured("wrong key")

    assert checked(access, lines()) == [
        first,
        CheckResult(access, False, Text("wrong key"), blocking=True),
    ]
