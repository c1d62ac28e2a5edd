"""How a shop thanks buyers, for owners, and what the page of a case shows of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, Form, FormField, TextAreaField

from integrations.money import Money
from service.db.models import Case, Shop
from service.db.remedies import thanks_queries
from service.domain.remedies.thanks import (
    GESTURES,
    LEAST_APART,
    MOST_DAYS,
    SHIPPED,
    Gesture,
    Profile,
    thanks_from_data,
)
from service.domain.staff.authority import Permission
from service.operations.remedies import thanks
from service.operations.shops import settings
from service.operations.shops import thanks as thanks_settings
from service.web.auth import may
from service.web.desk.forms import (
    Choice,
    DeskForm,
    Entry,
    Rows,
    carry_out,
    limit_rows,
    read_limits,
    whole_number,
)
from service.web.i18n import label
from service.web.request_context import actor, context

blueprint = Blueprint("thanks", __name__, url_prefix="/shops/<int:shop_id>/thanks")
_DAYS = whole_number(LEAST_APART, MOST_DAYS)


def gestures() -> dict[str, str]:
    """The gestures in the reader's language."""
    return {gesture.value: label(text) for gesture, text in GESTURES.items()}


class _VoucherRow(Form):
    currency = Entry(lazy("Currency"))
    amount = Entry(lazy("Amount"))


class _ProfileFields(Form):
    name = Entry(lazy("Name"))
    likes = Entry(lazy("What such a buyer likes; buyers read this"))
    gesture = Choice(lazy("What fits"), choices=gestures)


class ThanksForm(DeskForm):
    """All settings; each profile is a group of fields of its name."""

    on = BooleanField(lazy("Buyers may be thanked"))
    apart_days = Entry(lazy("Days between a thanks and an invitation about a review"), check=_DAYS)
    again_days = Entry(lazy("Days until the same buyer may be thanked again"), check=_DAYS)
    otherwise = Choice(lazy("For buyers of whom nothing is known"), choices=gestures)
    early_access = TextAreaField(lazy("What is opened early, and when"))
    vouchers = Rows(FormField(_VoucherRow))
    voucher_days = Entry(
        lazy("Days for which the voucher is good"), check=whole_number(1, MOST_DAYS)
    )
    red = FormField(_ProfileFields)
    yellow = FormField(_ProfileFields)
    green = FormField(_ProfileFields)
    purple = FormField(_ProfileFields)

    @classmethod
    def of(cls, shop: Shop) -> ThanksForm:
        """As the shop has it."""
        kept = thanks_from_data(shop.thanks)
        profiles: dict[str, Any] = {
            profile.value: {
                "name": label(preference.name),
                "likes": label(preference.likes),
                "gesture": preference.gesture.value,
            }
            for profile, preference in kept.profiles.items()
        }
        return cls(
            on=kept.on,
            apart_days=str(kept.apart_days),
            again_days=str(kept.again_days),
            otherwise=kept.otherwise.value,
            early_access=kept.early_access,
            vouchers=limit_rows({code: {"amount": minor} for code, minor in kept.vouchers.items()}),
            voucher_days=str(kept.voucher_days),
            **profiles,
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Amounts are read by the currency of their row."""
        whole = super().validate(extra_validators)
        limits = read_limits([row.form for row in self.vouchers], ("amount",))
        wrong = any(field.errors for row in self.vouchers for field in row.form)
        self.amounts = {code: row["amount"] for code, row in limits.items()}
        return whole and not wrong

    @property
    def kept(self) -> dict[str, Any]:
        """The settings as they are stored; what is as it ships is left to what ships."""
        return {
            "on": bool(self.on.data),
            "apart_days": self.value("apart_days"),
            "again_days": self.value("again_days"),
            "otherwise": self.otherwise.data,
            "early_access": (self.early_access.data or "").strip(),
            "vouchers": self.amounts,
            "voucher_days": self.value("voucher_days"),
            "profiles": {profile.value: self._profile(profile) for profile in Profile},
        }

    def _profile(self, profile: Profile) -> dict[str, str]:
        group: Any = self[profile.value]
        form, shipped = group.form, SHIPPED[profile]
        typed = {"name": form["name"].data or "", "likes": form["likes"].data or ""}
        own = {
            name: text.strip()
            for name, text in typed.items()
            if text.strip() and text.strip() != label(getattr(shipped, name))
        }
        return {**own, "gesture": form["gesture"].data}


@blueprint.get("")
@may(Permission.MANAGE)
def page(shop_id: int) -> str:
    """The settings."""
    shop = _shop(shop_id)
    return _page(shop, ThanksForm.of(shop))


@blueprint.post("")
@may(Permission.MANAGE)
def change(shop_id: int) -> Response | tuple[str, int]:
    """Save them; a refusal is shown with what was typed."""
    form = ThanksForm(request.form)
    status = carry_out(
        form, lambda: thanks_settings.change(context(), shop_id, actor(), form.kept), "early_access"
    )
    if status:
        return _page(_shop(shop_id), form), status
    flash(_("Saved."))
    return redirect(url_for("thanks.page", shop_id=shop_id), 303)


def _shop(shop_id: int) -> Shop:
    with context().database.reading() as session:
        return settings.get(session, shop_id)


def _page(shop: Shop, form: ThanksForm) -> str:
    profiles = [form[profile.value] for profile in Profile]
    return render_template("desk/thanks.html", shop=shop, form=form, profiles=profiles)


def shown(session: Session, case: Case) -> dict[str, Any]:
    """What the page of a case shows: nothing where the shop thanks nobody and nobody was thanked."""
    kept = thanks_from_data(case.shop.thanks)
    given = [each for each in thanks_queries.given(session, case) if each.case_id == case.id]
    solved = bool(case.answers) and case.closed_at is None
    if not given and not (kept.on and solved):
        return {"thanking": None}
    now, profile = context().clock.now(), thanks_queries.profile_of(session, case)
    refusal, rule = thanks.refusal(session, case, now), thanks.rule_thanks(session, case)
    return {
        "thanking": {
            "given": [(each, thanks.may_take_back(each)) for each in given],
            "refusal": refusal,
            "profile": profile,
            "profiles": kept.profiles,
            "fits": kept.fits(profile, rule),
            "gestures": [] if refusal else _gestures(session, case, kept.fits(profile, rule)),
        }
    }


def _gestures(session: Session, case: Case, fitting: Gesture | None) -> list[dict[str, Any]]:
    """Each gesture with why it cannot be made, the one that fits first."""
    now = context().clock.now()
    rows = []
    for gesture, text in GESTURES.items():
        untold = thanks.untold(context(), session, case, gesture, now)
        is_voucher = gesture is Gesture.VOUCHER and untold is None
        amount: Money | None = thanks.voucher(case).amount if is_voucher else None
        rows.append(
            {
                "name": gesture.value,
                "label": text,
                "untold": untold,
                "amount": amount,
                "fits": gesture is fitting,
            }
        )
    return sorted(rows, key=lambda row: not row["fits"])
