"""Telephone numbers in E.164: `+` and digits, one form for each number.

By `phonenumbers`, a port of Google's libphonenumber with its tables of all countries' numbering plans.
"""

from __future__ import annotations

from functools import lru_cache

from integrations.text import line

LONGEST = 40


@lru_cache(maxsize=4096)
def e164(typed: str, country: str = "") -> str:
    """The number, read as people of `country` (ISO 3166 alpha-2, '' for none) write it: `0812 ...` or
    `+62 812 ...`; '' where it can be nobody's."""
    written = line(typed)
    if not written or len(written) > LONGEST:
        return ""
    import phonenumbers  # noqa: PLC0415 - 3 MB, where buyers have telephones

    try:
        number = phonenumbers.parse(written, country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def for_reading(number: str) -> str:
    """A number as people read it, such as `+62 812-3456-7890`."""
    import phonenumbers  # noqa: PLC0415

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, form))
