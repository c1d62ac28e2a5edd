"""Choices of the desk's forms, named in the reader's language."""

from __future__ import annotations

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

from integrations.money import DIGITS
from service.domain import places
from service.domain.complaints.causes import CAUSES
from service.web.words import word

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


def countries() -> dict[str, str]:
    """Countries by their names, and none."""
    names = (get_locale() or Locale("en")).territories
    named = {code: names.get(code, code) for code in places.countries()}
    return {"": "", **dict(sorted(named.items(), key=lambda pair: pair[1]))}


def zones() -> dict[str, list[tuple[str, str]]]:
    """Time zones by the part of the world they are in, each with the name of its place."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for zone in places.zones():
        part, _slash, place = zone.partition("/")
        parts.setdefault(part, []).append((zone, (place or part).replace("_", " ")))
    return parts


def currencies() -> list[str]:
    """Codes of currencies."""
    return sorted(DIGITS)


def days() -> dict[str, str]:
    """The days of the week by their numbers, Monday first."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return {str(number): name for number, name in enumerate(names)}


def named_causes() -> dict[str, str]:
    """The causes of complaints by their names."""
    return {cause: word(cause) for cause in CAUSES}
