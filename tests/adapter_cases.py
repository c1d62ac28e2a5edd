"""What every adapter must hold to. A platform's tests inherit `AdapterCases` and say how it is made.

Nothing here knows a platform: answers are invented, and only errors of `integrations.errors` may
come out of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

import pytest
import requests
import responses

from integrations import registry
from integrations.contract import (
    Action,
    ActionRequest,
    BaseAdapter,
    Buyer,
    Config,
    EventKind,
    Inbound,
    Order,
    OrderLine,
    OutgoingMessage,
    ReviewEvent,
    Role,
    Way,
)
from integrations.errors import AdapterError, BadSignature, Temporary, Unreadable, Unsupported
from integrations.http import Http
from integrations.money import Money
from service.domain.messages.policy import Policies

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
PAID = Money(1990, "EUR")
BUYER = Buyer("2", "Sari", "sari@example.test", "ID")
ORDER = Order(
    "13", "13", NOW, "completed", PAID, PAID, (OrderLine("3", "10", "Teapot", 1, PAID),), BUYER
)
MESSAGE = OutgoingMessage("k", "MG-7F3K2Q", BUYER, "Hello", "We are sorry.", order_id="13")
EVENT = ReviewEvent(EventKind.ADDED, "31", 1, product_id="10", buyer=BUYER)
ANSWERS = [
    (200, ""),
    (200, "<html>"),
    (200, "[]"),
    (200, "{}"),
    (200, "null"),
    (200, "7"),
    (200, '[{"id": null}]'),
    (204, ""),
    (301, ""),
    (400, "{}"),
    (401, "{}"),
    (403, "<html>"),
    (404, "<html>"),
    (404, "{}"),
    (409, "{}"),
    (422, '{"message": 7}'),
    (429, ""),
    (500, "[]"),
    (501, "{}"),
    (503, ""),
]
NONSENSE = (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"id": {}}', b'{"a":' * 2000)


class AdapterCases:
    """Inherit as `class TestX(AdapterCases)`; `sign` gives a genuine delivery of a body."""

    platform: ClassVar[type[BaseAdapter]]
    config: ClassVar[Config]
    body: ClassVar[bytes] = b""
    hidden: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def sign(body: bytes) -> Inbound:
        raise NotImplementedError

    def made(self) -> BaseAdapter:
        return self.platform(self.config, Http(), lambda: NOW)

    @pytest.fixture(name="wire")
    def _wire(self) -> Iterator[responses.RequestsMock]:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
            yield wire

    def calls(self) -> dict[str, Callable[[], object]]:
        """Everything that its capabilities promise and that calls out by HTTP."""
        one, can = self.made(), self.platform.capabilities
        found: dict[str, Callable[[], object]] = {}
        if can.poll:
            found["poll"] = lambda: one.poll("", NOW)
            found["look"] = lambda: one.look("review:31")
        if Role.ORDERS in self.platform.roles:
            found["order"] = lambda: one.order("13")
            found["orders_for"] = lambda: one.orders_for(EVENT)
        for action in Action:
            if getattr(can, action) is Way.API:
                found[f"act {action}"] = partial(one.act, _asked(action))
                if can.look_up:
                    found[f"find {action}"] = partial(one.find, _asked(action))
        if can.message and Role.ORDERS in self.platform.roles:
            found["message"] = lambda: one.message(MESSAGE)
        return found

    def test_promises_of_the_capabilities_are_kept(self) -> None:
        can, own = self.platform.capabilities, vars(self.platform) | vars(self.platform.__mro__[1])
        acts = any(getattr(can, one) is Way.API for one in Action)
        promised = {
            "verify": can.push,
            "read": can.push,
            "poll": can.poll,
            "look": can.poll,
            "act": acts,
            "find": can.look_up and acts,
            "message": can.message,
            "order": Role.ORDERS in self.platform.roles,
            "orders_for": Role.ORDERS in self.platform.roles,
        }

        assert [name for name, wanted in promised.items() if wanted and name not in own] == []

    def test_what_is_not_promised_is_refused(self) -> None:
        one, can = self.made(), self.platform.capabilities
        for action in Action:
            if getattr(can, action) is Way.NONE:
                with pytest.raises(Unsupported):
                    one.act(_asked(action))
        if not can.push:
            with pytest.raises(BadSignature):
                self.platform.verify(Inbound({}, b"{}", NOW), ["s"], NOW)

    def test_policy_and_entries_are_given(self) -> None:
        assert Policies.load(registry.policy(self.platform.name)).entries
        assert all(one.label for one in self.platform.fields)
        assert set(self.config.values) <= {one.name for one in self.platform.fields}

    def test_genuine_delivery_has_one_key_and_a_changed_one_is_refused(self) -> None:
        if not self.platform.capabilities.push:
            with pytest.raises(BadSignature):
                self.platform.verify(Inbound({}, b"", NOW), ["s"], NOW)
            return
        genuine, known = self.sign(self.body), self.config.webhook_secrets
        changed = replace(genuine, body=genuine.body + b" ")

        assert self.platform.verify(genuine, known, NOW) == self.platform.verify(
            genuine, known, NOW
        )
        for request, secrets in ((changed, known), (genuine, ()), (genuine, ("",))):
            with pytest.raises(BadSignature):
                self.platform.verify(request, secrets, NOW)

    def test_events_are_in_the_units_of_the_contract(self) -> None:
        if not self.platform.capabilities.push:
            with pytest.raises(Unreadable):
                self.platform.read(Inbound({}, b"", NOW))
            return
        [event] = self.platform.read(self.sign(self.body))

        assert event.review_id
        assert event.rating in (1, 2, 3, 4, 5)
        assert event.written_at is None or event.written_at.utcoffset() is not None
        assert event.text == event.text.strip()

    @pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
    def test_signed_nonsense_is_unreadable_or_of_no_interest(self, body: bytes) -> None:
        if not self.platform.capabilities.push:
            with pytest.raises(Unreadable):
                self.platform.read(Inbound({}, body, NOW))
            return
        events: list[ReviewEvent] = []
        with suppress(Unreadable):
            events = self.platform.read(replace(self.sign(self.body), body=body))

        assert not any(one.review_id for one in events)

    @pytest.mark.parametrize("answer", ANSWERS, ids=str)
    def test_only_our_errors_come_out_and_they_hold_no_secret(
        self, wire: responses.RequestsMock, answer: tuple[int, str]
    ) -> None:
        for method in ("GET", "POST", "PUT"):
            wire.add(method, re.compile(".*"), status=answer[0], body=answer[1])
        for name, call in self.calls().items():
            said = _said(call)
            assert said is None or said, name
            assert not any(one in (said or "") for one in self.hidden), name

    def test_outcome_is_unknown_when_the_line_breaks_after_the_request(
        self, wire: responses.RequestsMock
    ) -> None:
        sent: list[str] = []

        def broken(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            sent.append(request.method or "")
            raise requests.ConnectionError("Connection aborted")

        for method in ("GET", "POST", "PUT"):
            wire.add_callback(method, re.compile(".*"), callback=broken)
        for name, call in self.calls().items():
            sent.clear()
            with pytest.raises(Temporary) as caught:
                call()
            # A call that got no further than reading may say that nothing was done.
            assert caught.value.outcome == "unknown" or set(sent) == {"GET"}, name


def _said(call: Callable[[], object]) -> str | None:
    """The message of our own error, None where there was none; any other error fails the test."""
    try:
        call()
    except AdapterError as error:
        return error.message
    return None


def _asked(action: Action) -> ActionRequest:
    return ActionRequest(
        action, "MG-7F3K2Q-1", "MG-7F3K2Q-1", ORDER, Money(995, "EUR"), ("3",), NOW
    )
