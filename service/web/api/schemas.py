"""What the API answers, as schemas; its OpenAPI document is made from these and `inputs`."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from integrations.sentence import from_data
from service.web.api.buyer_summary import BuyerSummaryOut
from service.web.api.picture_schemas import PictureOut
from service.web.i18n import translate


class Sentence(fields.String):
    """A sentence in the language of the request."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str:
        return translate(from_data(value) if isinstance(value, dict) else value)


class Name(fields.String):
    """A name of one of several; '' for none."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str:
        return str(value or "")


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
    """A make-good that was approved. While its state is `held` nothing of it has begun: it can be undone
    till `held_until` (null: it began at once). `outcome_unknown`: it may have been carried out; somebody has to
    look at the payment provider or in the shop. `voucher_usage` of a voucher that was given: `open`, `used`,
    `unused` (expired) or `unknown`, null for everything else; `used_at`, `used_order` and `saved_minor` where the
    platform says when, for which order number, and how much the buyer paid less."""

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
    held_until = fields.AwareDateTime(allow_none=True)
    done_at = fields.AwareDateTime(allow_none=True)
    voucher_usage = fields.String(allow_none=True)
    used_at = fields.AwareDateTime(allow_none=True)
    used_order = fields.String()
    saved_minor = fields.Integer(allow_none=True)


class CauseOut(Schema):
    """What the model read in the review: `confidence` is 0 to 1, `also` are further causes, `places`
    the words it went by as start and end in the text, `model` its version."""

    name = fields.String()
    confidence = fields.Float()
    also = fields.List(fields.String())
    places = fields.List(fields.List(fields.Integer()))
    model = fields.String()


class EvidenceOut(Schema):
    """What speaks `for` the complaint or `against` it, for `neither`, or is `unknown`. `cases`: the
    references it is about."""

    kind = fields.String()
    bearing = fields.String()
    text = Sentence(attribute="says")
    source = Sentence()
    cases = fields.List(fields.String())


class PagesOut(Schema):
    """Where the case's order, review and chat stand at the platform, for people; '' where no address is
    known."""

    order = fields.String()
    review = fields.String()
    chat = fields.String()


class CaseOut(Schema):
    """One case. `cause`: what the complaint is about, `unclear` where nobody is sure;
    `root_cause`: where it comes from, as a person said. `courier`: who carried the order, '' where nobody
    says. `editable`: whether the review could still be changed when the case was opened: `yes`, `no`, or
    `assumed` where no rule of its platform is known. `close_reason` of an open case: what became of
    its review before it was opened again. `paid_minor` in `paid_currency`: what was paid for the order as
    last seen. `assignee_id`: who looks after it. `look_by`: by when the buyer was told that somebody will have
    looked; null: nothing was promised."""

    reference = fields.String()
    state = fields.String()
    close_reason = Name()
    opened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    look_by = fields.AwareDateTime(allow_none=True)
    order_id = fields.String()
    advice = Sentence()
    rating = fields.Integer(allow_none=True, attribute="review.rating")
    product = fields.String(attribute="review.product_name")
    product_key = fields.String()
    shop_id = fields.Integer()
    assignee_id = fields.Integer(allow_none=True)
    paid_minor = fields.Integer(allow_none=True)
    paid_currency = fields.String()
    cause = fields.String()
    root_cause = fields.String(allow_none=True)
    courier = fields.String()
    editable = fields.String()


class CaseDetailOut(CaseOut):
    """One case with its proposal and make-goods. `doubt`: what speaks against it;
    until a person confirms or decides nothing is said to the buyer. `proposal_offer`: the terms on which
    the buyer may choose among the proposed; null: its rule lets the seller choose. `buyer_summary`: null
    once the buyer was erased."""

    text = fields.String(attribute="review.text")
    doubt = Sentence()
    proposal = fields.List(fields.Nested(RemedyOut))
    proposal_id = fields.Integer(allow_none=True)
    proposal_offer = fields.Nested(OfferTermsOut, allow_none=True)
    make_goods = fields.List(fields.Nested(MakeGoodOut))
    cause_read = fields.Nested(CauseOut)
    cause_corrected = fields.Boolean()
    evidence = fields.List(fields.Nested(EvidenceOut))
    pages = fields.Nested(PagesOut)
    pictures = fields.List(fields.Nested(PictureOut))
    buyer_summary = fields.Nested(BuyerSummaryOut, allow_none=True)


class CasesOut(Schema):
    """A page of cases; `next` is the `before` of the following page."""

    cases = fields.List(fields.Nested(CaseOut))
    next = fields.String(allow_none=True)


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


class EndpointOut(Schema):
    """Where the events of a shop are sent to. `secret` stands in the answer to its making and renewal
    alone; `problem`: why Makegood switched it off."""

    id = fields.Integer()
    shop_id = fields.Integer()
    name = fields.String()
    url = fields.String()
    events = fields.List(fields.String())
    active = fields.Boolean()
    problem = Sentence()
    failing_since = fields.AwareDateTime(allow_none=True)
    overlap_until = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    secret = fields.String()


class EndpointsOut(Schema):
    """All endpoints."""

    endpoints = fields.List(fields.Nested(EndpointOut))


class EventOut(Schema):
    """One event for one endpoint. `key` is its webhook-id, `status` what was answered last."""

    id = fields.Integer()
    key = fields.String()
    type = fields.String(attribute="kind")
    reference = fields.String()
    payload = fields.Dict(keys=fields.String())
    state = fields.String()
    attempts = fields.Integer()
    status = fields.Integer(allow_none=True)
    answer = fields.String()
    error = Sentence()
    created_at = fields.AwareDateTime()
    last_at = fields.AwareDateTime(allow_none=True)
    next_at = fields.AwareDateTime(allow_none=True)


class EventsOut(Schema):
    """A page of events; `next` is the `before` of the following page."""

    events = fields.List(fields.Nested(EventOut))
    next = fields.Integer(allow_none=True)


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
