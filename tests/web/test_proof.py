"""What a case can prove: granted before asked, letter for letter, by which rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import requests

from service.db.models import MessageAttempt
from service.domain.messages.states import HandOverOutcome
from service.domain.staff.authority import OPERATOR
from service.operations.privacy import erasure
from service.operations.staff import tokens
from tests.operations.steps import helped, work_for
from tests.world import World

FOLLOWED_UP = 24 * 12


def _proof(world: World) -> dict[str, Any]:
    token = tokens.add_token(world.context, world.owner, "ledger")
    answer = requests.get(
        f"{world.url}/api/v1/cases/{world.case().reference}/proof",
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
        timeout=10,
    )
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.json()
    return shown


def test_record_says_what_was_granted_before_the_buyer_was_asked(world: World) -> None:
    helped(world)
    work_for(world, FOLLOWED_UP)

    proof = _proof(world)

    (granted,) = proof["make_goods"]
    assert granted["before_asking"] is True
    assert granted["state"] == "done"
    assert granted["decided_at"] <= granted["done_at"] <= proof["asked_at"]
    messages = proof["messages"]
    assert [entry["step"] for entry in messages] == [
        "receipt",
        "confirmation",
        "resolution_check",
        "resolution_reminder",
        "update_invitation",
    ]
    sent = {message["text"] for message in world.ledger()["messages"]}
    for entry in messages:
        assert entry["text"].split("…")[0] in "\n\n".join(sent)
        assert "shipped" in entry["wording"]
        assert entry["verdict_reason"]
        assert entry["verdict_source"]
        assert datetime.fromisoformat(entry["verdict_checked_on"])


def test_buyer_who_was_never_asked_is_said_to_be(world: World) -> None:
    helped(world)

    proof = _proof(world)

    assert proof["asked_at"] is None
    assert [made["before_asking"] for made in proof["make_goods"]] == [None]


def test_other_words_than_the_shipped_ones_have_another_version(world: World) -> None:
    helped(world)
    before = {entry["wording"] for entry in _proof(world)["messages"]}
    world.set_shop(
        texts={
            "resolution_check": {
                language: {
                    "subject": "Makegood",
                    "text": "{buyer}: {answer_url} {stop_url}",
                    "tone": "plain",
                }
                for language in ("id", "en")
            }
        }
    )
    work_for(world, FOLLOWED_UP)

    messages = _proof(world)["messages"]

    (check,) = [entry for entry in messages if entry["step"] == "resolution_check"]
    assert " of the shop " in check["wording"]
    assert check["wording"] not in before


def test_page_shows_the_record_and_erasing_empties_its_words(world: World) -> None:
    helped(world)
    work_for(world, FOLLOWED_UP)
    browser = world.browser()
    path = f"/cases/{world.case().reference}/proof"

    page = browser.get(path).text
    assert "resolution_check/" in page
    assert 'class="sample"' in page

    erasure.erase_buyer(world.context, world.case().order["buyer"]["email"], OPERATOR)
    page = browser.get(path).text
    assert "resolution_check/" in page
    assert 'class="sample"' not in page


def test_what_never_left_is_not_told(world: World) -> None:
    helped(world)
    with world.context.database.transaction() as session:
        for attempt in session.query(MessageAttempt):
            attempt.outcome = HandOverOutcome.REFUSED

    assert _proof(world)["messages"] == []
