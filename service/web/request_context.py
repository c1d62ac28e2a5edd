"""What a request can reach: this application's wiring and the seller who signed in."""

from __future__ import annotations

from typing import cast

from flask import current_app, g

from service.db.models import Seller
from service.domain.staff.authority import Actor
from service.operations.context import Context
from service.wiring import Wiring


def wired() -> Wiring:
    """The wiring of the running application."""
    return cast(Wiring, current_app.extensions["wiring"])


def context() -> Context:
    """What operations are handed."""
    return wired().context


def seller() -> Seller:
    """The seller of this request; only behind `sellers_only`."""
    return cast(Seller, g.seller)


def actor() -> Actor:
    """Who acts in this request; only behind `sellers_only` or `programs_only`."""
    return cast(Actor, g.actor)
