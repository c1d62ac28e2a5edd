"""Make-goods and messages: sent with their key, looked up by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.contract import (
    ActionRequest,
    ByHand,
    Done,
    OutgoingMessage,
    Refused,
    done_unless,
)
from integrations.errors import Permanent, Rejected, Temporary
from integrations.http import Answer
from integrations.money import Money
from integrations.remedies import Spends, Worth
from integrations.sentence import Text, Words
from integrations.standard.client import Client, loaded_after_effect, path_of, refusal
from integrations.standard.orders import money_of, one_order
from integrations.standard.schemas import MakeGoodIn, RecordedMakeGoodIn, SentIn

MAKE_GOODS = "/make-goods"
MESSAGES = "/messages"


def act(client: Client, request: ActionRequest) -> Done | ByHand:
    """Ask the shop for a make-good; asked again with the same key it does nothing more.

    Before a refund the order is read again: somebody may have refunded it in the shop meanwhile.
    """
    if request.remedy.kind.spends is Spends.MONEY:
        left = one_order(client, request.order.id, edit_links=False).left
        if left.currency != request.remedy.money.currency or left < request.remedy.money:
            made = find(client, request)
            if isinstance(made, Done | ByHand):
                return made
            raise Rejected(
                "only %(left)s of this order can still be refunded: change the amount", left=left
            )
    answer = client.post(MAKE_GOODS, request.key, _asked(request))
    if answer.status == 409:
        return _known_already(client, request, answer)
    data = loaded_after_effect(answer, MakeGoodIn, MAKE_GOODS)
    try:
        return _result(request, data, already=data["already"])
    except _NoCode as error:
        raise Temporary(error.message) from error


def find(client: Client, request: ActionRequest) -> Done | ByHand | Refused | None:
    """Look the make-good up by its key; raises `Permanent` when its terms are others."""
    data = client.get_or_none(path_of("make-goods", request.key), RecordedMakeGoodIn)
    if data is None:
        return None
    try:
        return _result(request, data, already=True)
    except Rejected as error:
        return Refused(error.text)


def send(client: Client, message: OutgoingMessage) -> str:
    """Have the shop send a message; a 409 says that it was sent before."""
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
    answer = client.post(MESSAGES, message.key, body)
    return loaded_after_effect(answer, SentIn, MESSAGES)["id"] or ""


class _NoCode(Permanent):
    """A voucher was made but its code is not said."""


def _asked(request: ActionRequest) -> dict[str, Any]:
    return {
        "key": request.key,
        "reference": request.reference,
        "action": request.remedy.kind.name,
        "order_id": request.order.id,
        "amount": {
            "minor": request.remedy.money.amount_minor,
            "currency": request.remedy.money.currency,
        },
        "line_ids": list(request.remedy.line_ids),
        "expires_at": _moment(request.remedy.ends_at),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _known_already(client: Client, request: ActionRequest, answer: Answer) -> Done | ByHand:
    """A conflict is a success where the shop's record has our terms."""
    made = find(client, request)
    if isinstance(made, Refused):
        raise Rejected(made.text)
    if isinstance(made, Done | ByHand):
        return made
    raise Permanent(
        "the shop says it conflicts with something else%(value)s", value=refusal(answer)
    )


def _result(request: ActionRequest, data: Mapping[str, Any], *, already: bool) -> Done | ByHand:
    _same_terms(request, data)
    if data["status"] == "pending":
        raise Temporary("the shop is still at it")
    if data["status"] == "refused":
        said = " ".join((data["message"] or "").split())[:200]
        raise Rejected("the shop refused%(value)s%(said)s", value=": " if said else "", said=said)
    code, task = data["code"] or "", Words(data["task"]) if data["task"] else None
    if request.remedy.kind.gives_code and not (code or task):
        raise _NoCode(Text("the shop made the voucher without saying its code: look it up there"))
    return done_unless(task, data["id"], already=already, code=code)


def _same_terms(request: ActionRequest, data: Mapping[str, Any]) -> None:
    """Raise `Permanent` where the shop's record under our key says something else."""
    amount: Money | None = money_of(data["amount"]) if data["amount"] else None
    lines = data["line_ids"]
    differ = [
        name
        for name, wrong in (
            ("action", data["action"] not in (None, request.remedy.kind.name)),
            ("order", data["order_id"] not in (None, request.order.id)),
            # A resend costs the buyer nothing, so a shop may record it with any worth.
            (
                "amount",
                request.remedy.kind.worth is Worth.CHOSEN
                and amount not in (None, request.remedy.money),
            ),
            ("lines", lines is not None and set(lines) != set(request.remedy.line_ids)),
        )
        if wrong
    ]
    if differ:
        raise Permanent(
            "the shop recorded this make-good with another %(value)s: compare it there",
            value=" and ".join(differ),
        )
