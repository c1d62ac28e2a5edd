"""The ladder of channels: which ways to a buyer are tried in which order, by how grave the complaint is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from integrations.contract import Channel
from integrations.sentence import Text
from service.domain import fields

WHERE = Text("channels")
Ladder = tuple[Channel, ...]


class Severity(StrEnum):
    """Each has a ladder of its own."""

    ORDINARY = "ordinary"
    GRAVE = "grave"


SEVERITIES: Mapping[Severity, Text] = {
    Severity.ORDINARY: Text("Usual complaints"),
    Severity.GRAVE: Text("Grave complaints: health, safety or law"),
}
CHANNELS: Mapping[Channel, Text] = {
    Channel.PLATFORM: Text("messages of the platform"),
    Channel.EMAIL: Text("e-mail"),
    Channel.WHATSAPP: Text("WhatsApp"),
    Channel.SMS: Text("SMS"),
    Channel.TELEPHONE: Text("a call by telephone"),
}


def ladders_from_data(data: object) -> dict[Severity, Ladder]:
    """Read a shop's ladders; one that is absent is as the shop connected its channels. Raises
    `WrongInput` naming the key."""
    table = fields.table(data, WHERE, [severity.value for severity in Severity])
    return {severity: _ladder(table, severity) for severity in Severity if severity.value in table}


def ladders_to_data(ladders: Mapping[Severity, Ladder]) -> dict[str, list[str]]:
    """Plain data that `ladders_from_data` reads back to equal ladders."""
    return {severity.value: [rung.value for rung in ladder] for severity, ladder in ladders.items()}


def _ladder(table: Mapping[str, object], severity: Severity) -> Ladder:
    names = fields.texts(table, severity.value, WHERE)
    channels = {channel.value for channel in Channel}
    if not set(names) <= channels or len(set(names)) != len(names):
        problem = Text("must name each of these once at most: %(them)s", them=", ".join(channels))
        raise fields.wrong(WHERE, severity.value, problem)
    if not names:
        problem = Text("must hold one channel at least")
        raise fields.wrong(WHERE, severity.value, problem)
    return tuple(Channel(name) for name in names)


def usual(connected: Sequence[Channel]) -> Ladder:
    """The ladder of a shop that set none: its channels in the order in which it connected them."""
    return tuple(dict.fromkeys(connected))


def raised(ladder: Ladder, channel: Channel) -> Ladder:
    """The ladder with this rung tried one earlier."""
    at = ladder.index(channel)
    if at == 0:
        return ladder
    return (*ladder[: at - 1], channel, ladder[at - 1], *ladder[at + 1 :])


def lowered(ladder: Ladder, channel: Channel) -> Ladder:
    """The ladder with this rung tried one later."""
    at = ladder.index(channel)
    return ladder if at + 1 == len(ladder) else raised(ladder, ladder[at + 1])
