"""How commands tell what went wrong."""

from __future__ import annotations

import click
from sqlalchemy.exc import DataError, IntegrityError

from integrations.errors import AdapterError
from service.db.advice import UNUSABLE, advice
from service.db.backups.files import BackupError
from service.domain.errors import DomainError
from service.settings import WrongSetting

MENDABLE = (WrongSetting, BackupError, PermissionError, DomainError, AdapterError)
"""What whoever runs a command can do something about."""


class Command(click.Command):
    """Says in one line what whoever runs it can mend; a trace is for our own faults."""

    def invoke(self, ctx: click.Context) -> object:
        if any(isinstance(word, str) and not _is_text(word) for word in ctx.params.values()):
            raise click.ClickException("What was typed is not text in UTF-8.")
        try:
            return super().invoke(ctx)
        except MENDABLE as error:
            raise click.ClickException(str(getattr(error, "message", error))) from error
        except UNUSABLE as error:
            if isinstance(error, IntegrityError | DataError):
                raise
            raise click.ClickException(advice(error)) from error


def _is_text(word: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in word)
