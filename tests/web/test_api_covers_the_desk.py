"""Programs can do what the desk can: every verb that a page calls is called by the API too, or a reason says
why it is for a person at a page alone."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import service
from service.web.api.routes import blueprint

ROOT = Path(service.__file__).parent
OPERATIONS = "service.operations."

ONE_BY_ONE = "the API has the same for one: a program calls it for each"
WHOLE = "programs read, try and replace the whole playbook or ladder at once"
AT_A_PAGE = "set up once, on a page that explains what the law wants and shows what buyers get"
BY_BROWSER = "the platform asks the owner in their browser"
IN_FRONT = "posted in front of a person (decision 28); programs keep drafts"
OWN = "one's own, of the person who is signed in"
OF_SIGNING_IN = (
    "gives somebody a way in, or takes it: for an owner who is signed in, never for a token"
)
REASONS = {
    "remedies.bulk.approve": ONE_BY_ONE,
    "remedies.bulk.undo": ONE_BY_ONE,
    **dict.fromkeys(
        (
            "remedies.playbook_drafts.add_rule",
            "remedies.playbook_drafts.change_rule",
            "remedies.playbook_drafts.copy_rule",
            "remedies.playbook_drafts.discard_draft",
            "remedies.playbook_drafts.draft_file",
            "remedies.playbook_drafts.draft_ready_made",
            "remedies.playbook_drafts.move_rule",
            "remedies.playbook_drafts.remove_rule",
            "remedies.playbook_drafts.rename",
            "remedies.playbooks.keep_rules",
            "remedies.playbooks.put_in_effect",
            "shops.ladders.add_rung",
            "shops.ladders.leave_out",
            "shops.ladders.lower_rung",
            "shops.ladders.raise_rung",
            "shops.ladders.reset",
        ),
        WHOLE,
    ),
    **dict.fromkeys(
        (
            "messages.trial_mail.send_test_mail",
            "notices.addresses.addresses",
            "notices.report_mails.readers",
            "staff.invitations.open_ones",
            "staff.saved_filters.of_seller",
        ),
        OWN,
    ),
    "shops.answering.change": AT_A_PAGE,
    "shops.settings.change_messages": AT_A_PAGE,
    "shops.thanks.change": AT_A_PAGE,
    "shops.permission.allow": BY_BROWSER,
    "shops.permission.allow_device": BY_BROWSER,
    "shops.permission.device_code": BY_BROWSER,
    "shops.permission.permission_url": BY_BROWSER,
    "messages.public_reply.post": IN_FRONT,
    "messages.public_reply.take_by_hand": IN_FRONT,
    "messages.custom_texts.restore_text": "programs send the older text itself",
    "remedies.thanks.take_back": "no single thanks has a name in the API; a voucher is undone as money is",
    "shops.connections.add_shop": "who adds a shop becomes its owner: a person, not a token of one",
    **dict.fromkeys(
        (
            "staff.accounts.new_link",
            "staff.accounts.reset_password",
            "staff.members.set_active",
            "staff.second_factors.reset",
            "staff.tokens.revoke_token",
        ),
        OF_SIGNING_IN,
    ),
}
"""Verbs of pages that the API does not have. Those that ask for the person who is signed in (`self_of`) need
none: no program is that."""


def _names(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What a module has from the operations, by the name it has there."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("service.operations")
        for alias in node.names
        if node.module is not None
    }


def _named(folder: Path) -> Iterator[Any]:
    """Everything of the operations that the modules of a folder name."""
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text())
        names = _names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in names:
                module, name = names[node.id]
                yield getattr(importlib.import_module(module), name, None)
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in names
            ):
                module = ".".join(names[node.value.id])
                yield _attribute(module, node.attr)


def _attribute(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError:
        # A class, whose own attributes are no verbs.
        return None


def _verbs(folder: Path) -> dict[str, Callable[..., Any]]:
    """Verbs: what is told who acts, by room and name."""
    return {
        f"{value.__module__.removeprefix(OPERATIONS)}.{value.__name__}": value
        for value in _named(folder)
        if inspect.isfunction(value)
        and {"context", "actor"} <= inspect.signature(value).parameters.keys()
    }


def _is_personal(verb: Callable[..., Any]) -> bool:
    """True for what one does about oneself."""
    text = inspect.getsource(verb)
    return "self_of(" in text or "_own(" in text


DESK, API = _verbs(ROOT / "web" / "desk"), _verbs(ROOT / "web" / "api")


def test_every_verb_of_the_desk_is_in_the_api_or_a_reason_says_why_not() -> None:
    missing = {name for name, verb in DESK.items() if name not in API and not _is_personal(verb)}

    assert missing - REASONS.keys() == set(), "add to the API, or say why it is for a page alone"


def test_no_reason_is_given_for_what_the_api_has_or_the_desk_has_not() -> None:
    assert REASONS.keys() <= DESK.keys() - API.keys()


def test_the_walk_sees_the_verbs() -> None:
    """Both ways in which a module names what it calls."""
    assert {"remedies.decisions.approve", "messages.drafts.write"} <= DESK.keys() & API.keys()
    assert len(DESK) > 100
    assert blueprint.name == "api"
