"""Texts of buyers and sentences of a database from before stay what they were, up and down again."""

from __future__ import annotations

from typing import Any

from alembic import command
from sqlalchemy import text

from integrations.sentence import Counted
from service.db import migrations
from service.db.models import Audit, Shop, TextVersion
from service.domain.messages.templates import MessageText
from service.operations.messages import custom_texts
from tests.world import World

BEFORE = "0051"
"""The revision in which texts had no versions, and counts no form for one."""
OWN = {"subject": "Halo", "text": "{problem} {promise}\n", "tone": "plain"}
KEPT = Counted("%(cases)s case in all shops", "%(cases)s cases in all shops", cases=1)


def _written(world: World) -> None:
    with world.context.database.transaction() as session:
        session.add(
            Audit(
                at=world.clock.now(),
                actor="x",
                what="buyer.erased",
                subject="",
                about="",
                old="",
                new="",
                detail=KEPT,
            )
        )


def _details(world: World) -> list[Any]:
    query = text("SELECT detail FROM audit WHERE what = 'buyer.erased'")
    with world.context.database.reading() as session:
        return [row[0] for row in session.execute(query)]


def test_text_of_before_is_its_first_version_and_counts_get_both_forms(world: World) -> None:
    database, shop_id = world.context.database, world.shop_id
    world.set_shop(texts={"receipt": {"id": OWN}})
    _written(world)

    command.downgrade(migrations.config(database), BEFORE)
    older = _details(world)
    migrations.migrate(database)

    assert older == ['{"text": "%(cases)s cases in all shops", "values": {"cases": 1}}']
    with database.reading() as session:
        (line,) = session.query(Audit).filter_by(what="buyer.erased")
        assert (type(line.detail), str(line.detail)) == (Counted, "1 case in all shops")
        (version,) = session.query(TextVersion)
        assert (version.number, version.key, version.language) == (1, "receipt", "id")
        assert version.text == session.get_one(Shop, shop_id).texts["receipt"]["id"] == OWN
    changed = MessageText("Hai", OWN["text"])
    custom_texts.save_text(world.context, shop_id, "receipt", "id", changed, actor=world.owner)
    custom_texts.restore_text(world.context, shop_id, "receipt", "id", 1, actor=world.owner)
    with database.reading() as session:
        assert session.get_one(Shop, shop_id).texts["receipt"]["id"] == OWN
