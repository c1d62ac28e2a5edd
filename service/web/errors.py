"""Turns domain errors into pages and JSON that say what to do."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from integrations.errors import AdapterError
from integrations.sentence import to_data
from service import logs
from service.domain.errors import (
    DomainError,
    NotFound,
    NotPermitted,
    OverLimit,
    Unconfirmed,
    WrongInput,
    WrongState,
)
from service.web.auth import recognise
from service.web.i18n import translate
from service.web.way_back import way_back

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
RETRY_AFTER = "5"
"""Seconds."""
STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    NotPermitted: 403,
    OverLimit: 403,
    WrongState: 409,
    WrongInput: 422,
    Unconfirmed: 422,
}


def register(app: Flask) -> None:
    """Answer every error in words."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(AdapterError, _adapter)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    # What an answer of the database itself is not: no connection, none free, a disk that is full.
    for away in (OperationalError, InterfaceError, InternalError, PoolTimeout):
        app.register_error_handler(away, _database_away)
    for refused in (DataError, OverflowError, UnicodeEncodeError, RecursionError):
        app.register_error_handler(refused, _not_storable)
    app.register_error_handler(Exception, _unexpected)


def _answer(
    status: int, code: str, message: str, fields: object = None, values: object = None
) -> tuple[Response | str, int]:
    if request.path.startswith("/api/"):
        error = {"code": code, "message": message, "values": values or {}}
        if fields:
            error["fields"] = fields
        body: dict[str, Any] = {"error": error}
        return jsonify(body), status
    return problem_page(message, status)


def problem_page(message: str, status: int) -> tuple[str, int]:
    """Why something was not done, with the way back."""
    if request.endpoint is None:
        recognise()
    # In the log its lines hold it.
    number = logs.named("request") if status >= 500 else ""
    page = render_template(
        "problem.html", message=message, status=status, back=way_back(status), number=number
    )
    return page, status


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal."""
    return STATUS.get(type(error), 400)


def refusal(error: DomainError) -> str:
    """Why something was refused, for a person."""
    return translate(error.text)


def _domain(error: DomainError) -> tuple[Response | str, int]:
    values = to_data(error.text).get("values", {})
    fields = {
        name: problem if isinstance(problem, str) else _shown(problem)
        for name, problem in error.fields.items()
    }
    return _answer(status_of(error), error.code, refusal(error), fields, values)


def _shown(problem: Any) -> str:
    """What is wrong with a field, one sentence or several, in the reader's language."""
    return " ".join(map(translate, problem)) if isinstance(problem, list) else translate(problem)


def _adapter(error: AdapterError) -> tuple[Response | str, int]:
    sentence = _("The platform did not do that: %(what)s", what=translate(error.text))
    return _answer(502, "platform", sentence)


def _csrf(error: CSRFError) -> tuple[Response | str, int]:
    return _answer(400, "csrf", _("This page was open too long. Go back, reload it, try again."))


def _http(error: HTTPException) -> tuple[Response | str, int, list[tuple[str, str]]]:
    status = error.code or 500
    texts = {
        404: _("There is no such page."),
        400: _("This request is not complete. Go back and try again."),
        405: _("This address does not do that."),
        413: _("This is too large for this installation."),
        429: _("Too many tries. Wait a minute, then try again."),
    }
    text = texts.get(status, _("This request cannot be answered."))
    # Allow, Retry-After: what the error says beside its page.
    beside = [pair for pair in error.get_headers() if pair[0] != "Content-Type"]
    return (*_answer(status, error.name.lower().replace(" ", "_"), text), beside)


def _database_away(error: DBAPIError | PoolTimeout) -> tuple[Response | str, int]:
    log.error("the database did not answer (%s)", type(error).__name__)
    text = _("The database does not answer now. Nothing was lost; try again in a minute.")
    body, status = _answer(503, "unavailable", text)
    answer = make_response(body, status)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer, status


def _not_storable(error: Exception) -> tuple[Response | str, int]:
    """Nothing in an address, a form or a program's body that no database can hold names anything of
    ours."""
    log.warning("a request holds what cannot be stored (%s)", type(error).__name__)
    if request.method == "GET":
        return _answer(404, "not_found", _("There is no such page."))
    text = _(
        "This is nested too deep, or holds a number that is too large or characters that cannot be kept."
    )
    return _answer(422, "not_storable", text)


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    log.exception("a request failed")
    text = _("Something went wrong here. Nothing was lost; try again in a minute.")
    return _answer(500, "internal", text)
