"""Lists of cases that a seller comes back to, under names of their own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from integrations.text import line
from service.db.models import SavedFilter
from service.domain.errors import NotFound, WrongInput
from service.domain.staff.authority import Actor
from service.operations.context import Context
from service.operations.staff import members

LONGEST_NAME, LONGEST_QUERY, MOST = 60, 1000, 30


def of_seller(context: Context, actor: Actor) -> Sequence[SavedFilter]:
    """The seller's own, by name."""
    with context.database.reading() as session:
        return session.scalars(
            select(SavedFilter)
            .where(SavedFilter.seller_id == (actor.seller_id or 0))
            .order_by(SavedFilter.name)
        ).all()


def save(context: Context, actor: Actor, name: str, query: str) -> None:
    """Keep a list under a name; the same name takes the new list. Raises `WrongInput`,
    `NotPermitted`."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        called = line(name)[:LONGEST_NAME]
        if not called:
            raise WrongInput("Give the list a name.")
        if len(query) > LONGEST_QUERY:
            raise WrongInput("Narrow the list down with fewer words, then save it.")
        saved = session.scalars(select(SavedFilter).where(SavedFilter.seller_id == seller.id)).all()
        same = next((each for each in saved if each.name == called), None)
        if same is not None:
            same.query = query
            return
        if len(saved) >= MOST:
            raise WrongInput("Remove a saved list first: %(most)s are kept.", most=MOST)
        session.add(
            SavedFilter(
                seller_id=seller.id, name=called, query=query, created_at=context.clock.now()
            )
        )


def remove(context: Context, actor: Actor, filter_id: int) -> None:
    """Forget one of one's own lists; raises `NotFound`, `NotPermitted`."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        saved = session.get(SavedFilter, filter_id)
        if saved is None or saved.seller_id != seller.id:
            raise NotFound("There is no such list.")
        session.delete(saved)
