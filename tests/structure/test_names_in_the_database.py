"""Whatever is one of several names is an enumeration in code, and checked by the database."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from enum import Enum as PythonEnum
from enum import IntEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Enum, Table, inspect

from service.db.models import Base
from service.db.types import Ranks
from tests.migrated import database_at, migrate_for_test
from tests.structure.states import tables

NAME, NUMBER = re.compile(r"'([^']*)'"), re.compile(r"\d+")


def _columns() -> Iterator[tuple[type[Base], str, Column[Any]]]:
    """Each column of each model, with the name it has there."""
    for mapper in Base.registry.mappers:
        for column in mapper.class_.__table__.columns:
            yield mapper.class_, mapper.get_property_by_column(column).key, column


def _declared(model: type[Base], name: str) -> type[PythonEnum] | None:
    """The enumeration that the annotation of a column names."""
    module = vars(sys.modules[model.__module__])
    named = (module.get(word) for word in re.findall(r"\w+", model.__annotations__.get(name, "")))
    return next(
        (kind for kind in named if isinstance(kind, type) and issubclass(kind, PythonEnum)), None
    )


def _enums() -> list[tuple[Table, Column[Any], Enum | Ranks]]:
    return [
        (model.__table__, column, column.type)
        for model, _, column in _columns()
        if isinstance(column.type, Enum | Ranks)
    ]


def _named(kind: Enum | Ranks, check: str) -> set[str]:
    """What a check allows, as the database says it."""
    assert kind.enum_class is not None
    return set((NUMBER if issubclass(kind.enum_class, IntEnum) else NAME).findall(check))


def _values(kind: Enum | Ranks) -> set[str]:
    assert kind.enum_class is not None
    return {str(member.value) for member in kind.enum_class}


def test_a_column_of_an_enumeration_is_one_by_its_type_too() -> None:
    typed = {
        f"{model.__name__}.{name}": (
            _declared(model, name),
            getattr(column.type, "enum_class", None),
        )
        for model, name, column in _columns()
    }

    assert {name: both for name, both in typed.items() if both[0] is not both[1]} == {}
    assert len([declared for declared, _ in typed.values() if declared]) > 20


def test_the_models_check_each_enumeration() -> None:
    for table, column, kind in _enums():
        of_both = table.constraints | column.constraints
        checks = [each for each in of_both if isinstance(each, CheckConstraint)]
        if isinstance(kind, Enum):
            assert set(kind.enums) == _values(kind)
        assert kind.name in [check.name for check in checks], f"{column}: no check"


def test_the_database_holds_exactly_the_names_of_each_enumeration(empty_database_url: str) -> None:
    database = database_at(empty_database_url)
    migrate_for_test(database)
    found = inspect(database.engine)
    wrong = {}
    for table, column, kind in _enums():
        checks = {
            check["name"]: check["sqltext"] for check in found.get_check_constraints(table.name)
        }
        check = checks.get(kind.name or "", "")
        if column.name not in check or _named(kind, check) != _values(kind):
            wrong[str(column)] = check
    database.close()

    assert wrong == {}


def test_each_state_has_a_table() -> None:
    drawn = {type(table.first) for table in tables().values()}
    states = {
        f"{model.__name__}.{name}": _declared(model, name)
        for model, name, column in _columns()
        if "state" in (name, column.name)
    }

    assert {name: kind for name, kind in states.items() if kind not in drawn} == {}
    assert drawn == set(states.values()), "a table moves what no column keeps"
