"""The waiting page: whatever waits for a person, in groups, the most pressing first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby

from flask import Blueprint, g, render_template, request
from flask_babel import format_decimal, format_timedelta
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from service.db.outbox.backlog import LATE_AFTER, backlog
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.db.tasks import task_queries
from service.domain.errors import NotFound
from service.domain.staff.authority import Permission
from service.domain.tasks.kinds import GROUPS, TASK_RULES, TaskGroup
from service.web.auth import sellers_only
from service.web.desk import bulk
from service.web.desk.first_steps import steps_to_take
from service.web.desk.paging import next_page
from service.web.desk.quick import likes_of, quicks_of
from service.web.request_context import actor, context

blueprint = Blueprint("waiting", __name__)
PAGE = 50
RECENT = timedelta(days=1)
"""How long it is told that a connection went on by itself."""


@blueprint.app_context_processor
def _count() -> dict[str, object]:
    return {"count_waiting": _count_waiting}


def _count_waiting() -> int:
    """How much waits for a person, for the navigation of each page."""
    if "waiting" not in g:
        with context().database.reading() as session:
            g.waiting = task_queries.count_open(session, actor().shops(Permission.LOOK))
    return int(g.waiting)


@blueprint.app_template_filter("counted")
def counted(number: int) -> str:
    """How many tasks are open, such as `12`, or `1,000+` where no more were counted."""
    more = "+" if number > task_queries.MOST_COUNTED else ""
    return f"{format_decimal(min(number, task_queries.MOST_COUNTED))}{more}"


@blueprint.app_template_filter("age")
def age(since: datetime) -> str:
    """How long something has waited, such as `3 hours`."""
    return str(format_timedelta(context().clock.now() - since, granularity="minute"))


@blueprint.get("/")
@sellers_only
def overview() -> str:
    """All open tasks, one's own, or those of one shop."""
    shops = actor().shops(Permission.LOOK)
    narrowed = _narrowed()
    is_mine = "mine" in narrowed
    with context().database.reading() as session:
        page = task_queries.open_tasks(
            session,
            [shop_id for shop_id in shops if narrowed.get("shop", shop_id) == shop_id],
            most=PAGE,
            after=_after(),
            assignee_id=actor().id if is_mine else None,
        )
        groups = [
            (GROUPS[group], list(rows))
            for group, rows in groupby(page, key=lambda row: row.task.urgency)
        ]
        return render_template(
            "desk/waiting.html",
            groups=groups,
            rules=TASK_RULES,
            narrowings=_narrowings(session, shops),
            narrowed=narrowed,
            now=context().clock.now(),
            names=seller_queries.actor_names(session),
            onward=next_page("after", _key_text(page[-1].key)) if len(page) == PAGE else None,
            late=_late(session),
            quicks=quicks_of(context(), session, [row.task for row in page], actor()),
            likes=[] if narrowed or _after() else likes_of(bulk.quicks(session).values()),
            steps=[] if groups or narrowed or _after() else steps_to_take(session),
            mended=task_queries.mended_since(session, shops, context().clock.now() - RECENT),
        )


def _narrowed() -> dict[str, int]:
    """What the address asks for: `mine`, or the id of one `shop`; nothing where it names neither."""
    if request.args.get("mine"):
        return {"mine": 1}
    shop_id = request.args.get("shop", type=int)
    return {} if shop_id is None or not 0 < shop_id < 2**63 else {"shop": shop_id}


def _narrowings(session: Session, shop_ids: Collection[int]) -> list[tuple[str, dict[str, int]]]:
    """What of it can be looked at alone, each with its address: one's own, and each of several shops."""
    by_shop = [(shop.name, {"shop": shop.id}) for shop in shop_queries.shops(session, shop_ids)]
    return [(_("All"), {}), (_("Only mine"), {"mine": 1}), *(by_shop if len(by_shop) > 1 else ())]


def _key_text(key: task_queries.Key) -> str:
    urgency, opened_at, task_id = key
    return f"{int(urgency)}_{opened_at.isoformat()}_{task_id}"


def _after() -> task_queries.Key | None:
    """Where the page goes on; raises `NotFound` for what no page of ours says."""
    text = request.args.get("after", "")
    if not text:
        return None
    try:
        urgency, opened_at, task_id = text.split("_")
        key = TaskGroup(int(urgency)), datetime.fromisoformat(opened_at), int(task_id)
    except ValueError as error:
        raise NotFound("There is no such page.") from error
    if key[1].tzinfo is None or not 0 <= key[2] < 2**63:
        raise NotFound("There is no such page.")
    return key


def _late(session: Session) -> bool:
    now = context().clock.now()
    stalled = backlog(session, now).stalled_since
    return stalled is not None and stalled < now - LATE_AFTER
