"""No address, query, form or program's body that a database refuses ends in a 500, on any route."""

from __future__ import annotations

import re

import pytest
import requests
from werkzeug.routing import Rule

from service.app import create_app
from service.operations.staff import tokens
from tests import hostile
from tests.world import World

HOSTILE = {
    "zero": "%00",
    "zero inside": "a%00b",
    "half surrogate": "%ED%A0%80",
    "no UTF-8": "%FF%FE",
    "over 64 bits": str(2**63),
    "over 128 bits": str(2**200),
    "negative": "-1",
    "over 4300 digits": "9" * 4400,
    "not finite": "NaN",
    "exponent": "1e999",
    "line separator": "%E2%80%A8",
    "long": "x" * 3000,
}
FORM = {
    "email": "a\0@x.example",
    "name": "a\0b",
    "reason": "a\0b",
    "comment": "a\0b",
    "amount": "9" * 400,
    "minor": str(2**70),
    "threshold": str(2**70),
    "order_id": "\0",
    "solved": "no",
    "rows-0-currency": "\0",
    "rows-0-each": "9" * 400,
    "rows-99999999999999999999-each": "5",
    "days": "\0",
    "roles": "\0",
    "make_good": str(2**70),
    "proposal": str(2**70),
    "password": "p\0",
    "zone": "\0",
    "language": "\0",
    "cases_from": "99999-99-99",
}


def rules(world: World) -> list[Rule]:
    return [
        rule for rule in create_app(world.wired).url_map.iter_rules() if rule.rule != "/metrics"
    ]


def path_of(rule: Rule, value: str) -> str:
    return re.sub(r"<[^>]+>", value, rule.rule)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_route_fails_at_a_hostile_address_or_query(world: World, name: str) -> None:
    browser, value = world.browser(), HOSTILE[name]
    query = "&".join(
        f"{each}={value}"
        for each in ("after", "before", "page", "q", "state", "shop", "from", "to", "limit", "next")
    )
    failed = {
        f"{path}?{query if asked else ''}": answer.status_code
        for rule in rules(world)
        if "GET" in (rule.methods or ())
        for asked in (False, True)
        for path in [path_of(rule, value)]
        for answer in [browser.get(f"{path}?{query}" if asked else path)]
        if answer.status_code == 500
    }

    assert failed == {}


def test_no_form_fails_at_what_no_database_keeps(world: World) -> None:
    world.rate(1)
    world.work()
    browser, case = world.browser(), world.case()
    known = {
        "reference": case.reference,
        "connection_id": str(world.connection_id),
        "shop_id": str(world.shop_id),
    }
    failed = {}
    for rule in rules(world):
        if "POST" not in (rule.methods or ()) or rule.rule.startswith(("/api/", "/sign-out")):
            continue
        for value in ("1", str(2**63), "%00"):
            names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
            path = re.sub(r"<[^>]+>", "{}", rule.rule).format(
                *(known.get(name, value) for name in names)
            )
            status = browser.post(path, FORM).status_code
            if status == 500:
                failed[path] = status

    assert failed == {}


@pytest.mark.parametrize(
    "body",
    [
        b"\0",
        b'{"a": "\\u0000"}',
        b'{"reason": "\\ud800", "proposal": 1}',
        b'{"proposal": 1e999}',
        b'{"proposal": ' + b"9" * 5000 + b"}",
        b'{"proposal": 99999999999999999999999}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"NaN",
        b"\xff",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_no_program_call_fails_at_a_hostile_body(world: World, body: bytes) -> None:
    token = tokens.add_token(world.context, world.owner, "t")
    client = create_app(world.wired).test_client()
    failed = {}
    for rule in rules(world):
        if not rule.rule.startswith("/api/"):
            continue
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            answer = client.open(
                path_of(rule, "1"),
                method=method,
                data=body,
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            if answer.status_code == 500:
                failed[rule.rule] = answer.text[:200]

    assert failed == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_webhook_address_fails(world: World, name: str) -> None:
    import requests  # noqa: PLC0415

    answer = requests.post(f"{world.url}/webhooks/{HOSTILE[name]}", data=b"{}", timeout=10)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "odd", ["zero inside", "half surrogate", "too long", "many digits", "markup"]
)
def test_buyer_may_write_anything_behind_a_real_link(world: World, odd: str) -> None:
    world.rate(1)
    world.work()
    case = world.case()
    link = world.context.links.buyer("answer", case.messages[0].id)

    form = {"solved": "no", "stars": odd, "comment": hostile.TEXTS[odd].encode("utf-8", "replace")}
    answer = requests.post(link, data=form, timeout=30)

    assert answer.status_code in (200, 400, 413, 422)
    assert world.browser().get(f"/cases/{case.reference}").status_code == 200
