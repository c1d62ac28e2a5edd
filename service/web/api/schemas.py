"""The shapes of the API, from which its OpenAPI document is made. Unknown fields are refused."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from integrations.remedies import KINDS, Worth
from integrations.sentence import from_data
from service.domain.cases.states import CaseState
from service.domain.remedies.offers import MOST_DAYS, WithoutPick
from service.web.i18n import translate

MOST = 100


class Sentence(fields.String):
    """A sentence in the language of the request."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str:
        return translate(from_data(value) if isinstance(value, dict) else value)


class Strict(Schema):
    """Refuses what it does not know."""

    class Meta:
        unknown = RAISE


class RemedyOut(Schema):
    """A remedy that is proposed; amounts are minor units of the currency, null for a remedy without."""

    action = fields.String()
    amount_minor = fields.Integer(allow_none=True)
    currency = fields.String()
    line_ids = fields.List(fields.String())
    expires_days = fields.Integer(allow_none=True)
    reason = Sentence()
    capped = fields.Boolean()


class OfferTermsOut(Schema):
    """For how many days the buyer may choose among the proposed remedies, and what happens without a
    pick."""

    days = fields.Integer()
    without_pick = fields.String()


class OptionOut(Schema):
    """A remedy that the buyer may choose. `taken_off`: why it can no longer be given."""

    action = fields.String(attribute="kind")
    amount_minor = fields.Integer(allow_none=True)
    currency = fields.String()
    line_ids = fields.List(fields.String())
    expires_days = fields.Integer(allow_none=True)
    picked = fields.Boolean()
    taken_off = Sentence()


class OfferOut(Schema):
    """A choice among remedies. `without_pick`: what happens when nothing is picked by `ends_at`: the
    `first` is given, or the `seller` decides again."""

    state = fields.String()
    without_pick = fields.String()
    ends_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    options = fields.List(fields.Nested(OptionOut))


class MakeGoodOut(Schema):
    """A make-good that was approved. `outcome_unknown`: it may have been carried out; somebody has to
    look at the payment provider or in the shop."""

    reference = fields.String()
    action = fields.String(attribute="kind")
    amount_minor = fields.Integer(allow_none=True)
    currency = fields.String()
    state = fields.String()
    vendor_id = fields.String()
    code = fields.String()
    task = Sentence(attribute="todo")
    outcome_unknown = fields.Boolean()
    offer = fields.Nested(OfferOut, allow_none=True)
    decided_at = fields.AwareDateTime()
    done_at = fields.AwareDateTime(allow_none=True)


class CauseOut(Schema):
    """What the model read in the review: `confidence` is 0 to 1, `also` are further causes, `places`
    the words it went by as start and end in the text, `model` its version."""

    name = fields.String()
    confidence = fields.Float()
    also = fields.List(fields.String())
    places = fields.List(fields.List(fields.Integer()))
    model = fields.String()


class CaseOut(Schema):
    """One case. `cause`: what the complaint is about, `unclear` where nobody is sure."""

    reference = fields.String()
    state = fields.String()
    close_reason = fields.String()
    opened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    order_id = fields.String()
    advice = Sentence()
    rating = fields.Integer(allow_none=True, attribute="review.rating")
    product = fields.String(attribute="review.product_name")
    shop_id = fields.Integer()
    cause = fields.String()


class CaseDetailOut(CaseOut):
    """One case with its proposal and make-goods. `doubt`: what speaks against it;
    until a person confirms or decides nothing is said to the buyer. `proposal_offer`: the terms on which
    the buyer may choose among the proposed; null: its rule lets the seller choose."""

    text = fields.String(attribute="review.text")
    doubt = Sentence()
    proposal = fields.List(fields.Nested(RemedyOut))
    proposal_id = fields.Integer(allow_none=True)
    proposal_offer = fields.Nested(OfferTermsOut, allow_none=True)
    make_goods = fields.List(fields.Nested(MakeGoodOut))
    cause_read = fields.Nested(CauseOut)
    cause_corrected = fields.Boolean()


