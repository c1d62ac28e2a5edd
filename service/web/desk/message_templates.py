"""The texts buyers get, for owners: read, change, try, save, go back to the shipped one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.data import LANGUAGES
from service.domain.errors import NotFound, WrongInput
from service.domain.messages import templates, text_check
from service.domain.messages.rendering import Rendered
from service.domain.messages.templates import MessageText, Tone
from service.domain.staff.authority import Permission
from service.operations.messages import custom_texts
from service.operations.shops import settings
from service.web.auth import may
from service.web.i18n import translate
from service.web.request_context import actor, context

blueprint = Blueprint("texts", __name__, url_prefix="/shops/<int:shop_id>/texts")
Answer = Response | str | tuple[str, int]


@blueprint.get("")
@may(Permission.MANAGE)
def overview(shop_id: int) -> str:
    """All texts of a shop in both languages."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        rows = [
            (
                key,
                [
                    (
                        one,
                        custom_texts.text_of(shop, key, one).subject,
                        custom_texts.is_changed(shop, key, one),
                        custom_texts.is_outdated(shop, key, one),
                    )
                    for one in LANGUAGES
                ],
            )
            for key in templates.text_keys()
        ]
        return render_template("admin/texts.html", shop=shop, rows=rows)


@blueprint.get("/<key>/<language>")
@may(Permission.MANAGE)
def text(shop_id: int, key: str, language: str) -> str:
    """One text to be changed, with a sample of it."""
    _check_known(key, language)
    with context().database.reading() as session:
        now = custom_texts.text_of(settings.get(session, shop_id), key, language)
    return _page(shop_id, key, language, now, [])


@blueprint.post("/<key>/<language>")
@may(Permission.MANAGE)
def change(shop_id: int, key: str, language: str) -> Answer:
    """Try or save what was typed, or go back; problems are shown beside the text as typed."""
    _check_known(key, language)
    form = request.form
    typed = MessageText(
        form.get("subject", ""),
        form.get("text", "").replace("\r\n", "\n"),
        form.get("tone", Tone.PLAIN.value),
    )
    what = form.get("do", "")
    try:
        if what == "try":
            text_check.check_text(key, typed, language)
            return _page(shop_id, key, language, typed, [])
        if what == "ship":
            custom_texts.ship_text(context(), shop_id, key, language, actor())
            flash(_("The shipped text is used again."))
        else:
            custom_texts.save_text(context(), shop_id, key, language, typed, actor())
            flash(_("Saved. Buyers get this text from now on."))
    except WrongInput as error:
        return _page(shop_id, key, language, typed, _problems(error)), 422
    return redirect(url_for("texts.text", shop_id=shop_id, key=key, language=language), 303)


def _problems(error: WrongInput) -> list[str]:
    found = error.fields.get("text", [error.text])
    assert isinstance(found, list)
    return [translate(one) for one in found]


def _check_known(key: str, language: str) -> None:
    if key not in templates.text_keys() or language not in LANGUAGES:
        raise NotFound("There is no such text.")


def _page(shop_id: int, key: str, language: str, shown: MessageText, problems: list[str]) -> str:
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        sample: Rendered | None = None
        try:
            sample = custom_texts.sample(shop, key, shown, language)
        except WrongInput as error:
            # Also one that was saved before the check knew better.
            problems = problems or _problems(error)
        return render_template(
            "admin/text.html",
            shop=shop,
            key=key,
            language=language,
            shown=shown,
            problems=problems,
            sample=sample,
            naming=templates.naming_sentences(key, language),
            required=sorted(templates.required(key)),
            offered=sorted(templates.placeholders(key)),
            changed=custom_texts.is_changed(shop, key, language),
        )
