"""What waits for a person, a row each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.models.shops import Connection, Shop
from service.db.types import BigId, TextColumn, rank_column, state_column
from service.domain.tasks.kinds import TaskGroup, TaskKind
from service.domain.tasks.states import TaskState

OPEN = text("state = 'open'")
UNNOTICED = text("state = 'open' AND noticed_at IS NULL")


class Task(Base):
    """One thing asked of a person (service.domain.tasks.kinds). Of each kind at most one is open
    about the same subject."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "uq_task_open",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        # Serves the waiting page: the most pressing first, the oldest of these first.
        Index(
            "ix_task_open_urgency",
            "urgency",
            "opened_at",
            "id",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        # Serves counting what waits.
        Index(
            "ix_task_open_shop",
            "shop_id",
            "urgency",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        # Serves telling people of what is new.
        Index(
            "ix_task_unnoticed",
            "id",
            sqlite_where=UNNOTICED,
            postgresql_where=UNNOTICED,
        ),
        Index("ix_task_case_id", "case_id"),
        Index("ix_task_connection_id", "connection_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[TaskKind] = state_column(TaskKind)
    state: Mapped[TaskState] = state_column(TaskState, default=TaskState.OPEN)
    urgency: Mapped[TaskGroup] = rank_column("urgency", TaskGroup)
    """Its group on the waiting page."""
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id"))
    """Where it belongs: to a case, or to a connection."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """The row that it is about, of the table that the rule of its kind names."""
    text: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """What to do, and why; None where the title says it all."""
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(default="")
    """What is at stake, where money is."""
    opened_at: Mapped[datetime]
    noticed_at: Mapped[datetime | None]
    """When people were told of it, or it was seen that nobody wants to be."""
    due_at: Mapped[datetime | None]
    """By when it is to be done: an appointment, or what the buyer was told; None: as soon as somebody
    can."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")
    """Who brought its end about, as history names actors."""

    case: Mapped[Case | None] = relationship(viewonly=True)
    connection: Mapped[Connection | None] = relationship(viewonly=True)
    shop: Mapped[Shop] = relationship(viewonly=True)
