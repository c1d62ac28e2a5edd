"""Fills a text in: checked once more, with its footer, as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.text import line
from service.domain.errors import WrongInput
from service.domain.messages import first_answer
from service.domain.messages.content_policy import TextKind, check
from service.domain.messages.policy_data import Duty
from service.domain.messages.templates import (
    BRACES,
    INVITATION,
    INVITATIONS,
    PROBLEM,
    PROMISE,
    MessageText,
    kind_of,
    language_for,
    naming_sentences,
    placeholders,
    required,
    shipped,
)
from service.domain.messages.text_check import PLAIN, check_filled, refuse_words, safe_values

LONGEST_TITLE = 60
"""Letters of a product's title in a subject; marketplaces fill titles with search words."""
LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message filled in."""

    subject: str
    text: str


def render(
    key: str,
    text: MessageText,
    values: Mapping[str, str],
    language: str,
    *,
    duties: frozenset[Duty] = frozenset(),
) -> Rendered:
    """Fill a text in and check what the buyer would read; raises `WrongInput`.

    The error names a missing value, or the words that may not be sent. `duties` of the verdict
    add their footer lines unless the text has them itself.
    """
    wording = shipped(language)
    body = "\n\n".join([text.text.strip(), *_footer(text.text, duties, wording["footer"])])
    filled = _checked(key, text, values, language)
    if key in INVITATIONS:
        filled[INVITATION] = _fill(naming_sentences(key, language)[text.tone], filled)
    return _rendered(
        _fill(text.subject, _for_subject(filled)), _fill(_spoken(body, wording), filled)
    )


def begun(key: str, text: MessageText, values: Mapping[str, str], language: str) -> MessageText:
    """A text to go on writing: filled in but for what it must hold and for links, which stay
    placeholders. Raises `WrongInput` as `render`."""
    filled = {
        name: re.sub(r"[{}]", "", value)
        for name, value in _checked(key, text, values, language).items()
        if name not in required(key) and not name.endswith("_url")
    }
    kept = {name: f"{{{name}}}" for name in placeholders(key) - set(filled)}
    body = _spoken(text.text, shipped(language))
    return MessageText(
        _fill(text.subject, {**kept, **_for_subject(filled)}),
        _fill(body, {**kept, **filled}),
        text.tone,
    )


def render_words(
    subject: str,
    text: str,
    values: Mapping[str, str],
    language: str,
    *,
    duties: frozenset[Duty] = frozenset(),
) -> Rendered:
    """A seller's own words, letter for letter, with the footer lines the verdict asks for; raises
    `WrongInput` for words that may never be sent."""
    refuse_words(subject, text, language)
    lines = _footer("", duties, shipped(language)["footer"])
    footer = [_fill(each, _clean(values, {})) for each in lines]
    return _rendered(subject, "\n\n".join([text.strip(), *footer]))


def greeting(values: Mapping[str, str], language: str) -> MessageText:
    """How a seller's own message begins and ends, to go on writing."""
    wording = shipped(language)
    filled = {
        name: re.sub(r"[{}]", "", value)
        for name, value in _clean(values, wording["fallbacks"]).items()
    }
    filled["buyer"] = _addressed(filled.get("buyer", ""), wording)
    frame = wording["own_words"]
    return MessageText(_fill(frame["subject"], _for_subject(filled)), _fill(frame["text"], filled))


def public_reply(
    cause: str, turn: int, values: Mapping[str, str], language: str, *, written: bool
) -> str:
    """A reply under a review to go on writing, for all to read: the problem in the buyer's terms, and
    where the conversation goes on (`written`: it has begun in private). It names nobody."""
    wording = shipped(language)
    frame, product = wording["public_reply"], line(values.get("product", ""))
    onward = frame["onward" if written else "unwritten"]
    neutral = wording["fallbacks"]["product"]

    def filled(title: str) -> str:
        problem = _fill(first_answer.problem(language, cause, turn), {"product": title or neutral})
        body = f"{problem} {onward[turn % len(onward)]}"
        closing = _fill(frame["closing"], {"shop": line(values.get("shop", ""))})
        return "\n\n".join(filter(None, (frame["greeting"], body, closing)))

    text = filled(_shortened(product))
    return filled(neutral) if check(text, TextKind.REPLY, language) else text


