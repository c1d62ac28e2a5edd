"""What each page takes with a thousand and with a million cases, in turn."""

from __future__ import annotations

import re
import statistics
import time
from typing import Any

from sqlalchemy import select
from werkzeug.test import Client

from bench.load import spread
from bench.many_cases import NOW, Place, fill
from integrations.contract import Role
from service import settings
from service.app import create_wsgi
from service.db.migrations import migrate
from service.db.models import Case, Connection
from service.domain.staff.authority import OPERATOR, Limit, Membership, SellerRole
from service.operations.reports.roll_up import rebuild
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts
from service.operations.staff.permits import seller_actor
from service.wiring import Wiring, wire
from testbed.processes import env_of

FEW, MANY, TURNS = 1_000, 1_000_000, 7
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
        rebuild(self.wired.context, OPERATOR)
        self._client = Client(create_wsgi(self.wired, None))
        link = accounts.new_link(self.wired.context, owner_id, OPERATOR)
        path = link.partition("//")[2].partition("/")[2]
        token = re.search(r'name="csrf_token" value="([^"]+)"', self._open(f"/{path}"))
        form = {"csrf_token": token.group(1)} if token else {}
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

    def _open(self, path: str) -> str:
        answer = self._client.get(path, base_url=self.wired.settings.public_url)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return answer.get_data(as_text=True)

    def seconds(self, path: str) -> float:
        """Of one call of a page."""
        began = time.perf_counter()
        self._open(path)
        return time.perf_counter() - began

    def pages(self) -> dict[str, str]:
        """The main pages, by what they are called in the table."""
        with self.wired.context.database.reading() as session:
            case = session.get_one(Case, self.number // 2)
            waiting = session.get_one(Case, self.number - 3)
            connection = session.scalar(select(Connection.id).limit(1))
            word = case.review.text.split()[0]
        day = NOW.date().isoformat()
        narrowed = {
            "state": "awaiting_approval",
            "cause": "damaged",
            "stars": "2",
            "shop": str(case.shop_id),
            "mine": "1",
            "product": case.product_key,
            "remedy": "voucher",
            "root_cause": "courier",
            "outcome": "recovered",
        }
        month = f"opened_from={day[:8]}01&opened_to={day}"
        return {
            "waiting list": "/",
            "waiting list, mine": "/?mine=1",
            "waiting list, the group to decide": f"/?after=3_{NOW.isoformat().replace('+', '%2B')}_1",
            "like cases together": f"/together?like={waiting.shop_id}.refund.damaged",
            "cases": "/cases",
            "cases, oldest first": "/cases?sort=oldest",
            "cases, page in the middle": f"/cases?after={self.number // 2}",
            **{f"cases by {name}": f"/cases?{name}={value}" for name, value in narrowed.items()},
            **{
                f"cases of a month by {name}": f"/cases?{month}&{name}={value}"
                for name, value in narrowed.items()
                if name in ("remedy", "root_cause", "outcome", "product")
            },
            **{
                f"cases with the outcome {name}": f"/cases?{month}&outcome={name}"
                for name in ("made_good", "solved", "partly", "not_solved", "starred")
            },
            "cases by state, cause and stars": "/cases?state=closed&cause=late&stars=3",
            "cases by state, oldest first": "/cases?state=awaiting_approval&sort=oldest",
            "search by invoice number": f"/cases?q={case.order['number']}",
            "search by reference": f"/cases?q={case.reference}",
            "search by name": f"/cases?q={case.order['buyer']['name']}",
            "search by a frequent word": f"/cases?q={word}",
            "search by the beginning of a word": f"/cases?q={word[:3]}",
            "search and narrow": f"/cases?q={word}&state=closed&stars=3",
            "closed case": f"/cases/{case.reference}",
            "waiting case": f"/cases/{waiting.reference}",
            "proof record": f"/cases/{case.reference}/proof",
            **{
                f"report of a {kind}": f"/reports?kind={kind}&day=2026-09-14"
                for kind in ("day", "week", "month")
            },
            "report of this month": f"/reports?kind=month&day={day}",
            "report of a month of one shop": f"/reports?kind=month&day=2026-09-14&shop={case.shop_id}",
            "audit": "/audit",
            "audit of a shop": f"/audit?shop={case.shop_id}",
            "people": "/sellers",
            "shops": "/shops",
            "connection": f"/connections/{connection}",
        }


def page_times(name: str, few_url: str, many_url: str) -> list[dict[str, Any]]:
    """Each page with few and with many cases."""
    few, many = Desk(few_url, FEW), Desk(many_url, MANY)
    few_pages, many_pages = few.pages(), many.pages()
    figures = [
        _compare(f"{page}, {name}", (few, few_pages[page]), (many, many_pages[page]))
        for page in few_pages
    ]
    few.wired.close()
    many.wired.close()
    return figures


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