class ReviewVersionOut(Schema):
    """A review as it was from a moment on."""

    seen_at = fields.AwareDateTime()
    rating = fields.Integer(allow_none=True)
    text = fields.String()
    withdrawn = fields.Boolean()


class GrantedOut(Schema):
    """What was granted. `before_asking`: decided before the buyer was first asked about the review;
    null where they never were."""

    reference = fields.String()
    what = Sentence()
    state = fields.String()
    decided_at = fields.AwareDateTime()
    decided_by = fields.String()
    done_at = fields.AwareDateTime(allow_none=True)
    platform_id = fields.String()
    before_asking = fields.Boolean(allow_none=True)


class ToldOut(Schema):
    """What the buyer was told, letter for letter, from which wording, and what policy said then."""

    step = fields.String(allow_none=True)
    author = fields.String()
    at = fields.AwareDateTime()
    state = fields.String()
    channel = fields.String()
    language = fields.String()
    wording = fields.String()
    subject = fields.String()
    text = fields.String()
    verdict_layer = fields.String()
    verdict_reason = Sentence()
    verdict_source = fields.String()
    verdict_checked_on = fields.Date(allow_none=True)


class ProofOut(Schema):
    """What a case can prove: that what was given did not depend on the review."""

    reference = fields.String()
    shop = fields.String()
    platform = fields.String()
    product = fields.String()
    order_id = fields.String()
    opened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    erased_at = fields.AwareDateTime(allow_none=True)
    asked_at = fields.AwareDateTime(allow_none=True)
    made_at = fields.AwareDateTime()
    versions = fields.List(fields.Nested(ReviewVersionOut))
    granted = fields.List(fields.Nested(GrantedOut))
    told = fields.List(fields.Nested(ToldOut))


class CasesOut(Schema):
    """A page of cases; `next` is the `before` of the following page."""

    cases = fields.List(fields.Nested(CaseOut))
    next = fields.Integer(allow_none=True)


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
        validate=validate.Length(min=1),
    )
    days = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MOST_DAYS)
    )
    without_pick = fields.Enum(WithoutPick, by_value=True, load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class DeclineIn(Strict):
    """Decline with a reason."""

    reason = fields.String(required=True, validate=validate.Length(min=1, max=500))


class DeliveryOut(Schema):
    """A delivery that needs attention; its body is not shown."""

    id = fields.Integer()
    connection_id = fields.Integer()
    received_at = fields.AwareDateTime()
    note = Sentence()


class DeliveriesOut(Schema):
    """A page of deliveries."""

    deliveries = fields.List(fields.Nested(DeliveryOut))
    next = fields.Integer(allow_none=True)


class WaitingOut(Schema):
    """Work of one kind that did not go through and is tried again by itself."""

    connection_id = fields.Integer(attribute="connection.id")
    connection = fields.String(attribute="connection.name")
    kind = fields.String()
    number = fields.Integer()
    next_at = fields.AwareDateTime()
    tries = fields.Integer()
    stuck = fields.Boolean()
    note = Sentence()


class ConnectionOut(Schema):
    """A connection that is faulty, away or paused, why, and since when."""

    id = fields.Integer()
    name = fields.String()
    state = fields.String()
    problem = Sentence()
    state_since = fields.AwareDateTime()


class WaitingListOut(Schema):
    """What waits for platforms, and the connections in trouble."""

    waiting = fields.List(fields.Nested(WaitingOut))
    connections = fields.List(fields.Nested(ConnectionOut))


class PageQuery(Strict):
    """Which page; `before` is the `next` of the page before."""

    before = fields.Integer(load_default=None, validate=validate.Range(min=1))
    most = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MOST))


class CasesQuery(PageQuery):
    """Which cases; several states may be named."""

    state = fields.List(
        fields.String(validate=validate.OneOf([str(one) for one in CaseState])), load_default=list
    )


class ErrorOut(Schema):
    """What went wrong: a stable code, the sentence for people with its values apart, and the wrong
    fields by name."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), required=True)
    fields_ = fields.Dict(keys=fields.String(), values=fields.String(), data_key="fields")


class RefusalOut(Schema):
    """Every refusal has this one shape."""

    error = fields.Nested(ErrorOut, required=True)
