"""Mail to the people of shops: by the installation's own server, else by their shop's connection."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Buyer, Channel, MessageChannel, OutgoingMessage, Role
from integrations.errors import AdapterError
from integrations.sentence import Text
from service.db.shops import shop_queries
from service.domain.shops.connection_states import ConnectionState
from service.operations.context import Context

NO_SERVER = Text(
    "there is no mail server: connect e-mail in the shop, or have MAKEGOOD_SMTP_URL set"
)


def staff_channel(
    context: Context, session: Session, shop_ids: Collection[int]
) -> MessageChannel | None:
    """What carries mail to people of these shops; None where nothing does."""
    if context.staff_mail is not None:
        return context.staff_mail
    for shop_id in sorted(shop_ids):
        for connection in shop_queries.connections_for(session, shop_id, Role.MESSAGES):
            if connection.state is ConnectionState.PAUSED:
                continue
            # One that cannot be made, or of a kind that is not here any more, hides no other.
            with suppress(AdapterError, KeyError):
                if registry.channel(connection.adapter).channel is Channel.EMAIL:
                    return context.channel(connection)
    return None


def send_staff_mail(
    channel: MessageChannel,
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    language: str = "en",
) -> None:
    """Hand over one mail; `key` is the same each time it is tried. Raises an `AdapterError`. No
    transaction may be open."""
    person = Buyer(email=to)
    mail = OutgoingMessage(key, "", person, subject, text, html=html, language=language)
    channel.message(mail)
