"""A shop's settings, people and data, for programs: what the desk can do with them."""

from __future__ import annotations

from typing import Any

from flask import Response

from service.data import LANGUAGES
from service.db.staff import seller_queries
from service.domain.errors import NotFound
from service.domain.messages import templates
from service.domain.messages.templates import MessageText
from service.domain.remedies.limits import AutomaticLimits
from service.domain.staff.authority import Limit, Membership, Permission
from service.operations.messages import custom_texts
from service.operations.notices import report_mails
from service.operations.privacy import erasure, keeping
from service.operations.privacy.preview import preview
from service.operations.reviews import voices
from service.operations.shops import deciding, settings
from service.operations.staff import members, second_factors
from service.web.api import verb_inputs, verb_schemas
from service.web.api.describe import Endpoint
from service.web.api.guard import programs_with
from service.web.api.v1 import blueprint
from service.web.api.verbs import Ids, Sent, Verb, add, dumped, parameter
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.get("/shops/<int:shop_id>")
@programs_with(Permission.MANAGE)
def read_shop(shop_id: int) -> Response:
    """Read what an owner has set."""
    return _shop({"shop_id": shop_id}, None)


def _shop(ids: Ids, _: object) -> Response:
    with context().database.reading() as session:
        return dumped(verb_schemas.ShopOut, settings.get(session, ids["shop_id"]))


@blueprint.get("/shops/<int:shop_id>/people")
@programs_with(Permission.MANAGE)
def list_people(shop_id: int) -> Response:
    """List who belongs to a shop."""
    return _people({"shop_id": shop_id}, None)


def _people(ids: Ids, _: object) -> Response:
    shop_id = ids["shop_id"]
    with context().database.reading() as session:
        subscriptions = report_mails.subscriptions_of(session, [shop_id])
        people = [
            {
                "seller_id": seller.id,
                "name": seller.name,
                "email": seller.email,
                "active": seller.active,
                "role": membership.role.value,
                "limits": membership.limits,
                "reports": [row.kind for row in subscriptions.get((shop_id, seller.id), ())],
            }
            for membership, seller in seller_queries.members(session, [shop_id])
        ]
    return dumped(verb_schemas.PeopleOut, {"people": people})


@blueprint.get("/shops/<int:shop_id>/old-data")
@programs_with(Permission.MANAGE)
def list_old_data(shop_id: int) -> Response:
    """List what is past its time."""
    return _old({"shop_id": shop_id}, None)


def _old(ids: Ids, _: object) -> Response:
    return dumped(
        verb_schemas.OldDataOut, {"old": keeping.old_of(context(), ids["shop_id"], actor())}
    )


def _look(ids: Ids, sent: Sent) -> dict[str, int]:
    seen = preview(context(), ids["shop_id"], sent["who"], actor())
    return {
        "cases": len(seen.cases),
        "open_cases": seen.open_cases,
        "reviews": seen.reviews,
        "deliveries": seen.deliveries,
    }


def _erase(ids: Ids, sent: Sent) -> dict[str, int]:
    counted = _look(ids, sent)
    erasure.erase_buyer(context(), sent["who"], actor(), shop_id=ids["shop_id"])
    return counted


def _erased(_: Ids, counted: Any) -> Response:
    return dumped(verb_schemas.ErasedOut, counted)


def _change_automatic(ids: Ids, sent: Sent) -> None:
    limits = {
        row["currency"]: AutomaticLimits(row["each"], row["shop_day"], row["buyer_day"])
        for row in sent["limits"]
    }
    settings.change_automatic(context(), ids["shop_id"], actor(), limits)


def _save_text(ids: Ids, sent: Sent) -> None:
    _check_text(ids)
    text = MessageText(sent["subject"], sent["text"])
    verb = custom_texts.save_text
    verb(context(), ids["shop_id"], ids["key"], ids["language"], text, actor=actor())


def _ship_text(ids: Ids, _: Sent) -> None:
    _check_text(ids)
    custom_texts.ship_text(context(), ids["shop_id"], ids["key"], ids["language"], actor())


def _check_text(ids: Ids) -> None:
    """Raises `NotFound` for a text or a language that is none."""
    if ids["key"] not in templates.text_keys() or ids["language"] not in LANGUAGES:
        raise NotFound("There is no such text.")


def _set_member(ids: Ids, sent: Sent) -> None:
    limits = {row["currency"]: Limit(row["each"], row["week"]) for row in sent["limits"]}
    member = Membership(sent["role"], limits)
    members.set_membership(context(), ids["shop_id"], ids["seller_id"], actor(), member)


def _of_shop(verb: str, summary: str, act: Any, body: Any = None, **example: Any) -> Verb:
    path = f"/shops/<int:shop_id>/{verb}"
    answer = verb_schemas.ShopOut
    return Verb(path, summary, act, body, example, Permission.MANAGE, answer, _shop)


