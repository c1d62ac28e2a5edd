"""What platforms, laws and channels say of writing to buyers, for owners: each rule with its source, and
which of them to look up before relying on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask_babel import get_locale
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Role
from integrations.sentence import Said, Text, Words
from service.db.models import Shop
from service.db.shops import shop_queries
from service.domain.messages.ladder import CHANNELS
from service.domain.messages.policy import Policies
from service.domain.messages.policy_data import (
    Entry,
    Layer,
    Ruling,
    channel_entries,
    law_entries,
)
from service.domain.messages.policy_doubts import doubt_of
from service.domain.staff.authority import Permission
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.choices import countries
from service.web.request_context import context

blueprint = Blueprint("policies", __name__, url_prefix="/shops/<int:shop_id>/asking")
RULINGS = {
    Ruling.YES: Text("yes"),
    Ruling.NEUTRAL: Text("not forbidden"),
    Ruling.BASIS: Text("with a basis only"),
    Ruling.TOOL: Text("by the platform's own form only"),
    Ruling.NO: Text("no"),
    Ruling.UNKNOWN: Text("not known, so no"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule as the page shows it; `doubt`: why to look it up first."""

    name: Said
    entry: Entry
    doubt: Text | None

    @property
    def note(self) -> str:
        """What else is to be known, in the reader's language."""
        note, language = self.entry.note, str(get_locale())
        return note.get(language) or note.get("en", "")

    @property
    def answers(self) -> list[tuple[Text, Text]]:
        """What it says to each kind of message."""
        return [
            (Text("Writing about help"), RULINGS[self.entry.contact]),
            (Text("Asking whether it is solved"), RULINGS[self.entry.resolution_check]),
            (Text("Inviting to update a review"), RULINGS[self.entry.ask_update]),
        ]


def shown(session: Session, shop: Shop, today: date) -> list[Shown]:
    """The rules that hold for a shop: its platforms in its region, all laws, all channels."""
    region = shop.asking.get("region", "")
    platforms = [
        (Words(connection.name), Policies.load(registry.policy(connection.adapter)).showing(region))
        for connection in shop_queries.connections_for(session, shop.id, Role.REVIEWS)
    ]
    laws = [(_countries(entry), entry) for entry in law_entries()]
    kinds = {str(channel): name for channel, name in CHANNELS.items()}
    channels = [
        (kinds.get(entry.names[0], Words(entry.names[0])), entry) for entry in channel_entries()
    ]
    rules = [*platforms, *laws, *channels]
    return [Shown(name, entry, doubt_of(entry, today)) for name, entry in rules]


def _countries(entry: Entry) -> Said:
    if entry.names == ("*",):
        return Text("all other countries")
    named = countries()
    return Words(", ".join(sorted(named.get(code, code) for code in entry.names)))


@blueprint.get("")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """All rules; those to look up first."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        rules = shown(session, shop, context().clock.now().date())
        return render_template(
            "desk/policies.html",
            shop=shop,
            doubtful=[rule for rule in rules if rule.doubt],
            sound=[rule for rule in rules if not rule.doubt],
            layers={
                Layer.PLATFORM: Text("Platform"),
                Layer.LAW: Text("Law"),
                Layer.CHANNEL: Text("Channel"),
            },
        )
