"""What programs send to the verbs of cases, connections, privacy, settings and people."""

from __future__ import annotations

from marshmallow import fields, validate

from integrations import registry
from integrations.contract import Role
from service.domain.complaints.causes import CAUSES
from service.domain.reports.periods import PeriodKind
from service.domain.staff.authority import SellerRole
from service.web.api.inputs import NOT_BLANK, Strict, TrueOrFalse

LONGEST_WORDS = 5000
AMOUNT = validate.Range(min=0, max=10**15)


def _line(most: int) -> fields.String:
    return fields.String(
        required=True, validate=validate.Length(min=1, max=most), metadata=NOT_BLANK
    )


class OrderIn(Strict):
    """The order of a case, by the number that the seller sees."""

    order_id = _line(200)


class CauseIn(Strict):
    """What a complaint is about."""

    cause = fields.String(required=True, validate=validate.OneOf(CAUSES))


class HandOverIn(Strict):
    """To whom a case goes; null: to whoever comes first."""

    seller_id = fields.Integer(required=True, allow_none=True, strict=True)
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class CodeIn(Strict):
    """What was done by hand, with the tracking number or the code of a voucher."""

    code = fields.String(load_default="", validate=validate.Length(max=200))


class TryAgainIn(Strict):
    """`looked`: somebody has looked at the platform, and it was surely not carried out."""

    looked = TrueOrFalse(required=True)


class WordsIn(Strict):
    """Words of one's own to the buyer. `confirmed`: what the check advises was read, and they stay so."""

    subject = fields.String(load_default="", validate=validate.Length(max=200))
    text = _line(LONGEST_WORDS)
    confirmed = TrueOrFalse(load_default=False)


class MessageIn(WordsIn):
    """A message of one's own; `send` false: it stays a draft."""

    send = TrueOrFalse(required=True)


class ReplyIn(Strict):
    """The draft of a public reply; '' drops it."""

    text = fields.String(required=True, validate=validate.Length(max=LONGEST_WORDS))


class PostedIn(Strict):
    """What somebody saw under the review."""

    posted = TrueOrFalse(required=True)


class ConnectIn(Strict):
    """A connection: `values` are the entries of its adapter, secret ones too; `cases_from`: since when
    reviews open cases, null: from now on."""

    adapter = fields.String(required=True, validate=validate.OneOf(registry.names()))
    name = fields.String(load_default="", validate=validate.Length(max=100))
    roles = fields.List(
        fields.String(validate=validate.OneOf([role.value for role in Role])),
        required=True,
        validate=validate.Length(min=1),
    )
    values = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    threshold = fields.Integer(load_default=3, strict=True, validate=validate.Range(1, 4))
    cases_from = fields.AwareDateTime(load_default=None, allow_none=True)


class ChangeConnectionIn(Strict):
    """What changes; an entry that is left out or '' stays where it is secret."""

    name = fields.String(load_default="", validate=validate.Length(max=100))
    roles = fields.List(
        fields.String(validate=validate.OneOf([role.value for role in Role])),
        required=True,
        validate=validate.Length(min=1),
    )
    values = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    threshold = fields.Integer(required=True, strict=True, validate=validate.Range(1, 4))


class SecretIn(Strict):
    """A webhook secret of the platform's; '': Makegood makes one."""

    secret = fields.String(load_default="", validate=validate.Length(max=500))


class BuyerIn(Strict):
    """A buyer, by address or by the id at the platform."""

    who = _line(320)


class AboutIn(Strict):
    """What a shop is."""

    name = _line(100)
    zone = _line(60)
    country = fields.String(required=True, validate=validate.Length(max=2))
    language = _line(10)


class HoldIn(Strict):
    """For how many seconds an approval can be undone; 0: not at all."""

    seconds = fields.Integer(required=True, strict=True, validate=validate.Range(0, 10**6))


class GuidelinesIn(Strict):
    """What staff go by, for each cause; a cause without a text has none."""

    guidelines = fields.Dict(
        keys=fields.String(validate=validate.OneOf(CAUSES)),
        values=fields.String(validate=validate.Length(max=LONGEST_WORDS)),
        required=True,
    )


class AutomaticLimitIn(Strict):
    """Minor units of one currency."""

    currency = fields.String(required=True, validate=validate.Regexp("^[A-Z]{3}$"))
    each = fields.Integer(required=True, strict=True, validate=AMOUNT)
    shop_day = fields.Integer(required=True, strict=True, validate=AMOUNT)
    buyer_day = fields.Integer(required=True, strict=True, validate=AMOUNT)


class AutomaticIn(Strict):
    """What goes through without asking anybody; an empty list: nothing."""

    limits = fields.List(fields.Nested(AutomaticLimitIn), required=True)


class RequiredIn(Strict):
    """Whether owners need a second factor."""

    required = TrueOrFalse(required=True)


class VoicesIn(Strict):
    """Whether good reviews are shown on an address of their own, how it ends ('': what cannot be
    guessed), and which sites may frame it."""

    on = TrueOrFalse(required=True)
    slug = fields.String(load_default="", validate=validate.Length(max=60))
    sites = fields.List(fields.String(validate=validate.Length(max=300)), load_default=list)


class ShownIn(Strict):
    """Whether a review is among those shown."""

    shown = TrueOrFalse(required=True)


class TextIn(Strict):
    """A text to buyers with its placeholders."""

    subject = fields.String(required=True, validate=validate.Length(max=200))
    text = _line(LONGEST_WORDS)


class MemberLimitIn(Strict):
    """Most minor units of one currency: of each decision, and of all of a week (null: not bounded)."""

    currency = fields.String(required=True, validate=validate.Regexp("^[A-Z]{3}$"))
    each = fields.Integer(required=True, strict=True, validate=AMOUNT)
    week = fields.Integer(load_default=None, allow_none=True, strict=True, validate=AMOUNT)


class MemberIn(Strict):
    """What somebody is in a shop."""

    role = fields.Enum(SellerRole, by_value=True, required=True)
    limits = fields.List(fields.Nested(MemberLimitIn), load_default=list)


class ReportsIn(Strict):
    """Which reports go to somebody by mail; an empty list: none."""

    kinds = fields.List(fields.Enum(PeriodKind, by_value=True), required=True)
