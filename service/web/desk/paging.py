"""Pages of a list: where the next one begins."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request


def next_page(name: str, last: object) -> str:
    """The address of the next page: the same list, which goes on at the last row shown."""
    return f"?{urlencode({**request.args.to_dict(), name: last})}"
