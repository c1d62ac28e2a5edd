"""The declarative base and the column types all tables share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, MetaData, Table
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.attributes import init_collection

from service.db.types import UtcTime

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables."""

    __table__: ClassVar[Table]
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        list[str]: JSON(),
        dict[str, str]: JSON(),
    }

    def __init__(self, **values: Any) -> None:
        """As SQLAlchemy has it, with the names looked at all at once; raises `TypeError` for one that
        is none of its attributes."""
        mapper = self.__mapper__
        if unknown := values.keys() - mapper.attrs.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        # A new row is written as it stands: only its relations have to hear of what they are given.
        related = {name: values.pop(name) for name in values.keys() & mapper.relationships.keys()}
        vars(self).update(values)
        for name, value in related.items():
            # As if it had been loaded, and nothing was there.
            init_collection(self, name) if value == [] else setattr(self, name, value)
