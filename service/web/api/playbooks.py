"""The playbook of a shop, for programs: read, tried, replaced, taken back."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from integrations.remedies import remedy_to_data
from service.db.models import Shop
from service.db.remedies import playbook_queries
from service.domain.remedies.playbook import Playbook
from service.domain.remedies.playbook_data import (
    fingerprint,
    playbook_from_data,
    playbook_to_data,
)
from service.domain.remedies.proposing import NoProposal
from service.domain.remedies.ready_made import playbook_of
from service.domain.staff.authority import Permission
from service.operations.remedies import dry_run, playbooks
from service.operations.remedies.dry_run import DryRun, Proposed
from service.operations.shops import settings
from service.web.api import inputs
from service.web.api import playbook_schemas as schemas
from service.web.api.guard import programs_with
from service.web.api.idempotency import once
from service.web.api.v1 import blueprint, body_of, query_of
from service.web.limits import MINUTE, limited
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.get("/shops/<int:shop_id>/playbook")
@programs_with(Permission.MANAGE)
def read_playbook(shop_id: int) -> Response:
    """Read the playbook in effect."""
    return _in_effect(shop_id)


def _in_effect(shop_id: int) -> Response:
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        number = playbook_queries.newest_number(session, shop_id)
        return _playbook(session, shop, playbook_of(shop.playbook), number)


def _playbook(session: Session, shop: Shop, playbook: Playbook, number: int) -> Response:
    return jsonify(
        {
            "version": number,
            "fingerprint": fingerprint(playbook),
            "currencies": list(playbooks.currencies_of(session, shop)),
            "playbook": playbook_to_data(playbook),
        }
    )


def _sent(playbook: dict[str, Any]) -> Playbook:
    """The playbook that was sent; what is null is left out."""
    return playbook_from_data(_without_nulls(playbook))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value


@blueprint.post("/shops/<int:shop_id>/playbook")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def replace_playbook(shop_id: int) -> Response:
    """Put a playbook into effect."""
    sent = body_of(schemas.PlaybookIn())
    playbook, seen = _sent(sent["playbook"]), sent["fingerprint"]
    playbooks.replace_playbook(context(), shop_id, actor(), playbook, seen=seen)
    return _in_effect(shop_id)


@blueprint.post("/shops/<int:shop_id>/playbook/dry-run")
@programs_with(Permission.MANAGE)
@limited(30, MINUTE)
@once
def try_playbook(shop_id: int) -> Response:
    """Try a playbook on the newest cases; nothing is written."""
    sent = body_of(schemas.TriedIn())
    tried = _sent(sent["playbook"])
    with context().database.reading() as session:
        in_effect = playbook_of(settings.get(session, shop_id).playbook)
        result = dry_run.dry_run(session, shop_id, in_effect, tried, most=sent["cases"])
    return jsonify(schemas.DryRunOut().dump(_tried(result)))


def _tried(result: DryRun) -> dict[str, Any]:
    return {
        "looked_at": result.looked_at,
        "left_out": result.left_out,
        "is_cut": result.is_cut,
        "costs": [
            {
                "currency": today.currency,
                "today_minor": today.amount_minor,
                "tried_minor": tried.amount_minor,
            }
            for today, tried, _more in result.costs
        ],
        "rules": list(result.rules.values()),
        "differing": [
            {
                "reference": compared.reference,
                "today": _answer(compared.today),
                "tried": _answer(compared.tried),
            }
            for compared in result.differing
        ],
    }


def _answer(answer: Proposed) -> dict[str, Any]:
    if isinstance(answer, NoProposal):
        return {"rule": answer.rule, "remedies": [], "reason": answer.reason}
    remedies = [
        {**remedy_to_data(option.remedy), "reason": option.reason, "capped": option.capped}
        for option in answer.options
    ]
    return {"rule": answer.rule, "remedies": remedies, "reason": ""}


@blueprint.get("/shops/<int:shop_id>/playbook/versions")
@programs_with(Permission.MANAGE)
def playbook_versions(shop_id: int) -> Response:
    """List versions, newest first."""
    asked = query_of(inputs.PageQuery())
    with context().database.reading() as session:
        settings.get(session, shop_id)
        rows = playbook_queries.versions(
            session, shop_id, most=asked["most"], before=asked["before"]
        )
        onward = rows[-1].number if len(rows) == asked["most"] else None
        return jsonify(schemas.VersionsOut().dump({"versions": rows, "next": onward}))


@blueprint.get("/shops/<int:shop_id>/playbook/versions/<int:version>")
@programs_with(Permission.MANAGE)
def playbook_version(shop_id: int, version: int) -> Response:
    """Read a version."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        row = playbook_queries.version(session, shop_id, version)
        return _playbook(session, shop, playbook_from_data(row.playbook), row.number)


@blueprint.post("/shops/<int:shop_id>/playbook/versions/<int:version>/restore")
@programs_with(Permission.MANAGE)
@limited(120, MINUTE)
@once
def restore_playbook(shop_id: int, version: int) -> Response:
    """Put an older version into effect again."""
    playbooks.restore(context(), shop_id, actor(), version)
    return _in_effect(shop_id)
