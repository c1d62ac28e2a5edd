"""Programs read the report that the desk shows."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from service.domain.staff.authority import Permission, SellerRole
from service.operations.staff import tokens
from tests.world import PATIENCE, World


def _token(world: World) -> str:
    viewer = world.seller("viewer@example.test", SellerRole.VIEWER)
    return tokens.add_token(world.context, viewer, "Program", [Permission.LOOK])


def _read(world: World, token: str, query: str = "", shop_id: int = 1) -> requests.Response:
    address = f"{world.url}/api/v1/shops/{shop_id}/report{query}"
    return requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)


def _lines(report: dict[str, Any], dimension: str) -> list[tuple[str, int, int]]:
    return [(line["key"], line["cases"], line["before"]) for line in report["by"][dimension]]


def test_report_says_what_the_page_says(world: World) -> None:
    world.rate(1, "Pecah semua")
    world.work()
    world.clock.move(days=7)
    order_id = world.rate(1, "Pecah semua")
    world.work()
    world.rate(5, "Sudah diganti", order_id)
    world.work()
    token = _token(world)

    report = _read(world, token).json()

    assert (report["kind"], report["first"], report["last"]) == ("week", "2026-11-30", "2026-12-06")
    now = report["now"]
    assert (now["cases"], now["editable"], now["assumed"]) == (1, 1, 0)
    assert now["raised"] == now["raised_unasked"] == {"part": 1, "whole": 1}
    assert now["raised_asked"] == {"part": 0, "whole": 0}
    assert now["first_answer"] == {"median": 0, "ninth_tenth": 0}
    assert (now["remedied"], now["handling"], now["cost_of_raised"]) == (None, None, None)
    assert _lines(report, "courier") == [("SiCepat", 1, 0)]
    assert [line[1:] for line in _lines(report, "product")] == [(1, 1)]
    earlier = _read(world, token, "?kind=day&day=2026-11-24").json()
    assert _lines(earlier, "courier") == [("J&T Express", 1, 0)]


@pytest.mark.parametrize("query", ["?kind=year", "?day=yesterday", "?days=3"])
def test_what_no_report_is_of_is_refused(world: World, query: str) -> None:
    assert _read(world, _token(world), query).status_code == 422


def test_report_of_another_shop_is_not_found(world: World) -> None:
    assert _read(world, _token(world), shop_id=99).status_code == 404
