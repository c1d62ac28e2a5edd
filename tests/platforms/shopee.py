"""A stand-in for Shopee Open Platform v2 over HTTP: signatures, tokens, limits and errors as its guides
and API reference describe them.

What it does not know, because Shopee does not publish it, and does in one way all the same: the HTTP
status of an error (200 here, the error is in the body), the order of reviews (as written), whether
`page_no` counts pages or rows (pages, from 0), in which status a refund is given (ACCEPTED), the fields of
a push about a return (`order_sn` and `return_sn`), whether the push that tries an address is signed (it is
not), numeric limits (`calls_left`), the longest chat message, and whom chat lets a seller write to (all).
"""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from werkzeug.wrappers import Request, Response

from tests.platforms.server import LoopbackServer

PARTNER_ID, PARTNER_KEY, SHOP_ID, PUSH_KEY = (
    "2001887",
    "partner-key-of-tests",
    "727720655",
    "push-key",
)
ACCESS_LIFE, REFRESH_LIFE = timedelta(hours=4), timedelta(days=30)
PREFIX = "TOKO"
PUBLIC = ("/api/v2/auth/", "/api/v2/push/", "/api/v2/shop/auth_partner")
Answer = dict[str, Any]


class Refusal(Exception):
    """An error in the body."""

    def __init__(self, error: str, message: str = "") -> None:
        super().__init__(error)
        self.error, self.message = error, message


def sign(key: str, text: str | bytes) -> str:
    """HMAC-SHA256 in lower-case hex."""
    content = text if isinstance(text, bytes) else text.encode()
    return hmac.digest(key.encode(), content, "sha256").hex()


@dataclass
class Tokens:
    """What one authorisation gave last."""

    access: dict[str, datetime] = field(default_factory=dict)
    """Access tokens with their ends; one is good until then, also when it was renewed."""
    refresh: dict[str, datetime] = field(default_factory=dict)
    """Refresh tokens not used yet."""
    given: int = 0
    refreshes: int = 0


