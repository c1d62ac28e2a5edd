"""The pages and answers of the site, by what they are called in the table: each route that shows something,
and each way a list is narrowed, sorted and paged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select

from bench.many_cases import NOW, phone_of
from service.db.cases.case_filter import CaseOutcome
from service.db.models import Case, Connection, Message
from service.security.links import Links
from service.wiring import Wiring

ELSEWHERE = (
    "/sandbox",
    "/static",
    "/health",
    "/metrics",
    "/sign-in",
    "/reset-password",
    "/forgot-password",
)
"""Read no cases, or belong to the sandbox."""
NEED_MORE = re.compile(
    r"/permission\b|^/(join|voices)/|/pictures/|/card$|/next$|/file$|/versions/|/events$|^/together"
    r"|/reports/cases|/docs/calls/|^/api/.*/versions"
)
"""Need what the filling does not write, such as an invitation, or stand below with their parameters."""
OF_ANSWERS = "/b/"
"""What buyers open by signed links."""
DAY = "2026-09-14"


def pages_of(app: Flask, wired: Wiring, number: int) -> dict[str, str]:
    """All of them, of an installation with so many cases."""
    with wired.context.database.reading() as session:
        case = session.get_one(Case, number // 2)
        waiting = session.get_one(Case, number - 3)
        connection = session.scalar(select(Connection).where(Connection.shop_id == case.shop_id))
        message = session.scalar(select(Message.id).where(Message.case_id == waiting.id))
        words = sorted(case.review.text.split(), key=len)
    assert connection is not None
    return {
        **_routes(app, case, connection.id),
        **_buyers(wired.context.links, message or 0),
        **_waiting(waiting),
        **_cases(case, number),
        **_searches(case, words),
        **_reports(case),
        "audit of a shop": f"/audit?shop={case.shop_id}",
        "audit, further on": f"/audit?before={1_000 + number // 100}",
        "dry run of 500 cases": f"/shops/{case.shop_id}/playbook/dry-run?cases=500",
        "API: cases of a state": "/api/v1/cases?state=awaiting_approval",
        "API: cases of two states": "/api/v1/cases?state=awaiting_approval&state=following_up",
        "API: cases, page in the middle": f"/api/v1/cases?before={number // 2}",
        "waiting case": f"/cases/{waiting.reference}",
        "waiting case, proof record": f"/cases/{waiting.reference}/proof",
    }


def _routes(app: Flask, case: Case, connection_id: int) -> dict[str, str]:
    """Each route of its own that shows a page or an answer, about the closed case and its shop."""
    names = {
        "reference": case.reference,
        "shop_id": case.shop_id,
        "connection_id": connection_id,
        "key": "receipt",
        "language": "id",
        "adapter": "standard",
        "call_id": "cases",
        "name": "CaseOut",
        "number": 1,
    }
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.rule.startswith((*ELSEWHERE, OF_ANSWERS)):
            continue
        if NEED_MORE.search(rule.rule) or not rule.arguments <= names.keys():
            continue
        built = rule.build({name: names[name] for name in rule.arguments})
        if built is not None:
            found[rule.rule] = built[1]
    return found


def _buyers(links: Links, message_id: int) -> dict[str, str]:
    return {
        f"buyer's page: {page}": "/" + links.buyer(page, message_id).split("/", 3)[3]
        for page in ("answer", "stop")
    }


def _waiting(waiting: Case) -> dict[str, str]:
    return {
        "waiting list, mine": "/?mine=1",
        "waiting list of a shop": f"/?shop={waiting.shop_id}",
        "waiting list, the group to decide": f"/?after=3_{NOW.isoformat().replace('+', '%2B')}_1",
    }


def _cases(case: Case, number: int) -> dict[str, str]:
    narrowed: Mapping[str, Any] = {
        "state": "awaiting_approval",
        "cause": "damaged",
        "stars": "2",
        "shop": case.shop_id,
        "mine": "1",
        "product": case.product_key,
        "remedy": "voucher",
        "root_cause": "courier",
        "courier": "SiCepat",
        "outcome": "recovered",
        "paid": "850.000",
        "decided_by": 3,
    }
    month = "opened_from=2026-09-01&opened_to=2026-09-30"
    dated = ("remedy", "root_cause", "courier", "product", "decided_by", "cause")
    sorts = {
        f"cases by {name}, {sort}": f"/cases?{name}={value}&sort={sort}"
        for name, value in narrowed.items()
        for sort in ("oldest", "dearest")
    }
    return {
        "cases, oldest first": "/cases?sort=oldest",
        "cases, dearest first": "/cases?sort=dearest",
        "cases, page in the middle": f"/cases?after={number // 2}",
        "cases, dearest, in the middle": f"/cases?sort=dearest&after=450000_{number // 2}",
        **{f"cases by {name}": f"/cases?{name}={value}" for name, value in narrowed.items()},
        **sorts,
        **{
            f"cases of a month by {name}": f"/cases?{month}&{name}={narrowed.get(name, 3)}"
            for name in dated
        },
        **{f"cases of a month, {name}": f"/cases?{month}&outcome={name}" for name in CaseOutcome},
        "cases of a month of a shop": f"/cases?{month}&shop={case.shop_id}",
        "cases by state, cause and stars": "/cases?state=closed&cause=late&stars=3",
    }


def _searches(case: Case, words: list[str]) -> dict[str, str]:
    long, name = words[-1], case.order["buyer"]["name"]
    phone = phone_of(int(case.order["buyer"]["id"][1:]))
    return {
        "search by invoice number": f"/cases?q={case.order['number']}",
        "search by reference": f"/cases?q={case.reference}",
        "search by order id": f"/cases?q={case.order_id}",
        "search by name": f"/cases?q={name}",
        "search by a word all hold": "/cases?q=pembeli",
        "search by a word all hold, dearest": "/cases?q=pembeli&sort=dearest",
        "search by telephone number": f"/cases?q=0{phone[3:]}",
        "search by a word": f"/cases?q={long}",
        "search by two words": f"/cases?q={long}+{words[-2]}",
        "search by the beginning of a word": f"/cases?q={long[:3]}",
        "search by what nobody wrote": "/cases?q=xyzzyx",
        "search and narrow": f"/cases?q={long}&state=closed&stars=3",
        "search in a shop": f"/cases?q={long}&shop={case.shop_id}",
    }


def _reports(case: Case) -> dict[str, str]:
    return {
        **{
            f"report of a {kind}": f"/reports?kind={kind}&day={DAY}"
            for kind in ("day", "week", "month")
        },
        "report of this month": f"/reports?kind=month&day={NOW:%Y-%m-%d}",
        "report of a month of one shop": f"/reports?kind=month&day={DAY}&shop={case.shop_id}",
        "API: report of a month": f"/api/v1/shops/{case.shop_id}/report?kind=month&day={DAY}",
        **{
            f"download of a day, {kind}": f"/reports/cases.{kind}?kind=day&day={DAY}"
            for kind in ("csv", "xlsx")
        },
    }
