"""Rows that become values of the contract: a schema names each field of the value, and what the platform
calls it (`data_key`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from marshmallow import post_load

from integrations.base.loading import Loose


class Value(Loose):
    """A row that has every field of the value it `makes`, or as many as the value needs."""

    makes: ClassVar[Callable[..., Any]]

    @post_load
    def value(self, data: dict[str, Any], **kwargs: Any) -> Any:
        """The value of what was read."""
        return self.makes(**data)
