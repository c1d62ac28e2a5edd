"""A whole Makegood for a test: wiring, sandbox shop, a server on loopback, time handed in."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from sqlalchemy import select, update
from werkzeug.serving import make_server

from integrations.contract import Role
from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import sell
from integrations.sandbox.shop import create_shop
from jobs.drain import Drain
from service import settings
from service.app import create_wsgi
from service.db.models import Case, Connection, Shop
from service.domain.staff.authority import OPERATOR, Actor, Limit, Membership, SellerRole
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts
from service.operations.staff.permits import seller_actor
from service.sentences import say
from service.wiring import wire
from tests.migrated import migrate_for_test

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in Jakarta."""
POLL = 0.02
"""Seconds after which the server notices that it is to end."""
PATIENCE = 60
"""Seconds that a test waits for an answer. A machine that is busy with other tests may take long; only what
hangs takes longer."""
SECRET, METRICS_TOKEN = "s" * 40, "m" * 20
KEY = "bWFrZWdvb2QgdGVzdHMgdXNlIHRoaXMga2V5IG9ubHk="
SETTINGS = {
    "MAKEGOOD_SECRET_KEY": SECRET,
    "MAKEGOOD_ENCRYPTION_KEYS": KEY,
    "MAKEGOOD_METRICS_TOKEN": METRICS_TOKEN,
}


