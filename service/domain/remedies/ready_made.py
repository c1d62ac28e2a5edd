"""The playbooks that ship, of which a shop chooses one to begin with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cache

from integrations.sentence import Text
from service.data import read_file
from service.domain.remedies import playbook_file
from service.domain.remedies.playbook import Playbook, Rule
from service.domain.remedies.playbook_data import playbook_from_data


class ReadyMade(StrEnum):
    """A shipped playbook, by its file."""

    CAREFUL = "careful"
    BALANCED = "balanced"
    GENEROUS = "generous"


LABELS: Mapping[ReadyMade, Text] = {
    ReadyMade.CAREFUL: Text("Careful"),
    ReadyMade.BALANCED: Text("Balanced"),
    ReadyMade.GENEROUS: Text("Generous"),
}
ABOUT: Mapping[ReadyMade, Text] = {
    ReadyMade.CAREFUL: Text("Little by itself: vouchers first, low upper limits."),
    ReadyMade.BALANCED: Text("What most shops begin with: resend or refund what went wrong."),
    ReadyMade.GENEROUS: Text("More for each complaint; buyers of broken items choose."),
}


@cache
def ready_made(kind: ReadyMade) -> Playbook:
    """A shipped playbook. Its rules also go by the words that ship for their causes."""
    playbook = playbook_file.read(read_file("playbooks", f"{kind}.toml"))
    words: dict[str, list[str]] = tomllib.loads(read_file("playbooks", "words.toml"))
    return replace(playbook, rules=tuple(_with_words(rule, words) for rule in playbook.rules))


def _with_words(rule: Rule, words: Mapping[str, list[str]]) -> Rule:
    of_causes = tuple(word for cause in rule.when.causes for word in words.get(cause, ()))
    return replace(rule, when=replace(rule.when, words=of_causes))


def playbook_of(kept: Mapping[str, object]) -> Playbook:
    """The playbook of what a shop keeps; the balanced one where it keeps nothing."""
    return playbook_from_data(kept) if kept else ready_made(ReadyMade.BALANCED)
