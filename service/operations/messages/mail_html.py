"""A message as HTML, for channels that show it: it says the same as its text."""

from __future__ import annotations

import html
import re

from service.domain.messages.rendering import LINK


def to_html(text: str) -> str:
    """Plain text as paragraphs: everything escaped, web addresses clickable."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "\n".join(f"<p>{_linked(part)}</p>" for part in paragraphs) + "\n"


def _linked(text: str) -> str:
    parts, end = [], 0
    for match in LINK.finditer(text):
        address = match.group().rstrip(".,;:!?)")
        parts.append(html.escape(text[end : match.start()]))
        safe = html.escape(address, quote=True)
        parts.append(f'<a href="{safe}">{safe}</a>')
        end = match.start() + len(address)
    return "".join([*parts, html.escape(text[end:])]).replace("\n", "<br>\n")