def _checked(
    key: str, text: MessageText, values: Mapping[str, str], language: str
) -> dict[str, str]:
    """The values as they may stand in this text, the buyer as one is spoken to."""
    wording = shipped(language)
    filled = safe_values(key, _clean(values, wording["fallbacks"]), language)
    checked = {**PLAIN[language_for(language)], "product": filled.get("product", "")}
    try:
        check_filled(key, text, checked, language)
    except WrongInput:
        # Two harmless halves, a sentence and a title, can make one that is not.
        filled["product"] = wording["fallbacks"]["product"]
        check_filled(key, text, {**checked, "product": filled["product"]}, language)
    filled["buyer"] = _addressed(filled.get("buyer", ""), wording)
    for name in (PROBLEM, PROMISE):
        if name in filled:
            filled[name] = _shipped_sentence(key, filled[name], filled, language)
    return filled


def _shipped_sentence(key: str, sentence: str, values: Mapping[str, str], language: str) -> str:
    """A sentence of ours with the product in it, by a neutral name where both together would say
    what neither does alone."""
    filled = _fill(sentence, values)
    if not check(filled, kind_of(key), language):
        return filled
    return _fill(sentence, {**values, "product": shipped(language)["fallbacks"]["product"]})


def _for_subject(values: Mapping[str, str]) -> dict[str, str]:
    return {**values, "product": _shortened(values.get("product", ""))}


def _rendered(subject: str, body: str) -> Rendered:
    return Rendered(subject=line(subject), text=body.strip() + "\n")


def _footer(text: str, duties: frozenset[Duty], lines: Mapping[str, str]) -> list[str]:
    """Footer lines the verdict asks for, without those the text holds already."""
    present = set(BRACES.findall(text))
    asked = ((Duty.POSTAL_ADDRESS, "address"), (Duty.STOP_LINK, "stop_url"))
    return [lines[duty] for duty, name in asked if duty in duties and name not in present]


def _clean(values: Mapping[str, str], fallbacks: Mapping[str, str]) -> dict[str, str]:
    """Values on one line each, so that none can add a line or a header of its own."""
    clean = {name: line(value) for name, value in values.items()}
    for name, value in clean.items():
        if name.endswith("_url") and value and not LINK.fullmatch(value):
            raise WrongInput("{%(name)s} must be a web address", name=name)
    filled = {name: value or fallbacks.get(name, "") for name, value in clean.items()}
    return {name: value for name, value in filled.items() if value}


def _addressed(name: str, wording: Mapping[str, Mapping[str, str]]) -> str:
    """How a buyer is spoken to: “Kak Rina” in Indonesian, unless the name brings its own title."""
    titles = wording["address"]["titles"].split()
    if not name or name.split()[0].casefold().rstrip(".") in titles:
        return name
    return wording["address"]["buyer"].replace("{name}", name)


def _spoken(text: str, wording: Mapping[str, Mapping[str, str]]) -> str:
    """A seller's own “Kak {buyer}” is said once."""
    titles = "|".join(wording["address"]["titles"].split())
    return (
        re.sub(rf"\b(?:{titles})\.?\s+\{{buyer\}}", "{buyer}", text, flags=re.IGNORECASE)
        if titles
        else text
    )


def _shortened(title: str) -> str:
    if len(title) <= LONGEST_TITLE:
        return title
    return re.sub(r"[\s,;:(\-|/]+\S*$", "", title[:LONGEST_TITLE]) + "…"


def _fill(text: str, values: Mapping[str, str]) -> str:
    def value(place: re.Match[str]) -> str:
        name = place.group(1)
        if name not in values:
            raise WrongInput("the value for {%(name)s} is missing", name=name)
        return values[name]

    return BRACES.sub(value, text)
