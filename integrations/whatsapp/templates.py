"""Approved templates, as the seller enters them: which one stands for which message in which language.

`confirmation:id=kabar_pesanan/id, *:en=order_news/en_US`: kind and language of our message, name and language
of the template. `*` is any kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.entries import WrongEntry
from integrations.sentence import N_

ENTRY = re.compile(r"([a-z_]{1,40}|\*|message):([a-z]{2})=([a-z0-9_]{1,512})/([a-zA-Z_]{2,10})")
PARAMETERS = ("name", "text", "reference")
USUAL = "name text"
WRONG = N_(
    "“%(entry)s” is not readable: write such as confirmation:id=kabar_pesanan/id, several with commas between"
)


@dataclass(frozen=True, slots=True)
class Template:
    """A template's name and the code of its language."""

    name: str
    language: str


def templates_of(values: Mapping[str, str]) -> dict[tuple[str, str], Template]:
    """The templates by kind of message and language; raises `WrongEntry`."""
    named: dict[tuple[str, str], Template] = {}
    for entry in values.get("templates", "").split(","):
        if not entry.strip():
            continue
        match = ENTRY.fullmatch(entry.strip())
        if match is None:
            raise WrongEntry(WRONG, field="templates", entry=entry.strip()[:100])
        kind, language, name, code = match.groups()
        named[kind, language] = Template(name, code)
    return named


def template_for(values: Mapping[str, str], kind: str, language: str) -> Template | None:
    """The template for a message (kind '' is a person's own words: `message`); None: there is none."""
    named = templates_of(values)
    return named.get((kind or "message", language[:2])) or named.get(("*", language[:2]))


def parameters_of(values: Mapping[str, str]) -> list[str]:
    """What fills the template's places, in their order; raises `WrongEntry`."""
    typed = values.get("parameters", "").strip() or USUAL
    names = [] if typed == "none" else typed.replace(",", " ").split()
    if not set(names) <= set(PARAMETERS):
        raise WrongEntry(
            "must be words of these: %(them)s",
            field="parameters",
            them=", ".join((*PARAMETERS, "none")),
        )
    return names
