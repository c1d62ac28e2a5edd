"""What every adapter must hold to. A platform's tests inherit `AdapterCases` and say how it is made.

Nothing here knows a platform: answers are invented, and only errors of `integrations.errors` may
come out of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import pytest
import requests
import responses

from integrations import registry
from integrations.contract import (
    PROTOCOLS,
    ActionRequest,
    Buyer,
    Config,
    GivenVoucher,
    Inbound,
    MessageChannel,
    Order,
    OrderLine,
    OrderQuery,
    OrderStore,
    OutgoingMessage,
    PublicReply,
    ReviewEvent,
    ReviewSource,
    Role,
    Way,
)
from integrations.errors import AdapterError, BadSignature, Temporary, Unreadable, Unsupported
from integrations.http import Http
from integrations.money import Money
from integrations.remedies import KINDS, Remedy, RemedyKind
from service.domain.messages.policy import Policies

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
PAID = Money(1990, "EUR")
BUYER = Buyer("2", "Sari", "sari@example.test", "ID")
ORDER = Order(
    "13",
    "13",
    NOW - timedelta(days=1),
    "completed",
    PAID,
    PAID,
    (OrderLine("3", "10", "Teapot", 1, PAID),),
    BUYER,
)
REPLY = PublicReply("k", "31", "We are sorry.")
MESSAGE = OutgoingMessage("k", "MG-7F3K2Q", BUYER, "Hello", "We are sorry.", order_id="13")
QUERY = OrderQuery("31", product_id="10", buyer=BUYER, order_ids=("13",))
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


SWITCHED = {
    (OrderStore, "act"),
    (OrderStore, "find"),
    (OrderStore, "voucher_use"),
    (MessageChannel, "find_message"),
}
"""What would be taken for a promise where it is written."""


class AdapterCases:
    """Inherit as `class TestX(AdapterCases)`; `sign` gives a genuine delivery of a body."""

    platform: ClassVar[type[Any]]
    variant: ClassVar[bool] = False
    """Of an adapter that can do more than this one says."""
    config: ClassVar[Config]
    body: ClassVar[bytes] = b""
    hidden: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def sign(body: bytes) -> Inbound:
        raise NotImplementedError

    def made(self) -> Any:
        return self.platform(self.config, Http(), lambda: NOW)

    @pytest.fixture(name="wire")
    def _wire(self) -> Iterator[responses.RequestsMock]:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
            yield wire

    def calls(self) -> dict[str, Callable[[], object]]:
        """Everything that its capabilities promise and that calls out by HTTP."""
        adapter, can = self.made(), self.platform.capabilities
        found: dict[str, Callable[[], object]] = {}
        if can.poll:
            found["poll"] = lambda: adapter.poll("", NOW)
            found["look"] = lambda: adapter.look("review:31")
        if Role.ORDERS in self.platform.roles:
            found["order"] = lambda: adapter.order("13")
            found["orders_for"] = lambda: adapter.orders_for(QUERY)
        for kind in KINDS.values():
            if can.way_of(kind).is_called:
                found[f"act {kind.name}"] = partial(adapter.act, _asked(kind))
                if can.look_up:
                    found[f"find {kind.name}"] = partial(adapter.find, _asked(kind))
        if can.voucher_use:
            found["voucher_use"] = lambda: adapter.voucher_use(GivenVoucher("TEA-5", "7", "k"))
        if {Role.MESSAGES, Role.ORDERS} <= self.platform.roles:
            found["message"] = lambda: adapter.message(MESSAGE)
        if Role.REPLIES in self.platform.roles:
            found["reply"] = lambda: adapter.reply(REPLY)
        return found

    def test_what_is_promised_is_there_and_nothing_else(self) -> None:
        """What a role leaves open is written where a capability promises it, and only there."""
        can, roles = self.platform.capabilities, self.platform.roles
        acts = any(can.way_of(kind).is_called for kind in KINDS.values())
        promised = {
            (ReviewSource, "poll"): can.poll,
            (ReviewSource, "edit_link"): can.edit_link,
            (OrderStore, "act"): acts,
            (OrderStore, "find"): can.look_up,
            (OrderStore, "voucher_use"): can.voucher_use,
            (MessageChannel, "find_message"): can.look_up_message,
        }
        written = {
            (protocol, name): getattr(self.platform, name, None) is not getattr(protocol, name)
            for protocol, name in promised
            if protocol in {PROTOCOLS[role] for role in roles}
        }
        wanted = {each for each, promise in promised.items() if promise and each in written}

        assert {each for each, there in written.items() if there} >= wanted
        assert not any(written.get(each) for each in SWITCHED - wanted) or self.variant

    def test_make_good_that_is_not_offered_is_refused(self) -> None:
        for kind in KINDS.values():
            if self.platform.capabilities.way_of(kind) is Way.NONE and self._has_orders():
                with pytest.raises(Unsupported):
                    self.made().act(_asked(kind))

    def _has_orders(self) -> bool:
        return Role.ORDERS in self.platform.roles

    def _sends(self) -> bool:
        sends: bool = self.platform.sends_webhooks
        return sends

    def test_platform_without_webhooks_takes_none(self) -> None:
        if not self._sends():
            webhooks = registry.webhooks(self.platform.name)
            with pytest.raises(BadSignature):
                webhooks.verify(Inbound({}, b"{}", NOW), ["s"], NOW)
            with pytest.raises(Unreadable):
                webhooks.read(Inbound({}, b"{}", NOW))

    def test_policy_and_entries_are_given(self) -> None:
        assert Policies.load(registry.policy(self.platform.name)).entries
        assert all(field.label for field in self.platform.fields)
        assert set(self.config.values) <= {field.name for field in self.platform.fields}

    def test_genuine_delivery_has_one_key_and_a_changed_one_is_refused(self) -> None:
        if not self._sends():
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
        if not self._sends():
            return
        [event] = self.platform.read(self.sign(self.body))

        if not isinstance(event, ReviewEvent):
            # A platform that pushes no reviews.
            assert self.platform.capabilities.poll or Role.REVIEWS not in self.platform.roles
            return
        assert event.review_id
        assert event.rating in (1, 2, 3, 4, 5)
        assert event.written_at is None or event.written_at.utcoffset() is not None
        assert event.text == event.text.strip()

    @pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
    def test_signed_nonsense_is_unreadable_or_of_no_interest(self, body: bytes) -> None:
        if not self._sends():
            return
        events: list[ReviewEvent] = []
        with suppress(Unreadable):
            events = self.platform.read(replace(self.sign(self.body), body=body))

        assert not any(event.review_id for event in events)

    @pytest.mark.parametrize("answer", ANSWERS, ids=str)
    def test_only_our_errors_come_out_and_they_hold_no_secret(
        self, wire: responses.RequestsMock, answer: tuple[int, str]
    ) -> None:
        for method in ("GET", "POST", "PUT"):
            wire.add(method, re.compile(".*"), status=answer[0], body=answer[1])
        for name, call in self.calls().items():
            said = _said(call)
            assert said is None or said, name
            assert not any(each in (said or "") for each in self.hidden), name

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


def _asked(kind: RemedyKind) -> ActionRequest:
    remedy = Remedy(kind, Money(995, "EUR"), ("3",), NOW + timedelta(days=30))
    return ActionRequest(remedy, "MG-7F3K2Q-1", "MG-7F3K2Q-1", ORDER)
