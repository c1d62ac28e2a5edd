"""The texts buyers get, for owners: read, change, try, save, go back to the shipped one."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import RadioField, StringField, TextAreaField

from service.data import LANGUAGES
from service.db.messages import text_queries
from service.db.remedies.playbook_queries import latest_cases
from service.db.staff import seller_queries
from service.domain.errors import NotFound, WrongInput
from service.domain.messages import templates, text_check
from service.domain.messages.rendering import Rendered
from service.domain.messages.templates import MessageText, Tone
from service.domain.messages.text_changes import Piece, changes
from service.domain.staff.authority import Permission
from service.operations.messages import custom_texts
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.forms import Choice, DeskForm, carry_out
from service.web.desk.paging import next_page
from service.web.request_context import actor, context
from service.web.words import word

blueprint = Blueprint("message_templates", __name__, url_prefix="/shops/<int:shop_id>/texts")
VERSIONS = 20
SHOWN_CASES = 20
"""How many of the newest cases are offered to preview a text with."""


class MessageTextForm(DeskForm):
    """One text in one language."""

    subject = StringField(lazy("Subject"))
    text = TextAreaField(lazy("Text"))
    tone = RadioField(
        lazy("What {invitation} says, the only sentence that may name the review:"),
        validate_choice=False,
        default=Tone.PLAIN.value,
    )

    case = Choice(lazy("Show it with"), choices=dict)

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
        return render_template("desk/texts.html", shop=shop, rows=rows)


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
def save(shop_id: int, key: str, language: str) -> ResponseReturnValue:
    """Use what was typed from now on; what may not be sent is said beside it."""
    _check_known(key, language)
    form, verb = MessageTextForm(request.form), custom_texts.save_text
    status = carry_out(
        form, lambda: verb(context(), shop_id, key, language, form.typed, actor=actor()), "text"
    )
    if status:
        if form.text.errors:
            form.problem = _("Not saved.")
        return _page(shop_id, key, language, form), status
    flash(_("Saved. Buyers get this text from now on."))
    return redirect(
        url_for("message_templates.text", shop_id=shop_id, key=key, language=language), 303
    )


@blueprint.post("/<key>/<language>/check")
@may(Permission.MANAGE)
def check(shop_id: int, key: str, language: str) -> str:
    """What the check says of what is being typed, a part of the page (static/text_check.js)."""
    _check_known(key, language)
    return render_template(
        "desk/text_check.html", **_looked(key, language, MessageTextForm(request.form))
    )


@blueprint.post("/<key>/<language>/try")
@may(Permission.MANAGE)
def try_it(shop_id: int, key: str, language: str) -> tuple[str, int]:
    """Show a sample of what was typed; nothing is saved."""
    _check_known(key, language)
    form = MessageTextForm(request.form)
    status = carry_out(form, lambda: text_check.check_text(key, form.typed, language), "text")
    return _page(shop_id, key, language, form), status or 200


@blueprint.get("/<key>/<language>/versions")
@may(Permission.MANAGE)
def versions(shop_id: int, key: str, language: str) -> str:
    """All versions of a text, newest first: who, when, and what changed."""
    _check_known(key, language)
    return _versions(shop_id, key, language)


def _versions(shop_id: int, key: str, language: str, refused: DeskForm | None = None) -> str:
    before = request.args.get("before", type=int)
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        rows = text_queries.versions(
            session, shop_id, key, language, most=VERSIONS + 1, before=before
        )
        texts = [custom_texts.said_by(row) for row in rows]
        listed = [
            (row, text, None if older is None else _changes(older, text))
            for row, (text, older) in zip(rows, zip_longest(texts, texts[1:]), strict=True)
        ]
        return render_template(
            "desk/text_versions.html",
            shop=shop,
            key=key,
            language=language,
            listed=listed[:VERSIONS],
            names=seller_queries.actor_names(session),
            newest=text_queries.newest_number(session, shop_id, key, language),
            onward=next_page("before", rows[VERSIONS - 1].number) if len(rows) > VERSIONS else None,
            refused=refused,
        )


def _changes(older: MessageText, newer: MessageText) -> dict[str, list[Piece]]:
    return {
        "subject": changes(older.subject, newer.subject),
        "text": changes(older.text, newer.text),
    }


@blueprint.post("/<key>/<language>/versions/<int:number>/restore")
@may(Permission.MANAGE)
def restore(shop_id: int, key: str, language: str, number: int) -> ResponseReturnValue:
    """Use what an older version says again."""
    _check_known(key, language)
    form, verb = DeskForm(), custom_texts.restore_text
    status = carry_out(form, lambda: verb(context(), shop_id, key, language, number, actor=actor()))
    if status:
        return _versions(shop_id, key, language, form), status
    flash(_("Version %(number)s is used again.", number=number))
    return redirect(
        url_for("message_templates.versions", shop_id=shop_id, key=key, language=language), 303
    )


@blueprint.post("/<key>/<language>/ship")
@may(Permission.MANAGE)
def ship(shop_id: int, key: str, language: str) -> ResponseReturnValue:
    """Go back to the shipped text."""
    _check_known(key, language)
    custom_texts.ship_text(context(), shop_id, key, language, actor())
    flash(_("The shipped text is used again."))
    return redirect(
        url_for("message_templates.text", shop_id=shop_id, key=key, language=language), 303
    )


def _check_known(key: str, language: str) -> None:
    if key not in templates.text_keys() or language not in LANGUAGES:
        raise NotFound("There is no such text.")


def _looked(key: str, language: str, form: MessageTextForm) -> dict[str, Any]:
    """What a page shows of the check: all problems, and the parts that have one in pieces."""
    typed = form.typed
    looked = text_check.look(key, typed, language)
    parts = {"subject": typed.subject, "text": typed.text}
    return {
        "language": language,
        "typed": typed,
        "looked": looked,
        "marked": {
            name: _pieces(
                part, [at for row in looked.refused if row.part == name for at in row.places]
            )
            for name, part in parts.items()
            if any(row.part == name for row in looked.refused)
        },
    }


def _pieces(part: str, places: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A part cut where its refused words begin and end, each piece with whether it is refused."""
    pieces, at = [], 0
    for start, end in sorted(places):
        if start >= at:
            pieces += [(part[at:start], False), (part[start:end], True)]
            at = end
    return [*pieces, (part[at:], False)]


def _page(shop_id: int, key: str, language: str, form: MessageTextForm) -> str:
    tones = templates.naming_sentences(key, language)
    form.tone.choices = {str(tone): f"{word(tone)}: {sentence}" for tone, sentence in tones.items()}
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        cases = {case.reference: case for case in latest_cases(session, shop_id, most=SHOWN_CASES)}
        form.case.choices = {
            "": _("made-up values"),
            **{name: f"{name} · {case.review.product_name}" for name, case in cases.items()},
        }
        sample: Rendered | None = None
        try:
            chosen = cases.get(form.case.data or "")
            sample = custom_texts.sample(shop, key, form.typed, language, chosen)
        except WrongInput as error:
            # Also one that was saved before the check knew better.
            if not form.errors:
                form.refuse(error, "text")
        return render_template(
            "desk/text.html",
            shop=shop,
            key=key,
            form=form,
            sample=sample,
            required=sorted(templates.required(key)),
            offered=sorted(templates.placeholders(key)),
            changed=custom_texts.is_changed(shop, key, language),
            has_versions=text_queries.newest_number(session, shop_id, key, language) > 0,
            **_looked(key, language, form),
        )
