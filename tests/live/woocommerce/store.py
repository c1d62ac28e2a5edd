"""A real shop as its buyers and its owner use it, and what the settings file says of it.

Everything that a test makes in the shop is deleted at its end; only what the shop sends by itself
(stock, numbers of orders, e-mails) stays. Never point this at a shop whose orders matter.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from integrations.contract import Config
from integrations.http import Http


@dataclass(frozen=True, slots=True)
class Gateway:
    """A payment gateway of the shop that refunds; `ledger` is its own book, where it can be read.

    `mode_file`: what is written there makes the laboratory's gateway fail in one way, once.
    """

    method: str = ""
    ledger: str = ""
    mode_file: str = ""


@dataclass(frozen=True, slots=True)
class Replies:
    """Users of WordPress with an application password each: one who may approve comments, and one who
    may not."""

    user: str = ""
    password: str = ""
    other_user: str = ""
    other_password: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings file: docs/platforms/woocommerce.md says what each entry is."""

    base_url: str
    consumer_key: str
    consumer_secret: str
    product_id: int
    variation: Mapping[str, int] = field(default_factory=dict)
    ca_file: str = ""
    plain_url: str = ""
    headerless_url: str = ""
    plain_permalinks_url: str = ""
    review_order_page: str = ""
    read_only_key: str = ""
    read_only_secret: str = ""
    reaches_us: bool = False
    run_queue: str = ""
    mail_log: str = ""
    gateway: Gateway = field(default_factory=Gateway)
    replies: Replies = field(default_factory=Replies)

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Read the file; raises `TypeError` for an entry that is none, or is missing."""
        data = tomllib.loads(path.read_text("utf-8"))
        gateway = Gateway(**data.pop("gateway", {}))
        replies = Replies(**data.pop("replies", {}))
        return cls(**data, gateway=gateway, replies=replies)

    def config(self, base_url: str = "", **other: str) -> Config:
        """What a seller would enter to connect this shop."""
        keys = {"consumer_key": self.consumer_key, "consumer_secret": self.consumer_secret}
        return Config({"base_url": base_url or self.base_url, **keys, **other})

    def http(self) -> Http:
        """A way out that trusts the shop's certificate."""
        return Http(verify=self.ca_file or True)


