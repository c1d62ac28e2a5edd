"""One courier has one name, however it is spelled; what nobody knows stays as it was given."""

from __future__ import annotations

import pytest

from service.domain.cases.couriers import LONGEST, courier_named, courier_of, known_couriers


@pytest.mark.parametrize(
    ("tracking", "courier"),
    [
        (["JNE REG JP1234567890"], "JNE"),
        (["jne"], "JNE"),
        (["J&T Express JX0123456789"], "J&T Express"),
        (["JNT JX1"], "J&T Express"),
        (["J & T-EXPRESS"], "J&T Express"),
        (["J&T Cargo 200"], "J&T Cargo"),
        (["SPX Standard OFG1"], "SPX Express"),
        (["Si Cepat BEST 000"], "SiCepat"),
        (["dhl JJD1"], "DHL"),
        (["Kurir Toko K-2"], "Kurir Toko"),
        (["Pak Budi"], "Pak Budi"),
        (["JP1234567890"], ""),
        (["https://track.example/12"], ""),
        (["", "-", "- JP1"], ""),
        ([], ""),
    ],
)
def test_courier_is_named_in_one_way(tracking: list[str], courier: str) -> None:
    assert courier_of(tracking) == courier


def test_courier_of_several_parcels_is_the_first_that_is_named() -> None:
    assert courier_of(["JP1", "SiCepat 2", "JNE 3"]) == "SiCepat"


def test_name_that_nobody_knows_is_bounded() -> None:
    assert courier_of(["x" * 200]) == courier_named("x" * 200) == "x" * LONGEST
    assert courier_named("  Kurir   Toko ") == "Kurir Toko"
    assert courier_named("4 Kurir") == "4 Kurir"


@pytest.mark.parametrize("name", known_couriers())
def test_known_name_is_kept_as_it_is(name: str) -> None:
    assert courier_named(name) == name
