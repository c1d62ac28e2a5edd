"""Keeps what a real shop answers, as the samples of tests/integrations/woocommerce.

One file a sample: the request, the versions and the day beside the answer. People, keys and addresses
are replaced; nothing else is touched.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.live.woocommerce.store import Settings, Store

FOLDER = Path(__file__).resolve().parents[2] / "integrations/woocommerce/recorded"
KEPT_HEADERS = ("content-type", "x-wp-total", "x-wp-totalpages", "location")
SECRET_FIELDS = {
    "order_key": "wc_order_k3y",
    "cart_hash": "",
    "customer_ip_address": "192.0.2.1",
    "customer_user_agent": "",
    "transaction_id": "tx_1",
    "payment_url": "https://shop.example/checkout/",
    "reviewer_avatar_urls": {},
}


class Recorder:
    """One recording of one shop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings)
        self.email = f"buyer-{uuid.uuid4().hex[:10]}@example.test"
        environment = self.store.ask("GET", "system_status")["environment"]
        self._source = {
            "woocommerce": environment["version"],
            "wordpress": environment["wp_version"],
            "on": f"{datetime.now(UTC):%Y-%m-%d}",
        }

    def call(
        self, name: str, method: str, path: str, body: Any = None, **other: Any
    ) -> Mapping[str, Any]:
        """Ask, and keep the answer under a name."""
        url = f"{self.settings.base_url}/{path}" if "?rest_route" in path else self._url(path)
        session = requests.Session()
        session.trust_env, session.verify = False, self.settings.ca_file or True
        session.auth = other.get(
            "auth", (self.settings.consumer_key, self.settings.consumer_secret)
        )
        answer = session.request(
            method, other.get("url", url), json=body, timeout=60, allow_redirects=False
        )
        try:
            content = answer.json()
        except ValueError:
            content = None
        self.keep(name, f"{method} {path}", answer.status_code, answer.headers, content)
        return content if isinstance(content, dict) else {}

    def call_wordpress(
        self,
        name: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: tuple[str, str] | None = None,
        base: str = "",
    ) -> None:
        """Ask WordPress' own API, as the user who replies or another; keep the answer."""
        users = self.settings.replies
        url = f"{base or self.settings.base_url}/wp-json/wp/v2/{path}"
        auth = user or (users.user, users.password)
        self.call(name, method, f"wp/v2/{path}", body, url=url, auth=auth)

    def _url(self, path: str) -> str:
        return f"{self.settings.base_url}/wp-json/wc/v3/{path}"

    def keep(
        self, name: str, request: str, status: int, headers: Mapping[str, str], content: Any
    ) -> None:
        """Write one sample."""
        kept = {key.lower(): value for key, value in headers.items()}
        wanted = {
            key: value
            for key, value in kept.items()
            if key in KEPT_HEADERS
            or (key.startswith("x-wc-webhook-") and key != "x-wc-webhook-signature")
        }
        sample = {
            "source": {**self._source, "request": self.replaced(request)},
            "status": status,
            "headers": json.loads(self.replaced(json.dumps(wanted))),
            "body": json.loads(self.replaced(json.dumps(_without_secrets(content)))),
        }
        FOLDER.mkdir(exist_ok=True)
        text = json.dumps(sample, indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")

    def replaced(self, text: str) -> str:
        """Without the addresses of this shop and of its buyer."""
        text = text.replace(self.email, "sari@example.test")
        for base in (self.settings.base_url, self.settings.plain_permalinks_url):
            if base:
                parts = urlsplit(base)
                text = text.replace(f"{parts.scheme}://{parts.netloc}", "https://shop.example")
                text = text.replace(
                    f"{parts.scheme}:\\/\\/{parts.netloc}", "https://shop.example"
                ).replace(parts.netloc, "shop.example")
        return re.sub(r"http://127\.0\.0\.1:\d+", "https://makegood.example", text)


def _without_secrets(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_secrets(entry) for entry in content]
    if isinstance(content, dict):
        return {
            key: SECRET_FIELDS.get(key, _without_secrets(value)) for key, value in content.items()
        }
    return content
