"""A shop's playbook, for owners: the rules in order, the draft, its dry run, files and versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from service.db.remedies import playbook_queries
from service.db.shops import first_steps
from service.db.staff import seller_queries
from service.domain.errors import WrongInput
from service.domain.remedies import bounds, playbook_edits, playbook_file
from service.domain.remedies.playbook_data import playbook_from_data
from service.domain.remedies.ready_made import ABOUT, LABELS, ReadyMade
from service.domain.staff.authority import Permission
from service.operations.remedies import dry_run, playbook_drafts, playbooks
from service.operations.shops import settings
from service.web.auth import may
from service.web.desk.forms import DeskForm, carry_out
from service.web.desk.paging import next_page
from service.web.desk.playbook_forms import (
    AboutPlaybookForm,
    FileForm,
    ReadyMadeForm,
    SeenForm,
)
from service.web.desk.rule_forms import names_typed
from service.web.desk.rule_words import answer_words, conditions, gives
from service.web.request_context import actor, context

blueprint = Blueprint("playbooks", __name__, url_prefix="/shops/<int:shop_id>/playbook")
VERSIONS = 20
WORDS = {"conditions": conditions, "gives": gives, "answer_words": answer_words}


@blueprint.get("")
@may(Permission.MANAGE)
def overview(shop_id: int) -> str:
    """The rules in order, of the draft where there is one."""
    return playbook_page(shop_id)


def playbook_page(shop_id: int, **forms: DeskForm) -> str:
    """The page of a playbook, with forms that were refused as they were typed."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        kept = playbooks.playbooks_of(session, shop)
        shown, names = kept.shown, seller_queries.actor_names(session)
        about = AboutPlaybookForm.of(shown, kept.seen)
        return render_template(
            "desk/playbook.html",
            shop=shop,
            kept=kept,
            names=names,
            is_chosen=first_steps.are_rules_chosen(session, [shop_id]),
            gaps=bounds.gaps(shown, kept.currencies),
            differences=playbook_edits.differences(kept.in_effect, shown),
            ready_made=[(kind, LABELS[kind], ABOUT[kind]) for kind in ReadyMade],
            forms={"about": about, "file": FileForm(), **forms},
            **WORDS,
        )


def _done(
    shop_id: int,
    verb: Callable[[], object],
    said: str,
    endpoint: str = "overview",
    form: DeskForm | None = None,
) -> ResponseReturnValue:
    """Carry out a verb whose refusal is shown on the page of the playbook."""
    form = form or DeskForm()
    status = carry_out(form, verb)
    if status:
        return playbook_page(shop_id, page=form), status
    flash(said)
    return redirect(url_for(f"playbooks.{endpoint}", shop_id=shop_id), 303)


@blueprint.post("/about")
@may(Permission.MANAGE)
def change_about(shop_id: int) -> ResponseReturnValue:
    """Give the draft another name and note."""
    form = AboutPlaybookForm(request.form)
    name, translations = names_typed(form)
    status = carry_out(
        form,
        lambda: playbook_drafts.rename(
            context(),
            shop_id,
            actor(),
            name=name,
            translations=translations,
            note=form.note.data or "",
            seen=form.seen.data or "",
        ),
        "name_en",
    )
    if status:
        return playbook_page(shop_id, about=form), status
    flash(_("Saved to the draft."))
    return redirect(url_for("playbooks.overview", shop_id=shop_id), 303)


@blueprint.post("/ready-made")
@may(Permission.MANAGE)
def draft_ready_made(shop_id: int) -> ResponseReturnValue:
    """Make a shipped playbook the draft and try it."""

    form = ReadyMadeForm(request.form)

    def verb() -> None:
        kind = form.value("kind")
        if kind not in [*ReadyMade]:
            raise WrongInput("Choose one of the shipped playbooks.")
        playbook_drafts.draft_ready_made(context(), shop_id, actor(), ReadyMade(kind))

    said = _("This is the draft now. It is not in effect yet.")
    return _done(shop_id, verb, said, "try_draft", form)


@blueprint.post("/file")
@may(Permission.MANAGE)
def draft_file(shop_id: int) -> ResponseReturnValue:
    """Make a file the draft and try it."""
    form, verb = FileForm(request.form, request.files), playbook_drafts.draft_file
    about = "file" if form.file.data else "text"
    status = carry_out(form, lambda: verb(context(), shop_id, actor(), form.read()), about)
    if status:
        return playbook_page(shop_id, file=form), status
    flash(_("This is the draft now. It is not in effect yet."))
    return redirect(url_for("playbooks.try_draft", shop_id=shop_id), 303)


