"""Lets programs in: a bearer token with the permission that each address needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, g, jsonify, request

from service.domain.staff.authority import Permission
from service.operations.staff import tokens
from service.web.auth import check, guarded_by
from service.web.request_context import context

View = TypeVar("View", bound=Callable[..., Any])


def programs_with(permission: Permission) -> Callable[[View], View]:
    """A bearer token with this permission in the shop of what the address names."""

    def decorated(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            program = tokens.actor_of_token(context(), token) if scheme == "Bearer" else None
            if program is None:
                return _not_signed_in()
            g.actor = program
            with context().database.reading() as session:
                check(session, program, permission, kwargs)
            return view(*args, **kwargs)

        vars(guarded)["permission"] = permission
        return cast(View, guarded_by("token", guarded))

    return decorated


def _not_signed_in() -> tuple[Response, int]:
    message = "Send a token: Authorization: Bearer mg_..."
    answer = jsonify(error={"code": "not_signed_in", "message": message, "values": {}})
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer, 401
