"""What the API takes and gives of calls, channels and the do-not-contact list."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from integrations.contract import Channel
from service.domain.messages.calls import CallMove, CallState
from service.domain.messages.kinds import Answer
from service.domain.messages.ladder import Severity
from service.web.api.inputs import NOT_BLANK, Strict
from service.web.api.schemas import Name, Sentence

OUTCOMES = [CallMove.REACH, CallMove.CALL_AGAIN, CallMove.GIVE_UP, CallMove.MISDIAL]


class CallOutcomeIn(Strict):
    """What came of a call: `how` is `reach`, `call_again` (with `again_at`), `give_up` or `misdial`.
    `words` are the buyer's, or notes; `answer` says whether it is solved, where that was asked."""

    how = fields.Enum(CallMove, by_value=True, required=True, validate=validate.OneOf(OUTCOMES))
    words = fields.String(load_default="", validate=validate.Length(max=2000))
    answer = fields.Enum(Answer, by_value=True, load_default=None, allow_none=True)
    again_at = fields.AwareDateTime(load_default=None, allow_none=True)


class ReasonIn(Strict):
    """Why."""

    reason = fields.String(
        required=True, validate=validate.Length(min=1, max=300), metadata=NOT_BLANK
    )


class DoNotContactIn(ReasonIn):
    """An e-mail address or a telephone number, and why nothing goes there any more."""

    who = fields.String(required=True, validate=validate.Length(min=1, max=320))


class LadderIn(Strict):
    """The channels of one ladder, the first tried first."""

    severity = fields.Enum(Severity, by_value=True, required=True)
    channels = fields.List(
        fields.Enum(Channel, by_value=True), required=True, metadata={"uniqueItems": True}
    )


class CallOut(Schema):
    """A call. `due_at`: the appointment; null: as soon as somebody can."""

    id = fields.Integer()
    state = fields.Enum(CallState, by_value=True)
    tries = fields.Integer()
    due_at = fields.AwareDateTime(allow_none=True)
    opened_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)


class CallsOut(Schema):
    """The calls of a case. `number` as E.164 has it, '' where it is not known."""

    number = fields.String()
    calls = fields.List(fields.Nested(CallOut))


class EntryOut(Schema):
    """One entry. Addresses and numbers are not kept: `hint` shows a few letters."""

    id = fields.Integer()
    kind = Name()
    hint = fields.String()
    reason = Sentence()
    created_at = fields.AwareDateTime()


class DoNotContactOut(Schema):
    """A page of entries; `next` is the `before` of the following page."""

    entries = fields.List(fields.Nested(EntryOut))
    next = fields.Integer(allow_none=True)


class LaddersOut(Schema):
    """Both ladders as they hold now."""

    ordinary = fields.List(fields.Enum(Channel, by_value=True))
    grave = fields.List(fields.Enum(Channel, by_value=True))
