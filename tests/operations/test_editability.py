"""Each case knows whether its review could still be changed when it was opened."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from integrations import registry
from service.db.models import Shop
from service.db.reports import kept_totals
from service.domain.messages.editable import Editable
from service.domain.reports.figures import Share
from service.domain.reports.periods import Period, PeriodKind
from service.domain.reports.sums import Sums
from service.operations.reports.roll_up import roll_up
from tests.world import START, World


def _ruled(monkeypatch: pytest.MonkeyPatch, **rule: Any) -> None:
    entry = {**registry.policy("sandbox")["entry"][0], "always_editable": False, **rule}
    monkeypatch.setattr("integrations.registry.policy", lambda _: {"entry": [entry]})


def _month(world: World) -> Sums:
    while roll_up(world.context):
        pass
    with world.context.database.reading() as session:
        shops = session.scalars(select(Shop)).all()
        month = Period.around(START.date(), PeriodKind.MONTH, "Asia/Jakarta")
        return kept_totals.totals(session, shops, month).sums


def test_sandbox_lets_reviews_be_changed(world: World) -> None:
    world.rate(1)
    world.work()

    assert world.case().editable is Editable.YES


def test_rating_that_can_be_changed_no_more_is_not_in_the_share(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first falls and is raised; the second was changed as often as it may be before it fell."""
    _ruled(monkeypatch, edits=1)
    raised = world.rate(1)
    world.work()
    used_up = world.rate(5)
    world.work()
    world.rate(2, "Rusak setelah seminggu", used_up)
    world.work()
    assert [case.editable for case in world.cases()] == [Editable.YES, Editable.NO]
    assert _month(world).recovered == Share(0, 1)

    world.rate(5, "Sudah diganti", raised)
    world.work()

    assert _month(world).recovered == Share(1, 1)


def test_what_the_buyer_did_counts_more_than_the_rule(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ruled(monkeypatch, edits=0)
    order_id = world.rate(1)
    world.work()
    assert world.case().editable is Editable.NO

    world.rate(5, "Sudah diganti", order_id)
    world.work()

    assert world.case().editable is Editable.YES
    assert _month(world).recovered == Share(1, 1)


def test_days_that_count_from_delivery_are_counted_once_the_order_is_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox does not say when it delivered, so its reviews stay assumed; nothing is guessed."""
    _ruled(monkeypatch, edit_window_days=3, window_from="delivery")
    world.rate(1)
    world.work()

    assert world.case().order
    assert (world.case().editable, _month(world).assumed) == (Editable.ASSUMED, 1)
