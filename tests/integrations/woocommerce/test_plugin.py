"""The companion plugin, run by PHP in a pretend WordPress (plugin_check.php)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from integrations.contract import EventKind, ReviewEvent
from integrations.woocommerce import ADAPTER
from tests.integrations.reading import review
from tests.integrations.woocommerce.samples import delivery

HERE = Path(__file__).resolve().parent
PLUGIN = HERE.parents[2] / "integrations/woocommerce/plugin/makegood-reviews/makegood-reviews.php"
TOPICS = ["review.created", "review.updated", "review.deleted"]


@pytest.fixture(name="ran", scope="module")
def _ran() -> dict[str, Any]:
    php = shutil.which("php")
    if php is None:
        pytest.skip("php is missing: apt-get install php-cli")
    done = subprocess.run(
        [
            php,
            "-d",
            "display_errors=stderr",
            "-d",
            "error_reporting=-1",
            HERE / "plugin_check.php",
            PLUGIN,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _event(ran: dict[str, Any], what: str) -> ReviewEvent:
    [(topic, body)] = ran["sent"][what]["bodies"]
    return review(ADAPTER.read(delivery(body, topic)))


@pytest.mark.parametrize(
    ("what", "topic"),
    [
        ("form", "created"),
        ("held from the start", "created"),
        ("guest", "created"),
        ("held", "updated"),
        ("approved", "updated"),
        ("spammed", "deleted"),
        ("not spam", "updated"),
        ("trashed", "deleted"),
        ("untrashed", "updated"),
        ("edited by staff", "updated"),
        ("deleted", "deleted"),
        ("order page", "created"),
        ("order page edit", "updated"),
        ("rating alone", "updated"),
        ("trashed and deleted at once", "deleted"),
        ("rest create", "created"),
        ("rest update", "updated"),
        ("changed past all hooks, then read", "updated"),
        ("spam taken out", "created"),
        ("old one trashed", "deleted"),
        ("old one deleted", "deleted"),
    ],
)
def test_change_is_announced_once_with_the_number_alone(
    ran: dict[str, Any], what: str, topic: str
) -> None:
    [(name, arguments)] = ran["sent"][what]["announced"]
    [(sent, body)] = ran["sent"][what]["bodies"]

    assert (name, sent) == (f"makegood_review_{topic}", f"review.{topic}")
    assert arguments == [body["id"]]


@pytest.mark.parametrize("what", ["same again", "of no interest", "spam", "spam folder emptied"])
def test_nothing_is_announced_when_nothing_that_counts_changed(
    ran: dict[str, Any], what: str
) -> None:
    assert ran["sent"][what]["announced"] == []


@pytest.mark.parametrize("what", ["form", "order page", "order page edit", "held", "rating alone"])
def test_announcement_waits_until_everything_is_stored(ran: dict[str, Any], what: str) -> None:
    assert ran["sent"][what]["before_the_end"] == 0


@pytest.mark.parametrize(
    ("what", "rating", "text", "revision"),
    [
        ("form", 1, "Pecah", 1),
        ("order page edit", 4, "Bagus", 2),
        ("rating alone", 5, "Bagus", 3),
        ("rest update", 3, "Baru", 2),
        ("changed past all hooks, then read", 3, "Ditulis langsung", 3),
    ],
)
def test_delivery_carries_what_is_stored_and_counts_up(
    ran: dict[str, Any], what: str, rating: int, text: str, revision: int
) -> None:
    event = _event(ran, what)

    assert event.kind is EventKind.CHANGED
    assert (event.rating, event.text, event.sequence) == (rating, text, revision)


@pytest.mark.parametrize(
    ("what", "revision"),
    [
        ("spammed", 4),
        ("trashed", 6),
        ("deleted", 9),
        ("trashed and deleted at once", 4),
        ("old one trashed", 1),
        ("old one deleted", 1),
        ("deleted long ago", None),
    ],
)
def test_review_is_withdrawn_when_it_is_no_longer_shown(
    ran: dict[str, Any], what: str, revision: int | None
) -> None:
    event = _event(ran, what)

    assert (event.kind, event.sequence) == (EventKind.WITHDRAWN, revision)


def test_orders_are_the_tied_one_or_the_buyers_without_our_resends(ran: dict[str, Any]) -> None:
    assert _event(ran, "order page").order_ids == ("12",)
    assert _event(ran, "form").order_ids == ("13", "12")
    assert _event(ran, "guest").order_ids == ("13", "12")


def test_list_of_reviews_searches_no_orders_and_a_single_one_does(ran: dict[str, Any]) -> None:
    assert (ran["listed"]["order_ids"], ran["searched_for_list"]) == ([], 0)
    assert ran["single"] == {
        "customer_id": 2,
        "order_ids": [13, 12],
        "tied_order_id": 0,
        "revision": 3,
    }


def test_topics_are_added_and_the_shops_other_webhooks_stay_as_they_were(
    ran: dict[str, Any],
) -> None:
    assert ran["other"] == {"id": 1}
    assert ran["resources"] == ["order", "review"]
    assert list(ran["topics"]) == TOPICS
    assert ran["menu"] == ["order.created", *TOPICS]
