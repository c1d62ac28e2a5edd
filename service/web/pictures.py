"""Sends a picture, to people and to programs: as nothing but a picture, cached by nobody else."""

from __future__ import annotations

from flask import Response

from integrations.pictures import MEDIA_TYPE

SECONDS = 3600
"""How long the browser may show it again from its own cache."""


def picture_answer(content: bytes, media_type: str = MEDIA_TYPE) -> Response:
    """An answer that no browser takes for a page."""
    answer = Response(content, content_type=media_type)
    answer.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = f"private, max-age={SECONDS}"
    return answer
