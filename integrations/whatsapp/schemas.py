"""What the WhatsApp Cloud API sends, as far as it is used.

Reference: developers.facebook.com, WhatsApp > Cloud API > "Messages" (answers) and "Webhooks > Payload
examples" (deliveries).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import fields

from integrations.base.fields import Decoration, Label, Seconds, text_field
from integrations.base.loading import Loose
from integrations.json_input import digits

LONGEST_TEXT = 10_000


class SentMessageIn(Loose):
    id = text_field(500)


class SentIn(Loose):
    """Answer to POST /<number>/messages."""

    messages = fields.List(fields.Nested(SentMessageIn), required=True)


class NumberIn(Loose):
    """Answer to GET /<number>."""

    id = text_field()
    display_phone_number = Label(40)
    quality_rating = Label(40)


class ErrorIn(Loose):
    code = fields.Integer(load_default=0)
    title = Label()
    message = Label()


class SecondsAsText(Seconds):
    """The same time written as text, as Meta does."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> datetime | None:
        number = digits(value) if isinstance(value, str) else value
        return super()._deserialize(number, attr, data, **kwargs)


class StatusIn(Loose):
    id = text_field(500)
    status = text_field(40)
    timestamp = SecondsAsText()
    biz_opaque_callback_data = Decoration(text_field(512), "")
    errors = Decoration(fields.List(fields.Nested(ErrorIn)), [])


class BodyIn(Loose):
    body = text_field(LONGEST_TEXT)


class ButtonIn(Loose):
    text = text_field(LONGEST_TEXT)


class CaptionIn(Loose):
    caption = text_field(LONGEST_TEXT)


class ReplyIn(Loose):
    title = text_field(LONGEST_TEXT)


class InteractiveIn(Loose):
    button_reply = Decoration(fields.Nested(ReplyIn))
    list_reply = Decoration(fields.Nested(ReplyIn))


class ContextIn(Loose):
    id = text_field(500)


class WordsIn(Loose):
    """A message of a buyer. Of what is no text the kind is kept, and a caption."""

    id = text_field(500)
    sender = fields.String(data_key="from", load_default="")
    timestamp = SecondsAsText()
    type = text_field(40)
    text = Decoration(fields.Nested(BodyIn))
    button = Decoration(fields.Nested(ButtonIn))
    interactive = Decoration(fields.Nested(InteractiveIn))
    image = Decoration(fields.Nested(CaptionIn))
    video = Decoration(fields.Nested(CaptionIn))
    document = Decoration(fields.Nested(CaptionIn))
    context = Decoration(fields.Nested(ContextIn))


class ProfileIn(Loose):
    name = Label()


class ContactIn(Loose):
    wa_id = text_field(40)
    profile = Decoration(fields.Nested(ProfileIn))


class ValueIn(Loose):
    contacts = Decoration(fields.List(fields.Nested(ContactIn)), [])
    messages = fields.List(fields.Nested(WordsIn), load_default=[])
    statuses = fields.List(fields.Nested(StatusIn), load_default=[])


class ChangeIn(Loose):
    field = text_field(80)
    value = fields.Raw(required=True)


class EntryIn(Loose):
    changes = fields.List(fields.Nested(ChangeIn), load_default=[])


class DeliveryIn(Loose):
    object = text_field(80)
    entry = fields.List(fields.Nested(EntryIn), load_default=[])
