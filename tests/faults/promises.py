"""The promises, looked up in both books: the shop's ledger and Makegood's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Case, Delivery, OutboxRow
from tests.world import World

PEOPLE = (
    "outcome_unknown",
    "refused",
    "needs_attention",
    "try_again",
    "send_now",
    "not_sent",
    "stopped",
)
"""Words that are there only when a person had to go on, or what was planned was stopped."""
UNORDERED = ("sent receipt", "sent confirmation")
"""Sent beside the other work, so that their place among it is free."""


def nothing_is_held(world: World) -> None:
    """What a dead worker held is in other hands or free when the lease has ended."""
    with world.context.database.reading() as session:
        held = session.scalars(
            select(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.claim_token.is_not(None))
        ).all()
    assert not held, f"still held after the lease: {[(each.kind, each.step) for each in held]}"


def nothing_is_stuck(world: World) -> None:
    """Open work is due later; what was given up says why."""
    now = world.clock.now()
    with world.context.database.reading() as session:
        late = session.scalars(
            select(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.due_at <= now)
        ).all()
        mute = session.scalars(
            select(OutboxRow).where(OutboxRow.given_up.is_(True), OutboxRow.note == "")
        ).all()
        waiting = session.scalars(select(Delivery).where(Delivery.state == "waiting")).all()
    assert not late, f"due and not done: {[(each.kind, each.note) for each in late]}"
    assert not mute, "given up without a word"
    assert not waiting, "a delivery was never read"


def one_effect(world: World, case: Case, minor: int | None) -> None:
    """The shop did it once, and both books say the same."""
    made = world.sandbox.ledger.rows("SELECT * FROM made WHERE order_id = ?", case.order_id)
    assert len(made) == 1, f"carried out {len(made)} times"
    (make_good,) = case.make_goods
    if make_good.kind == "resend":
        # Whatever was asked for, a resend costs what its lines were paid.
        lines = [line for line in case.order["lines"] if line["id"] in make_good.line_ids]
        minor = sum(line["paid"] for line in lines)
    assert (make_good.state, make_good.amount_minor) == ("done", minor)
    (book,) = made
    assert (book["reference"], book["amount_minor"]) == (make_good.reference, minor)
    assert book["action"] == make_good.kind
    assert not [attempt for attempt in make_good.attempts if attempt.outcome == "open"]
    assert [str(decision.kind) for decision in case.decisions].count("approve") == 1


def messages_at_most_once(world: World, case: Case) -> None:
    """Each message was sent once or stopped with a reason, and the mailbox agrees."""
    got_there = world.sandbox.ledger.rows(
        "SELECT key FROM message WHERE order_id = ?", case.order_id
    )
    box = Counter(each["key"].rpartition("-")[0] for each in got_there)
    for message in case.messages:
        if message.state == "received":
            continue
        got = box.pop(f"{case.reference}-m{message.id}", 0)
        assert message.state in ("sent", "stopped"), (
            f"{message.step} is {message.state}: {message.reason}"
        )
        assert got == (1 if message.state == "sent" else 0), f"{message.step} came {got} times"
        assert message.state == "sent" or message.reason, (
            f"{message.step} was stopped without a reason"
        )
    assert not box, "the mailbox holds what was never planned"


REMINDED = "sent resolution_reminder"
"""Where a death is noticed days late, the buyer is asked again before the answer, else not."""


def history_is_complete(case: Case, words: Sequence[str]) -> None:
    """Each expected word once and in order; others only where a person had to go on."""
    told = [_word(entry.what, entry.new) for entry in case.history]
    rest = [line for line in told if line.split(" ")[0] not in PEOPLE and line != REMINDED]
    expected = [*words, "sent receipt"]
    assert sorted(rest) == sorted(expected), f"history: {told}"
    ordered = [each for each in rest if each not in UNORDERED]
    assert ordered == [word for word in words if word not in UNORDERED], f"history: {told}"
    stopped = [message for message in case.messages if message.state == "stopped"]
    assert told.count("stopped") == len(stopped), f"history: {told}"
    times = [entry.at for entry in case.history]
    assert times == sorted(times)


def _word(what: str, new: str) -> str:
    return f"{what} {new}" if what in ("planned", "sent", "answered") else what


def delivery_keys(session: Session) -> set[str]:
    """The ids of all stored deliveries."""
    return set(session.scalars(select(Delivery.key)))


def read_once(world: World, case: Case) -> None:
    """One review, a version for each change, one delivery for each callback."""
    book = world.sandbox.ledger
    review: Any = book.row("SELECT * FROM review WHERE order_id = ?", case.order_id)
    assert case.review.platform_id == f"r{review['id']}"
    assert len(case.review.versions) == review["version"]
    with world.context.database.reading() as session:
        cases = session.scalars(select(Case).where(Case.review_id == case.review_id)).all()
        keys = delivery_keys(session)
    assert len(cases) == 1
    # The database refuses a key twice; what is looked for here is one that never came in.
    assert keys == {row["delivery"] for row in book.rows("SELECT delivery FROM callback")}
