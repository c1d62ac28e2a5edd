"""An own shop over real HTTP that answers with raw JSON, and sends signed events to a Makegood."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import requests
from standardwebhooks import Webhook
from werkzeug.serving import make_server

from integrations.contract import Role
from service.db.models import Connection
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from tests.integrations.standard.samples import OUTGOING
from tests.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class OwnShop:
    """`answers`: the raw JSON of each path; what is not there is 404, said in JSON. `posted`: path
    and body of each POST. `failures`: what the next POSTs are answered although they are kept."""

    def __init__(self, world: World, roles: Sequence[Role], shop_id: int = 0) -> None:
        self.world = world
        self.answers: dict[str, bytes] = {}
        self.posted: list[tuple[str, Any]] = []
        self.failures: list[str] = []
        self.server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.shop_id = shop_id or connections.add_shop(
            world.context,
            world.owner,
            "Toko Sendiri",
            zone="Asia/Jakarta",
            country="ID",
            language="id",
        )
        world.begin_at_once()
        values = {"base_url": self.base, "outgoing_secret": OUTGOING}
        since = world.clock.now() - timedelta(days=1)
        new = NewConnection("standard", "Own", list(roles), values, cases_from=since)
        self.connection_id = connections.connect(world.context, self.shop_id, world.owner, new)
        with world.context.database.reading() as session:
            connection = session.get_one(Connection, self.connection_id)
            self._address = f"{world.url}/webhooks/{connection.public_id}"
            self._secret = connections.webhook_secret(world.context, connection)

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        body = self.answers.get(environ["PATH_INFO"])
        if environ["REQUEST_METHOD"] == "POST":
            sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            self.posted.append((environ["PATH_INFO"], json.loads(sent)))
            if self.failures:
                start(self.failures.pop(0), [("Content-Type", "application/json")])
                return [b'{"message": "not now"}']
        status = "404 NOT FOUND" if body is None else "200 OK"
        start(status, [("Content-Type", "application/json")])
        return [b'{"message": "There is no such thing"}' if body is None else body]

    def post(self, number: str, body: bytes) -> int:
        """Send an event under this id, signed; gives the status."""
        now = self.world.clock.now()
        headers = {
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self._secret).sign(number, now, body.decode()),
            "content-type": "application/json",
        }
        return requests.post(self._address, data=body, headers=headers, timeout=30).status_code


@contextmanager
def opened(world: World, *roles: Role, shop_id: int = 0) -> Iterator[OwnShop]:
    """An own shop that serves as long as the block lasts; `shop_id`: a further connection of it."""
    shop = OwnShop(world, roles, shop_id)
    thread = threading.Thread(target=shop.server.serve_forever, daemon=True)
    thread.start()
    yield shop
    shop.server.shutdown()
    thread.join(5)
    shop.server.server_close()
