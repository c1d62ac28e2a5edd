"""Sends a notice: what it names and still waits, to a person who still belongs to the shop.

A notice whose outcome is not known is sent again, so it may come twice: it only says that something
waits, and reading it does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from integrations.errors import AdapterError, Misconfigured
from integrations.http import Http
from integrations.sentence import Said, Text
from service.db.models import Kind, Notice, NoticeAddress, Seller
from service.db.notices import notice_queries
from service.db.staff import seller_queries
from service.domain.notices.notices import NOTICES, PAUSES, NoticeMove, NoticeState
from service.operations.notices import text
from service.operations.notices.mail import NO_SERVER, send_staff_mail, staff_channel
from service.operations.outbox.failures import Stopping
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work
from service.sentences import say


@dataclass(frozen=True, slots=True)
class _Words:
    """What a notice says."""

    title: str
    text: str
    language: str


def _carry_out(work: Work) -> Steps[None]:
    send = work.write(_begin)
    if send is None:
        return
    try:
        yield Call(send)
    except Stopping:
        raise
    except AdapterError as error:
        work.write(_fail, error.text)
    else:
        work.write(_sent)


def _begin(row: HeldRow) -> Any:
    """What sends it; None where nothing is to be sent, or nothing can."""
    session = row.session
    notice = session.get_one(Notice, row.ref_id)
    address = session.get_one(NoticeAddress, notice.address_id)
    seller = session.get_one(Seller, address.seller_id)
    shops = [member.shop_id for member in seller_queries.memberships(session, seller.id)]
    gone = address.removed_at is not None or not seller.active
    words = None if gone else _words(row, notice, shops, seller)
    if notice.state is not NoticeState.WAITING or words is None:
        if notice.state is NoticeState.WAITING:
            _move(notice, NoticeMove.DROP)
        row.finish()
        return None
    if not address.is_mail:
        try:
            target = row.context.vault.decrypt(address.secrets)["address"]
        except Misconfigured as error:
            _fail(row, error.text)
            return None
        return partial(_by_chat, row.context.http, target, words.title, words.text)
    channel = staff_channel(row.context, session, shops)
    if channel is None:
        _fail(row, NO_SERVER)
        return None
    return partial(
        send_staff_mail,
        channel,
        key=f"notice-{notice.id}",
        to=seller.email,
        subject=words.title,
        text=words.text,
        language=words.language,
    )


def _by_chat(http: Http, address: str, title: str, words: str) -> None:
    from integrations import chat  # noqa: PLC0415 - 5 MB, where people are told by chat

    chat.send(http, address, title, words)


def _words(row: HeldRow, notice: Notice, shops: list[int], seller: Seller) -> _Words | None:
    """None where nothing of it waits any more, or the person has left its shops."""
    if notice.is_test:
        language = seller.language or "en"
        return _Words(say(text.TEST_TITLE, language), say(text.TEST, language), language)
    tasks = [
        task
        for task in notice_queries.open_tasks(row.session, notice.task_ids)
        if task.shop_id in shops
    ]
    if not tasks:
        return None
    language = seller.language or tasks[0].shop.language
    public_url = row.context.links.public_url
    return _Words(
        text.title_of(tasks, language), text.text_of(tasks, public_url, language), language
    )


def _sent(row: HeldRow) -> None:
    notice = row.session.get_one(Notice, row.ref_id)
    _move(notice, NoticeMove.SEND)
    notice.sent_at = row.now
    _say(row, notice, None)
    row.finish()


def _fail(row: HeldRow, why: Said) -> None:
    notice = row.session.get_one(Notice, row.ref_id)
    _say(row, notice, why)
    if notice.is_test or not row.try_again(PAUSES, why):
        _move(notice, NoticeMove.GIVE_UP)
        row.finish(why)


def _move(notice: Notice, how: NoticeMove) -> None:
    notice.state = NOTICES.after(notice.state, how)


def _say(row: HeldRow, notice: Notice, problem: Said | None) -> None:
    """What is wrong stands with the notice and with its address; None: nothing any more."""
    notice.error = row.session.get_one(NoticeAddress, notice.address_id).problem = problem


def _give_up(row: HeldRow, advice: Said) -> None:
    """After a fault of ours: the task itself still waits on its page, the address says why."""
    notice = row.session.get_one(Notice, row.ref_id)
    if notice.state is NoticeState.WAITING:
        _move(notice, NoticeMove.GIVE_UP)
        _say(row, notice, advice)


SEND_NOTICE = Handler(
    kind=Kind.SEND_NOTICE,
    label=Text("sending a notice to somebody of the team"),
    about=Notice,
    carry_out=_carry_out,
    give_up=_give_up,
)
