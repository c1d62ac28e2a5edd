"""The API: tokens, cases, decisions, refusals in one shape."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from sqlalchemy import select

from integrations.money import Money
from integrations.sandbox.ledger import add_line
from integrations.sandbox.seed import SCARF
from service.db.models import ApiToken
from service.domain.staff.authority import OPERATOR, Actor, SellerRole
from service.operations.cases.order_choice import choose_order
from service.operations.staff import members, tokens
from tests.operations.steps import agent, rated, refund
from tests.web.pages import post_unreadable
from tests.world import World

Answer = tuple[int, dict[str, Any]]


class Program:
    """Something that calls the API with a token."""

    def __init__(self, world: World, seller: Actor | None = None) -> None:
        self.base = f"{world.url}/api/v1"
        self.token = tokens.add_token(world.context, seller or world.owner, "test")
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str) -> Answer:
        """Read."""
        answer = requests.get(self.base + path, headers=self.headers, timeout=10)
        return answer.status_code, answer.json()

    def post(self, path: str, body: Any) -> Answer:
        """Decide; `bytes` go as they are."""
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        answer = requests.post(self.base + path, headers=self.headers, timeout=10, **sent)
        return answer.status_code, answer.json()


@pytest.fixture(name="program")
def _program(world: World) -> Program:
    return Program(world)


def _address(world: World, verb: str = "") -> str:
    return f"/cases/{world.cases()[-1].reference}" + (f"/{verb}" if verb else "")


@pytest.mark.parametrize("path", ["/cases", "/cases/MG-1", "/deliveries"])
@pytest.mark.parametrize(
    "header",
    ["", "Bearer ", "Bearer mg_nosuch", "Basic {token}", "{token}"],
    ids=["none", "empty", "unknown", "scheme", "bare"],
)
def test_program_without_a_good_token_is_refused(
    world: World, program: Program, path: str, header: str
) -> None:
    headers = {"Authorization": header.format(token=program.token)} if header else {}

    answer = requests.get(f"{world.url}/api/v1{path}", headers=headers, timeout=10)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_token_is_kept_as_a_hash_only(world: World, program: Program) -> None:
    with world.context.database.reading() as session:
        kept = session.scalars(select(ApiToken)).one()

    assert program.token not in f"{kept.hash}{kept.name}"
    assert len(kept.hash) == 64


def test_revoked_token_is_refused(world: World, program: Program) -> None:
    before = program.get("/cases")[0]
    with world.context.database.reading() as session:
        number = session.scalars(select(ApiToken.id)).one()

    tokens.revoke_token(world.context, number, OPERATOR)

    assert (before, program.get("/cases")[0]) == (200, 401)


def test_token_of_a_seller_who_was_shut_out_is_refused(world: World) -> None:
    seller = agent(world)
    program = Program(world, seller)
    before = program.get("/cases")[0]

    members.set_active(world.context, seller.id, OPERATOR, active=False)

    assert (before, program.get("/cases")[0]) == (200, 401)


def test_program_reads_and_approves_a_case_once(world: World, program: Program) -> None:
    rated(world)
    _, listed = program.get("/cases?state=awaiting_approval")
    reference = listed["cases"][0]["reference"]
    _, case = program.get(f"/cases/{reference}")
    wanted = {"proposal_id": case["proposal_id"], "number": 0}

    approved = program.post(f"/cases/{reference}/approve", wanted)
    again = program.post(f"/cases/{reference}/approve", wanted)
    world.work()

    assert (approved[0], approved[1]["state"], again[0]) == (200, "approved", 409)
    assert again[1]["error"]["code"] == "wrong_state"
    assert len(world.ledger()["made"]) == 1
    decision = world.case().decisions[0]
    assert (decision.actor, decision.seller_id) == ("program:1", world.owner.id)


def test_program_approves_another_make_good(world: World, program: Program) -> None:
    rated(world)
    changed = {"action": "refund", "amount_minor": 700000, "currency": "idr"}

    status, case = program.post(_address(world, "approve"), {"changed": changed})
    world.work()

    assert (status, case["make_goods"][0]["amount_minor"]) == (200, 700000)
    assert world.ledger()["made"][0]["amount_minor"] == 700000


@pytest.mark.parametrize("body", [{}, {"reason": "yes"}, {"number": None}, {"changed": None}])
def test_nothing_is_approved_that_was_not_named(
    world: World, program: Program, body: dict[str, Any]
) -> None:
    rated(world)

    status, said = program.post(_address(world, "approve"), body)

    assert (status, said["error"]["code"]) == (422, "wrong_input")
    assert (world.case().state, world.case().make_goods) == ("awaiting_approval", [])


def test_lines_are_named_where_there_are_several(world: World, program: Program) -> None:
    order_id = rated(world)
    add_line(world.sandbox.ledger, order_id, SCARF)
    choose_order(world.context, world.case().id, str(order_id), actor=world.owner)
    changed = {"action": "resend", "amount_minor": 1, "currency": "IDR"}

    status, _ = program.post(_address(world, "approve"), {"changed": changed})

    assert (status, world.case().make_goods) == (422, [])


def test_outdated_proposal_is_refused(world: World, program: Program) -> None:
    order_id = rated(world, 3, "kurang bagus")
    seen = program.get(_address(world))[1]["proposal_id"]
    world.rate(1, "Salah kirim barang", order_id)
    world.work()

    status, said = program.post(_address(world, "approve"), {"proposal_id": seen, "number": 0})

    assert (status, said["error"]["code"]) == (409, "wrong_state")


def test_roles_and_limits_hold(world: World) -> None:
    rated(world)
    viewer = Program(world, world.seller("viewer@example.test", SellerRole.VIEWER))
    limited = Program(world, agent(world, IDR=1000))
    small = {"changed": {"action": "refund", "amount_minor": 1000, "currency": "IDR"}}

    answers = [
        viewer.get(_address(world)),
        viewer.post(_address(world, "approve"), {}),
        viewer.post(_address(world, "decline"), {"reason": "no"}),
        limited.post(_address(world, "approve"), {"number": 0}),
        limited.post(_address(world, "approve"), small),
    ]

    told = [(status, said.get("error", {}).get("code")) for status, said in answers]
    assert told == [
        (200, None),
        (403, "not_permitted"),
        (403, "not_permitted"),
        (403, "over_limit"),
        (200, None),
    ]


@pytest.mark.parametrize(
    ("verb", "body", "named"),
    [
        ("decline", {"reason": "no", "why": "x"}, ["why"]),
        ("decline", {}, ["reason"]),
        ("decline", {"reason": ""}, ["reason"]),
        ("approve", {"number": "0"}, ["number"]),
        ("approve", {"number": -1}, ["number"]),
        (
            "approve",
            {"changed": {"action": "gift", "amount_minor": 0, "currency": "IDR"}},
            ["changed.action", "changed.amount_minor"],
        ),
        (
            "approve",
            {"changed": {"action": "refund", "amount_minor": 1.5, "currency": "IDR"}},
            ["changed.amount_minor"],
        ),
        (
            "approve",
            {
                "changed": {
                    "action": "voucher",
                    "amount_minor": 1,
                    "currency": "IDR",
                    "expires_days": 0,
                }
            },
            ["changed.expires_days"],
        ),
    ],
)
def test_wrong_field_is_refused_by_its_name(
    world: World, program: Program, verb: str, body: dict[str, Any], named: list[str]
) -> None:
    rated(world)

    status, said = program.post(_address(world, verb), body)

    assert (status, said["error"]["code"]) == (422, "wrong_input")
    assert sorted(said["error"]["fields"]) == named
    assert world.case().state == "awaiting_approval"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"number=0"])
def test_body_that_is_no_json_object_decides_nothing(
    world: World, program: Program, body: bytes
) -> None:
    rated(world)

    status, said = program.post(_address(world, "approve"), body)

    assert (status, said["error"]["code"]) == (422, "wrong_input")
    assert world.case().make_goods == []


def test_amount_in_an_unknown_currency_is_refused(world: World, program: Program) -> None:
    rated(world)
    changed = {"action": "refund", "amount_minor": 1, "currency": "ZZZ"}

    status, said = program.post(_address(world, "approve"), {"changed": changed})

    assert (status, "IDR" in said["error"]["message"]) == (422, True)


def test_declining_keeps_the_reason(world: World, program: Program) -> None:
    rated(world)

    status, case = program.post(_address(world, "decline"), {"reason": "not ours"})

    assert (status, case["state"]) == (200, "declined")
    assert world.case().decisions[0].reason == "not ours"


def test_pages_are_complete_and_overlap_nowhere(world: World, program: Program) -> None:
    for _ in range(5):
        world.rate(1)
    world.work()
    found: list[str] = []
    onward = ""

    for _ in range(3):
        _, page = program.get(f"/cases?most=2{onward}")
        found += [case["reference"] for case in page["cases"]]
        onward = f"&before={page['next']}"

    assert page["next"] is None
    assert found == [case.reference for case in reversed(world.cases())]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("most=0", "most"),
        ("most=101", "most"),
        ("most=x", "most"),
        ("before=x", "before"),
        ("state=nosuch", "state.0"),
        ("states=opened", "states"),
        ("most=1&most=2", "most"),
    ],
)
def test_wrong_query_is_refused_by_its_name(program: Program, query: str, named: str) -> None:
    status, said = program.get(f"/cases?{query}")

    assert (status, list(said["error"]["fields"])) == (422, [named])


def test_several_states_may_be_asked_for(world: World, program: Program) -> None:
    order_id = rated(world)
    rated(world)
    world.rate(5, "baik", order_id)
    world.work()

    _, both = program.get("/cases?state=closed&state=awaiting_approval")
    _, closed = program.get("/cases?state=closed")

    assert (len(both["cases"]), len(closed["cases"])) == (2, 1)


def test_deliveries_that_need_attention_are_listed_without_their_bodies(
    world: World, program: Program
) -> None:
    post_unreadable(world, b'{"buyer": "Sari"}')
    world.work()

    _, said = program.get("/deliveries")

    (delivery,) = said["deliveries"]
    assert delivery["connection_id"] == world.connection_id
    assert delivery["note"]
    assert "Sari" not in str(said)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nosuch", 404),
        ("GET", "/cases/MG-NOSUCH", 404),
        ("DELETE", "/cases", 405),
        ("POST", "/cases/MG-NOSUCH/approve", 404),
    ],
)
def test_every_refusal_has_one_shape(program: Program, method: str, path: str, status: int) -> None:
    answer = requests.request(
        method, program.base + path, headers=program.headers, json={}, timeout=10
    )

    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "values"}


def test_page_and_program_share_one_refund_limit(world: World, program: Program) -> None:
    order_id = rated(world)
    too_much = {"action": "refund", "amount_minor": 10**12, "currency": "IDR"}

    status, said = program.post(_address(world, "approve"), {"changed": too_much})

    assert (status, "can still be refunded" in said["error"]["message"]) == (422, True)
    assert refund(order_id).amount == Money(1_000_000, "IDR")


def test_program_undoes_what_it_approved_while_it_is_held(world: World, program: Program) -> None:
    rated(world)
    world.set_shop(hold_seconds=20)
    _, before = program.get(_address(world))

    status, held = program.post(_address(world, "approve"), {"number": 0})
    [make_good] = held["make_goods"]
    assert (status, make_good["state"]) == (200, "held")
    assert make_good["held_until"] == "2026-11-24T03:00:20+00:00"

    status, undone = program.post(_address(world, "undo"), {})
    world.clock.move(minutes=1)
    world.work()

    assert (status, undone["state"]) == (200, before["state"])
    assert undone["make_goods"][0]["state"] == "cancelled"
    assert world.ledger()["made"] == []
    assert program.post(_address(world, "undo"), {})[0] == 409
