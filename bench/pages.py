"""What each page takes with a thousand and with a million cases, in turn."""

from __future__ import annotations

import html
import re
import statistics
import time
from collections.abc import Iterator
from typing import Any

from werkzeug.test import Client

from bench.load import spread
from bench.many_cases import NOW, Place, fill
from bench.page_list import pages_of
from integrations.contract import Role
from service import settings
from service.app import create_app, create_wsgi
from service.db.migrations import migrate
from service.domain.staff.authority import OPERATOR, Limit, Membership, Permission, SellerRole
from service.operations.reports.roll_up import rebuild
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts, tokens
from service.operations.staff.permits import seller_actor
from service.wiring import Wiring, wire
from testbed.processes import env_of

FEW, MANY, TURNS = 1_000, 1_000_000, 5
SHOPS, SELLERS = 20, 40


class _Stopped:
    def now(self) -> Any:
        return NOW


class Desk:
    """An installation with so many cases, and its owner signed in."""

    def __init__(self, url: str, number: int) -> None:
        self.number = number
        self.wired: Wiring = wire(settings.load(env_of(url, 80)), clock=_Stopped())
        migrate(self.wired.context.database)
        owner_id = accounts.add_seller(self.wired.context, OPERATOR, "owner@example.test", {})
        places = [self._shop(owner_id, rank) for rank in range(SHOPS)]
        sellers = [self._seller(places, rank) for rank in range(SELLERS)]
        fill(self.wired.context.database, number, places, [owner_id, *sellers])
        began = time.perf_counter()
        rebuild(self.wired.context, OPERATOR)
        self.rebuilt_in = time.perf_counter() - began
        """Seconds."""
        self._come_in(owner_id)

    def _come_in(self, owner_id: int) -> None:
        """Sign the owner in, and let a program of theirs read."""
        self._app = create_app(self.wired)
        self._client = Client(create_wsgi(self.wired, None))
        with self.wired.context.database.reading() as session:
            owner = seller_actor(session, owner_id)
        self._token = tokens.add_token(
            self.wired.context, owner, "bench", tokens.USUAL | {Permission.MANAGE}
        )
        link = accounts.new_link(self.wired.context, owner_id, OPERATOR)
        path = link.partition("//")[2].partition("/")[2]
        token = re.search(rb'name="csrf_token" value="([^"]+)"', self._open(f"/{path}"))
        form = {"csrf_token": token.group(1).decode()} if token else {}
        self._client.post(f"/{path}", data=form, base_url=self.wired.settings.public_url)

    def _shop(self, owner_id: int, rank: int) -> Place:
        context = self.wired.context
        with context.database.reading() as session:
            owner = seller_actor(session, owner_id)
        shop_id = connections.add_shop(
            context, owner, f"Toko {rank}", zone="Asia/Jakarta", country="ID"
        )
        values = {"base_url": "http://127.0.0.1:9", "outgoing_secret": "whsec_" + "A" * 40}
        new = NewConnection("standard", "S", [Role.REVIEWS, Role.ORDERS, Role.MESSAGES], values)
        return Place(shop_id, connections.connect(context, shop_id, OPERATOR, new))

    def _seller(self, places: list[Place], rank: int) -> int:
        shop_id = places[rank % SHOPS].shop_id
        member = Membership(SellerRole.AGENT, {"IDR": Limit(10**9, 10**9)})
        return accounts.add_seller(
            self.wired.context, OPERATOR, f"staff{rank}@example.test", {shop_id: member}
        )

    def _open(self, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"} if path.startswith("/api/") else {}
        answer = self._client.get(path, base_url=self.wired.settings.public_url, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return answer.get_data()

    def seconds(self, path: str) -> float:
        """Of one call of a page."""
        began = time.perf_counter()
        self._open(path)
        return time.perf_counter() - began

    def pages(self) -> dict[str, str]:
        """All pages and answers, by what they are called in the table."""
        likes = re.search(rb'href="(/together[?]like=[^"]+)"', self._open("/"))
        together = {"like cases together": html.unescape(likes[1].decode())} if likes else {}
        return pages_of(self._app, self.wired, self.number) | together


def page_times(name: str, few_url: str, many_url: str) -> Iterator[dict[str, Any]]:
    """What it takes to add up the totals of many cases, and each page with few and with many."""
    few, many = Desk(few_url, FEW), Desk(many_url, MANY)
    yield {"what": f"totals of {MANY} cases, {name}", "seconds": round(many.rebuilt_in)}
    few_pages, many_pages = few.pages(), many.pages()
    for page in few_pages:
        if page in many_pages:
            yield _compare(f"{page}, {name}", (few, few_pages[page]), (many, many_pages[page]))
    few.wired.close()
    many.wired.close()


def _compare(what: str, few: tuple[Desk, str], many: tuple[Desk, str]) -> dict[str, Any]:
    sides = [few, many]
    for desk, path in sides:
        desk.seconds(path)
    pairs = [[desk.seconds(path) * 1000 for desk, path in sides] for _ in range(TURNS)]
    return {
        "what": what,
        **spread([large / small for small, large in pairs], 2),
        "few_ms": round(statistics.median(small for small, _ in pairs), 1),
        "many_ms": round(statistics.median(large for _, large in pairs), 1),
    }
