"""Which reports go to whom by mail: for oneself, and by owners for everybody in their shops."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.domain.reports.mails import EVERY
from service.domain.reports.periods import PeriodKind
from service.operations.notices import report_mails
from service.web.auth import sellers_only
from service.web.desk.forms import DeskForm, Ticks, carry_out
from service.web.i18n import label
from service.web.request_context import actor, context

blueprint = Blueprint("report_mails", __name__, url_prefix="/me/reports")


def kinds() -> list[tuple[str, str]]:
    """How often reports go out."""
    return [(kind.value, label(EVERY[kind])) for kind in PeriodKind]


class KindsForm(DeskForm):
    """Which reports go to one person of a shop."""

    kinds = Ticks("", choices=kinds)


@blueprint.get("")
@sellers_only
def overview() -> str:
    """Oneself in each shop, and everybody in shops of one's own."""
    return _page()


def _page(problem: str = "") -> str:
    listed = report_mails.readers(context(), actor())
    return render_template(
        "desk/report_mails.html",
        readers=[(reader, _form(reader)) for reader in listed],
        problem=problem,
    )


def _form(reader: report_mails.Reader) -> KindsForm:
    key = f"reports-{reader.shop.id}-{reader.seller.id}"
    return KindsForm(key=key, kinds=[row.kind.value for row in reader.subscriptions])


@blueprint.post("/<int:shop_id>/<int:seller_id>")
@sellers_only
def choose(shop_id: int, seller_id: int) -> ResponseReturnValue:
    """Let reports of the ticked kinds go there, and no others."""
    form, verb = KindsForm(request.form), report_mails.choose
    chosen = [PeriodKind(kind) for kind in form.kinds.data or () if kind in set(PeriodKind)]
    status = carry_out(form, lambda: verb(context(), shop_id, seller_id, actor(), chosen))
    if status:
        return _page(form.problem), status
    flash(_("Saved."))
    return redirect(url_for("report_mails.overview"), 303)
