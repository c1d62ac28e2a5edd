"""What the API answers of the proof record of a case."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.web.api.schemas import Sentence


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
    limit = Sentence(allow_none=True)
    done_at = fields.AwareDateTime(allow_none=True)
    platform_id = fields.String()
    before_asking = fields.Boolean(allow_none=True)
    is_thanks = fields.Boolean()


class ProvenThanksOut(Schema):
    """One step further, after the buyer said that the problem was solved; `apart_days` from any
    invitation about a review, the last of which went out at `invited_at`."""

    gesture = fields.String()
    given_at = fields.AwareDateTime()
    given_by = fields.String()
    make_good = fields.String()
    apart_days = fields.Integer()
    invited_at = fields.AwareDateTime(allow_none=True)


class ProvenMessageOut(Schema):
    """What the buyer was told, letter for letter, from which wording, and what policy said then."""

    step = fields.String(allow_none=True)
    author = fields.String()
    at = fields.AwareDateTime()
    state = fields.String(attribute="outcome")
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
    order_number = fields.String()
    opened_at = fields.AwareDateTime()
    closed_at = fields.AwareDateTime(allow_none=True)
    erased_at = fields.AwareDateTime(allow_none=True)
    asked_at = fields.AwareDateTime(allow_none=True)
    made_at = fields.AwareDateTime()
    versions = fields.List(fields.Nested(ReviewVersionOut))
    make_goods = fields.List(fields.Nested(ProvenMakeGoodOut))
    messages = fields.List(fields.Nested(ProvenMessageOut))
    thanks = fields.List(fields.Nested(ProvenThanksOut))
