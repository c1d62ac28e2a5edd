"""What the forms of the desk let one choose from, named in the reader's language."""

from __future__ import annotations

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

from integrations.money import DIGITS
from service.domain import places

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


def countries() -> dict[str, str]:
    """Countries by their names, and none."""
    names = (get_locale() or Locale("en")).territories
    named = {code: names.get(code, code) for code in places.countries()}
    return {"": "", **dict(sorted(named.items(), key=lambda pair: pair[1]))}


def zones() -> dict[str, str]:
    """Time zones by their names."""
    return {zone: zone.replace("_", " ") for zone in places.zones()}


def currencies() -> dict[str, str]:
    """Codes of currencies, and none."""
    return {code: code for code in ("", *sorted(DIGITS))}


def days() -> dict[str, str]:
    """The days of the week by their numbers, Monday first."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return {str(number): name for number, name in enumerate(names)}
