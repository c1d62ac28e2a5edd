"""The texts buyers read: the shipped ones, the check before saving, and filling them in."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from integrations.contract import Action
from integrations.sentence import Text
from integrations.text import line
from service.data import read_file
from service.domain.errors import WrongInput
from service.domain.messages.content_policy import lint, mentions_review
from service.domain.messages.kinds import Step
from service.domain.messages.policy_data import Duty

LANGUAGES = ("id", "en")
_CODES = {"in": "id", "ind": "id", "eng": "en"}
"""Other codes of the same languages: a withdrawn one, and those of ISO 639-2."""


class TextKey(StrEnum):
    """One text each; a confirmation differs by make-good, an invitation by what the buyer can do:
    follow a link, change the review without one, or only write another."""

    RECEIPT = "receipt"
    CONFIRMATION_RESEND = "confirmation_resend"
    CONFIRMATION_REFUND = "confirmation_refund"
    CONFIRMATION_VOUCHER = "confirmation_voucher"
    RESOLUTION_CHECK = "resolution_check"
    UPDATE_INVITATION = "update_invitation"
    UPDATE_INVITATION_NO_LINK = "update_invitation_no_link"
    UPDATE_INVITATION_ANOTHER = "update_invitation_another"


@dataclass(frozen=True, slots=True)
class MessageText:
    """A subject and a plain text with placeholders."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message filled in; `html` says the same as `text`."""

    subject: str
    text: str
    html: str


_ALWAYS = frozenset({"buyer", "shop", "product", "stop_url", "address"})
_K = TextKey

REQUIRED: Mapping[TextKey, frozenset[str]] = {
    _K.RECEIPT: frozenset(),
    _K.CONFIRMATION_RESEND: frozenset(),
    _K.CONFIRMATION_REFUND: frozenset({"amount"}),
    _K.CONFIRMATION_VOUCHER: frozenset({"amount", "code", "expires"}),
    _K.RESOLUTION_CHECK: frozenset({"answer_url"}),
    _K.UPDATE_INVITATION: frozenset({"edit_url"}),
    _K.UPDATE_INVITATION_NO_LINK: frozenset(),
    _K.UPDATE_INVITATION_ANOTHER: frozenset(),
}
"""What the text must hold to be of any use."""

PLACEHOLDERS: Mapping[TextKey, frozenset[str]] = {key: _ALWAYS | REQUIRED[key] for key in TextKey}
"""What the text may hold. No amount and no code is possible in an invitation."""

_INVITATIONS = (
    _K.UPDATE_INVITATION,
    _K.UPDATE_INVITATION_NO_LINK,
    _K.UPDATE_INVITATION_ANOTHER,
)
_FREE_OF_REVIEWS = (
    _K.CONFIRMATION_RESEND,
    _K.CONFIRMATION_REFUND,
    _K.CONFIRMATION_VOUCHER,
    _K.RESOLUTION_CHECK,
)
_BRACES = re.compile(r"\{([^{}]*)\}")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_AMOUNT = re.compile(
    r"(?:[$€£¥]|\bRp\.?|\b(?:IDR|USD|EUR|GBP|SGD|MYR))\s?\d|\d\s?(?:[$€£¥%]|(?:IDR|USD|EUR|GBP)\b)",
    re.IGNORECASE,
)
_MADE_GOOD = re.compile(
    r"\b(?:refund\w*|vouchers?|coupons?|kupon|discounts?|diskon|pengembalian dana|kode promo)\b",
    re.IGNORECASE,
)


def text_key(
    step: Step,
    action: Action | None = None,
    *,
    edit_link: bool = False,
    edit_review: bool = True,
) -> TextKey:
    """The text for a step; raises `WrongInput` for a confirmation of nothing."""
    if step is Step.CONFIRMATION:
        if action is None:
            raise WrongInput("a confirmation needs the make-good that was carried out")
        return TextKey(f"{step}_{action}")
    if step is Step.UPDATE_INVITATION:
        if edit_link:
            return _K.UPDATE_INVITATION
        return _K.UPDATE_INVITATION_NO_LINK if edit_review else _K.UPDATE_INVITATION_ANOTHER
    return TextKey(step)


def language_for(code: str, otherwise: str = "en") -> str:
    """The language we have for a code such as `id-ID` or `eng`, else `otherwise`: the shop's."""
    language = re.split("[-_]", code.strip().lower())[0]
    language = _CODES.get(language, language)
    return language if language in LANGUAGES else otherwise


def default_text(key: TextKey, language: str) -> MessageText:
    """The text that ships, in the nearest language."""
    row = _shipped(language_for(language))[key]
    return MessageText(row["subject"], row["text"].strip() + "\n")


