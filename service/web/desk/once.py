"""A form that makes something makes it once, however often it is sent.

Its page gives it a key (`once` in `macros.html`). Sent again, it leads to what was made: by a page loaded
again, the browser's way back, or a second press while the first is at work.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, flash, make_response, redirect, request
from flask_babel import gettext as _

from service.db import sent_forms
from service.domain.errors import WrongState
from service.web.desk.forms import DeskForm, Hidden
from service.web.request_context import actor, context

View = TypeVar("View", bound=Callable[..., Any])
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


class OnceForm(DeskForm):
    """What a form says that makes something once."""

    form_key = Hidden()


def form_key() -> str:
    """A key for one form of one page."""
    return secrets.token_urlsafe(16)


def once(view: View) -> View:
    """Carry out a press once. The address of what was made is where the answer leads, or, where the
    answer shows a secret itself, its `Content-Location`. A refused press made nothing: it may be sent
    again. Raises `WrongState` while the first press is at work."""

    @wraps(view)
    def done_once(*args: Any, **kwargs: Any) -> Any:
        key = OnceForm(request.form).form_key.data or ""
        database, seller_id = context().database, actor().id
        if not KEY.fullmatch(key):
            return view(*args, **kwargs)
        kept = sent_forms.begin(database, seller_id, key, context().clock.now())
        if kept is not None:
            return _again(kept.made_at)
        try:
            answer = make_response(view(*args, **kwargs))
        except Exception:
            sent_forms.release(database, seller_id, key)
            raise
        if answer.status_code >= 400:
            sent_forms.release(database, seller_id, key)
        else:
            made_at = answer.headers.get("Content-Location") or answer.headers["Location"]
            sent_forms.keep(database, seller_id, key, made_at)
        return answer

    return cast(View, done_once)


def shown_once(page: str, made_at: str) -> Response:
    """A page that shows what is shown this once, of something whose own address is another."""
    answer = make_response(page)
    answer.headers["Content-Location"] = made_at
    return answer


def _again(made_at: str) -> Any:
    if not made_at:
        raise WrongState("This is being done already. Look again in a moment.")
    flash(_("This was done already, by the first press. Nothing was made twice."))
    return redirect(made_at, 303)
