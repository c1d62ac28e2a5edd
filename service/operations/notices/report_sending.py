"""Sends the report of a period to one person, once.

That it is handed over is written down before. Where nobody knows what came of it, because the line
broke or the worker died, it is not sent again: the report stands on its page, and the reader's page says
so.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from integrations.errors import AdapterError
from integrations.sentence import Said, Text
from service.db.models import Kind, ReportMail, ReportSubscription, Seller, Shop
from service.db.reports import kept_totals
from service.db.staff import seller_queries
from service.domain.reports.mails import PAUSES, REPORT_MAILS, ReportMailMove, ReportMailState
from service.domain.reports.periods import Period
from service.operations.notices.mail import NO_SERVER, send_staff_mail, staff_channel
from service.operations.notices.report_text import Report
from service.operations.outbox.failures import Stopping
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work

PERHAPS = Text("nobody knows whether the last one got there: it was not sent again")


def _carry_out(work: Work) -> Steps[None]:
    send = work.write(_begin)
    if send is None:
        return
    try:
        yield Call(send)
    except Stopping:
        work.write(_not_tried)
        raise
    except AdapterError as error:
        work.write(_fail, error.text, error.outcome == "unknown")
    else:
        work.write(_sent)


def _begin(row: HeldRow) -> Any:
    """What sends it; None where nothing is to be sent, or nothing can."""
    session = row.session
    mail = session.get_one(ReportMail, row.ref_id)
    subscription = session.get_one(ReportSubscription, mail.subscription_id)
    if mail.state is not ReportMailState.WAITING:
        row.finish()
        return None
    if mail.tried_at is not None:
        _fail(row, PERHAPS, True)
        return None
    seller = session.get_one(Seller, subscription.seller_id)
    member = seller_queries.membership(session, subscription.shop_id, seller.id)
    if member is None or subscription.removed_at is not None:
        _move(mail, ReportMailMove.DROP)
        row.finish()
        return None
    channel = staff_channel(row.context, session, [subscription.shop_id])
    if channel is None:
        _fail(row, NO_SERVER, False)
        return None
    report = _report(row, mail, subscription, seller)
    mail.tried_at = row.now
    return partial(
        send_staff_mail,
        channel,
        key=f"report-{mail.id}",
        to=seller.email,
        subject=report.title,
        text=report.text,
        html=report.html,
        language=report.language,
    )


def _report(
    row: HeldRow, mail: ReportMail, subscription: ReportSubscription, seller: Seller
) -> Report:
    shop = row.session.get_one(Shop, subscription.shop_id)
    period = Period(subscription.kind, mail.first_day, mail.zone)
    totals = partial(kept_totals.totals, row.session, [shop])
    language, address = seller.language or shop.language, row.context.links.public_url
    return Report(
        shop, period, totals(period), totals(period.before), language=language, public_url=address
    )


def _sent(row: HeldRow) -> None:
    mail = row.session.get_one(ReportMail, row.ref_id)
    _move(mail, ReportMailMove.SEND)
    mail.sent_at = row.now
    row.session.get_one(ReportSubscription, mail.subscription_id).problem = None
    row.finish()


def _not_tried(row: HeldRow) -> None:
    row.session.get_one(ReportMail, row.ref_id).tried_at = None


def _fail(row: HeldRow, why: Said, may_have_gone: bool) -> None:
    mail = row.session.get_one(ReportMail, row.ref_id)
    subscription = row.session.get_one(ReportSubscription, mail.subscription_id)
    subscription.problem = PERHAPS if may_have_gone else why
    if may_have_gone:
        _move(mail, ReportMailMove.LOSE_SIGHT)
        row.finish(why)
        return
    mail.tried_at = None
    if not row.try_again(PAUSES, why):
        _move(mail, ReportMailMove.GIVE_UP)
        row.finish(why)


def _move(mail: ReportMail, how: ReportMailMove) -> None:
    mail.state = REPORT_MAILS.after(mail.state, how)


def _give_up(row: HeldRow, advice: Said) -> None:
    """After a fault of ours: the report stands on its page."""
    mail = row.session.get_one(ReportMail, row.ref_id)
    if mail.state is ReportMailState.WAITING:
        _move(mail, ReportMailMove.GIVE_UP)
        row.session.get_one(ReportSubscription, mail.subscription_id).problem = advice


SEND_REPORT = Handler(
    kind=Kind.SEND_REPORT,
    label=Text("sending a report to somebody of the team"),
    about=ReportMail,
    carry_out=_carry_out,
    give_up=_give_up,
)
