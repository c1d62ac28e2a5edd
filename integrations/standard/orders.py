"""Orders of the shop, and make-goods of them: sent with their key, looked up by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from integrations.base.amounts import check_left
from integrations.base.client import path_of, said_in, words_of
from integrations.base.loading import load
from integrations.base.orders import each_read, existing, fits
from integrations.base.terms import ACTION, AMOUNT, LINES, ORDER, same_terms
from integrations.contract import (
    ActionRequest,
    ByHand,
    Done,
    GivenVoucher,
    Order,
    OrderQuery,
    OrderStore,
    Refused,
    VoucherUse,
    done_unless,
)
from integrations.errors import Permanent, Rejected, Temporary
from integrations.remedies import Spends, Worth
from integrations.sentence import Text, Words
from integrations.standard.client import Conflict, Connected
from integrations.standard.schemas import MakeGoodIn, OrderIn, OrdersIn, RecordedMakeGoodIn

MOST_NAMED = 5
MOST_CANDIDATES = 50


class Orders(Connected, OrderStore):
    """GET /orders, GET /orders/{id}, POST /make-goods and GET /make-goods/{key}."""

    def orders_for(self, query: OrderQuery) -> list[Order]:
        """Orders the shop named itself; where it named none, those it finds. What cannot be
        read hides no other; raises `Permanent` where nothing else is left. GET /orders/{id}, GET /orders."""
        named, problems = each_read(query.order_ids[:MOST_NAMED], self._fetched)
        if named:
            return named
        # The address ends in the shop's access log only where nothing else names the buyer.
        asked = {
            "review_id": query.review_id,
            "product_id": query.product_id,
            "buyer_id": query.buyer.id,
            "buyer_email": "" if query.buyer.id else query.buyer.email,
        }
        filters = {name: value for name, value in asked.items() if value}
        try:
            rows = self.client.get("/orders", OrdersIn, filters)["orders"] if filters else []
        except Permanent as error:
            # What is wrong with the order that was named says more than that no other can be found.
            raise Permanent(problems[0]) if problems else error from error
        orders, more = each_read(rows[:MOST_CANDIDATES], self._listed)
        fitting = [
            order
            for order in orders
            if fits(query, None, {line.product_id for line in order.lines})
        ]
        if not fitting and (problems := problems + more):
            raise Permanent(problems[0])
        return fitting

    def order(self, order_id: str) -> Order:
        return existing(self._fetched(order_id))

    def _fetched(self, order_id: str) -> Order | None:
        """GET /orders/{id}: the order that was asked for; raises `Rejected` where the shop gave another."""
        order: Order | None = self.client.get_or_none(path_of("orders", order_id), OrderIn)
        if order is None:
            return None
        if _plain(order_id) not in (_plain(order.id), _plain(order.number)):
            raise Rejected(
                "the shop was asked for order %(asked)s and gave order %(given)s: correct the shop's program",
                asked=order_id,
                given=order.number,
            )
        return self._as_wanted(order)

    def _listed(self, row: Any) -> Order:
        return self._as_wanted(load(OrderIn, row, "orders", "orders"))

    def _as_wanted(self, order: Order) -> Order:
        """Without the edit link where the seller does not want it used."""
        return order if self.edit_links else replace(order, edit_link="")

    def act(self, request: ActionRequest) -> Done | ByHand:
        """POST /make-goods. Asked again with the same key the shop does nothing more.

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
            data = self.client.post("/make-goods", MakeGoodIn, _asked(request), key=request.key)
        except Conflict as conflict:
            return self._had_already(request, conflict)
        try:
            return _result(request, data, already=data["already"])
        except _NoCode as error:
            raise Temporary(error.text) from error

    def find(self, request: ActionRequest) -> Done | ByHand | Refused | None:
        """GET /make-goods/{key}; raises `Permanent` when its terms are others."""
        path = path_of("make-goods", request.key)
        data = self.client.get_or_none(path, RecordedMakeGoodIn)
        if data is None:
            return None
        try:
            return _result(request, data, already=True)
        except Rejected as error:
            return Refused(error.text)

    def voucher_use(self, voucher: GivenVoucher) -> VoucherUse | None:
        """GET /make-goods/{key}: what the shop says beside its terms."""
        data = self.client.get_or_none(path_of("make-goods", voucher.key), RecordedMakeGoodIn)
        return cast(VoucherUse | None, data and data["use"])

    def _had_already(self, request: ActionRequest, conflict: Conflict) -> Done | ByHand:
        """A conflict is a success where the shop's record has our terms."""
        outcome = self.find(request)
        if isinstance(outcome, Done | ByHand):
            return outcome
        if isinstance(outcome, Refused):
            raise Rejected(outcome.text)
        raise Permanent(
            "the shop says it conflicts with something else%(value)s",
            value=words_of(said_in(conflict.response)),
        )


def _plain(number: str) -> str:
    return number.strip("# ").casefold()


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
    """Raises `Permanent` where the shop's record under our key says something else."""
    remedy, lines = request.remedy, data["line_ids"]
    terms = {
        ACTION: data["action"] in (None, remedy.kind.name),
        ORDER: data["order_id"] in (None, request.order.id),
        # A resend costs the buyer nothing, so a shop may record it with any worth.
        AMOUNT: remedy.kind.worth is not Worth.CHOSEN or data["amount"] in (None, remedy.money),
        LINES: lines is None or set(lines) == set(remedy.line_ids),
    }
    same_terms(Text("this make-good"), terms)
    if data["status"] == "pending":
        raise Temporary("the shop is still at it")
    if data["status"] == "refused":
        words = " ".join(data["message"].split())[:200]
        raise Rejected("the shop refused%(said)s", said=f": {words}" if words else "")
    code, task = data["code"], Words(data["task"]) if data["task"] else None
    if request.remedy.kind.gives_code and not (code or task):
        raise _NoCode(Text("the shop made the voucher without saying its code: look it up there"))
    return done_unless(task, data["id"], already=already, code=code)
