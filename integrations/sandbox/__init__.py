"""The sandbox: a pretend shop that ships with the product, and the adapter that speaks to it.

Reference: docs/platforms/sandbox.md. The shop itself is `integrations.sandbox.shop`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from integrations.contract import (
    ActionRequest,
    Adapter,
    ByHand,
    Capabilities,
    Done,
    Field,
    Finding,
    Inbound,
    MessageChannel,
    Order,
    OrderStore,
    OutgoingMessage,
    Pace,
    Page,
    PublicReply,
    ReplyTarget,
    ReviewEvent,
    ReviewSource,
    Way,
    WebhookSource,
    done_unless,
)
from integrations.entries import web_address
from integrations.errors import AdapterError, Misconfigured, Permanent, Rejected, Temporary
from integrations.http import Answer, retry_after
from integrations.sandbox import wire
from integrations.sentence import Text, Words

CAPABILITIES = Capabilities(
    poll=True,
    remedies=Way.API,
    edit_link=True,
    edit_review=True,
    idempotent=True,
    look_up=True,
    # The shop answers within a few seconds, also where it is told to be slow.
    settles_after=timedelta(seconds=10),
)


class Sandbox(Adapter, WebhookSource, ReviewSource, OrderStore, MessageChannel, ReplyTarget):
    """Calls the pretend shop as it would a real one."""

    name: ClassVar[str] = "sandbox"
    label: ClassVar[str] = "Sandbox"
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    keep_headers: ClassVar[tuple[str, ...]] = ("x-sandbox-",)
    webhook_help: ClassVar[Text | None] = Text(
        "The sandbox that came with Makegood knows both already."
    )
    pace: ClassVar[Pace] = Pace(concurrency=32)
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "base_url",
            Text("Address of the sandbox"),
            Text("Such as http://127.0.0.1:8000/sandbox."),
        ),
        Field("api_key", Text("Key of the sandbox"), Text("Printed when it starts."), secret=True),
    )

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        web_address("base_url", values.get("base_url", ""), "http://127.0.0.1:8000/sandbox")

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        return wire.verify(request, secrets, now)

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent]:
        return wire.read_event(request.body)

    def look(self, subject: str) -> list[ReviewEvent]:
        review_id = subject.removeprefix("review:")
        data = self._get(f"/api/reviews/{quote(review_id, safe='')}")
        with _understood():
            return [wire.event_of(data)]

    def poll(self, cursor: str, now: datetime) -> Page:
        data = self._get("/api/reviews?" + urlencode({"after": cursor or "0"}))
        with _understood():
            events = [wire.event_of(one) for one in data["reviews"]]
            return Page(events, data["cursor"], data["more"])

    def edit_link(self, order_id: str, review_id: str) -> str:
        return self.order(order_id).edit_link

    def orders_for(self, event: ReviewEvent) -> list[Order]:
        query = {
            "review": event.review_id,
            "product": event.product_id,
            "buyer": event.buyer.id,
            "email": "" if event.buyer.id else event.buyer.email,
        }
        data = self._get("/api/orders?" + urlencode(query))
        with _understood():
            return [wire.order_of(one) for one in data["orders"]]

    def order(self, order_id: str) -> Order:
        data = self._get(f"/api/orders/{quote(order_id, safe='')}")
        with _understood():
            return wire.order_of(data)

    def act(self, request: ActionRequest) -> Done | ByHand:
        minor, currency = _amount(request)
        body = {
            "action": request.remedy.kind.name,
            "reference": request.reference,
            "order_id": request.order.id,
            "amount_minor": minor,
            "currency": currency,
            "line_ids": list(request.remedy.line_ids),
            "key": request.key if self.capabilities.idempotent else None,
        }
        data = self._post("/api/make-goods", body)
        with _understood():
            return self._result(data, request)

    def find(self, request: ActionRequest) -> Done | ByHand | None:
        query = {"reference": request.reference, "order": request.order.id}
        data = self._get("/api/make-goods?" + urlencode(query))
        with _understood():
            if not data["found"] and data["forgets"]:
                raise Permanent("the sandbox's payment provider failed")
            if not data["found"]:
                return None
            return replace(self._result(data["found"][0], request), already=True)

    def message(self, message: OutgoingMessage) -> str:
        body = {
            "key": message.key,
            "order_id": message.order_id,
            "to": message.to.name,
            "subject": message.subject,
            "text": message.text,
        }
        data = self._post("/api/messages", body)
        with _understood():
            return str(data["id"])

    def reply(self, reply: PublicReply) -> str:
        body = {"key": reply.key, "review_id": reply.review_id, "text": reply.text}
        data = self._post("/api/replies", body)
        with _understood():
            return str(data["id"])

    def check(self) -> list[Finding]:
        try:
            self._get("/api/check")
        except AdapterError as error:
            return [Finding(Text("Sandbox"), ok=False, advice=error.text, blocking=True)]
        return [Finding(Text("Sandbox"), ok=True)]

    def _result(self, data: dict[str, Any], request: ActionRequest) -> Done | ByHand:
        if (data["amount_minor"], data["currency"]) != _amount(request):
            raise Permanent(
                "the shop has %(reference)s already, with another amount: compare them",
                reference=request.reference,
            )
        return done_unless(
            Words(data["task"]) if data["task"] else None,
            str(data["id"]),
            already=bool(data.get("already")),
            code=data["code"],
        )

    def _get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        url = self.config.values["base_url"].rstrip("/") + path
        headers = {"Authorization": f"Bearer {self.config.values['api_key']}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._read(self.http.call(method, url, headers=headers, body=body))

    def _read(self, answer: Answer) -> Any:
        if answer.ok:
            return answer.json()
        if answer.status in (401, 403):
            raise Misconfigured("the sandbox refused the key: enter the one it printed")
        if answer.status == 429:
            wait = retry_after(answer, self.now())
            raise Temporary("the sandbox is busy", retry_after=wait, outcome="not_done")
        if answer.headers.get("x-sandbox-payment") == "failed":
            # Looking it up shows nothing, whether the provider has paid or not.
            raise Permanent("the sandbox's payment provider failed")
        if answer.status >= 500:
            raise Temporary("the sandbox answered %(status)s", status=answer.status)
        raise Rejected(
            "the sandbox refused: %(value)s", value=answer.body.decode(errors="replace")[:200]
        )


def _amount(request: ActionRequest) -> tuple[int | None, str]:
    amount = request.remedy.amount
    return (None, "") if amount is None else (amount.amount_minor, amount.currency)


@contextmanager
def _understood() -> Iterator[None]:
    """What cannot be read leaves the outcome unknown."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Temporary(
            "the sandbox answered something else (%(value)s)", value=type(error).__name__
        ) from error


class WithoutKey(Sandbox):
    """Does it again each time it is asked, and can be asked what it did."""

    name: ClassVar[str] = "sandbox-nokey"
    capabilities: ClassVar[Capabilities] = replace(CAPABILITIES, idempotent=False)


class WithoutLookUp(Sandbox):
    """Knows the key, but cannot be asked."""

    name: ClassVar[str] = "sandbox-nolookup"
    capabilities: ClassVar[Capabilities] = replace(CAPABILITIES, look_up=False)


class Blind(Sandbox):
    """Neither key nor look-up: after an unknown outcome only a person can tell."""

    name: ClassVar[str] = "sandbox-blind"
    capabilities: ClassVar[Capabilities] = replace(CAPABILITIES, idempotent=False, look_up=False)


VARIANTS = {one.name: one for one in (Sandbox, WithoutKey, WithoutLookUp, Blind)}
ADAPTER = Sandbox
