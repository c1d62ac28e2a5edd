"""Where a row has none of its names, programs read ''."""

from __future__ import annotations

from service.db.models import Case, DoNotContact
from service.domain.cases.states import CloseReason
from service.web.api.contact_schemas import EntryOut
from service.web.api.schemas import CaseOut


def test_programs_read_an_empty_text_for_none() -> None:
    reason, kind = CaseOut(only=("close_reason",)), EntryOut(only=("kind",))

    assert reason.dump(Case(close_reason=None)) == {"close_reason": ""}
    assert reason.dump(Case(close_reason=CloseReason.FINISHED)) == {"close_reason": "finished"}
    assert kind.dump(DoNotContact(kind=None)) == {"kind": ""}
