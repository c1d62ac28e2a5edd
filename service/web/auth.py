"""Who may come in. Every view names its guard; a structure test refuses one that does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response

from service.db.cases import case_queries
from service.db.endpoints import endpoint_queries
from service.db.models import Seller
from service.db.reviews import delivery_queries
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.domain.errors import NotPermitted
from service.domain.staff import authority
from service.domain.staff.authority import Actor, Permission
from service.operations.staff import permits, second_factors, sessions
from service.web.request_context import context

View = TypeVar("View", bound=Callable[..., Any])


def guarded_by(guard: str, view: View) -> View:
    """The view, which says from now on by what it is guarded: tests walk all views and read it."""
    vars(view)["guard"] = guard
    return view


def open_to_all(view: View) -> View:
    """No sign-in: health, sign-in itself."""
    return guarded_by("open", view)


def by_link(view: View) -> View:
    """The signed link in the address is the permission."""
    return guarded_by("link", view)


def sellers_only(view: View) -> View:
    """Signed-in, active sellers; others are sent to the sign-in page."""
    return guarded_by("seller", _signed_in_for(view, None))


def enrolling(view: View) -> View:
    """As `sellers_only`, also for owners who have to set their second factor up before anything else."""
    return guarded_by("seller", _signed_in_for(view, None, enrolling=True))


def may(permission: Permission) -> Callable[[View], View]:
    """Sellers who have this permission in the shop that the address names, by itself or by a case
    or connection of it; where it names none, in any shop. Others' shops are not there."""

    def decorated(view: View) -> View:
        return guarded_by(permission.value, _signed_in_for(view, permission))

    return decorated


def _signed_in_for(view: View, permission: Permission | None, *, enrolling: bool = False) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        seller = sessions.seller_of(context(), str(session.get("key", "")))
        if seller is None:
            # Another tab may show a form already, whose token has to stay good.
            session.pop("key", None)
            onward = request.full_path if request.method == "GET" else None
            return redirect(url_for("auth.sign_in", next=onward), 303)
        with context().database.reading() as database:
            g.seller, g.actor = seller, permits.seller_actor(database, seller.id)
            if not enrolling and _lacks_second_factor(database, seller.id):
                return redirect(url_for("second_factor.page"), 303)
            if permission is not None:
                check(database, g.actor, permission, kwargs)
        return view(*args, **kwargs)

    return cast(View, guarded)


def recognise() -> None:
    """Let a page that asks for nobody, because it is not there, know who is signed in all the same."""
    key = str(session.get("key", ""))
    seller = sessions.seller_of(context(), key) if key and "seller" not in g else None
    if seller is None:
        return
    with context().database.reading() as database:
        if not _lacks_second_factor(database, seller.id):
            g.seller, g.actor = seller, permits.seller_actor(database, seller.id)


def _lacks_second_factor(database: Session, seller_id: int) -> bool:
    everywhere = context().second_factor_of_owners
    return seller_queries.lacks_second_factor(database, seller_id, of_all_owners=everywhere)


def check(
    database: Session, actor: Actor, permission: Permission, named: Mapping[str, Any]
) -> None:
    """Raises `NotFound` and `NotPermitted` for the arguments of a view."""
    shop_id = _shop_of(database, named)
    if shop_id is not None:
        authority.check(actor, permission, shop_id)
    elif permission not in actor.scopes or (
        permission is Permission.DECIDE and not actor.shops(permission)
    ):
        raise NotPermitted(authority.REFUSALS[permission])
    elif permission is Permission.MANAGE and not actor.shops(permission):
        # Who owns none yet may add the first.
        permits.permit_new_shop(database, actor)


def _shop_of(database: Session, named: Mapping[str, Any]) -> int | None:
    """The shop of what an address names; None where it names nothing of a shop. Raises `NotFound`."""
    if "reference" in named:
        return case_queries.case_by_reference(database, named["reference"]).shop_id
    if "connection_id" in named:
        return shop_queries.connection(database, named["connection_id"]).shop_id
    if "delivery_id" in named:
        return delivery_queries.connection_of(database, named["delivery_id"]).shop_id
    if "endpoint_id" in named:
        return endpoint_queries.endpoint(database, named["endpoint_id"]).shop_id
    shop_id: int | None = named.get("shop_id")
    return shop_id


def begin(seller: Seller) -> None:
    """Sign the seller in, in this browser."""
    _start_over()
    session["key"] = sessions.begin(context(), seller.id, request.user_agent.string)
    if seller.language:
        # Pages that ask for nobody, such as one that is not there, speak it too.
        session["language"] = seller.language
    session.permanent = True


def _start_over() -> None:
    """Empty the session, with a token for forms at once: pages that are opened beside each other would
    each make one of their own, of which only the last is good."""
    session.clear()
    g.pop("csrf_token", None)
    generate_csrf()


def come_in(seller: Seller, onward: str = "") -> Response:
    """Sign in who has given a password or used a link; who has a second factor is asked for a code
    first."""
    if second_factors.is_set_up(context(), seller.id):
        language = seller.language or session.get("language")
        _start_over()
        session["door"], session["onward"] = second_factors.door_key(context(), seller), onward
        if language:
            session["language"] = language
        return redirect(url_for("second_step.page"), 303)
    begin(seller)
    return redirect(own_path(onward), 303)


OWN_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")
"""Printable ASCII without a backslash: browsers drop tabs and line ends from an address and read a
backslash as a slash, and two slashes begin the name of another machine."""


def own_path(onward: str, otherwise: str = "") -> str:
    """Where to go on: the address of a page of ours, else another one, else the first page."""
    if OWN_PATH.fullmatch(onward):
        pages = current_app.url_map.bind("")
        with suppress(HTTPException, RoutingException):
            pages.match(onward.partition("?")[0], method="GET")
            return request.script_root + onward
    return otherwise or url_for("waiting.overview")