def _of_person(verb: str, summary: str, act: Any, body: Any = None, **example: Any) -> Verb:
    path = f"/shops/<int:shop_id>/people/<int:seller_id>/{verb}"
    answer = verb_schemas.PeopleOut
    return Verb(path, summary, act, body, example, Permission.MANAGE, answer, _people)


OF_SHOPS = (
    _of_shop(
        "about",
        "Change what a shop is",
        lambda ids, sent: settings.change_about(context(), ids["shop_id"], actor(), **sent),
        verb_inputs.AboutIn,
        shop={"name": "Toko", "zone": "Asia/Jakarta", "country": "ID", "language": "id"},
    ),
    _of_shop(
        "automatic",
        "Set what goes through by itself",
        _change_automatic,
        verb_inputs.AutomaticIn,
        small={
            "limits": [
                {"currency": "IDR", "each": 5000000, "shop_day": 50000000, "buyer_day": 5000000}
            ]
        },
    ),
    _of_shop(
        "hold",
        "Set how long an approval can be undone",
        lambda ids, sent: deciding.change_hold(context(), ids["shop_id"], actor(), sent["seconds"]),
        verb_inputs.HoldIn,
        usual={"seconds": 20},
    ),
    _of_shop(
        "guidelines",
        "Set what staff go by",
        lambda ids, sent: deciding.change_guidelines(
            context(), ids["shop_id"], actor(), sent["guidelines"]
        ),
        verb_inputs.GuidelinesIn,
        late={"guidelines": {"late": "Ask the courier first."}},
    ),
    _of_shop(
        "second-factor",
        "Want a second factor of owners, or not",
        lambda ids, sent: second_factors.require(
            context(), ids["shop_id"], actor(), required=sent["required"]
        ),
        verb_inputs.RequiredIn,
        wanted={"required": True},
    ),
    _of_shop(
        "voices",
        "Show good reviews on an address of their own, or not",
        lambda ids, sent: voices.change(context(), ids["shop_id"], actor(), **sent),
        verb_inputs.VoicesIn,
        on={"on": True, "sites": ["https://shop.example"]},
    ),
    _of_shop(
        "voices/<int:review_id>",
        "Show a good review, or show it no more",
        lambda ids, sent: voices.choose(context(), ids["review_id"], actor(), shown=sent["shown"]),
        verb_inputs.ShownIn,
        shown={"shown": True},
    ),
    _of_shop(
        "texts/<key>/<language>",
        "Change a text to buyers",
        _save_text,
        verb_inputs.TextIn,
        text={"subject": "{product}", "text": "{buyer}, {product}"},
    ),
    _of_shop("texts/<key>/<language>/ship", "Go back to the text that ships", _ship_text),
)
OF_DATA = (
    Verb(
        "/shops/<int:shop_id>/erase/look",
        "Look what erasing a buyer would empty",
        _look,
        verb_inputs.BuyerIn,
        {"by_address": {"who": "budi@example.test"}},
        Permission.MANAGE,
        verb_schemas.ErasedOut,
        _erased,
    ),
    Verb(
        "/shops/<int:shop_id>/erase",
        "Erase a buyer for good",
        _erase,
        verb_inputs.BuyerIn,
        {"by_address": {"who": "budi@example.test"}},
        Permission.MANAGE,
        verb_schemas.ErasedOut,
        _erased,
    ),
    Verb(
        "/shops/<int:shop_id>/old-data/delete",
        "Delete what is past its time",
        lambda ids, _: keeping.purge_shop(context(), ids["shop_id"], actor()),
        permission=Permission.MANAGE,
        answer=verb_schemas.OldDataOut,
        read=_old,
    ),
)
OF_PEOPLE = (
    _of_person(
        "change",
        "Change what somebody is in a shop",
        _set_member,
        verb_inputs.MemberIn,
        agent={"role": "agent", "limits": [{"currency": "IDR", "each": 10000000}]},
    ),
    _of_person(
        "end",
        "Let somebody belong to a shop no longer",
        lambda ids, _: members.end_membership(context(), ids["shop_id"], ids["seller_id"], actor()),
    ),
    _of_person(
        "reports",
        "Choose which reports go to somebody by mail",
        lambda ids, sent: report_mails.choose(
            context(), ids["shop_id"], ids["seller_id"], actor(), sent["kinds"]
        ),
        verb_inputs.ReportsIn,
        weekly={"kinds": ["week"]},
    ),
)
DESCRIBED = (
    *(
        Endpoint("get", path, summary, answer, [parameter("shop_id")])
        for path, summary, answer in (
            ("/shops/{shop_id}", "Read what an owner has set", verb_schemas.ShopOut),
            ("/shops/{shop_id}/people", "List who belongs to a shop", verb_schemas.PeopleOut),
            ("/shops/{shop_id}/old-data", "List what is past its time", verb_schemas.OldDataOut),
        )
    ),
    *add(OF_SHOPS),
    *add(OF_DATA),
    *add(OF_PEOPLE),
)
