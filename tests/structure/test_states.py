"""The drawings of states in the docs are those of the tables."""

from __future__ import annotations

from tests.structure.states import FOLDER, pages


def test_drawings_in_the_docs_are_those_of_the_tables() -> None:
    drawn = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}

    assert {"case.md", "make-good.md", "task.md"} <= set(drawn)
    assert drawn == pages(), "docs/states is out of date: run `make states`"
