"""The list of rooms in the docs is what the packages say of themselves."""

from __future__ import annotations

from tests.structure.rooms import ROOT, rooms


def test_rooms_in_the_docs_are_those_of_the_house() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")

    assert rooms() in page, "docs/architecture.md is out of date: put in what `make rooms` prints"