class FakeClock:
    """Stands still until moved."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, **span: float) -> None:
        self._now += timedelta(**span)


class World:
    """Everything real but the time."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        redis_url: str = "",
        adapter: str = "sandbox",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.clock = FakeClock()
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        usual = {"MAKEGOOD_DATABASE_URL": database_url, "MAKEGOOD_REDIS_URL": redis_url, **SETTINGS}
        env = {**usual, "MAKEGOOD_PUBLIC_URL": self.url, **(environ or {})}
        self.wired = wire(settings.load(env), clock=self.clock)
        self.context = self.wired.context
        migrate_for_test(self.context.database)
        owner_id = accounts.add_seller(self.context, OPERATOR, "owner@example.test", {})
        self.shop_id = connections.add_shop(
            self.context,
            self.actor(owner_id),
            "Toko Uji",
            zone="Asia/Jakarta",
            country="ID",
            language="id",
        )
        self.owner = self.actor(owner_id)
        self.begin_at_once()
        self.connection_id = self._connect(adapter)
        self.sandbox = self._sandbox(folder)
        self._making_app = threading.Lock()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), daemon=True
        )
        self._thread.start()

    def _serve(self, environ: Any, start: Any) -> Any:
        with self._making_app:
            app = self._app
        return app(environ, start)

    @cached_property
    def _app(self) -> WSGIApplication:
        """Made for the first request: most of a world's time goes into it, and many tests ask nothing."""
        return create_wsgi(self.wired, self.sandbox.app.wsgi_app)

    def seller(
        self, email: str, role: SellerRole, limits: Mapping[str, Limit] | None = None
    ) -> Actor:
        """Add a seller to the shop."""
        shops = {self.shop_id: Membership(role, limits or {})}
        return self.actor(accounts.add_seller(self.context, OPERATOR, email, shops))

    def actor(self, seller_id: int) -> Actor:
        """A seller as they act now."""
        with self.context.database.reading() as session:
            return seller_actor(session, seller_id)

    def _connect(self, adapter: str) -> int:
        values = {"base_url": f"{self.url}/sandbox", "api_key": "test-key"}
        new = NewConnection(adapter, "Sandbox", list(Role), values)
        return connections.connect(self.context, self.shop_id, OPERATOR, new)

    def _sandbox(self, folder: Path) -> Any:
        connection = self.connection()
        return create_shop(
            folder / "sandbox.db",
            base_url=f"{self.url}/sandbox",
            api_key="test-key",
            webhook_url=f"{self.url}/webhooks/{connection.public_id}",
            webhook_secret=connections.webhook_secret(self.context, connection),
            now=self.clock.now,
            say=say,
        )

    def connection(self) -> Connection:
        """The sandbox connection."""
        with self.context.database.reading() as session:
            return session.get_one(Connection, self.connection_id)

    def begin_at_once(self) -> None:
        """Let approvals of all shops begin at once, except in the tests of undoing them."""
        with self.context.database.transaction() as session:
            session.execute(update(Shop).values(hold_seconds=0))

    def set_shop(self, **values: Any) -> None:
        """Change settings of the shop."""
        with self.context.database.transaction() as session:
            shop = session.get_one(Shop, self.shop_id)
            for name, value in values.items():
                setattr(shop, name, value)

    def rate(self, stars: int, text: str = "Barang rusak", order_id: int | None = None) -> int:
        """A buyer rates an order; the callbacks are sent. Gives the order."""
        order_id = order_id or sell(self.sandbox.ledger, 1, self.clock.now())[0]
        leave_review(self.sandbox.ledger, order_id, stars, text, self.clock.now())
        self.sandbox.sender.send_due()
        return order_id

    def withdraw(self, order_id: int) -> None:
        """The buyer takes the review back."""
        leave_review(self.sandbox.ledger, order_id, 1, "", self.clock.now(), withdraw=True)
        self.sandbox.sender.send_due()

    def work(self) -> int:
        """Do all that is due."""
        return Drain(self.context, 4, threading.Event()).run()

    def cases(self) -> list[Case]:
        """All cases, with what belongs to them."""
        with self.context.database.reading() as session:
            found = list(session.scalars(select(Case).order_by(Case.id)))
            for each in found:
                _ = (
                    each.review,
                    each.history,
                    each.proposals,
                    each.messages,
                    each.decisions,
                    each.calls,
                )
                _ = [(made.attempts, made.todo) for made in each.make_goods]
            return found

    def case(self) -> Case:
        """The only case."""
        (case,) = self.cases()
        return case

    def ledger(self) -> dict[str, Any]:
        """What the sandbox did and was told."""
        book = self.sandbox.ledger
        return {
            "made": [dict(row) for row in book.rows("SELECT * FROM made ORDER BY id")],
            "messages": [dict(row) for row in book.rows("SELECT * FROM message ORDER BY id")],
            "replies": [dict(row) for row in book.rows("SELECT * FROM reply ORDER BY id")],
        }

    def browser(self, seller: Actor | None = None) -> Browser:
        """A signed-in program that presses the page's buttons."""
        return Browser(self, seller or self.owner)

    def settings(self, **values: Any) -> None:
        """Change the installation's settings."""
        object.__setattr__(self.wired, "settings", replace(self.wired.settings, **values))

    def close(self) -> None:
        """End the server and let go of the database."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.wired.close()


class Browser:
    """Follows links and posts forms with the token of the page, as a browser without scripts."""

    def __init__(self, world: World, seller: Actor) -> None:
        self.url = world.url
        self._session = requests.Session()
        link = accounts.new_link(world.context, seller.id, OPERATOR)
        self.post(link.removeprefix(self.url), {})

    def get(self, path: str) -> requests.Response:
        """Open a page."""
        return self._session.get(self.url + path, timeout=PATIENCE)

    def post(self, path: str, form: dict[str, Any]) -> requests.Response:
        """Send a form to an address, with the token of its page; of one's own, where it has none."""
        shown = self.get(path).text
        return self.press(path if 'name="csrf_token"' in shown else "/me", path, form)

    def press(
        self, page_path: str, path: str, form: dict[str, Any] | None = None
    ) -> requests.Response:
        """Send a form of one page to another address."""
        page = self.get(page_path)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        sent = {**(form or {}), "csrf_token": token.group(1) if token else ""}
        return self._session.post(self.url + path, data=sent, timeout=PATIENCE)