@blueprint.get("/file")
@may(Permission.MANAGE)
def download(shop_id: int) -> AnyResponse:
    """The playbook that is shown, or a version of it, as a file."""
    number = request.args.get("version", type=int)
    with context().database.reading() as session:
        if number is None:
            shown = playbooks.playbooks_of(session, settings.get(session, shop_id)).shown
        else:
            shown = playbook_from_data(playbook_queries.version(session, shop_id, number).playbook)
    answer = Response(playbook_file.write(shown), mimetype="application/toml")
    answer.headers["Content-Disposition"] = 'attachment; filename="playbook.toml"'
    return answer


@blueprint.post("/keep")
@may(Permission.MANAGE)
def keep(shop_id: int) -> ResponseReturnValue:
    """Say that the rules in effect were looked at and stay."""
    verb = playbooks.keep_rules
    return _done(shop_id, lambda: verb(context(), shop_id, actor()), _("These rules stay."))


@blueprint.post("/discard")
@may(Permission.MANAGE)
def discard(shop_id: int) -> ResponseReturnValue:
    """Discard the draft."""
    verb = playbook_drafts.discard_draft
    return _done(shop_id, lambda: verb(context(), shop_id, actor()), _("The draft was discarded."))


@blueprint.get("/dry-run")
@may(Permission.MANAGE)
def try_draft(shop_id: int) -> str:
    """What the draft would have proposed for the newest cases, beside what is proposed today."""
    return _dry_run(shop_id)


def _dry_run(shop_id: int, refused: DeskForm | None = None) -> str:
    asked = request.args.get("cases", type=int)
    size = asked if asked in dry_run.SIZES else dry_run.SIZES[0]
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        kept = playbooks.playbooks_of(session, shop)
        tried = dry_run.dry_run(session, shop_id, kept.in_effect, kept.shown, most=size)
        return render_template(
            "desk/dry_run.html",
            shop=shop,
            kept=kept,
            tried=tried,
            size=size,
            sizes=dry_run.SIZES,
            refused=refused,
            gaps=bounds.gaps(kept.shown, kept.currencies),
            differences=playbook_edits.differences(kept.in_effect, kept.shown),
            **WORDS,
        )


@blueprint.post("/put-in-effect")
@may(Permission.MANAGE)
def put_in_effect(shop_id: int) -> ResponseReturnValue:
    """Propose by the draft from now on."""
    form, verb = SeenForm(request.form), playbooks.put_in_effect
    status = carry_out(form, lambda: verb(context(), shop_id, actor(), seen=form.value("seen")))
    if status:
        return _dry_run(shop_id, form), status
    flash(_("These rules are in effect now."))
    return redirect(url_for("playbooks.overview", shop_id=shop_id), 303)


@blueprint.get("/versions")
@may(Permission.MANAGE)
def versions(shop_id: int) -> str:
    """All versions, newest first: who, when, and what changed."""
    return _versions(shop_id)


def _versions(shop_id: int, refused: DeskForm | None = None) -> str:
    before = request.args.get("before", type=int)
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        rows = playbook_queries.versions(session, shop_id, most=VERSIONS + 1, before=before)
        read = [playbook_from_data(row.playbook) for row in rows]
        older = [*read[1:], None] if read else []
        listed: list[tuple[Any, Any]] = [
            (row, [] if old is None else playbook_edits.differences(old, new))
            for row, new, old in zip(rows, read, older, strict=True)
        ]
        return render_template(
            "desk/playbook_versions.html",
            shop=shop,
            listed=listed[:VERSIONS],
            names=seller_queries.actor_names(session),
            newest=playbook_queries.newest_number(session, shop_id),
            onward=next_page("before", rows[VERSIONS - 1].number) if len(rows) > VERSIONS else None,
            refused=refused,
        )


@blueprint.get("/versions/<int:version>")
@may(Permission.MANAGE)
def version(shop_id: int, version: int) -> str:
    """One version in words."""
    with context().database.reading() as session:
        shop = settings.get(session, shop_id)
        row = playbook_queries.version(session, shop_id, version)
        return render_template(
            "desk/playbook_version.html",
            shop=shop,
            row=row,
            playbook=playbook_from_data(row.playbook),
            currencies=playbooks.currencies_of(session, shop),
            **WORDS,
        )


@blueprint.post("/versions/<int:version>/restore")
@may(Permission.MANAGE)
def restore(shop_id: int, version: int) -> ResponseReturnValue:
    """Propose by an older version from now on."""
    form = DeskForm()
    verb = playbooks.restore
    status = carry_out(form, lambda: verb(context(), shop_id, actor(), version))
    if status:
        return _versions(shop_id, form), status
    flash(_("Version %(number)s is in effect again.", number=version))
    return redirect(url_for("playbooks.versions", shop_id=shop_id), 303)
