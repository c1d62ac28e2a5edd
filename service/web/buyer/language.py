"""The language in which a buyer is written to, for pages and for what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import force_locale

from service.db.messages import message_queries
from service.operations.messages import texts
from service.web.request_context import context


@contextmanager
def in_language_of(message_id: int) -> Iterator[None]:
    """Within it, whatever is said is in the language of the buyer to whom this message went."""
    with context().database.reading() as session:
        case = message_queries.message(session, message_id).case
        language = texts.language_of(case, case.shop)
    with force_locale(language):
        yield
