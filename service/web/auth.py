"""Who may come in. Every view names its guard; a structure test refuses one that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from service.db.models import Seller
from service.domain.errors import DomainError, NotPermitted
from service.operations.staff import accounts
from service.web.request_context import context
from service.web.told import told

blueprint = Blueprint("auth", __name__)
limiter = Limiter(get_remote_address, strategy="moving-window")
View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """No sign-in: health, sign-in itself."""
    view.guard = "open"  # type: ignore[attr-defined]
    return view


def by_link(view: View) -> View:
    """The signed link in the address is the permission."""
    view.guard = "link"  # type: ignore[attr-defined]
    return view


def sellers_only(view: View) -> View:
    """Signed-in, active sellers; others are sent to the sign-in page."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        seller = _signed_in()
        if seller is None:
            session.clear()
            onward = request.full_path if request.method == "GET" else None
            return redirect(url_for("auth.sign_in", next=onward), 303)
        g.seller = seller
        return view(*args, **kwargs)

    guarded.guard = "seller"  # type: ignore[attr-defined]
    return cast(View, guarded)


def owners_only(view: View) -> View:
    """Signed-in owners."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.seller.role != "owner":
            raise NotPermitted("Only the owner may do this.")
        return view(*args, **kwargs)

    wrapped = sellers_only(cast(View, guarded))
    wrapped.guard = "owner"  # type: ignore[attr-defined]
    return wrapped


def _signed_in() -> Seller | None:
    with context().database.reading() as database:
        seller = database.get(Seller, session.get("seller", 0))
    if seller is None or not seller.active or seller.session_version != session.get("version"):
        return None
    return seller


def _begin(seller: Seller) -> None:
    session.clear()
    session["seller"], session["version"] = seller.id, seller.session_version
    if seller.language:
        # Pages that ask for nobody, such as one that is not there, speak it too.
        session["language"] = seller.language
    session.permanent = True


def _account() -> str:
    """Whose door is tried: guesses from many addresses at one account are slowed down too."""
    return f"account:{request.form.get('email', '').strip().lower()[:200]}"


def _failed(response: Response) -> bool:
    return response.status_code == 401


@blueprint.get("/sign-in")
@open_to_all
def sign_in_page() -> str:
    """Ask for address and password."""
    return render_template("sign_in.html", problem="", email="")


@blueprint.post("/sign-in")
@open_to_all
@limiter.limit("10 per minute; 60 per hour")
@limiter.limit("10 per 15 minutes", key_func=_account, deduct_when=_failed)
def sign_in() -> Response | tuple[str, int]:
    """Sign in by address and password."""
    email = request.form.get("email", "")
    seller = accounts.sign_in(context(), email, request.form.get("password", ""))
    if seller is None:
        problem = _("This address and password do not belong together.")
        return render_template("sign_in.html", problem=problem, email=email), 401
    _begin(seller)
    return redirect(_safe(request.args.get("next", "")), 303)


def _safe(onward: str) -> str:
    """Only addresses of our own."""
    inside = onward.startswith("/") and not onward.startswith(("//", "/\\"))
    return onward if inside else url_for("admin.waiting")


@blueprint.get("/sign-in/<token>")
@open_to_all
def link_page(token: str) -> str:
    """A sign-in link opens a page with a button, so that a mail scanner does not use it up."""
    return render_template("sign_in_link.html", token=token, problem="")


@blueprint.post("/sign-in/<token>")
@open_to_all
@limiter.limit("10 per minute")
def use_link(token: str) -> Response | tuple[str, int]:
    """Use a sign-in link up."""
    try:
        _begin(accounts.sign_in_by_link(context(), token))
    except DomainError as error:
        return render_template("sign_in_link.html", token="", problem=told(error.message)), 401
    return redirect(url_for("admin.waiting"), 303)


@blueprint.post("/sign-out")
@sellers_only
def sign_out() -> Response:
    """End this session."""
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)
