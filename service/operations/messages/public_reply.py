"""The public reply under a review: always a person's click, at most once. Posted by Makegood in front of
them where the platform has a call for it, else by themselves, with the checked words to copy."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import PublicReply, Role
from integrations.errors import may_have_acted, reason_of
from integrations.sentence import Said, Text
from service.db.cases import case_queries
from service.db.models import Case, Connection, Reply
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import WrongState
from service.domain.messages import replies
from service.domain.messages.calls import CallState
from service.domain.messages.replies import OPEN, REPLIES, ReplyMove
from service.domain.messages.states import MessageState
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.messages import texts
from service.operations.messages.send_check import reaches_buyer
from service.operations.staff.permits import permit

SECONDS = 20.0
"""How long a person waits for the platform."""
PUBLIC = "public_reply"
"""What history calls it."""
_DEEDS: Mapping[ReplyMove, str] = {
    ReplyMove.HAND_OVER: "released",
    ReplyMove.TAKE_BY_HAND: "released",
    ReplyMove.CONFIRM: "sent",
    ReplyMove.REFUSE: "needs_attention",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the platform allows: its rules in words, and letters at most. `by_hand`: Makegood cannot post
    it there, a person does. `private_first`: the buyer can be written to, and was not yet. `draft`: words to begin
    with."""

    platform: str
    rules: Text
    longest: int
    by_hand: bool
    private_first: bool
    draft: str


def allowed(session: Session, case: Case, *, reached: bool) -> Allowed | None:
    """What a public reply to this case's review may be; None where there is nothing to reply to.
    `reached`: whether the buyer can be written to."""
    if case.review.withdrawn or case.erased_at is not None:
        return None
    connection = session.get_one(Connection, case.review.connection_id)
    target = registry.reply_rules(connection.adapter)
    by_api = Role.REPLIES in connection.roles and registry.posts_replies(
        connection.adapter, connection.values
    )
    written = _was_written_to(case)
    return Allowed(
        platform=connection.name,
        rules=target.reply_rules,
        longest=target.longest_reply,
        by_hand=not by_api,
        private_first=not written and reached,
        draft=texts.public_reply(session, case, written=written),
    )


def _was_written_to(case: Case) -> bool:
    """Something went to the buyer that only they read, or they were called."""
    sent = any(message.state is MessageState.SENT for message in case.messages)
    return sent or any(call.state is CallState.REACHED for call in case.calls)


