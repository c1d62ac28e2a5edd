"""Renders entries of history in words, on the page of the case and in the terminal of `make run`."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from service.db.models import Case, History
from service.domain.cases.root_causes import ROOT_CAUSES, RootCause
from service.domain.cases.states import CLOSE_REASONS, FORMER_STATES, CaseState
from service.web.i18n import label, translate
from service.web.words import event_label, word

_STATES = {*CaseState, *FORMER_STATES}
_REASONS_OF_CLOSING = list(CLOSE_REASONS.values())


def actor_name(line: History, names: Mapping[str, str]) -> str:
    """Who did it; `names` are those of sellers and programs by their actors."""
    return names.get(line.actor) or word(line.actor)


def happened(line: History, case: Case, names: Mapping[str, str]) -> str:
    """What happened, without the words somebody gave with it."""
    says = event_label(line.what)
    more = _more(line, case, names)
    return f"{says}: {more}" if more else says


def _more(line: History, case: Case, names: Mapping[str, str]) -> str:
    match line.what:
        case "handed_over":
            return names.get(line.new) or str(_("whoever comes first"))
        case "root_cause":
            return label(ROOT_CAUSES[RootCause(line.new)]) if line.new in ROOT_CAUSES else "-"
        case "review_changed":
            return f"{line.old} → {line.new} ★"
        case "close":
            return (
                word(case.close_reason or "")
                if not line.new or line.new in _STATES
                else word(line.new)
            )
    return word(line.new) if line.new and line.new not in _STATES else ""


def detail(line: History) -> str:
    """The words given with it; '' where what happened says the same."""
    return translate(line.detail) if line.detail and line.detail not in _REASONS_OF_CLOSING else ""