class Store:
    """Acts in the shop by its REST API, beside the adapter: as the buyers and the owner would."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._session = requests.Session()
        self._session.auth = (settings.consumer_key, settings.consumer_secret)
        self._session.trust_env = False
        self._session.verify = settings.ca_file or True
        self._made: list[str] = []
        # Several shops may keep one book, and number their orders alike.
        self._before = len(self._book())
        self.record: Callable[[str, str, requests.Response], None] = lambda method, path, _: None

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One call; fails the test on anything but success."""
        url = f"{self.settings.base_url}/wp-json/wc/v3/{path}"
        answer = self._session.request(method, url, json=body, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        self.record(method, path, answer)
        return answer.json()

    def sell(self, email: str, *, by_gateway: bool = False, **other: Any) -> dict[str, Any]:
        """A completed order of two pieces of the product, paid."""
        address = {
            "first_name": "Sari",
            "last_name": "Wulandari",
            "address_1": "Kundenallee 7",
            "city": "Berlin",
            "postcode": "10115",
            "country": "DE",
        }
        method = self.settings.gateway.method if by_gateway else "bacs"
        order: dict[str, Any] = self.ask(
            "POST",
            "orders",
            {
                "status": "completed",
                "set_paid": True,
                "payment_method": method,
                "transaction_id": "live-test" if by_gateway else "",
                "billing": {**address, "email": email} if email else address,
                "shipping": address,
                "line_items": [{"product_id": self.settings.product_id, "quantity": 2}],
                "shipping_lines": [
                    {"method_id": "flat_rate", "method_title": "Flat rate", "total": "4.90"}
                ],
                **other,
            },
        )
        self._made.append(f"orders/{order['id']}")
        return order

    def review(self, email: str, rating: int, text: str, **other: Any) -> dict[str, Any]:
        """A buyer reviews the product."""
        review: dict[str, Any] = self.ask(
            "POST",
            "products/reviews",
            {
                "product_id": self.settings.product_id,
                "reviewer": "Sari",
                "reviewer_email": email,
                "review": text,
                "rating": rating,
                **other,
            },
        )
        self._made.append(f"products/reviews/{review['id']}")
        return review

    def review_order(
        self, order: Mapping[str, Any], rating: int, text: str, *, at: str = ""
    ) -> dict[str, Any]:
        """The buyer reviews the first line of an order on the shop's review-order page."""
        page = self.settings.review_order_page
        verify = self.settings.ca_file or True
        at = at or f"{self.settings.base_url}/{page}/{order['id']}/?key={order['order_key']}"
        shown = requests.get(at, timeout=60, verify=verify)
        nonce = re.search(r'name="_wcnonce" value="([^"]+)"', shown.text)
        assert nonce, f"the review-order page holds no form: {shown.status_code}"
        line = order["line_items"][0]
        form = {
            "action": "woocommerce_submit_order_reviews",
            "order_id": order["id"],
            "key": order["order_key"],
            "_wcnonce": nonce[1],
            "reviews[0][product_id]": line["variation_id"] or line["product_id"],
            "reviews[0][order_item_id]": line["id"],
            "reviews[0][rating]": rating,
            "reviews[0][text]": text,
        }
        url = f"{self.settings.base_url}/wp-admin/admin-ajax.php"
        answer = requests.post(url, data=form, timeout=60, verify=verify).json()
        [row] = answer["data"]["results"]
        assert row["status"] == "ok", answer
        review: dict[str, Any] = self.ask("GET", f"products/reviews/{row['comment_id']}")
        if (path := f"products/reviews/{review['id']}") not in self._made:
            self._made.append(path)
        return review

    def as_wordpress_user(self, method: str, path: str, body: Any = None) -> Any:
        """One call of WordPress' own API, as the user who replies; fails the test on anything but
        success."""
        url = f"{self.settings.base_url}/wp-json/wp/v2/{path}"
        user = self.settings.replies
        login = HTTPBasicAuth(user.user.encode(), user.password.encode())
        answer = self._session.request(method, url, json=body, auth=login, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def replies(self, review_id: int) -> list[dict[str, Any]]:
        """The comments under a review, as WordPress keeps them."""
        found: list[dict[str, Any]] = self.as_wordpress_user(
            "GET", f"comments?parent={review_id}&status=all&context=edit"
        )
        return found

    def product_page(self) -> str:
        """The page of the product, as anybody sees it."""
        address = self.ask("GET", f"products/{self.settings.product_id}")["permalink"]
        verify = self.settings.ca_file or True
        return requests.get(address, timeout=60, verify=verify).text

    def webhook(self, topic: str, address: str, secret: str) -> None:
        """The owner adds a webhook, as docs/platforms/woocommerce.md says."""
        body = {"name": topic, "topic": topic, "delivery_url": address, "secret": secret}
        made = self.ask("POST", "webhooks", {**body, "status": "active"})
        self._made.append(f"webhooks/{made['id']}")

    def forget(self, path: str) -> None:
        """Something that the adapter made, to be deleted at the end."""
        self._made.append(path)

    def delete(self, path: str) -> None:
        """Delete for good."""
        self.ask("DELETE", f"{path}?force=true")
        self.gone(path)

    def gone(self, path: str) -> None:
        """Something that a test deleted itself."""
        self._made.remove(path)

    def run_queue(self) -> None:
        """Let the shop deliver its webhooks now; else it does when somebody visits it."""
        if self.settings.run_queue:
            verify = self.settings.ca_file or True
            requests.get(self.settings.run_queue, timeout=60, verify=verify)

    def _book(self) -> list[str]:
        book = self.settings.gateway.ledger
        return Path(book).read_text("utf-8").splitlines() if book else []

    def paid_back(self, order_id: int) -> list[str]:
        """What the gateway says it paid back for an order since this began, by its own book."""
        rows = [json.loads(line) for line in self._book()[self._before :]]
        return [
            row["amount"] for row in rows if row["kind"] == "refund" and row["order"] == order_id
        ]

    def mails(self, text: str) -> list[str]:
        """Whom the shop mailed something that holds `text`."""
        rows = [
            json.loads(line)
            for line in Path(self.settings.mail_log).read_text("utf-8").splitlines()
        ]
        return [row["to"] for row in rows if text in row["message"]]

    def close(self) -> None:
        """Delete what was made, the newest first."""
        for path in reversed(self._made[:]):
            self.delete(path)
        self._session.close()
