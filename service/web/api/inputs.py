"""What programs send to the API. Unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from integrations.remedies import KINDS, Worth
from service.domain.cases.root_causes import RootCause
from service.domain.endpoints.events import TICKED
from service.domain.remedies.offers import MOST_DAYS, WithoutPick
from service.domain.remedies.thanks import Gesture, Profile

MOST = 100


NOT_BLANK = {"pattern": r"[^\s\x00-\x1f]"}
"""For the document: what is blank is refused by whoever reads it."""


class TrueOrFalse(fields.Boolean):
    """JSON's own; neither 1 nor "yes"."""

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Strict(Schema):
    """Refuses what it does not know."""

    class Meta:
        unknown = RAISE


class ChangedIn(Strict):
    """Another remedy than the proposed ones. Lines may be left out where the order has only one. A
    resend is worth what its lines were paid, whatever amount is sent: only what has an amount of its
    own needs one."""

    action = fields.String(required=True, validate=validate.OneOf([*KINDS]))
    amount_minor = fields.Integer(strict=True, validate=validate.Range(min=1))
    currency = fields.String(validate=validate.Length(equal=3))
    line_ids = fields.List(fields.String(), load_default=list)
    expires_days = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=3650)
    )

    @validates_schema
    def _amount_is_whole(self, data: dict[str, Any], **options: Any) -> None:
        chosen = KINDS[data["action"]].worth is Worth.CHOSEN
        amount = {"amount_minor", "currency"}
        missing = amount - set(data) if chosen or amount & set(data) else set()
        if missing:
            raise ValidationError({name: ["Missing data for required field."] for name in missing})


class ApproveIn(Strict):
    """Approve a proposed remedy by its place in the list (`number`), or a changed one: one of both.

    With `proposal_id` a proposal that was replaced since it was read is refused.
    """

    proposal_id = fields.Integer(load_default=None, allow_none=True, strict=True)
    number = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=0)
    )
    changed = fields.Nested(ChangedIn, load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))

    @validates_schema
    def _names_a_remedy(self, data: dict[str, Any], **options: Any) -> None:
        if data["number"] is None and data["changed"] is None:
            raise ValidationError("Name what you approve: number, or changed.")


class OfferIn(Strict):
    """Let the buyer choose among proposed remedies: `numbers` are their places in the list, the
    recommended one first. `days` to choose and `without_pick` (the
    `first` is given, or the `seller` decides again) are the proposal's where they are left out.

    With `proposal_id` a proposal that was replaced since it was read is refused.
    """

    proposal_id = fields.Integer(load_default=None, allow_none=True, strict=True)
    numbers = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=0)),
        required=True,
        validate=validate.Length(min=2),
        metadata={"uniqueItems": True},
    )
    days = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MOST_DAYS)
    )
    without_pick = fields.Enum(WithoutPick, by_value=True, load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class DeclineIn(Strict):
    """Decline with a reason."""

    reason = fields.String(
        required=True, validate=validate.Length(min=1, max=500), metadata=NOT_BLANK
    )


class EndpointIn(Strict):
    """An endpoint: whose program it is, where its events are sent to, and of which it is told."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=100))
    url = fields.String(required=True, validate=validate.Length(min=1, max=1000))
    events = fields.List(
        fields.String(validate=validate.OneOf([kind.value for kind in TICKED])),
        required=True,
        validate=validate.Length(min=1),
    )


class SwitchIn(Strict):
    """On or off."""

    active = TrueOrFalse(required=True)


class CloseIn(Strict):
    """Close a case, with the root cause of the complaint where it is known."""

    reason = fields.String(load_default="", validate=validate.Length(max=500))
    root_cause = fields.Enum(RootCause, by_value=True, load_default=None, allow_none=True)


class ReopenIn(Strict):
    """Open a closed case again, with a reason."""

    reason = fields.String(
        required=True, validate=validate.Length(min=1, max=500), metadata=NOT_BLANK
    )


class NoteIn(Strict):
    """What staff write for each other; the buyer never sees it."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=2000))


class ThankIn(Strict):
    """How the buyer is thanked once the problem is solved."""

    gesture = fields.Enum(Gesture, by_value=True, required=True)


class PreferenceIn(Strict):
    """What the buyer likes, as they said; null: unknown."""

    profile = fields.Enum(Profile, by_value=True, required=True, allow_none=True)


class RootCauseIn(Strict):
    """Say where a complaint comes from; null takes back what was said."""

    root_cause = fields.Enum(RootCause, by_value=True, required=True, allow_none=True)


class LengthQuery(Strict):
    """How much at once."""

    most = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MOST))


class PageQuery(LengthQuery):
    """Which page; `before` is the `next` of the page before."""

    before = fields.Integer(load_default=None, validate=validate.Range(min=1))