def keep(context: Context, case_id: int, actor: Actor, text: str) -> None:
    """Keep a draft, which is a task until it is posted or dropped; without words there is none.
    Raises `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        case = _locked(session, case_id, actor)
        now = context.clock.now()
        if text.strip():
            _draft(case, text)
            history.note(session, case, "drafted", at=now, actor=actor, new=PUBLIC)
        elif case.reply is not None:
            _refuse_unless_open(case.reply)
            session.delete(case.reply)
            case.reply = None
            history.note(session, case, "stopped", at=now, actor=actor, new=PUBLIC)


def post(
    context: Context, case_id: int, actor: Actor, text: str, *, confirmed: bool = False
) -> None:
    """Post it now. Raises `NotPermitted`, `WrongInput` for words that may not stand in public,
    `Unconfirmed` for those to read again, `WrongState` with the platform's reason where it was not
    posted, or nobody knows."""
    connection, reply = _hand_over(context, case_id, actor, text, confirmed=confirmed)
    try:
        with context.http.within(SECONDS):
            vendor_id = context.replies(connection).reply(reply)
    except Exception as error:
        reason = reason_of(error)
        if may_have_acted(error):
            _lose_sight(context, case_id, actor, reason)
            raise WrongState(
                "It is not known whether the reply was posted: %(why)s", why=reason
            ) from error
        _settle(context, case_id, actor, ReplyMove.REFUSE, reason)
        raise WrongState("The reply was not posted: %(why)s", why=reason) from error
    _settle(context, case_id, actor, ReplyMove.CONFIRM, vendor_id=vendor_id)


def take_by_hand(
    context: Context, case_id: int, actor: Actor, text: str, *, confirmed: bool = False
) -> None:
    """Keep these words, checked as if they were posted, for a person to post; a task till they say what
    became of it. Raises as `post`."""
    with context.database.transaction() as session:
        case = _locked(session, case_id, actor)
        reply = _checked(context, session, case, text, confirmed=confirmed)
        _move(session, case, reply, ReplyMove.TAKE_BY_HAND, at=context.clock.now(), actor=actor)


def say_posted(context: Context, case_id: int, actor: Actor, *, posted: bool) -> None:
    """A person has looked whether the reply stands there; raises `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        case = _locked(session, case_id, actor)
        how = ReplyMove.CONFIRM if posted else ReplyMove.REFUSE
        _move(session, case, _reply_of(case), how, at=context.clock.now(), actor=actor)


def _hand_over(
    context: Context, case_id: int, actor: Actor, text: str, *, confirmed: bool
) -> tuple[Connection, PublicReply]:
    """Written down as of unknown outcome before it is handed over."""
    with context.database.transaction() as session:
        case = _locked(session, case_id, actor)
        reply = _checked(context, session, case, text, confirmed=confirmed, by_call=True)
        # Its task is there already if nothing comes after this.
        _move(session, case, reply, ReplyMove.HAND_OVER, at=context.clock.now(), actor=actor)
        connection = session.get_one(Connection, case.review.connection_id)
        return connection, PublicReply(reply.key, case.review.platform_id, reply.text)


def _checked(
    context: Context,
    session: Transaction,
    case: Case,
    text: str,
    *,
    confirmed: bool,
    by_call: bool = False,
) -> Reply:
    """The draft with words that may stand in public; raises as `post`."""
    rules = allowed(session, case, reached=reaches_buyer(context, session, case))
    if rules is None or (by_call and rules.by_hand):
        raise WrongState("No public reply can be posted under this review.")
    words = text.replace("\r\n", "\n").strip()
    language = texts.language_of(case, shop_queries.shop(session, case.shop_id))
    replies.check_reply(words, language, rules.longest, confirmed=confirmed)
    replies.refuse_secrets(words, _secrets(case))
    replies.ask_to_go_private_first(needed=rules.private_first, confirmed=confirmed)
    return _draft(case, words)


def _secrets(case: Case) -> list[str]:
    buyer, order = buyer_of(case), case.order
    codes = [make_good.code for make_good in case.make_goods]
    street = buyer.address.splitlines()[:1]
    return [*codes, buyer.email, buyer.phone, *street, case.order_id, str(order.get("number", ""))]


def _locked(session: Transaction, case_id: int, actor: Actor) -> Case:
    case = case_queries.locked_case(session, case_id)
    permit(session, actor, Permission.DECIDE, case.shop_id)
    return case


def _draft(case: Case, text: str) -> Reply:
    """The reply of this case with these words; raises `WrongState` for one that was handed over."""
    if case.reply is None:
        case.reply = Reply(key=secrets.token_urlsafe(24), text=text, state=REPLIES.first)
    _refuse_unless_open(case.reply)
    case.reply.text, case.reply.reason = text, None
    return case.reply


def _refuse_unless_open(reply: Reply) -> None:
    if reply.state not in OPEN:
        raise WrongState(Text(REPLIES.refusal, state=REPLIES.labels[reply.state]))


def _reply_of(case: Case) -> Reply:
    if case.reply is None:
        raise WrongState("There is no public reply.")
    return case.reply


def _settle(
    context: Context,
    case_id: int,
    actor: Actor,
    how: ReplyMove,
    reason: Said | None = None,
    *,
    vendor_id: str = "",
) -> None:
    """Note what came of handing it over."""
    with context.database.transaction() as session:
        case, now = case_queries.locked_case(session, case_id), context.clock.now()
        reply = _reply_of(case)
        reply.vendor_id = vendor_id
        _move(session, case, reply, how, at=now, actor=actor, reason=reason)


def _lose_sight(context: Context, case_id: int, actor: Actor, reason: Said) -> None:
    """Nobody knows whether it stands there, so a person looks."""
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        _reply_of(case).reason = reason
        now = context.clock.now()
        history.note(
            session, case, "needs_attention", at=now, actor=actor, new=PUBLIC, detail=reason
        )


def _move(
    session: Transaction,
    case: Case,
    reply: Reply,
    how: ReplyMove,
    *,
    at: datetime,
    actor: Actor,
    reason: Said | None = None,
) -> None:
    reply.state, reply.reason = REPLIES.after(reply.state, how), reason
    if how is ReplyMove.CONFIRM:
        reply.posted_at = at
    history.note(session, case, _DEEDS[how], at=at, actor=actor, new=PUBLIC, detail=reason)
