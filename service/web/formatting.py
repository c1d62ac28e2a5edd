"""How amounts and times look on the pages: in the reader's language, the installation's zone."""

from __future__ import annotations

import datetime as dates
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from flask import g
from flask_babel import format_date, format_timedelta, get_locale

from integrations.money import Money
from service.domain.messages.zones import exists
from service.localization import amount_text, field_text
from service.web.request_context import context


def money(minor: int, currency: str) -> str:
    """An amount as the reader's country writes it."""
    return amount_text(Money(minor, currency), str(get_locale() or "en"))


def use_zone(zone: str) -> None:
    """Show the times of this page in a shop's zone, where it is one."""
    if exists(zone):
        g.zone = ZoneInfo(zone)


def when(at: datetime | None, zone: str = "") -> str:
    """A day and time, short; with the year where it is not this one. `zone`: of whom it concerns,
    else the page's."""
    if at is None:
        return "-"
    place = ZoneInfo(zone) if exists(zone) else g.zone
    local, locale = at.astimezone(place), get_locale() or Locale("en")
    this_year = context().clock.now().astimezone(place).year
    day = format_skeleton("MMMd" if local.year == this_year else "yMMMd", local, locale=locale)
    return f"{day}, {format_skeleton('Hm', local, locale=locale)}"


def date(day: dates.date) -> str:
    """A day."""
    return str(format_date(day, "medium"))


def ago(at: datetime) -> str:
    """How long ago something was, such as `2 minutes ago`."""
    passed = min(at - context().clock.now(), timedelta(seconds=-1))
    return str(format_timedelta(passed, granularity="minute", add_direction=True))


def clock(at: datetime) -> str:
    """A time of day to the second, on this page's zone."""
    locale = get_locale() or Locale("en")
    return format_skeleton("Hms", at.astimezone(g.zone), locale=locale)


def plain(minor: int, currency: str) -> str:
    """An amount for a field to be edited."""
    return field_text(Money(minor, currency), str(get_locale() or "en"))
