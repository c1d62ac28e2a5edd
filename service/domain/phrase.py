"""A sentence with its values in a mapping."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sentence import Text, Value


class Phrase(Text):
    """`Text` with its values in a mapping."""

    __slots__ = ()

    def __init__(self, text: str, values: Mapping[str, Value] | None = None) -> None:
        super().__init__(text, **(values or {}))
