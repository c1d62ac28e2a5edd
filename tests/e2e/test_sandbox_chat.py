"""The sandbox plays the buyer in the shop's chat: answers, words of their own, and STOP."""

from __future__ import annotations

import requests

from service.domain.tasks.kinds import TaskKind
from tests.operations.test_offers import open_tasks
from tests.world import World


def _write(world: World, path: str, text: str) -> None:
    answer = requests.post(f"{world.url}/sandbox{path}", data={"text": text}, timeout=10)
    assert answer.status_code == 200
    world.sandbox.sender.send_due()
    world.work()


def _heard(world: World) -> list[str]:
    return [message.text for message in world.case().messages if message.state == "received"]


def test_answer_to_a_message_stands_in_its_case_and_asks_for_a_person(world: World) -> None:
    world.rate(1)
    world.work()
    [first] = world.ledger()["messages"]

    _write(world, f"/mailbox/{first['id']}/answer", "Masih pecah, Kak. Kapan diganti?")

    assert _heard(world) == ["Masih pecah, Kak. Kapan diganti?"]
    [answer] = [message for message in world.case().messages if message.state == "received"]
    assert answer.answers_id == world.case().messages[0].id
    assert TaskKind.READ_ANSWER in open_tasks(world)
    assert "Masih pecah" in requests.get(f"{world.url}/sandbox/mailbox", timeout=10).text


def test_words_about_an_order_find_its_case(world: World) -> None:
    order_id = world.rate(1)
    world.work()

    _write(world, f"/orders/{order_id}/write", "Halo, ada orang?")
    _write(world, f"/orders/{order_id}/write", "  ")

    assert _heard(world) == ["Halo, ada orang?"]


def test_the_word_stop_ends_all_messages(world: World) -> None:
    order_id = world.rate(1)
    world.work()

    _write(world, f"/orders/{order_id}/write", "STOP")

    assert world.case().messages_stopped
    assert not any(message.state in ("planned", "draft") for message in world.case().messages)


def test_owner_reads_who_says_what_may_be_asked(world: World) -> None:
    browser = world.browser()
    page = f"/shops/{world.shop_id}"

    shown = browser.get(f"{page}/asking").text

    assert "Look these up before you rely on them" in shown
    assert "16 CFR 465.4" in shown
    assert "to look up" in browser.get(page).text
    world.clock.move(days=200)
    assert "rules may have changed since" in world.browser().get(f"{page}/asking").text
