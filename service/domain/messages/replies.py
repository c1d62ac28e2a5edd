"""A public reply under a review: one for each, kept as a draft or posted by a person's click."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from integrations.sentence import N_, Said, Text
from service.domain.errors import Unconfirmed, WrongInput
from service.domain.messages.content_policy import Severity, TextKind, check
from service.domain.state_table import StateTable


class ReplyState(StrEnum):
    """Where a public reply stands."""

    DRAFT = "draft"
    UNKNOWN = "unknown"
    """Handed over, and nobody has heard what came of it: being posted, or for a person to look."""
    POSTED = "posted"
    BY_HAND = "by_hand"
    """A person posts these words where the platform has no call for it."""
    REFUSED = "refused"
    """It surely does not stand there."""


class ReplyMove(StrEnum):
    """What may happen to a public reply."""

    HAND_OVER = "hand_over"
    TAKE_BY_HAND = "take_by_hand"
    CONFIRM = "confirm"
    REFUSE = "refuse"


_S = ReplyState
REPLIES = StateTable(
    N_("This is not possible any more: the public reply is now “%(state)s”."),
    _S.DRAFT,
    {
        ReplyMove.HAND_OVER: (frozenset({_S.DRAFT, _S.REFUSED}), _S.UNKNOWN),
        ReplyMove.TAKE_BY_HAND: (frozenset({_S.DRAFT, _S.REFUSED}), _S.BY_HAND),
        ReplyMove.CONFIRM: (frozenset({_S.UNKNOWN, _S.BY_HAND}), _S.POSTED),
        ReplyMove.REFUSE: (frozenset({_S.UNKNOWN, _S.BY_HAND}), _S.REFUSED),
    },
    {
        _S.DRAFT: Text("draft"),
        _S.UNKNOWN: Text("not known whether it was posted"),
        _S.BY_HAND: Text("to be posted by you"),
        _S.POSTED: Text("posted"),
        _S.REFUSED: Text("could not be posted"),
    },
)
OPEN = frozenset({_S.DRAFT, _S.REFUSED})
"""Its words may be changed, and it may be posted."""


def check_reply(text: str, language: str, longest: int, *, confirmed: bool) -> None:
    """Refuse what may never stand in public (a code, what tells of a person, what ties help to the
    review): raises `WrongInput` naming the words, and `Unconfirmed` for those to read again."""
    if not text:
        raise WrongInput("Write the reply first.")
    if len(text) > longest:
        raise WrongInput("This reply may have %(most)s letters at most.", most=longest)
    findings = check(text, TextKind.REPLY, language)
    problems = {
        severity: [
            Text("“%(fragment)s”: %(advice)s", fragment=finding.fragment, advice=finding.advice)
            for finding in findings
            if finding.severity is severity
        ]
        for severity in Severity
    }
    if refused := problems[Severity.REFUSE]:
        raise WrongInput(
            "This text cannot be used. %(problems)s",
            problems=" ".join(map(str, refused)),
            fields={"text": refused},
        )
    if (doubts := problems[Severity.CONFIRM]) and not confirmed:
        raise Unconfirmed(
            "Read this again before it goes out. %(problems)s",
            problems=" ".join(map(str, doubts)),
            fields={"text": doubts},
        )


PRIVATE_FIRST = Text(
    "Nothing was written to this buyer in private yet. Write to them first: whoever reads a public reply"
    " only then feels put off, and some platforms let nobody change a review once it was answered."
)


def ask_to_go_private_first(*, needed: bool, confirmed: bool) -> None:
    """From a public place the conversation goes private first: raises `Unconfirmed` where the buyer can
    be written to and was not."""
    if needed and not confirmed:
        raise Unconfirmed(PRIVATE_FIRST, fields={"text": [PRIVATE_FIRST]})


def refuse_secrets(text: str, secrets: Iterable[str]) -> None:
    """Refuse a code, an address or a number of this very case; raises `WrongInput`."""
    low = text.lower()
    problems: list[Said] = [
        Text("“%(words)s” is for this buyer only: everybody can read this reply.", words=secret)
        for secret in secrets
        if secret and secret.lower() in low
    ]
    if problems:
        raise WrongInput(
            "This text cannot be used. %(problems)s",
            problems=" ".join(map(str, problems)),
            fields={"text": problems},
        )