def check_text(key: TextKey, text: MessageText, language: str) -> None:
    """Raise `WrongInput` with all problems of a text; to be called before it is saved."""
    problems = [*_shape_problems(key, text), *_content_problems(key, text, language)]
    if problems:
        told = " ".join(str(problem) for problem in problems)
        raise WrongInput(
            "This text cannot be used. %(problems)s", problems=told, fields={"text": problems}
        )


def render(
    key: TextKey,
    text: MessageText,
    values: Mapping[str, str],
    language: str,
    *,
    duties: frozenset[Duty] = frozenset(),
) -> Rendered:
    """Check the text again and fill it in; raises `WrongInput` naming a missing value.

    `duties` of the verdict add their footer lines unless the text has them itself.
    """
    check_text(key, text, language)
    shipped = _shipped(language_for(language))
    body = "\n\n".join([text.text.strip(), *_footer(text.text, duties, shipped["footer"])])
    known = _clean(values, shipped["fallbacks"])
    return Rendered(
        subject=line(_fill(text.subject, known)),
        text=_fill(body, known) + "\n",
        html=to_html(_fill(body, known)),
    )


def to_html(text: str) -> str:
    """Plain text as paragraphs: everything escaped, web addresses clickable."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "\n".join(f"<p>{_linked(part)}</p>" for part in paragraphs) + "\n"


@cache
def _shipped(language: str) -> Mapping[str, Mapping[str, str]]:
    source = read_file("texts", f"{language}.toml")
    return tomllib.loads(source)


def _shape_problems(key: TextKey, text: MessageText) -> list[str]:
    problems = []
    if not text.subject.strip() or not text.text.strip():
        problems.append("Subject and text must not be empty.")
    if "\n" in text.subject.strip() or "\r" in text.subject:
        problems.append("The subject must be one line.")
    both = f"{text.subject}\n{text.text}"
    used = set(_BRACES.findall(both))
    for name in sorted(used - PLACEHOLDERS[key]):
        offered = ", ".join(f"{{{known}}}" for known in sorted(PLACEHOLDERS[key]))
        problems.append(f"The placeholder {{{name}}} is not known here; use one of {offered}.")
    if re.search(r"[{}]", _BRACES.sub("", both)):
        problems.append("A curly bracket has no partner.")
    in_text = set(_BRACES.findall(text.text))
    problems.extend(
        f"The placeholder {{{name}}} is missing in the text."
        for name in sorted(REQUIRED[key] - in_text)
    )
    return problems


def _content_problems(key: TextKey, text: MessageText, language: str) -> list[str | Text]:
    # A placeholder's name is no wording; "." ends the sentence so that parts are not joined.
    both = _BRACES.sub("", f"{text.subject}. {text.text}")
    problems: list[str | Text] = [
        Text("“%(fragment)s”: %(advice)s", fragment=found.fragment, advice=found.advice)
        for found in lint(both, language)
    ]
    if key in _FREE_OF_REVIEWS and mentions_review(both):
        problems.append("This message is about the make-good: do not speak of reviews or ratings.")
    if key in _INVITATIONS:
        found = _AMOUNT.search(both) or _MADE_GOOD.search(both)
        if found is not None:
            problems.append(
                f"“{found.group()}”: an invitation names no amount, no code and no make-good."
            )
    return problems


def _footer(text: str, duties: frozenset[Duty], lines: Mapping[str, str]) -> list[str]:
    """Footer lines the verdict asks for, without those the text holds already."""
    held = set(_BRACES.findall(text))
    wanted = ((Duty.POSTAL_ADDRESS, "address"), (Duty.STOP_LINK, "stop_url"))
    return [lines[duty] for duty, name in wanted if duty in duties and name not in held]


def _clean(values: Mapping[str, str], fallbacks: Mapping[str, str]) -> dict[str, str]:
    """Values on one line each, so that none can add a line or a header of its own."""
    clean = {name: line(value) for name, value in values.items()}
    for name, value in clean.items():
        if name.endswith("_url") and value and not _LINK.fullmatch(value):
            raise WrongInput("{%(name)s} must be a web address", name=name)
    filled = {name: value or fallbacks.get(name, "") for name, value in clean.items()}
    return {name: value for name, value in filled.items() if value}


def _fill(text: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in values:
            raise WrongInput("the value for {%(name)s} is missing", name=name)
        return values[name]

    return _BRACES.sub(value, text)


def _linked(text: str) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(text):
        address = found.group().rstrip(".,;:!?)")
        parts.append(html.escape(text[end : found.start()]))
        safe = html.escape(address, quote=True)
        parts.append(f'<a href="{safe}">{safe}</a>')
        end = found.start() + len(address)
    return "".join([*parts, html.escape(text[end:])]).replace("\n", "<br>\n")
