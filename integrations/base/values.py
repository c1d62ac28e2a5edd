"""Rows that become values of the contract: a schema names each field of the value, and what the platform
calls it (`data_key`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from marshmallow import fields, post_load

from integrations.base.fields import Decoration, Label, Moment, Whole, currency
from integrations.base.loading import Loose
from integrations.contract import VoucherUse
from integrations.money import Money

MOST_MINOR = 10**15


class Value(Loose):
    """A row that has every field of the value it `makes`, or as many as the value needs."""

    makes: ClassVar[Callable[..., Any]]

    @post_load
    def value(self, data: dict[str, Any], **kwargs: Any) -> Any:
        """The value of what was read."""
        return self.makes(**data)


class MoneyIn(Value):
    """An amount in minor units."""

    makes = Money

    amount_minor = Whole(0, MOST_MINOR, required=True, data_key="minor")
    currency = currency()


class VoucherUseIn(Value):
    """What became of a voucher, in the words of the contract. Only whether it was used must be said."""

    makes = VoucherUse

    used = fields.Boolean(required=True, truthy={True}, falsy={False})
    at = Decoration(Moment())
    order_number = Label(190)
    saved = Decoration(fields.Nested(MoneyIn))
