"""Make-goods and messages: sent with their key, looked up by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from integrations.base.amounts import check_left
from integrations.base.client import path_of, said_in, words_of
from integrations.base.terms import ACTION, AMOUNT, LINES, ORDER, same_terms
from integrations.contract import (
    ActionRequest,
    Buyer,
    ByHand,
    Done,
    MessageChannel,
    OutgoingMessage,
    PublicReply,
    Refused,
    ReplyTarget,
    done_unless,
)
from integrations.errors import Permanent, Rejected, Temporary
from integrations.money import Money
from integrations.remedies import Spends, Worth
from integrations.sentence import Text, Words
from integrations.standard.client import Conflict, Connected
from integrations.standard.orders import Orders, money_of
from integrations.standard.schemas import MakeGoodIn, RecordedMakeGoodIn, SentIn

MAKE_GOODS = "/make-goods"
MESSAGES = "/messages"
REPLIES = "/replies"


class MakeGoods(Orders):
    """POST /make-goods and GET /make-goods/{key}."""

    def act(self, request: ActionRequest) -> Done | ByHand:
        """Asked again with the same key the shop does nothing more.

        Before a refund the order is read again: somebody may have refunded it in the shop meanwhile.
        """
        if request.remedy.kind.spends is Spends.MONEY:
            left = self.order(request.order.id).left
            try:
                check_left(left, request.remedy.money)
            except Rejected:
                outcome = self.find(request)
                if isinstance(outcome, Done | ByHand):
                    return outcome
                raise
        try:
            data = self.client.post(MAKE_GOODS, MakeGoodIn, _asked(request), key=request.key)
        except Conflict as conflict:
            return self._had_already(request, conflict)
        try:
            return _result(request, data, already=data["already"])
        except _NoCode as error:
            raise Temporary(error.text) from error

    def find(self, request: ActionRequest) -> Done | ByHand | Refused | None:
        """Raises `Permanent` when its terms are others."""
        path = path_of("make-goods", request.key)
        data = self.client.get_or_none(path, RecordedMakeGoodIn)
        if data is None:
            return None
        try:
            return _result(request, data, already=True)
        except Rejected as error:
            return Refused(error.text)

    def _had_already(self, request: ActionRequest, conflict: Conflict) -> Done | ByHand:
        """A conflict is a success where the shop's record has our terms."""
        outcome = self.find(request)
        if isinstance(outcome, Done | ByHand):
            return outcome
        if isinstance(outcome, Refused):
            raise Rejected(outcome.text)
        raise Permanent(
            "the shop says it conflicts with something else%(value)s",
            value=words_of(said_in(conflict.answer)),
        )


class Messages(Connected, MessageChannel):
    """POST /messages; a 409 says that it was sent before."""

    @classmethod
    def reaches(cls, buyer: Buyer, order_id: str) -> bool:
        """By the order, or by the address where the order is another platform's."""
        return bool(order_id) or "@" in buyer.email

    def message(self, message: OutgoingMessage) -> str:
        body = {
            "key": message.key,
            "reference": message.reference,
            "order_id": message.order_id,
            "to": {"id": message.to.id, "name": message.to.name, "email": message.to.email},
            "language": message.language,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "stop_url": message.stop_url,
        }
        try:
            data = self.client.post(MESSAGES, SentIn, body, key=message.key)
        except Conflict as conflict:
            data = self.client.written(SentIn, conflict.answer, MESSAGES)
        return data["id"] or ""


class Replies(Connected, ReplyTarget):
    """POST /replies; a 409 says that this review has one already, or that this key is known."""

    longest_reply: ClassVar[int] = 5000
    reply_rules: ClassVar[Text] = Text(
        "It stands under the review in your own shop; one reply for each review."
    )

    @classmethod
    def takes_replies(cls, values: Mapping[str, str]) -> bool:
        return values.get("replies", "").strip().lower() == "yes"

    def reply(self, reply: PublicReply) -> str:
        body = {"key": reply.key, "review_id": reply.review_id, "text": reply.text}
        try:
            data = self.client.post(REPLIES, SentIn, body, key=reply.key)
        except Conflict as conflict:
            stored = said_in(conflict.answer) or {}
            if stored.get("key") == reply.key:
                return str(self.client.written(SentIn, conflict.answer, REPLIES)["id"] or "")
            raise Rejected("this review has a reply already") from conflict
        return data["id"] or ""


class _NoCode(Permanent):
    """A voucher was made but its code is not said."""


def _asked(request: ActionRequest) -> dict[str, Any]:
    remedy = request.remedy
    return {
        "key": request.key,
        "reference": request.reference,
        "action": remedy.kind.name,
        "order_id": request.order.id,
        "amount": {"minor": remedy.money.amount_minor, "currency": remedy.money.currency},
        "line_ids": list(remedy.line_ids),
        "expires_at": _moment(remedy.ends_at),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _result(request: ActionRequest, data: Mapping[str, Any], *, already: bool) -> Done | ByHand:
    _same_terms(request, data)
    if data["status"] == "pending":
        raise Temporary("the shop is still at it")
    if data["status"] == "refused":
        words = " ".join((data["message"] or "").split())[:200]
        raise Rejected("the shop refused%(said)s", said=f": {words}" if words else "")
    code, task = data["code"] or "", Words(data["task"]) if data["task"] else None
    if request.remedy.kind.gives_code and not (code or task):
        raise _NoCode(Text("the shop made the voucher without saying its code: look it up there"))
    return done_unless(task, data["id"], already=already, code=code)


def _same_terms(request: ActionRequest, data: Mapping[str, Any]) -> None:
    """Raise `Permanent` where the shop's record under our key says something else."""
    amount: Money | None = money_of(data["amount"]) if data["amount"] else None
    remedy, lines = request.remedy, data["line_ids"]
    terms = {
        ACTION: data["action"] in (None, remedy.kind.name),
        ORDER: data["order_id"] in (None, request.order.id),
        # A resend costs the buyer nothing, so a shop may record it with any worth.
        AMOUNT: remedy.kind.worth is not Worth.CHOSEN or amount in (None, remedy.money),
        LINES: lines is None or set(lines) == set(remedy.line_ids),
    }
    same_terms(Text("this make-good"), terms)
