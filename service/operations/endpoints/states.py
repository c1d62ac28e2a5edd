"""Switches endpoints off and on; an endpoint that Makegood switched off is a task until it is on again."""

from __future__ import annotations

from datetime import datetime

from integrations.sentence import Said
from service.db.models import Endpoint
from service.db.transaction import Transaction
from service.domain.staff.authority import CLOCK, Actor
from service.operations.tasks.endpoints import endpoint_changed


def switch_off(session: Transaction, endpoint: Endpoint, problem: Said, at: datetime) -> None:
    """Send nothing to it until a person has looked, and ask for one."""
    endpoint.active, endpoint.problem = False, problem
    endpoint_changed(session, endpoint, at, CLOCK)


def switch(
    session: Transaction, endpoint: Endpoint, at: datetime, actor: Actor, *, active: bool
) -> None:
    """What a person says of it."""
    endpoint.active, endpoint.problem, endpoint.failing_since = active, None, None
    endpoint_changed(session, endpoint, at, actor)
