"""The texts buyers get, for owners: read, change, try, save, go back to the shipped one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField, TextAreaField

from service.data import LANGUAGES
from service.domain.errors import NotFound, WrongInput
from service.domain.messages import templates, text_check
from service.domain.messages.rendering import Rendered
from service.domain.messages.templates import MessageText, Tone
from service.domain.staff.authority import Permission
from service.operations.messages import custom_texts
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.forms import DeskForm, carry_out
from service.web.request_context import actor, context
from service.web.words import word

blueprint = Blueprint("texts", __name__, url_prefix="/shops/<int:shop_id>/texts")
Answer = Response | tuple[str, int]


class MessageTextForm(DeskForm):
    """One text in one language."""

    subject = StringField(lazy("Subject"))
    text = TextAreaField(lazy("Text"))
    tone = RadioField(
        lazy("What {invitation} says, the only sentence that may name the review:"),
        validate_choice=False,
        default=Tone.PLAIN.value,
    )

    @property
    def typed(self) -> MessageText:
        """What was typed."""
        text = (self.text.data or "").replace("\r\n", "\n")
        return MessageText(self.subject.data or "", text, self.tone.data or Tone.PLAIN.value)


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
                        language,
                        custom_texts.text_of(shop, key, language).subject,
                        custom_texts.is_changed(shop, key, language),
                        custom_texts.is_outdated(shop, key, language),
                    )
                    for language in LANGUAGES
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
        kept = custom_texts.text_of(settings.get(session, shop_id), key, language)
    form = MessageTextForm(subject=kept.subject, text=kept.text, tone=str(kept.tone))
    return _page(shop_id, key, language, form)


@blueprint.post("/<key>/<language>")
@may(Permission.MANAGE)
def save(shop_id: int, key: str, language: str) -> Answer:
    """Use what was typed from now on; what may not be sent is said beside it."""
    _check_known(key, language)
    form, verb = MessageTextForm(request.form), custom_texts.save_text
    status = carry_out(
        form, lambda: verb(context(), shop_id, key, language, form.typed, actor()), "text"
    )
    if status:
        return _page(shop_id, key, language, form), status
    flash(_("Saved. Buyers get this text from now on."))
    return redirect(url_for("texts.text", shop_id=shop_id, key=key, language=language), 303)


@blueprint.post("/<key>/<language>/try")
@may(Permission.MANAGE)
def try_it(shop_id: int, key: str, language: str) -> tuple[str, int]:
    """Show a sample of what was typed; nothing is saved."""
    _check_known(key, language)
    form = MessageTextForm(request.form)
    status = carry_out(form, lambda: text_check.check_text(key, form.typed, language), "text")
    return _page(shop_id, key, language, form), status or 200


@blueprint.post("/<key>/<language>/ship")
@may(Permission.MANAGE)
def ship(shop_id: int, key: str, language: str) -> Answer:
    """Go back to the shipped text."""
    _check_known(key, language)
    custom_texts.ship_text(context(), shop_id, key, language, actor())
    flash(_("The shipped text is used again."))
    return redirect(url_for("texts.text", shop_id=shop_id, key=key, language=language), 303)


def _check_known(key: str, language: str) -> None:
    if key not in templates.text_keys() or language not in LANGUAGES:
        raise NotFound("There is no such text.")


def _page(shop_id: int, key: str, language: str, form: MessageTextForm) -> str:
    tones = templates.naming_sentences(key, language)
    form.tone.choices = {str(tone): f"{word(tone)}: {sentence}" for tone, sentence in tones.items()}
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        sample: Rendered | None = None
        try:
            sample = custom_texts.sample(shop, key, form.typed, language)
        except WrongInput as error:
            # Also one that was saved before the check knew better.
            if not form.errors:
                form.refuse(error, "text")
        return render_template(
            "admin/text.html",
            shop=shop,
            key=key,
            language=language,
            form=form,
            sample=sample,
            required=sorted(templates.required(key)),
            offered=sorted(templates.placeholders(key)),
            changed=custom_texts.is_changed(shop, key, language),
        )
