"""How far an owner has come in setting up, read from the rows themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from integrations.contract import Role
from integrations.registry import REHEARSALS
from service.db.models import (
    Audit,
    Case,
    Connection,
    Invitation,
    Membership,
    PlaybookDraft,
    PlaybookVersion,
    Review,
    Shop,
)
from service.domain.shops.connection_states import ConnectionState

CHECKED = "connection.checked"
"""In the audit: the check of a connection has passed for the first time."""
KEPT = "playbook.kept"
"""In the audit: an owner has looked at the rules of a shop and keeps them."""


class SetupStep(StrEnum):
    """What is to be set up, in the order in which it is shown."""

    SHOP = "shop"
    CONNECTION = "connection"
    MAIL = "mail"
    PLAYBOOK = "playbook"
    STAFF = "staff"
    REHEARSAL = "rehearsal"


OPTIONAL = frozenset({SetupStep.STAFF, SetupStep.REHEARSAL})


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What is done, and where the rest is to be done."""

    done: frozenset[SetupStep]
    shop: Shop | None
    """The shop to go on with; None: there is none yet."""
    untested: Connection | None
    """A connection to a platform that brings reviews and has not passed its check."""
    untested_mail: Connection | None
    """The same of one that carries messages."""
    rehearsal: Connection | None
    """The sandbox."""

    @property
    def are_done(self) -> bool:
        """Whether all that is required is done."""
        return self.done >= set(SetupStep) - OPTIONAL


def first_steps_of(
    session: Session, seller_id: int, shop_ids: Collection[int]
) -> FirstSteps | None:
    """The steps of a seller who owns these shops; None once a case came from a real platform."""
    shops = session.scalars(select(Shop).where(Shop.id.in_(shop_ids)).order_by(Shop.id)).all()
    connections = [row for shop in shops for row in shop.connections if row.roles]
    real = [row for row in connections if row.adapter not in REHEARSALS]
    if _has_case(session, [row.id for row in real]):
        return None
    working = are_checked(session, [row.id for row in real])
    sources = [row for row in real if Role.REVIEWS in row.roles]
    carriers = [row for row in real if Role.MESSAGES in row.roles]
    sandboxes = [row for row in connections if row not in real]
    facts = {
        SetupStep.SHOP: bool(shops),
        SetupStep.CONNECTION: any(_passed(row, working) for row in sources),
        SetupStep.MAIL: any(_passed(row, working) for row in carriers),
        SetupStep.PLAYBOOK: are_rules_chosen(session, shop_ids),
        SetupStep.STAFF: _has_invited(session, seller_id, shop_ids),
        SetupStep.REHEARSAL: _has_case(session, [row.id for row in sandboxes]),
    }
    return FirstSteps(
        frozenset(step for step, is_done in facts.items() if is_done),
        _to_go_on_with(shops, real),
        next((row for row in sources if not _passed(row, working)), None),
        next((row for row in carriers if not _passed(row, working)), None),
        next(iter(sandboxes), None),
    )


def are_checked(session: Session, connection_ids: Collection[int]) -> set[int]:
    """Those of these connections whose check has passed once."""
    subjects = {f"connection:{row_id}": row_id for row_id in connection_ids}
    passed = select(Audit.subject).where(Audit.subject.in_(subjects), Audit.what == CHECKED)
    return {subjects[subject] for subject in session.scalars(passed)}


def _passed(connection: Connection, checked: Collection[int]) -> bool:
    return connection.id in checked and connection.state is ConnectionState.WORKING


def _to_go_on_with(shops: Sequence[Shop], real: Sequence[Connection]) -> Shop | None:
    """The shop with a real platform, else the newest: the first may be the one to try things with."""
    return real[0].shop if real else next(reversed(shops), None)


def _has_case(session: Session, connection_ids: Collection[int]) -> bool:
    cases = select(Case.id).join(Review, Case.review_id == Review.id)
    return _is_there(session, cases.where(Review.connection_id.in_(connection_ids)))


def are_rules_chosen(session: Session, shop_ids: Collection[int]) -> bool:
    """Whether an owner of one of these shops chose its rules, began to change them, or keeps them."""
    shops = session.scalars(select(Shop.playbook).where(Shop.id.in_(shop_ids)))
    if any(shops):
        return True
    kept = select(Audit.id).where(Audit.shop_id.in_(shop_ids), Audit.what == KEPT)
    drafts = select(PlaybookDraft.shop_id).where(PlaybookDraft.shop_id.in_(shop_ids))
    versions = select(PlaybookVersion.id).where(PlaybookVersion.shop_id.in_(shop_ids))
    return any(_is_there(session, rows) for rows in (drafts, versions, kept))


def _has_invited(session: Session, seller_id: int, shop_ids: Collection[int]) -> bool:
    others = select(Membership.seller_id).where(
        Membership.shop_id.in_(shop_ids), Membership.seller_id != seller_id
    )
    invitations = select(Invitation.id).where(Invitation.seller_id == seller_id)
    return _is_there(session, others) or _is_there(session, invitations)


def _is_there(session: Session, rows: Select[Any]) -> bool:
    return session.execute(rows.limit(1)).first() is not None
