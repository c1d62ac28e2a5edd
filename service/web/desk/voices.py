"""Positive voices, for sellers: which reviews the shop's own site shows, and where."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, TextAreaField

from service.db.models import Review, Shop
from service.domain.errors import DomainError, NotFound
from service.domain.reviews.voices import MOST_SHOWN, voices_from_data
from service.domain.staff.authority import Permission
from service.operations.reviews import voices
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.forms import DeskForm, Entry, carry_out
from service.web.desk.paging import next_page
from service.web.errors import refusal, status_of
from service.web.request_context import actor, context, wired

blueprint = Blueprint("voices", __name__, url_prefix="/shops/<int:shop_id>/voices")


class VoicesForm(DeskForm):
    """Whether, at which address, and on which sites."""

    on = BooleanField(lazy("Show positive voices at a public address"))
    slug = Entry(lazy("End of the address"))
    sites = TextAreaField(lazy("Sites that may frame the block, one a line"))

    @classmethod
    def of(cls, shop: Shop) -> VoicesForm:
        """As the shop has it."""
        kept = voices_from_data(shop.voices)
        return cls(on=kept.on, slug=shop.voices_slug or "", sites="\n".join(kept.sites))


@blueprint.get("")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """The settings, the reviews to choose among, and the block as the public sees it."""
    return _page(shop_id)


def _page(shop_id: int, form: VoicesForm | None = None, problem: str = "") -> str:
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        listed = voices.candidates(session, shop, _before())
        on = voices_from_data(shop.voices).on
        address = f"{wired().settings.public_url}/voices/{shop.voices_slug}" if on else ""
        return render_template(
            "desk/voices.html",
            shop=shop,
            form=form or VoicesForm.of(shop),
            problem=problem,
            before=_before(),
            address=address,
            sources=voices.sources(session, shop),
            candidates=[(row, voices.is_shown(row)) for row in listed[: voices.PAGE]],
            onward=(
                next_page("before", listed[voices.PAGE - 1].id)
                if len(listed) > voices.PAGE
                else None
            ),
            most=MOST_SHOWN,
            voices=voices.of_shop(session, shop),
        )


@blueprint.post("")
@may(Permission.MANAGE)
def change(shop_id: int) -> ResponseReturnValue:
    """Save the settings; a refusal is shown with what was typed."""
    form = VoicesForm(request.form)
    status = carry_out(
        form,
        lambda: voices.change(
            context(),
            shop_id,
            actor(),
            on=bool(form.on.data),
            slug=form.value("slug"),
            sites=(form.sites.data or "").split(),
        ),
        "sites",
    )
    if status:
        return _page(shop_id, form), status
    flash(_("Saved."))
    return redirect(url_for("voices.page", shop_id=shop_id), 303)


@blueprint.post("/<int:review_id>/show")
@may(Permission.MANAGE)
def show(shop_id: int, review_id: int) -> ResponseReturnValue:
    """Show a review among the quotes."""
    return _choose(shop_id, review_id, shown=True)


@blueprint.post("/<int:review_id>/leave-out")
@may(Permission.MANAGE)
def leave_out(shop_id: int, review_id: int) -> ResponseReturnValue:
    """Show it no more."""
    return _choose(shop_id, review_id, shown=False)


def _choose(shop_id: int, review_id: int, *, shown: bool) -> ResponseReturnValue:
    try:
        with context().database.reading() as session:
            review = session.get(Review, review_id)
            if review is None or review.shop_id != shop_id:
                raise NotFound("There is no such review.")
        voices.choose(context(), review_id, actor(), shown=shown)
    except NotFound:
        raise
    except DomainError as error:
        return _page(shop_id, problem=refusal(error)), status_of(error)
    address = url_for("voices.page", shop_id=shop_id, before=_before(), _anchor=f"r{review_id}")
    return redirect(address, 303)


def _before() -> int | None:
    """Where the page of the list begins that is looked at; None for the first."""
    return request.args.get("before", type=int)
