"""What the shop says of the use of a voucher, beside the terms of its make-good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import responses

from integrations.contract import GivenVoucher, VoucherUse
from integrations.money import Money
from tests.integrations.standard.samples import BASE, RECORDED, adapter

RECORD = f"{BASE}/make-goods/MG-7F3K2Q-1"
GIVEN = GivenVoucher("TEA-5", "rf-55", "MG-7F3K2Q-1")


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        yield wire


def test_use_of_a_voucher_is_what_the_shop_says_beside_its_terms(
    wire: responses.RequestsMock,
) -> None:
    use = {
        "used": True,
        "at": "2026-12-01T10:00:00+07:00",
        "order_number": "1031",
        "saved": {"minor": 950, "currency": "EUR"},
    }
    wire.get(RECORD, json={**RECORDED, "action": "voucher", "use": use})

    at = datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert adapter().voucher_use(GIVEN) == VoucherUse(True, at, "1031", Money(950, "EUR"))


@pytest.mark.parametrize(
    ("use", "read"),
    [
        ({"used": False}, VoucherUse(False)),
        ({"used": True, "at": "soon", "saved": 7}, VoucherUse(True)),
        ({"used": "yes"}, None),
        ({}, None),
        (None, None),
        ("used", None),
    ],
)
def test_use_that_is_not_said_is_not_known(
    wire: responses.RequestsMock, use: object, read: VoucherUse | None
) -> None:
    wire.get(RECORD, json={**RECORDED, "action": "voucher", "use": use})

    assert adapter().voucher_use(GIVEN) == read


def test_use_of_a_voucher_of_an_unknown_key_is_not_known(wire: responses.RequestsMock) -> None:
    wire.get(RECORD, status=404, json={"message": "no such make-good"})

    assert adapter().voucher_use(GIVEN) is None
