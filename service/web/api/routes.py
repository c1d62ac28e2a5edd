"""All addresses of the API."""

from __future__ import annotations

from service.web.api import (
    case_lists,
    case_verbs,
    connections,
    endpoints,
    notes,
    pictures,
    playbooks,
    reference,
    reports,
    shops,
    talk,
    thanks,
    v1,
)

PARTS = (
    v1,
    case_lists,
    endpoints,
    notes,
    pictures,
    playbooks,
    talk,
    thanks,
    case_verbs,
    connections,
    shops,
    reports,
    reference,
)
"""The modules whose views belong to the one blueprint."""
blueprint = v1.blueprint
