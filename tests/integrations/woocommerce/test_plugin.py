"""The companion plugin, run by PHP against pretend WordPress functions."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import EventKind
from integrations.woocommerce import ADAPTER
from tests.integrations.woocommerce.samples import delivery

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parents[2] / "integrations/woocommerce/plugin/makegood-reviews/makegood-reviews.php"


@pytest.fixture(name="ran", scope="module")
def _ran() -> dict[str, Any]:
    php = shutil.which("php")
    if php is None:
        pytest.skip("php is missing: apt-get install php-cli")
    done = subprocess.run(
        [php, "-d", "display_errors=stderr", "-d", "error_reporting=-1", HERE / "plugin_check.php",
         PLUGIN],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_review_is_announced_once_and_only_when_everything_is_stored(ran: dict[str, Any]) -> None:
    told = [name for name, _ in ran["told"]]

    assert ran["early"] == 0
    assert told == [
        "makegood_review_created", "makegood_review_updated",
        "makegood_review_deleted", "makegood_review_deleted",
    ]  # fmt: skip


def test_announced_bodies_are_read_by_the_adapter(ran: dict[str, Any]) -> None:
    created, changed, binned, gone = (
        ADAPTER.read(delivery(body, f"review.{name.rpartition('_')[2]}"))[0]
        for name, body in ran["told"]
    )

    assert (created.rating, created.text, created.sequence) == (1, "Pecah", 1)
    assert (changed.rating, changed.text, changed.sequence) == (4, "Lumayan", 2)
    assert [binned.kind, gone.kind] == [EventKind.WITHDRAWN] * 2
    assert (binned.sequence, gone.sequence) == (3, 4)


def test_orders_are_the_tied_one_or_the_buyers_without_our_resends(ran: dict[str, Any]) -> None:
    assert ran["told"][0][1]["order_ids"] == [13, 12]
    assert ran["told"][1][1]["order_ids"] == [12]


def test_body_of_a_deleted_review_is_still_known_when_it_is_sent_later(
    ran: dict[str, Any],
) -> None:
    assert ran["late"]["status"] == "deleted"


def test_other_webhooks_of_the_shop_stay_as_they_were(ran: dict[str, Any]) -> None:
    assert ran["other"] == {"id": 1}
    assert ran["resources"] == ["review"]
    assert set(ran["hooks"]) == {"review.created", "review.updated", "review.deleted"}
