"""HTML that people typed, as plain text."""

from __future__ import annotations

import re

from markupsafe import Markup

from integrations.text import without_endless_entities


def plain(text: str) -> str:
    """Its paragraphs and lines without tags; the same for a text that has none."""
    sound = without_endless_entities(text).replace("\r\n", "\n")
    broken = re.sub(r"<br\s*/?>\n?", "\n", sound, flags=re.IGNORECASE)
    broken = re.sub(r"</p>\s*", "\n\n", broken, flags=re.IGNORECASE)
    # Nothing is declared safe here: the tags are taken out.
    lines = (Markup(line).striptags() for line in broken.split("\n"))  # noqa: S704
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).replace("\0", "").strip()
