"""Owners set the ladder of channels rung by rung; each change stands in the audit."""

from __future__ import annotations

import pytest
import requests
from sqlalchemy import select

from service.db.models import Audit, Shop
from tests.world import World


def _ladders(world: World) -> dict[str, list[str]]:
    with world.context.database.reading() as session:
        return session.get_one(Shop, world.shop_id).ladders


def test_rungs_are_added_moved_left_out_and_reset(world: World) -> None:
    browser, path = world.browser(), f"/shops/{world.shop_id}/channels"

    def press(verb: str, channel: str) -> requests.Response:
        return browser.press(path, f"{path}/ordinary/{verb}", {"channel": channel})

    assert "As the channels were connected." in browser.get(path).text
    press("add", "telephone")
    press("add", "email")
    press("raise", "email")
    assert _ladders(world) == {"ordinary": ["platform", "email", "telephone"]}
    press("lower", "platform")
    press("leave-out", "telephone")
    assert _ladders(world) == {"ordinary": ["email", "platform"]}
    press("leave-out", "email")
    assert press("leave-out", "platform").status_code == 422
    assert press("raise", "sms").status_code == 422
    assert press("raise", "pigeon").status_code == 422
    press("reset", "")

    assert _ladders(world) == {}
    with world.context.database.reading() as session:
        lines = session.scalars(select(Audit).where(Audit.what == "shop.ladders")).all()
    assert len(lines) == 7


@pytest.mark.parametrize("severity", ["grave", "ordinary"])
def test_each_severity_has_its_own(world: World, severity: str) -> None:
    browser, path = world.browser(), f"/shops/{world.shop_id}/channels"

    browser.press(path, f"{path}/{severity}/add", {"channel": "telephone"})

    assert _ladders(world) == {severity: ["platform", "telephone"]}
    assert browser.press(path, f"{path}/mild/add", {"channel": "sms"}).status_code == 404
