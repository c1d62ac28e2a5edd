"""What the verbs of messages, connections, privacy, settings and people answer."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.web.api.schemas import Sentence


class MessageOut(Schema):
    """One message; `text` is '' where the shop's text is taken at the moment of sending."""

    id = fields.Integer()
    author = fields.String()
    state = fields.String()
    step = fields.String(allow_none=True)
    subject = fields.String()
    text = fields.String()
    due_at = fields.AwareDateTime(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    reason = Sentence()


class MessagesOut(Schema):
    """The thread of a case."""

    messages = fields.List(fields.Nested(MessageOut))


class CountedOut(Schema):
    """How often something happened in the last 24 hours, and why."""

    reason = fields.String()
    number = fields.Integer()
    last_at = fields.AwareDateTime()


class MailboxOut(Schema):
    """How the mailbox of a connection is read. `read_at` null: not to its end yet; `answers`: how many
    of the last 24 hours."""

    read_at = fields.AwareDateTime(allow_none=True)
    next_at = fields.AwareDateTime(allow_none=True)
    answers = fields.Integer()
    last_answer_at = fields.AwareDateTime(allow_none=True)


class ActivityOut(Schema):
    """What went on at a connection in the last 24 hours, and what is next. `per_minute`: how many calls
    its platform lets us make, null: it sets no limit. `mailbox`: null where none is read."""

    received_at = fields.AwareDateTime(allow_none=True)
    accepted = fields.Integer()
    refused = fields.List(fields.Nested(CountedOut))
    calls = fields.Integer()
    errors = fields.List(fields.Nested(CountedOut))
    next_poll_at = fields.AwareDateTime(allow_none=True)
    next_check_at = fields.AwareDateTime(allow_none=True)
    mailbox = fields.Nested(MailboxOut, allow_none=True)
    per_minute = fields.Integer(allow_none=True)
    quiet_until = fields.AwareDateTime(allow_none=True)


class FindingOut(Schema):
    """What a test found. `field`: the entry to mend, empty where none is known."""

    name = Sentence()
    ok = fields.Boolean()
    advice = Sentence()
    field = fields.String()


class OneConnectionOut(Schema):
    """A connection. `webhook_secret` stands in the answer to its making and replacing alone; `findings`
    in that to a test."""

    id = fields.Integer()
    shop_id = fields.Integer()
    adapter = fields.String()
    name = fields.String()
    roles = fields.List(fields.String())
    threshold = fields.Integer()
    state = fields.String()
    problem = Sentence()
    webhook_address = fields.String()
    webhook_secret = fields.String()
    activity = fields.Nested(ActivityOut)
    findings = fields.List(fields.Nested(FindingOut))


class ConnectionsOut(Schema):
    """The connections of a shop."""

    connections = fields.List(fields.Nested(OneConnectionOut))


class ErasedOut(Schema):
    """How much is, or was, emptied about a buyer. `open_cases` of them are closed by it."""

    cases = fields.Integer()
    open_cases = fields.Integer()
    reviews = fields.Integer()
    deliveries = fields.Integer()


class OldOut(Schema):
    """What is past its time, of at most 10000 counted."""

    label = Sentence()
    kept_days = fields.Integer(attribute="kept.days")
    number = fields.Integer()


class OldDataOut(Schema):
    """What would be deleted of a shop now."""

    old = fields.List(fields.Nested(OldOut))


class ShopOut(Schema):
    """What an owner has set for a shop; amounts are minor units."""

    id = fields.Integer()
    name = fields.String()
    zone = fields.String()
    country = fields.String()
    language = fields.String()
    hold_seconds = fields.Integer()
    second_factor = fields.Boolean()
    automatic = fields.Dict(keys=fields.String())
    guidelines = fields.Dict(keys=fields.String(), values=fields.String())
    voices = fields.Dict(keys=fields.String())


class PersonOut(Schema):
    """Who belongs to a shop; `limits` by currency, in minor units."""

    seller_id = fields.Integer()
    name = fields.String()
    email = fields.String()
    active = fields.Boolean()
    role = fields.String()
    limits = fields.Dict(keys=fields.String())
    reports = fields.List(fields.String())


class PeopleOut(Schema):
    """The people of a shop."""

    people = fields.List(fields.Nested(PersonOut))
