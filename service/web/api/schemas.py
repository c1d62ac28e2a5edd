"""What the API answers, as schemas; its OpenAPI document is made from these and `inputs`."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from integrations.sentence import from_data
from service.web.i18n import translate


class Sentence(fields.String):
    """A sentence in the language of the request."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str:
        return translate(from_data(value) if isinstance(value, dict) else value)


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


class ProvenMakeGoodOut(Schema):
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


class ProvenMessageOut(Schema):
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
    make_goods = fields.List(fields.Nested(ProvenMakeGoodOut))
    messages = fields.List(fields.Nested(ProvenMessageOut))


class CasesOut(Schema):
    """A page of cases; `next` is the `before` of the following page."""

    cases = fields.List(fields.Nested(CaseOut))
    next = fields.Integer(allow_none=True)


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
