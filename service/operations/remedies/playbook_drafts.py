"""Changes the draft of a shop's playbook, by which nothing goes until it is put in effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from integrations.sentence import Said, Text
from service.db import audit
from service.db.models import PlaybookDraft
from service.db.remedies import playbook_queries
from service.db.transaction import Transaction
from service.domain.errors import WrongState
from service.domain.remedies import playbook_edits, playbook_file
from service.domain.remedies.playbook import Playbook, Rule
from service.domain.remedies.playbook_data import playbook_from_data, playbook_to_data
from service.domain.remedies.ready_made import LABELS, ReadyMade, playbook_of, ready_made
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.remedies.playbooks import check_seen
from service.operations.shops import settings
from service.operations.staff.permits import permit

Edit = Callable[[Playbook], Playbook]


def add_rule(context: Context, shop_id: int, actor: Actor, rule: Rule, *, seen: str) -> None:
    """Put a new rule on top of the draft. Like all that change it: `seen` is the fingerprint of the
    playbook that was looked at. Raises `WrongState` where it was changed since, `WrongInput`,
    `NotPermitted`, `NotFound`."""
    change = Text("Rule “%(rule)s” is new.", rule=rule.label)
    _edit(
        context,
        shop_id,
        actor,
        seen,
        lambda playbook: playbook_edits.added(playbook, rule),
        change=change,
    )


def change_rule(
    context: Context, shop_id: int, actor: Actor, number: int, rule: Rule, *, seen: str
) -> None:
    """Put another rule in the place of one of the draft; raises as `add_rule`."""
    change = Text("Rule “%(rule)s” was changed.", rule=rule.label)
    _edit(
        context,
        shop_id,
        actor,
        seen,
        lambda playbook: playbook_edits.changed(playbook, number, rule),
        change=change,
    )


def move_rule(
    context: Context, shop_id: int, actor: Actor, number: int, places: int, *, seen: str
) -> None:
    """Try a rule so many places later, or earlier where negative; raises as `add_rule`."""
    change = Text("The rules are tried in another order.")
    _edit(
        context,
        shop_id,
        actor,
        seen,
        lambda playbook: playbook_edits.moved(playbook, number, places),
        change=change,
    )


def copy_rule(context: Context, shop_id: int, actor: Actor, number: int, *, seen: str) -> None:
    """Put a copy of a rule below it; raises as `add_rule`."""
    change = Text("A rule was copied.")
    _edit(
        context,
        shop_id,
        actor,
        seen,
        lambda playbook: playbook_edits.copied(playbook, number),
        change=change,
    )


def remove_rule(context: Context, shop_id: int, actor: Actor, number: int, *, seen: str) -> None:
    """Take a rule out of the draft; raises as `add_rule`."""
    change = Text("A rule was removed.")
    _edit(
        context,
        shop_id,
        actor,
        seen,
        lambda playbook: playbook_edits.removed(playbook, number),
        change=change,
    )


def rename(
    context: Context,
    shop_id: int,
    actor: Actor,
    *,
    name: str,
    translations: Mapping[str, str],
    note: str,
    seen: str,
) -> None:
    """Give the draft another name, said in other languages by `translations`, and another note; raises
    as `add_rule`."""
    change = Text("The playbook's name, note or rounding was changed.")
    _edit(
        context,
        shop_id,
        actor,
        seen,
        lambda playbook: replace(playbook, name=name, translations=translations, note=note),
        change=change,
    )


def draft_ready_made(context: Context, shop_id: int, actor: Actor, kind: ReadyMade) -> None:
    """Make a shipped playbook the draft; raises `WrongState` where there is one, `NotPermitted`,
    `NotFound`."""
    origin = Text("The shipped playbook “%(name)s”.", name=LABELS[kind])
    _edit(context, shop_id, actor, None, lambda _: ready_made(kind), change=origin, origin=origin)


def draft_file(context: Context, shop_id: int, actor: Actor, text: str) -> None:
    """Make a file the draft. Raises `WrongInput` naming the line, or the rule and the key, `WrongState`
    where there is a draft, `NotPermitted`, `NotFound`."""
    with context.database.reading() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
    playbook = playbook_file.read(text)
    origin = Text("Read from a file.")
    _edit(context, shop_id, actor, None, lambda _: playbook, change=origin, origin=origin)


def discard_draft(context: Context, shop_id: int, actor: Actor) -> None:
    """Discard the draft; what is in effect stays. Raises `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        settings.locked(session, shop_id, actor)
        draft = playbook_queries.draft(session, shop_id)
        if draft is not None:
            session.delete(draft)
            _note(session, shop_id, Text("The draft was discarded."))


def _edit(
    context: Context,
    shop_id: int,
    actor: Actor,
    seen: str | None,
    edit: Edit,
    *,
    change: Text,
    origin: Said | None = None,
) -> None:
    with context.database.transaction() as session:
        shop = settings.locked(session, shop_id, actor)
        draft = playbook_queries.draft(session, shop_id)
        shown = playbook_of(shop.playbook if draft is None else draft.playbook)
        if seen is not None:
            check_seen(shown, seen)
        elif draft is not None:
            raise WrongState("There is a draft already: put it into effect, or discard it first.")
        # Read back, so that nothing is kept that could not be read.
        kept = playbook_to_data(playbook_from_data(playbook_to_data(edit(shown))))
        if draft is None:
            draft = PlaybookDraft(shop_id=shop_id)
            session.add(draft)
        draft.playbook, draft.actor, draft.changed_at = kept, str(actor), session.now()
        draft.origin = origin or draft.origin
        _note(session, shop_id, change)


def _note(session: Transaction, shop_id: int, change: Text) -> None:
    shop = settings.get(session, shop_id)
    subject = f"shop:{shop_id}"
    audit.note(
        session, "playbook.draft", shop_id=shop_id, subject=subject, about=shop.name, detail=change
    )
