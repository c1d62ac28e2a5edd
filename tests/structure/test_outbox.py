"""Every kind of outbox work has one handler, which says all that is to be known of it."""

from __future__ import annotations

import importlib
import pkgutil

from service import operations
from service.db.models import Kind
from service.operations.outbox.handler import Handler
from service.operations.outbox.registry import HANDLERS


def _handlers_in_modules() -> set[int]:
    names = pkgutil.walk_packages(operations.__path__, f"{operations.__name__}.")
    modules = [importlib.import_module(module.name) for module in names]
    return {
        id(value)
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Handler)
    }


def test_every_kind_has_exactly_one_handler_and_all_are_registered() -> None:
    assert set(HANDLERS) == set(Kind)
    assert _handlers_in_modules() == {id(handler) for handler in HANDLERS.values()}


def test_every_handler_goes_by_steps_or_by_batches_and_is_named() -> None:
    for handler in HANDLERS.values():
        assert (handler.carry_out is None) != (handler.carry_out_batch is None)
        assert str(handler.label)
