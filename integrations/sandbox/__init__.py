"""The sandbox: a pretend shop that ships with the product, and the adapter that speaks to it.

Reference: docs/platforms/sandbox.md. The shop itself is `integrations.sandbox.shop`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from integrations.base.checks import checked
from integrations.base.client import path_of
from integrations.base.values import VoucherUseIn
from integrations.contract import (
    ActionRequest,
    Buyer,
    ByHand,
    Capabilities,
    CheckResult,
    Done,
    Field,
    GivenVoucher,
    Inbound,
    MessageChannel,
    MessageReceived,
    Order,
    OrderQuery,
    OrderStore,
    OutgoingMessage,
    Pace,
    PollResult,
    PublicReply,
    ReplyTarget,
    ReviewEvent,
    ReviewSource,
    VoucherUse,
    Way,
    WebhookSource,
    done_unless,
)
from integrations.entries import web_address
from integrations.errors import Permanent
from integrations.sandbox import codec
from integrations.sandbox.client import Connected
from integrations.sandbox.schemas import (
    FoundIn,
    MadeIn,
    OrderIn,
    OrdersIn,
    PageIn,
    ReviewIn,
    SentIn,
)
from integrations.sentence import Text, Words

NAME = Text("Sandbox")
CAPABILITIES = Capabilities(
    poll=True,
    remedies=Way.API,
    edit_link=True,
    edit_review=True,
    idempotent=True,
    look_up=True,
    voucher_use=True,
    # The shop answers within a few seconds, also where it is told to be slow.
    consistency_delay=timedelta(seconds=10),
)


class Sandbox(Connected, WebhookSource, ReviewSource, OrderStore, MessageChannel, ReplyTarget):
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
    def order_page(cls, values: Mapping[str, str], order_id: str) -> str:
        return _page(values, "orders/", order_id)

    @classmethod
    def review_page(cls, values: Mapping[str, str], review_id: str) -> str:
        return _page(values, "reviews/", review_id.removeprefix("r"))

    @classmethod
    def chat_page(cls, values: Mapping[str, str], buyer: Buyer, order_id: str) -> str:
        return _page(values, "mailbox?order=", order_id)

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        return codec.verify(request, secrets, now)

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent | MessageReceived]:
        return codec.read(request)

    def look(self, subject: str) -> list[ReviewEvent]:
        review_id = subject.removeprefix("review:")
        return [self.client.get(path_of("reviews", review_id), ReviewIn)]

    def poll(self, cursor: str, now: datetime) -> PollResult:
        data = self.client.get("/reviews", PageIn, {"after": cursor or "0"})
        return PollResult(data["reviews"], data["cursor"], data["more"])

    def edit_link(self, order_id: str, review_id: str) -> str:
        return self.order(order_id).edit_link

    def orders_for(self, query: OrderQuery) -> list[Order]:
        filters = {
            "review": query.review_id,
            "product": query.product_id,
            "buyer": query.buyer.id,
            "email": "" if query.buyer.id else query.buyer.email,
        }
        data = self.client.get("/orders", OrdersIn, filters)
        return [codec.order_of(order) for order in data["orders"]]

    def order(self, order_id: str) -> Order:
        return codec.order_of(self.client.get(path_of("orders", order_id), OrderIn))

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
        return _result(self.client.post("/make-goods", MadeIn, body), request)

    def find(self, request: ActionRequest) -> Done | ByHand | None:
        query = {"reference": request.reference, "order": request.order.id}
        data = self.client.get("/make-goods", FoundIn, query)
        if not data["found"] and data["forgets"]:
            raise Permanent("the sandbox's payment provider failed")
        if not data["found"]:
            return None
        return replace(_result(data["found"][0], request), already=True)

    def voucher_use(self, voucher: GivenVoucher) -> VoucherUse | None:
        path = path_of("vouchers", voucher.code)
        return cast(VoucherUse | None, self.client.get_or_none(path, VoucherUseIn))

    def message(self, message: OutgoingMessage) -> str:
        body = {
            "key": message.key,
            "order_id": message.order_id,
            "to": message.to.name,
            "subject": message.subject,
            "text": message.text,
        }
        return str(self.client.post("/messages", SentIn, body)["id"])

    def reply(self, reply: PublicReply) -> str:
        body = {"key": reply.key, "review_id": reply.review_id, "text": reply.text}
        return str(self.client.post("/replies", SentIn, body)["id"])

    def check(self) -> list[CheckResult]:
        return checked(NAME, self._lines())

    def _lines(self) -> Iterator[CheckResult]:
        self.client.ask("GET", "/check")
        yield CheckResult(NAME, ok=True)


def _amount(request: ActionRequest) -> tuple[int | None, str]:
    amount = request.remedy.amount
    return (None, "") if amount is None else (amount.amount_minor, amount.currency)


def _result(data: dict[str, Any], request: ActionRequest) -> Done | ByHand:
    if (data["amount_minor"], data["currency"]) != _amount(request):
        raise Permanent(
            "the shop has %(reference)s already, with another amount: compare them",
            reference=request.reference,
        )
    left = Words(data["task"]) if data["task"] else None
    return done_unless(left, data["id"], already=data["already"], code=data["code"])


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


VARIANTS = {kind.name: kind for kind in (Sandbox, WithoutKey, WithoutLookUp, Blind)}


def _page(values: Mapping[str, str], path: str, number: str) -> str:
    """A page of the pretend shop about the row of this number; '' for what is none."""
    is_number = number.isascii() and number.isdigit()
    return f"{values['base_url'].rstrip('/')}/{path}{number}" if is_number else ""


ADAPTER = Sandbox
