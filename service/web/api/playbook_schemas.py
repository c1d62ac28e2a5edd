"""What programs send and get of a playbook. Amounts are minor units by currency."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from integrations.remedies import KINDS
from service.domain.remedies.thanks import RuleThanks
from service.operations.remedies.dry_run import SIZES
from service.web.api import inputs
from service.web.api.describe import Endpoint, in_path, in_query
from service.web.api.inputs import Strict, TrueOrFalse
from service.web.api.schemas import OfferTermsOut, RemedyOut, Sentence


class _Amounts(fields.Dict):
    def __init__(self) -> None:
        super().__init__(fields.String(), fields.Integer(strict=True))


class RemedyRuleSchema(Strict):
    """One of `percent`, `fixed` and `whole_line` for kinds whose amount is chosen. `cap`: upper limits;
    `uncapped`: currencies that are said to have none."""

    action = fields.String(required=True, validate=validate.OneOf([*KINDS]))
    percent = fields.Integer(strict=True, allow_none=True)
    fixed = _Amounts()
    whole_line = TrueOrFalse()
    cap = _Amounts()
    uncapped = fields.List(fields.String())
    expires_days = fields.Integer(strict=True, allow_none=True)


class WhenSchema(Strict):
    """What a rule asks for; what is left out always holds. Where the cause is known `causes` decide, else
    one of `words` must stand in the review."""

    min_stars = fields.Integer(strict=True)
    max_stars = fields.Integer(strict=True)
    words = fields.List(fields.String())
    causes = fields.List(fields.String())
    products = fields.List(fields.String())
    order_at_least = _Amounts()
    order_at_most = _Amounts()
    earlier_cases_min = fields.Integer(strict=True)
    earlier_cases_max = fields.Integer(strict=True, allow_none=True)
    countries = fields.List(fields.String())
    grave = TrueOrFalse()


class RuleSchema(Strict):
    """A rule. `name`: a text, or one for each language: `{"en": "Broken", "id": "Barang rusak"}`."""

    name = fields.Raw(required=True)
    note = fields.String()
    when = fields.Nested(WhenSchema)
    offer = fields.Nested(OfferTermsOut, allow_none=True)
    remedies = fields.List(fields.Nested(RemedyRuleSchema), required=True)
    thanks = fields.String(validate=validate.OneOf([*RuleThanks]))


class PlaybookSchema(Strict):
    """Rules in the order in which they are tried. `name`: as of a rule. `rounding`: shares are rounded to this."""

    name = fields.Raw(required=True)
    note = fields.String()
    rounding = _Amounts()
    rules = fields.List(fields.Nested(RuleSchema), required=True)


class PlaybookOut(Schema):
    """The playbook in effect. `version` 0: as shipped. `fingerprint` tells it from any other; whoever
    replaces it sends it. `currencies`: those of the shop, of which each remedy says its upper limit."""

    version = fields.Integer()
    fingerprint = fields.String()
    currencies = fields.List(fields.String())
    playbook = fields.Nested(PlaybookSchema)


class PlaybookIn(Strict):
    """The playbook to put into effect; `fingerprint` is that of the one it replaces, as it was read."""

    fingerprint = fields.String(required=True)
    playbook = fields.Nested(PlaybookSchema, required=True)


class TriedIn(Strict):
    """The playbook to try, and on how many of the newest cases."""

    playbook = fields.Nested(PlaybookSchema, required=True)
    cases = fields.Integer(strict=True, load_default=SIZES[0], validate=validate.OneOf(SIZES))


class CostOut(Schema):
    """What the first remedies of all cases cost, of a choice the dearest."""

    currency = fields.String()
    today_minor = fields.Integer()
    tried_minor = fields.Integer()


class RuleUseOut(Schema):
    """How many cases a rule decides."""

    name = Sentence(attribute="label")
    cases_today = fields.Integer()
    cases_tried = fields.Integer()


class AnswerOut(Schema):
    """What is proposed for a case: by which rule ('' for none), which remedies, and, where none, why."""

    rule = fields.String()
    remedies = fields.List(fields.Nested(RemedyOut))
    reason = Sentence()


class ComparedOut(Schema):
    """A case for which something else would be proposed."""

    reference = fields.String()
    today = fields.Nested(AnswerOut)
    tried = fields.Nested(AnswerOut)


class DryRunOut(Schema):
    """`left_out`: cases whose order is not known; `is_cut`: there was no time for all of them."""

    looked_at = fields.Integer()
    left_out = fields.Integer()
    is_cut = fields.Boolean()
    costs = fields.List(fields.Nested(CostOut))
    rules = fields.List(fields.Nested(RuleUseOut))
    differing = fields.List(fields.Nested(ComparedOut))


class VersionOut(Schema):
    """A playbook that took effect."""

    number = fields.Integer()
    actor = fields.String()
    origin = Sentence()
    created_at = fields.AwareDateTime()


class VersionsOut(Schema):
    """Versions, newest first; `next` is the `before` of the next page."""

    versions = fields.List(fields.Nested(VersionOut))
    next = fields.Integer(allow_none=True)


_EXAMPLE = {
    "name": "Own",
    "rules": [
        {
            "name": {"en": "Broken", "id": "Barang rusak"},
            "when": {"causes": ["damaged"]},
            "remedies": [{"action": "refund", "percent": 50, "cap": {"IDR": 11_900_000}}],
        }
    ],
}
_SHOP = in_path("shop_id", "integer", 1)
_VERSION = in_path("version", "integer", 1)
_PATH = "/shops/{shop_id}/playbook"
DESCRIBED = (
    Endpoint("get", _PATH, "Read the playbook in effect", PlaybookOut, [_SHOP]),
    Endpoint(
        "post",
        _PATH,
        "Put a playbook into effect",
        PlaybookOut,
        [_SHOP],
        PlaybookIn,
        {"own": {"fingerprint": "2c5c3d9969ee5b0a", "playbook": _EXAMPLE}},
    ),
    Endpoint(
        "post",
        f"{_PATH}/dry-run",
        "Try a playbook on the newest cases",
        DryRunOut,
        [_SHOP],
        TriedIn,
        {"own": {"playbook": _EXAMPLE, "cases": 50}},
    ),
    Endpoint(
        "get",
        f"{_PATH}/versions",
        "List versions, newest first",
        VersionsOut,
        [_SHOP, in_query(inputs.PageQuery)],
    ),
    Endpoint(
        "get", f"{_PATH}/versions/{{version}}", "Read a version", PlaybookOut, [_SHOP, _VERSION]
    ),
    Endpoint(
        "post",
        f"{_PATH}/versions/{{version}}/restore",
        "Put an older version into effect again",
        PlaybookOut,
        [_SHOP, _VERSION],
    ),
)
