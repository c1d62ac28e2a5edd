"""The pretend shop itself: every trouble that can be chosen, and its signed callbacks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from integrations.contract import (
    ActionRequest,
    Buyer,
    Config,
    EventKind,
    Inbound,
    OutgoingMessage,
    PublicReply,
    ReviewEvent,
)
from integrations.errors import BadSignature, Misconfigured, Permanent, Rejected, Temporary
from integrations.http import Http
from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import ADAPTER, Sandbox, codec, trouble
from integrations.sandbox.ledger import add_order, leave_review
from integrations.sandbox.seed import sell
from integrations.sandbox.shop import Shop, create_shop
from tests.adapter_cases import NOW
from tests.integrations.reading import left
from tests.integrations.sandbox import test_cases as cases
from tests.world import World

PAGE = Path(__file__).parents[3] / "docs" / "platforms" / "sandbox.md"


@dataclass
class Trial:
    """A running shop, one order in it, and the adapter that speaks to it."""

    shop: Shop
    adapter: Sandbox
    order_id: int

    def choose(self, name: str) -> None:
        """Let the order's calls meet this trouble."""
        trouble.choose(self.shop.ledger, self.order_id, name)

    def request(self, number: int = 1, minor: int = 1000) -> ActionRequest:
        """A small refund of the order."""
        reference = f"MG-7F3K2Q-{number}"
        order = self.adapter.order(str(self.order_id))
        return ActionRequest(Remedy(REFUND, Money(minor, "IDR")), reference, reference, order)

    def made(self) -> list[Any]:
        """What the shop did."""
        return self.shop.ledger.rows("SELECT * FROM made ORDER BY id")

    def mailbox(self) -> list[Any]:
        """What the buyer got."""
        return self.shop.ledger.rows("SELECT * FROM message ORDER BY id")

    def message(self) -> str:
        """Send the buyer a message."""
        return self.adapter.message(
            OutgoingMessage(
                "k", "MG-7F3K2Q", Buyer("1"), "Halo", "Teks", order_id=str(self.order_id)
            )
        )