class ShopeeStandIn:
    """One shop of one app. `now` is the test's clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.tokens, self.codes = Tokens(), {"the-code"}
        self.comments: list[dict[str, Any]] = []
        self.orders: dict[str, dict[str, Any]] = {}
        self.returns: dict[str, dict[str, Any]] = {}
        self.vouchers: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.replies: dict[str, str] = {}
        self.calls: list[str] = []
        self.calls_left: int | None = None
        """None: no limit."""
        self.break_after: set[str] = set()
        """Paths that do what they are asked once, then give no answer."""
        self.callback_url, self.push_status = "", "Normal"
        self._lock = threading.Lock()
        self._server = LoopbackServer(self._serve)
        self.url = self._server.url

    def close(self) -> None:
        """End the server."""
        self._server.close()

    # What buyers do.

    def sell(self, price: int = 150_000, *, days: float | None = 20) -> str:
        """A completed order; its buyer may open a return for so many days more, None: not said."""
        number = f"2611{len(self.orders) + 1:02d}QSK8S7BX"
        due = None if days is None else self._seconds(self.now() + timedelta(days=days))
        self.orders[number] = {
            "order_sn": number,
            "region": "ID",
            "currency": "IDR",
            "order_status": "COMPLETED",
            "total_amount": float(price),
            "create_time": self._seconds(self.now() - timedelta(days=3)),
            "buyer_user_id": 9193214,
            "buyer_username": "sari",
            "return_request_due_date": due,
            "item_list": [
                {
                    "item_id": 2600144043,
                    "item_name": "Teko",
                    "model_id": 0,
                    "model_name": "",
                    "order_item_id": 2600144043,
                    "model_quantity_purchased": 1,
                    "model_discounted_price": float(price),
                }
            ],
        }
        return number

    def rate(self, order_sn: str, stars: int, text: str = "Barang pecah") -> str:
        """The buyer rates an order, or changes the rating, which Shopee allows once."""
        known = next((row for row in self.comments if row["order_sn"] == order_sn), None)
        if known is not None:
            assert known["editable"] == "EDITABLE"
            known.update(rating_star=stars, comment=text, editable="HAVE_EDIT_ONCE")
            return str(known["comment_id"])
        number = 120590834 + len(self.comments)
        self.comments.append(
            {
                "comment_id": number,
                "order_sn": order_sn,
                "item_id": 2600144043,
                "model_id": 0,
                "rating_star": stars,
                "comment": text,
                "buyer_username": "sari",
                "editable": "EDITABLE",
                "hidden": False,
                "create_time": self._seconds(self.now()),
            }
        )
        return str(number)

    def open_return(
        self, order_sn: str, amount: float | None = None, *, needs_logistics: bool = False
    ) -> str:
        """The buyer asks for money back."""
        number = f"26112{len(self.returns) + 1:02d}VT13E3MQ"
        at = self._seconds(self.now())
        order = self.orders[order_sn]
        self.returns[number] = {
            "return_sn": number,
            "order_sn": order_sn,
            "status": "REQUESTED",
            "refund_amount": order["total_amount"] if amount is None else amount,
            "currency": order["currency"],
            "needs_logistics": needs_logistics,
            "create_time": at,
            "update_time": at,
            "negotiation": {"negotiation_status": "PENDING_RESPOND", "offer_due_date": 0},
        }
        return number

    def accept_offer(self, return_sn: str) -> None:
        """The buyer takes what the seller has offered."""
        opened = self.returns[return_sn]
        opened.update(status="ACCEPTED", refund_amount=opened.pop("offered"))

    def push(self, code: int, data: dict[str, Any], key: str = PUSH_KEY) -> int:
        """Post a push to the address that was entered; gives the status of the answer."""
        content = {
            "code": code,
            "shop_id": int(SHOP_ID),
            "timestamp": self._seconds(self.now()),
            "data": data,
        }
        body = json.dumps(content).encode()
        signature = sign(key, f"{self.callback_url}|".encode() + body)
        headers = {"Authorization": signature, "Content-Type": "application/json"}
        answer = requests.post(self.callback_url, data=body, headers=headers, timeout=10)
        assert not (answer.ok and answer.content), "Shopee wants an empty answer"
        return answer.status_code

    # What the app calls.

    def _serve(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        with self._lock:
            self.calls.append(request.path)
            answer = self._answer(request)
            broken = request.path in self.break_after
            self.break_after.discard(request.path)
        if broken:
            return Response("", 502)(environ, start)
        body = json.dumps({"request_id": "r", "warning": "", **answer})
        return Response(body, 200, mimetype="application/json")(environ, start)

    def _answer(self, request: Request) -> Answer:
        try:
            self._check(request)
            name = request.path.removeprefix("/api/v2/").replace("/", "_")
            return {"error": "", "message": "", **getattr(self, f"_{name}")(request)}
        except Refusal as refusal:
            return {"error": refusal.error, "message": refusal.message}

    def _check(self, request: Request) -> None:
        """The common parameters, which travel in the address of a POST too."""
        given = request.args
        if self.calls_left is not None:
            self.calls_left -= 1
            if self.calls_left < 0:
                raise Refusal("error_rate_limit", "Too many requests")
        if given.get("partner_id") != PARTNER_ID:
            raise Refusal("invalid_partner_id")
        moment = given.get("timestamp", "")
        if abs(self._seconds(self.now()) - int(moment)) > 300:
            raise Refusal("error_param", "Timestamp is expired")
        token, shop = given.get("access_token", ""), given.get("shop_id", "")
        if given.get("sign") != sign(
            PARTNER_KEY, f"{PARTNER_ID}{request.path}{moment}{token}{shop}"
        ):
            raise Refusal("error_sign", "Wrong sign.")
        public = request.path.startswith(PUBLIC)
        if not public and (
            shop != SHOP_ID or self.tokens.access.get(token, self.now()) <= self.now()
        ):
            raise Refusal("invalid_acceess_token", "Invalid access_token.")

    def _auth_token_get(self, request: Request) -> Answer:
        code = request.get_json()["code"]
        if code not in self.codes:
            raise Refusal("invalid_code")
        self.codes.discard(code)
        return self._fresh()

    def _auth_access_token_get(self, request: Request) -> Answer:
        """A refresh token is good once."""
        self.tokens.refreshes += 1
        used = request.get_json()["refresh_token"]
        if self.tokens.refresh.pop(used, self.now()) <= self.now():
            raise Refusal("error_param", "Invalid refresh_token.")
        return self._fresh()

    def _fresh(self) -> Answer:
        self.tokens.given += 1
        access, refresh = f"access-{self.tokens.given}", f"refresh-{self.tokens.given}"
        self.tokens.access[access] = self.now() + ACCESS_LIFE
        self.tokens.refresh[refresh] = self.now() + REFRESH_LIFE
        span = int(ACCESS_LIFE.total_seconds())
        return {"access_token": access, "refresh_token": refresh, "expire_in": span}

    def _shop_auth_partner(self, request: Request) -> Answer:
        """The page on which the owner of a shop signs in."""
        return {"redirect": request.args["redirect"]}

    def _shop_get_shop_info(self, request: Request) -> Answer:
        until = self.now() + timedelta(days=365)
        return {"shop_name": "Toko", "status": "NORMAL", "expire_time": self._seconds(until)}

    def _push_get_app_push_config(self, request: Request) -> Answer:
        config = {
            "callback_url": self.callback_url,
            "live_push_status": self.push_status,
            "push_config_on_list": [3, 29],
        }
        return {"response": config}

    def _product_get_comment(self, request: Request) -> Answer:
        """At most 500; `more` may stay true behind them."""
        wanted = request.args.get("comment_id")
        rows = [row for row in self.comments if wanted in (None, str(row["comment_id"]))]
        if wanted and not rows:
            raise Refusal("product.cmt_not_exist", "The comment is not exist.")
        size = int(request.args["page_size"])
        start = int(request.args["cursor"] or 0)
        page = rows[:500][start : start + size]
        more = start + size < len(rows)
        onward = str(start + len(page)) if more else ""
        return {"response": {"more": more, "item_comment_list": page, "next_cursor": onward}}

    def _product_reply_comment(self, request: Request) -> Answer:
        results = []
        for row in request.get_json()["comment_list"]:
            number = str(row["comment_id"])
            result = {"comment_id": row["comment_id"], "fail_error": "", "fail_message": ""}
            if number in self.replies:
                result["fail_error"] = "product.duplicate_request"
                result["fail_message"] = "You has replied this comment already."
            self.replies.setdefault(number, row["comment"])
            results.append(result)
        return {"response": {"result_list": results}}

    def _order_get_order_detail(self, request: Request) -> Answer:
        numbers = request.args["order_sn_list"].split(",")
        rows = [self.orders[number] for number in numbers if number in self.orders]
        if not rows:
            raise Refusal("error_not_found", "Wrong parameters, detail: the order is not found.")
        return {"response": {"order_list": rows}}

    def _returns_get_return_list(self, request: Request) -> Answer:
        start, end = (int(request.args[f"create_time_{part}"]) for part in ("from", "to"))
        if end - start > 15 * 86400:
            raise Refusal("error_param", "The period must not more than 15 days.")
        size, page = int(request.args["page_size"]), int(request.args["page_no"])
        rows = [row for row in self.returns.values() if start <= row["create_time"] <= end]
        more = (page + 1) * size < len(rows)
        return {"response": {"more": more, "return": rows[page * size : (page + 1) * size]}}

    def _returns_get_return_detail(self, request: Request) -> Answer:
        return {"response": self._return(request.args["return_sn"])}

    def _returns_get_available_solutions(self, request: Request) -> Answer:
        most = self._return(request.args["return_sn"])["refund_amount"]
        offer = {
            "eligibility": True,
            "refund_amount_adjustable": True,
            "max_refund_amount": most,
            "min_refund_amount": 1000.0,
        }
        return {"response": {"return_sn": request.args["return_sn"], "offer_refund": offer}}

    def _returns_confirm(self, request: Request) -> Answer:
        opened = self._return(request.get_json()["return_sn"])
        if opened["status"] != "REQUESTED" or opened["needs_logistics"]:
            raise Refusal("error_status", "return status is wrong")
        opened["status"] = "ACCEPTED"
        return {"response": {"return_sn": opened["return_sn"]}}

    def _returns_offer(self, request: Request) -> Answer:
        body = request.get_json()
        opened = self._return(body["return_sn"])
        opened["offered"] = body["proposed_adjusted_refund_amount"]
        opened["negotiation"] = {
            "negotiation_status": "PENDING_BUYER_RESPOND",
            "offer_due_date": self._seconds(self.now() + timedelta(days=2)),
        }
        return {"response": {"return_sn": opened["return_sn"]}}

    def _return(self, return_sn: str) -> dict[str, Any]:
        if return_sn not in self.returns:
            raise Refusal("error_not_found")
        return self.returns[return_sn]

    def _voucher_add_voucher(self, request: Request) -> Answer:
        body = request.get_json()
        if body["start_time"] < self._seconds(self.now()) or len(body["voucher_code"]) > 5:
            raise Refusal("error_param", "start time or code is wrong")
        if any(row["voucher_code"] == PREFIX + body["voucher_code"] for row in self.vouchers):
            raise Refusal("voucher.error_code_exist", "The code exists.")
        number = 395841407827968 + len(self.vouchers)
        code = PREFIX + body["voucher_code"]
        made = {**body, "voucher_id": number, "voucher_code": code, "current_usage": 0}
        self.vouchers.append(made)
        return {"response": {"voucher_id": number}}

    def _voucher_get_voucher(self, request: Request) -> Answer:
        wanted = request.args["voucher_id"]
        return {"response": next(v for v in self.vouchers if str(v["voucher_id"]) == wanted)}

    def _voucher_get_voucher_list(self, request: Request) -> Answer:
        size, page = int(request.args["page_size"]), int(request.args["page_no"]) - 1
        # The list does not say how often each was used.
        rows = [
            {name: value for name, value in row.items() if name != "current_usage"}
            for row in self.vouchers[page * size : (page + 1) * size]
        ]
        return {"response": {"more": (page + 1) * size < len(self.vouchers), "voucher_list": rows}}

    def _sellerchat_send_message(self, request: Request) -> Answer:
        self.messages.append(request.get_json())
        return {"response": {"message_id": str(len(self.messages))}}

    @staticmethod
    def _seconds(at: datetime) -> int:
        return int(at.timestamp())


def permission(url: str) -> dict[str, str]:
    """The seller confirms at the address of `permission_url`: what is put behind the return address."""
    assert "/api/v2/shop/auth_partner?" in url
    assert "redirect=" in url
    return {"code": "the-code", "shop_id": SHOP_ID}
