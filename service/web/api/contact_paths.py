"""Calls, channels and the do-not-contact list in the OpenAPI document."""

from __future__ import annotations

from service.web.api import contact_schemas, inputs, schemas
from service.web.api.describe import Endpoint, in_path, in_query

REFERENCE = in_path("reference", "string", "MG-7K2QX9")
SHOP_ID = in_path("shop_id", "integer", 1)
WHY = {"asked": {"reason": "Asked for it by telephone."}}
CONTACT = (
    Endpoint(
        "get", "/cases/{reference}/calls", "List calls", contact_schemas.CallsOut, [REFERENCE]
    ),
    Endpoint(
        "post",
        "/cases/{reference}/calls",
        "Have the buyer called",
        contact_schemas.CallsOut,
        [REFERENCE],
    ),
    Endpoint(
        "post",
        "/cases/{reference}/calls/{call_id}/outcome",
        "Say what came of a call",
        contact_schemas.CallsOut,
        [REFERENCE, in_path("call_id", "integer", 1)],
        contact_schemas.CallOutcomeIn,
        {
            "reached": {"how": "reach", "words": "It still leaks.", "answer": "not_solved"},
            "later": {"how": "call_again", "again_at": "2026-11-24T14:00:00+07:00"},
        },
    ),
    Endpoint(
        "post",
        "/cases/{reference}/do-not-contact",
        "Put the buyer on the do-not-contact list",
        schemas.CaseDetailOut,
        [REFERENCE],
        contact_schemas.ReasonIn,
        WHY,
    ),
    Endpoint(
        "get",
        "/shops/{shop_id}/do-not-contact",
        "List who wants no messages, newest first",
        contact_schemas.DoNotContactOut,
        [SHOP_ID, in_query(inputs.PageQuery)],
    ),
    Endpoint(
        "post",
        "/shops/{shop_id}/do-not-contact",
        "Put an address or a number on the list",
        contact_schemas.DoNotContactOut,
        [SHOP_ID],
        contact_schemas.DoNotContactIn,
        {"number": {"who": "+6281234567890", "reason": "Asked for it by telephone."}},
    ),
    Endpoint(
        "post",
        "/shops/{shop_id}/do-not-contact/{entry_id}/take-off",
        "Take an entry off the list",
        contact_schemas.DoNotContactOut,
        [SHOP_ID, in_path("entry_id", "integer", 1)],
        contact_schemas.ReasonIn,
        {"agreed": {"reason": "Ordered again, and agreed."}},
    ),
    Endpoint(
        "get",
        "/shops/{shop_id}/channels",
        "Read the ladders",
        contact_schemas.LaddersOut,
        [SHOP_ID],
    ),
    Endpoint(
        "post",
        "/shops/{shop_id}/channels",
        "Set a ladder; an empty one goes back to the channels as they were connected",
        contact_schemas.LaddersOut,
        [SHOP_ID],
        contact_schemas.LadderIn,
        {"usual": {"severity": "ordinary", "channels": ["whatsapp", "email", "telephone"]}},
    ),
)