@pytest.fixture(name="trial")
def _trial(tmp_path: Path) -> Iterator[Trial]:
    shop = create_shop(
        tmp_path / "shop.db",
        base_url="http://shop.test",
        api_key="key",
        webhook_url="",
        webhook_secret=cases.SECRET,
        now=lambda: NOW,
    )
    server = make_server("127.0.0.1", 0, shop.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    adapter = ADAPTER(
        Config({"base_url": base, "api_key": "key"}, (cases.SECRET,)), Http(), lambda: NOW
    )
    yield Trial(shop, adapter, sell(shop.ledger, 1, NOW)[0])
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.mark.parametrize(
    ("name", "known", "tries"), [("temporary", "unknown", 2), ("busy", "not_done", 2)]
)
def test_nothing_is_done_for_two_tries(trial: Trial, name: str, known: str, tries: int) -> None:
    trial.choose(name)

    for _ in range(tries):
        with pytest.raises(Temporary) as caught:
            trial.adapter.act(trial.request())
        assert caught.value.outcome == known
    wait = caught.value.retry_after
    before = len(trial.made())
    trial.adapter.act(trial.request())

    assert (wait, before, len(trial.made())) == (None if known == "unknown" else 1.0, 0, 1)


def test_refusal_is_for_good(trial: Trial) -> None:
    trial.choose("permanent")

    for _ in range(3):
        with pytest.raises(Permanent, match="cannot be changed"):
            trial.adapter.act(trial.request())
    assert trial.made() == []


def test_slow_answer_arrives(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("integrations.sandbox.trouble.time.sleep", waited.append)
    trial.choose("slow")

    assert trial.adapter.act(trial.request()).vendor_id
    assert [seconds for seconds in waited if seconds] == [trouble.SLOW_SECONDS]


@pytest.mark.parametrize("name", ["acted_500", "acted_dropped"])
def test_hidden_outcome_is_found_by_looking_up_or_by_the_key(trial: Trial, name: str) -> None:
    trial.choose(name)
    with pytest.raises(Temporary) as caught:
        trial.adapter.act(trial.request())

    found, again = trial.adapter.find(trial.request()), trial.adapter.act(trial.request())

    assert caught.value.outcome == "unknown"
    assert found is not None
    assert (found.already, again.already, len(trial.made())) == (True, True, 1)


def test_gateway_leaves_a_task(trial: Trial) -> None:
    trial.choose("gateway")

    assert "by hand" in str(left(trial.adapter.act(trial.request())))


def test_busy_mailbox_takes_the_third_try(trial: Trial) -> None:
    trial.choose("message_busy")

    for _ in range(2):
        with pytest.raises(Temporary):
            trial.message()
    trial.message()

    assert len(trial.mailbox()) == 1


def test_refused_message_is_never_delivered(trial: Trial) -> None:
    trial.choose("message_refused")

    with pytest.raises(Permanent):
        trial.message()
    assert trial.mailbox() == []


def test_message_may_be_delivered_and_say_nothing(trial: Trial) -> None:
    trial.choose("message_500")

    with pytest.raises(Temporary) as caught:
        trial.message()
    assert (caught.value.outcome, len(trial.mailbox())) == ("unknown", 1)


def test_trouble_with_messages_leaves_make_goods_alone(trial: Trial) -> None:
    trial.choose("message_refused")

    assert trial.adapter.act(trial.request()).vendor_id


def test_parts_are_refunded_until_nothing_is_left(trial: Trial) -> None:
    paid = trial.adapter.order(str(trial.order_id)).paid.amount_minor
    trial.adapter.act(trial.request(1, paid - 1))

    with pytest.raises(Permanent, match="more than what is left"):
        trial.adapter.act(trial.request(2, 2))
    trial.adapter.act(trial.request(3, 1))

    assert trial.adapter.order(str(trial.order_id)).left.amount_minor == 0


def test_currency_without_decimals_stays_exact(trial: Trial) -> None:
    with trial.shop.ledger.write() as connection:
        order_id = add_order(connection, 1, ("bowl", "Bowl", 1980, "JPY"), NOW)

    order = trial.adapter.order(str(order_id))

    assert (order.paid, str(order.paid)) == (Money(1980, "JPY"), "1980 JPY")


def test_same_reference_with_another_amount_is_shown(trial: Trial) -> None:
    trial.adapter.act(trial.request())

    with pytest.raises(Permanent, match="another amount"):
        trial.adapter.find(trial.request(1, 999))


def test_wrong_key_is_misconfigured_and_named_by_the_check(trial: Trial) -> None:
    trial.shop.app.config["API_KEY"] = "other"

    with pytest.raises(Misconfigured):
        trial.adapter.order("1")
    assert [finding.ok for finding in trial.adapter.check()] == [False]


def test_every_trouble_is_on_its_page() -> None:
    page = PAGE.read_text("utf-8")

    assert [name for name in trouble.TROUBLES if name and f"`{name}`" not in page] == []


def _inbound(**changes: str) -> Inbound:
    genuine = cases.TestSandbox.sign(cases.TestSandbox.body)
    return Inbound({**genuine.headers, **changes}, genuine.body, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"x-sandbox-signature": ""},
        {"x-sandbox-signature": "0" * 64},
        {"x-sandbox-delivery": "d2"},
        {"x-sandbox-delivery": ""},
        {"x-sandbox-timestamp": "x"},
        {"x-sandbox-timestamp": "1"},
    ],
    ids=["missing", "wrong", "other delivery", "no delivery", "no time", "other time"],
)
def test_callback_is_refused_when_a_header_is_wrong(changes: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        Sandbox.verify(_inbound(**changes), [cases.SECRET], NOW)


def test_old_callback_is_refused() -> None:
    stamp, body = str(int(NOW.timestamp()) - 301), cases.TestSandbox.body
    headers = {
        "x-sandbox-delivery": "d1",
        "x-sandbox-timestamp": stamp,
        "x-sandbox-signature": codec.sign(cases.SECRET, "d1", stamp, body),
    }

    with pytest.raises(BadSignature):
        Sandbox.verify(Inbound(headers, body, NOW), [cases.SECRET], NOW)


def test_callback_signed_with_the_secret_before_is_accepted() -> None:
    assert Sandbox.verify(_inbound(), ["newest", cases.SECRET], NOW) == "d1"


@pytest.mark.parametrize(("event", "kind"), codec.KINDS.items())
def test_kind_follows_the_event(event: str, kind: EventKind) -> None:
    gone = kind is EventKind.WITHDRAWN
    body = json.dumps({"event": event, "more": 1, "review": {**cases.REVIEW, "withdrawn": gone}})

    (event_read,) = Sandbox.read(Inbound({}, body.encode(), NOW))

    assert isinstance(event_read, ReviewEvent)
    assert event_read.kind is kind
    assert Sandbox.read(Inbound({}, b'{"event": "order.created"}', NOW)) == []


def test_a_review_takes_one_public_reply(world: World) -> None:
    world.rate(1)
    replies = world.context.replies(world.connection())
    first = replies.reply(PublicReply("k1", "r1", "Maaf, Kak."))

    assert replies.reply(PublicReply("k1", "r1", "Maaf, Kak.")) == first
    with pytest.raises(Rejected, match="already"):
        replies.reply(PublicReply("k2", "r1", "Sekali lagi"))
    assert [row["text"] for row in world.ledger()["replies"]] == ["Maaf, Kak."]


@pytest.mark.parametrize("knobs", [("duplicates",), ("shuffled",), ("duplicates", "shuffled")])
def test_repeated_and_shuffled_callbacks_have_one_effect(
    world: World, knobs: tuple[str, ...]
) -> None:
    for knob in knobs:
        world.sandbox.ledger.change_setting(knob, "on")
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    for stars in (1, 2, 5):
        leave_review(world.sandbox.ledger, order_id, stars, f"{stars}", world.clock.now())

    for _ in range(4):
        world.sandbox.sender.send_due()
        world.work()
        world.clock.move(seconds=90)

    assert world.sandbox.ledger.rows("SELECT 1 FROM callback WHERE sent_at IS NULL") == []
    assert all(case.close_reason == "recovered" for case in world.cases())
    assert len(world.cases()) == (0 if "shuffled" in knobs else 1)
