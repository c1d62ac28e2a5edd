"""References that people read out."""

from __future__ import annotations

import re
import secrets

from service.domain.cases.reference import (
    ALPHABET,
    is_reference,
    make_good_reference,
    new_reference,
)


def test_a_reference_holds_no_sign_that_is_misread_when_it_is_made() -> None:
    made = {new_reference(secrets.SystemRandom()) for _ in range(200)}

    assert len(made) == 200
    assert all(re.fullmatch(r"MG-[2-9A-HJKMNP-TV-Z]{8}", reference) for reference in made)
    assert all(map(is_reference, made))


def test_the_alphabet_has_no_pair_that_looks_alike_when_it_is_read() -> None:
    assert not set("01OILU") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_each_make_good_has_its_number_when_a_case_has_several() -> None:
    assert make_good_reference("MG-7F3K2QX9", 2) == "MG-7F3K2QX9-2"
