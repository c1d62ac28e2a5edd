"""Message templates: the keys, the shipped texts, and the vetted sentences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from integrations.remedies import KINDS, RemedyKind, Worth
from service.data import LANGUAGES, read_file
from service.domain.errors import WrongInput
from service.domain.messages import content_policy
from service.domain.messages.content_policy import TextKind
from service.domain.messages.kinds import Step

_CODES = {"in": "id", "ind": "id", "eng": "en"}
"""Other codes of the same languages: a withdrawn one, and those of ISO 639-2."""


class TextKey(StrEnum):
    """One text each; a confirmation has one for each kind of remedy (`confirmation_of`), a thanks one
    for each gesture. An invitation
    differs by what the buyer can do: follow a link, change the review without one, or only write
    another."""

    RECEIPT = "receipt"
    OFFER = "offer"
    OFFER_REMINDER = "offer_reminder"
    RESOLUTION_CHECK = "resolution_check"
    RESOLUTION_REMINDER = "resolution_reminder"
    UPDATE_INVITATION = "update_invitation"
    UPDATE_INVITATION_NO_LINK = "update_invitation_no_link"
    UPDATE_INVITATION_ANOTHER = "update_invitation_another"
    THANKS_CARD = "thanks_card"
    THANKS_EARLY_ACCESS = "thanks_early_access"
    THANKS_VOUCHER = "thanks_voucher"


class Tone(StrEnum):
    """How the sentence that names the review sounds; it is always one that ships."""

    PLAIN = "plain"
    WARM = "warm"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class MessageText:
    """A subject and a plain text with placeholders; `tone` chooses what {invitation} says."""

    subject: str
    text: str
    tone: str = Tone.PLAIN


_ALWAYS = frozenset({"buyer", "shop", "product", "stop_url", "address"})
_K = TextKey
INVITATION = "invitation"
"""The placeholder for the sentence that names the review."""

PROBLEM, PROMISE = "problem", "promise"
"""Placeholders of the first answer: what went wrong, as buyers say it, and by when somebody looks."""

_REQUIRED: Mapping[str, frozenset[str]] = {
    _K.RECEIPT: frozenset(),
    _K.OFFER: frozenset({"choose_url", "last_day"}),
    _K.OFFER_REMINDER: frozenset({"choose_url", "last_day"}),
    _K.RESOLUTION_CHECK: frozenset({"answer_url"}),
    _K.RESOLUTION_REMINDER: frozenset({"answer_url"}),
    _K.UPDATE_INVITATION: frozenset({INVITATION, "edit_url"}),
    _K.UPDATE_INVITATION_NO_LINK: frozenset({INVITATION}),
    _K.UPDATE_INVITATION_ANOTHER: frozenset({INVITATION}),
    _K.THANKS_CARD: frozenset(),
    _K.THANKS_EARLY_ACCESS: frozenset({"early_access"}),
    _K.THANKS_VOUCHER: frozenset({"amount", "code", "expires"}),
}

INVITATIONS = frozenset(
    {_K.UPDATE_INVITATION, _K.UPDATE_INVITATION_NO_LINK, _K.UPDATE_INVITATION_ANOTHER}
)
BRACES = re.compile(r"\{([^{}]*)\}")


def confirmation_of(kind: RemedyKind) -> str:
    """The key of the text that tells the buyer what was done."""
    return f"{Step.CONFIRMATION}_{kind.name}"


def confirmations() -> Mapping[str, RemedyKind]:
    """The keys of all confirmations, with what each confirms."""
    return {confirmation_of(kind): kind for kind in KINDS.values()}


def text_keys() -> list[str]:
    """The keys of all texts, in the order in which a case sends them."""
    first, others = list(TextKey)[:3], list(TextKey)[3:]
    return [*first, *confirmations(), *others]


def required(key: str) -> frozenset[str]:
    """What the text must hold to be of any use."""
    kind = confirmations().get(key)
    if kind is None:
        return _REQUIRED[key]
    needed = {
        "amount": kind.worth is Worth.CHOSEN,
        "code": kind.gives_code,
        "expires": kind.expires,
    }
    return frozenset(name for name, holds in needed.items() if holds)


def placeholders(key: str) -> frozenset[str]:
    """What the text may hold. No amount and no code is possible in an invitation."""
    offered = {PROBLEM, PROMISE} if key == _K.RECEIPT else frozenset()
    return _ALWAYS | required(key) | offered


def text_key(
    step: Step,
    kind: RemedyKind | None = None,
    *,
    edit_link: bool = False,
    edit_review: bool = True,
) -> str:
    """The key of the text for a step; raises `WrongInput` for a confirmation of nothing."""
    if step is Step.CONFIRMATION:
        if kind is None:
            raise WrongInput("a confirmation needs the make-good that was carried out")
        return confirmation_of(kind)
    if step is Step.UPDATE_INVITATION:
        if edit_link:
            return _K.UPDATE_INVITATION
        return _K.UPDATE_INVITATION_NO_LINK if edit_review else _K.UPDATE_INVITATION_ANOTHER
    if step is Step.THANKS:
        return _K.THANKS_EARLY_ACCESS if kind is None else _K.THANKS_VOUCHER
    return TextKey(step)


def kind_of(key: str) -> TextKind:
    """What may be said in this text."""
    return TextKind.INVITATION if key in INVITATIONS else TextKind.RECEIPT


def language_for(code: str, otherwise: str = "en") -> str:
    """The language we have for a code such as `id-ID` or `eng`, else `otherwise`: the shop's."""
    language = re.split("[-_]", code.strip().lower())[0]
    language = _CODES.get(language, language)
    return language if language in LANGUAGES else otherwise


def default_text(key: str, language: str) -> MessageText:
    """The text that ships, in the nearest language; for a kind of remedy without one of its own the
    general confirmation, without the lines about what the kind does not have."""
    texts = shipped(language)
    if key in texts:
        return MessageText(texts[key]["subject"], texts[key]["text"].strip() + "\n")
    general, offered = texts[Step.CONFIRMATION], placeholders(key)
    lines = [line for line in general["text"].splitlines() if set(BRACES.findall(line)) <= offered]
    return MessageText(general["subject"], "\n".join(lines).strip() + "\n")


def naming_sentences(key: str, language: str) -> Mapping[str, str]:
    """The sentences that may name the review in this text, by tone, with their placeholders."""
    sentences: Mapping[str, Mapping[str, str]] = shipped(language)["naming"]
    return sentences.get(key, {})


@cache
def approved(key: str) -> frozenset[str]:
    """Whole sentences we stand behind in this text, in all languages, as `sentence_key` writes
    them: those of the shipped text and those that name the review."""
    texts = []
    for language in LANGUAGES:
        default = default_text(key, language)
        earlier = shipped(language)["earlier"].get(key, [])
        texts += [
            default.subject,
            default.text,
            *naming_sentences(key, language).values(),
            *earlier,
        ]
    bare = [BRACES.sub("", text) for text in texts]
    return frozenset(
        content_policy.sentence_key(text[start:end])
        for text in bare
        for start, end in content_policy.spans(text)
    )


@cache
def shipped(language: str) -> Mapping[str, Any]:
    """The file of shipped texts in the nearest language."""
    return tomllib.loads(read_file("texts", f"{language_for(language)}.toml"))
