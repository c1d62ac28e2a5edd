"""Retention: deletes what is old, and warns of stale policies."""

from __future__ import annotations

import logging

from integrations import registry
from service.domain.messages.policy import Policies
from service.domain.messages.policy_doubts import stale
from service.domain.staff.authority import CLOCK
from service.operations.apart import apart
from service.operations.context import Context
from service.operations.privacy import keeping

log = logging.getLogger(__name__)


def purge(context: Context) -> bool:
    """Delete what is old; True when more is left."""
    return keeping.purge(context, CLOCK)


def purge_buyers(context: Context) -> bool:
    """Remove the buyers of cases and reviews that ended long ago; True when more is left."""
    return keeping.purge_buyers(context, CLOCK)


def list_stale_policies(context: Context) -> bool:
    """Log which policy entries were checked too long ago to rely on."""
    today = context.clock.now().date()
    for name in registry.names():
        with apart("looking at the age of policies of", name):
            for entry in stale(Policies.load(registry.policy(name)).entries, today):
                log.warning(
                    "policy %s of %s was last checked %s",
                    ", ".join(entry.names),
                    name,
                    entry.checked_on,
                )
    return False
