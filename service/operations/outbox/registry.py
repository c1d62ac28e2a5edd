"""All kinds of outbox work. A new one is a `Handler` in the module of its subject, and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from service.db.models import Kind
from service.operations.cases import expire, find_order
from service.operations.endpoints import sending as events
from service.operations.messages import mailboxes, sending
from service.operations.notices import report_sending
from service.operations.notices import sending as notices
from service.operations.outbox.handler import Handler
from service.operations.remedies import attempts, holds, offers, voucher_looks
from service.operations.reviews import ingest, refetch
from service.operations.shops import connection_check

HANDLERS: Mapping[Kind, Handler] = {
    handler.kind: handler
    for handler in (
        ingest.READ_DELIVERY,
        find_order.FIND_ORDER,
        attempts.MAKE_GOOD,
        sending.SEND_MESSAGE,
        expire.END_CASE,
        offers.END_OFFER,
        holds.END_HOLD,
        refetch.LOOK,
        refetch.POLL,
        connection_check.CHECK,
        voucher_looks.LOOK_AT_VOUCHERS,
        events.SEND_EVENT,
        notices.SEND_NOTICE,
        report_sending.SEND_REPORT,
        mailboxes.READ_MAILBOX,
    )
}
