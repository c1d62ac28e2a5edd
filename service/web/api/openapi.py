"""The OpenAPI document of /api/v1, made from the schemas that read and write it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from service.web.api import inputs, schemas
from service.web.api.case_lists import CasesQuery
from service.web.api.case_verbs import DESCRIBED as CASES
from service.web.api.connections import DESCRIBED as CONNECTIONS
from service.web.api.contact_paths import CONTACT
from service.web.api.describe import Endpoint, in_path, in_query
from service.web.api.pictures import DESCRIBED as PICTURES
from service.web.api.playbook_schemas import DESCRIBED as PLAYBOOKS
from service.web.api.proof_schemas import ProofOut
from service.web.api.reports import DESCRIBED as REPORTS
from service.web.api.shops import DESCRIBED as SHOPS

APPROVALS: Mapping[str, Any] = {
    "proposed": {"number": 0, "proposal_id": 12},
    "changed": {
        "changed": {
            "action": "refund",
            "amount_minor": 5_000_000,
            "currency": "IDR",
            "line_ids": ["1"],
        },
        "reason": "Half of what was paid.",
    },
}
ENDPOINT: Mapping[str, Any] = {
    "name": "Warehouse",
    "url": "https://warehouse.example/hooks",
    "events": ["case.made_good", "case.closed"],
}
ENDPOINT_ID = in_path("endpoint_id", "integer", 1)
REFERENCE = in_path("reference", "string", "MG-7K2QX9")
ENDPOINTS = (
    Endpoint(
        "get",
        "/cases",
        "List cases",
        schemas.CasesOut,
        [in_query(CasesQuery)],
    ),
    Endpoint("get", "/cases/{reference}", "Read one case", schemas.CaseDetailOut, [REFERENCE]),
    Endpoint(
        "get",
        "/cases/{reference}/proof",
        "Read what a case can prove",
        ProofOut,
        [REFERENCE],
    ),
    Endpoint(
        "post",
        "/cases/{reference}/approve",
        "Approve a make-good",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.ApproveIn,
        APPROVALS,
    ),
    Endpoint(
        "post",
        "/cases/{reference}/offer",
        "Let the buyer choose among make-goods",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.OfferIn,
        {"two": {"numbers": [0, 1], "days": 3, "proposal_id": 12}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/decline",
        "Decline a make-good",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.DeclineIn,
        {"declined": {"reason": "Delivered in time, see the tracking."}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/undo",
        "Undo an approval while its make-good is held",
        schemas.CaseDetailOut,
        [REFERENCE],
    ),
    Endpoint(
        "post",
        "/cases/{reference}/close",
        "Close a case",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.CloseIn,
        {"closed": {"reason": "Sent again by hand.", "root_cause": "packing"}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/reopen",
        "Open a closed case again",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.ReopenIn,
        {"opened": {"reason": "The second parcel was lost, too."}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/note",
        "Write a note for staff",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.NoteIn,
        {"noted": {"text": "Photo asked for by chat."}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/ask-owner",
        "Ask the owner to decide",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.NoteIn,
        {"asked": {"text": "Third time this month: resend or refund?"}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/thank",
        "Thank the buyer once the problem is solved",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.ThankIn,
        {"card": {"gesture": "card"}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/preference",
        "Note what the buyer likes",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.PreferenceIn,
        {"noted": {"profile": "green"}},
    ),
    Endpoint(
        "post",
        "/cases/{reference}/root-cause",
        "Say where a complaint comes from",
        schemas.CaseDetailOut,
        [REFERENCE],
        inputs.RootCauseIn,
        {"said": {"root_cause": "courier"}},
    ),
    Endpoint(
        "get",
        "/deliveries",
        "List deliveries that need attention",
        schemas.DeliveriesOut,
        [in_query(inputs.PageQuery)],
    ),
    Endpoint("get", "/waiting", "List what waits", schemas.WaitingListOut),
    Endpoint(
        "post",
        "/connections/{connection_id}/try-now",
        "Try at once what waits for a connection",
        schemas.WaitingListOut,
        [in_path("connection_id", "integer", 1)],
    ),
    Endpoint("get", "/endpoints", "List endpoints", schemas.EndpointsOut),
    Endpoint(
        "post",
        "/shops/{shop_id}/endpoints",
        "Add an endpoint",
        schemas.EndpointOut,
        [in_path("shop_id", "integer", 1)],
        inputs.EndpointIn,
        {"closed": ENDPOINT},
    ),
    Endpoint(
        "post",
        "/endpoints/{endpoint_id}/change",
        "Change an endpoint",
        schemas.EndpointOut,
        [ENDPOINT_ID],
        inputs.EndpointIn,
        {"closed": ENDPOINT},
    ),
    Endpoint(
        "post",
        "/endpoints/{endpoint_id}/switch",
        "Switch an endpoint on or off",
        schemas.EndpointOut,
        [ENDPOINT_ID],
        inputs.SwitchIn,
        {"on": {"active": True}},
    ),
    Endpoint(
        "post",
        "/endpoints/{endpoint_id}/renew-secret",
        "Make a new secret",
        schemas.EndpointOut,
        [ENDPOINT_ID],
    ),
    Endpoint(
        "post",
        "/endpoints/{endpoint_id}/remove",
        "Remove an endpoint",
        schemas.EndpointsOut,
        [ENDPOINT_ID],
    ),
    Endpoint(
        "get",
        "/endpoints/{endpoint_id}/events",
        "List what an endpoint was told, newest first",
        schemas.EventsOut,
        [ENDPOINT_ID, in_query(inputs.PageQuery)],
    ),
    Endpoint(
        "post",
        "/endpoints/{endpoint_id}/test",
        "Send an endpoint a test",
        schemas.EndpointOut,
        [ENDPOINT_ID],
    ),
    Endpoint(
        "post",
        "/endpoints/{endpoint_id}/events/{event_id}/replay",
        "Send an event once more",
        schemas.EndpointOut,
        [ENDPOINT_ID, in_path("event_id", "integer", 1)],
    ),
)


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, for all to read and nobody to change."""
    spec = APISpec(
        "Makegood", "1", "3.1.0", plugins=[MarshmallowPlugin()], security=[{"token": []}]
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    described = (
        *ENDPOINTS,
        *PLAYBOOKS,
        *CONTACT,
        *CASES,
        *PICTURES,
        *CONNECTIONS,
        *SHOPS,
        *REPORTS,
    )
    for endpoint in described:
        spec.path(
            path=f"/api/v1{endpoint.path}", operations={endpoint.method: endpoint.operation()}
        )
    content: dict[str, Any] = spec.to_dict()
    # Nothing is approved that was not named.
    named = [
        {"required": [name], "properties": {name: {"type": kind}}}
        for name, kind in (("number", "integer"), ("changed", "object"))
    ]
    content["components"]["schemas"]["ApproveIn"]["anyOf"] = named
    return content
