"""All addresses of the API."""

from __future__ import annotations

from service.web.api import (
    case_lists,
    case_verbs,
    connections,
    contact,
    endpoints,
    notes,
    pictures,
    playbooks,
    reference,
    reports,
    shops,
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
    contact,
    thanks,
    case_verbs,
    connections,
    shops,
    reports,
    reference,
)
"""The modules whose views belong to the one blueprint."""
blueprint = v1.blueprint
