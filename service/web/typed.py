"""Strips characters that no database stores from forms and queries: NUL and lone surrogates."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from werkzeug.datastructures import ImmutableMultiDict


def clean_request() -> None:
    """Before each request: the form and the query, as every view reads them."""
    for name in ("args", "form"):
        sent: ImmutableMultiDict[str, str] = getattr(request, name)
        pairs = list(sent.items(multi=True))
        if any(clean(text) != text for pair in pairs for text in pair):
            # The attribute of the request is computed once; this replaces what it holds.
            request.__dict__[name] = ImmutableMultiDict(_cleaned(pairs))


def clean(text: str) -> str:
    """The text without them; half surrogates become question marks."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _cleaned(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return [(clean(name), clean(value)) for name, value in pairs]
