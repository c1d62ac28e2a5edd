"""The header `Idempotency-Key`: a writing call that a program makes again, because it did not hear the
answer, is answered as it was and not carried out again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, make_response, request

from integrations.sentence import Text
from service.db import api_answers
from service.domain.errors import WrongInput, WrongState
from service.web.request_context import actor, context

View = TypeVar("View", bound=Callable[..., Any])
HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[!-~]{1,255}")


def once(view: View) -> View:
    """Calls with a key are carried out once; refused ones were not carried out, so that their key
    may be used again."""

    @wraps(view)
    def done_once(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        if not KEY.fullmatch(key):
            raise _wrong(Text("An Idempotency-Key is 1 to 255 visible ASCII characters."))
        database, token_id = context().database, actor().id
        reference = str(kwargs.get("reference", ""))
        request_hash, now = _request_hash(), context().clock.now()
        kept = api_answers.begin(
            database, token_id, key, request_hash, reference=reference, now=now
        )
        if kept is not None:
            return _again(kept.request_hash == request_hash, kept.status, kept.body)
        try:
            answer = make_response(view(*args, **kwargs))
        except Exception:
            api_answers.release(database, token_id, key)
            raise
        api_answers.keep(database, token_id, key, answer.status_code, answer.get_data(as_text=True))
        return answer

    return cast(View, done_once)


def _request_hash() -> str:
    parts = [request.method.encode(), request.full_path.encode(), request.get_data()]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _again(is_same: bool, status: int, body: str) -> Response:
    if not is_same:
        raise _wrong(Text("This Idempotency-Key was used for another call. Send a new one."))
    if not status:
        raise WrongState("This call is being carried out. Ask again in a moment.")
    answer = Response(body, status, mimetype="application/json")
    answer.headers[REPLAYED] = "true"
    return answer


def _wrong(sentence: Text) -> WrongInput:
    return WrongInput(sentence, fields={HEADER: sentence})
