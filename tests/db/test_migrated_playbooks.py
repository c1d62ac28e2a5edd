"""A playbook of a database from before stays what it was, up and down again."""

from __future__ import annotations

import json
from typing import Any

from alembic import command
from sqlalchemy import select, text

from service.db import migrations
from service.db.models import PlaybookVersion, Shop
from service.domain.remedies.playbook_data import fingerprint
from service.domain.remedies.ready_made import ReadyMade, playbook_of, ready_made
from service.operations.remedies import playbook_drafts, playbooks
from tests.world import World

BEFORE = "0035"
"""The revision in which playbooks had no versions."""
OLD = {
    "name": "Own",
    "rounding": {"IDR": 50_000},
    "rules": [
        {
            "name": "Everything",
            "when": {"max_stars": 2, "words": ["rusak"]},
            "remedies": [{"action": "refund", "percent": 30, "cap": {"IDR": 5_000_000}}],
        }
    ],
}


def _stored(world: World) -> dict[str, Any]:
    with world.context.database.reading() as session:
        kept: Any = session.execute(text("SELECT playbook FROM shop")).scalar()
    stored: dict[str, Any] = json.loads(kept) if isinstance(kept, str) else kept
    return stored


def test_rules_of_before_are_the_first_version(world: World) -> None:
    database = world.context.database
    world.set_shop(playbook=OLD)
    command.downgrade(migrations.config(database), BEFORE)
    kept = _stored(world)
    migrations.migrate(database)

    assert kept == OLD
    with database.reading() as session:
        (version,) = session.scalars(select(PlaybookVersion)).all()
        shop = session.get_one(Shop, world.shop_id)
        assert (version.number, version.playbook, shop.playbook) == (1, OLD, OLD)


def test_older_makegood_reads_what_is_written_now(world: World) -> None:
    """Names in two languages, notes and limits said to be none are not known there; the rest stays."""
    database, context = world.context.database, world.context
    generous = ready_made(ReadyMade.GENEROUS)
    seen = fingerprint(ready_made(ReadyMade.BALANCED))
    playbooks.replace_playbook(context, world.shop_id, world.owner, generous, seen=seen)
    playbook_drafts.draft_ready_made(context, world.shop_id, world.owner, ReadyMade.CAREFUL)

    command.downgrade(migrations.config(database), BEFORE)
    older = _stored(world)
    migrations.migrate(database)

    assert {type(rule["name"]) for rule in older["rules"]} == {str}
    assert not {"note", "uncapped"} & {key for rule in older["rules"] for key in rule}
    assert not {"uncapped"} & {
        k for rule in older["rules"] for remedy in rule["remedies"] for k in remedy
    }
    read = playbook_of(older)
    assert [rule.when for rule in read.rules] == [rule.when for rule in generous.rules]
    assert [rule.offer for rule in read.rules] == [rule.offer for rule in generous.rules]
