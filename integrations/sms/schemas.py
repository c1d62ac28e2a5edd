"""What Twilio sends, as far as it is used. Reference: twilio.com/docs/messaging/api/message-resource."""

from __future__ import annotations

from marshmallow import fields

from integrations.base.fields import Label, text_field
from integrations.base.loading import Loose


class MessageIn(Loose):
    sid = fields.String(required=True)
    status = text_field(40)
    body = text_field(10_000)


class MessagesIn(Loose):
    """A page of messages, the newest first."""

    messages = fields.List(fields.Nested(MessageIn), required=True)


class AccountIn(Loose):
    sid = fields.String(required=True)
    friendly_name = Label()
    status = Label(40)
