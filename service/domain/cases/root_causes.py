"""Where a complaint comes from, as the seller says when the case is closed: what could be fixed at its
root. What the buyer complains of is another question (service.domain.complaints.causes)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from integrations.sentence import Text


class RootCause(StrEnum):
    """Who or what could have kept it from happening."""

    SUPPLIER = "supplier"
    """The product itself: how it was made, or what it is made of."""
    PICKING = "picking"
    """The wrong item, or too few, went into the parcel."""
    PACKING = "packing"
    COURIER = "courier"
    LISTING = "listing"
    """The shop's page showed or promised something else."""
    STAFF = "staff"
    """How buyers were answered."""
    PLATFORM = "platform"
    BUYER = "buyer"
    """Used in another way than meant, or expected what nobody promised."""
    OTHER = "other"


ROOT_CAUSES: Mapping[RootCause, Text] = {
    RootCause.SUPPLIER: Text("supplier or product"),
    RootCause.PICKING: Text("picked wrong"),
    RootCause.PACKING: Text("packing"),
    RootCause.COURIER: Text("courier"),
    RootCause.LISTING: Text("product page"),
    RootCause.STAFF: Text("staff"),
    RootCause.PLATFORM: Text("platform"),
    RootCause.BUYER: Text("buyer"),
    RootCause.OTHER: Text("something else"),
}
