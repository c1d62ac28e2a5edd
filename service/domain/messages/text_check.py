"""Whether a text may be saved, and whether it may be sent as it is filled in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from integrations.sentence import Text
from service.domain.errors import WrongInput
from service.domain.messages import content_policy
from service.domain.messages.content_policy import Severity, TextKind, check, is_plain_name
from service.domain.messages.templates import (
    BRACES,
    INVITATION,
    MessageText,
    approved,
    kind_of,
    language_for,
    naming_sentences,
    placeholders,
    required,
    shipped,
)
from service.domain.wording.words import words_of

PLAIN: Mapping[str, Mapping[str, str]] = {
    "id": {"buyer": "Rina", "shop": "Toko Melati", "product": "lampu", "amount": "Rp10.000"},
    "en": {"buyer": "Rina", "shop": "Melati Shop", "product": "the lamp", "amount": "$10"},
}
"""What stands for values that are not known yet, or are looked at on their own."""
LONGEST_SUBJECT, LONGEST_TEXT = 200, 10_000
"""Letters of a text that is saved."""
_ANSWERS = re.compile(r"^\s*(?:(?:re|fw|fwd|bls)\s*:\s*)+", re.IGNORECASE)
"""What mail programs write before the subject of an answer."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence of `part` (subject or text) that may not be sent, and why. `places`: the words that
    say so, from where to where in that part; all of the sentence where no single word does."""

    part: str
    places: tuple[tuple[int, int], ...]
    problem: Text


@dataclass(frozen=True, slots=True)
class Looked:
    """What a check of a text found: what is wrong with its shape, and sentences that are refused."""

    shape: Sequence[Text] = ()
    refused: Sequence[Refused] = ()

    @property
    def problems(self) -> list[Text]:
        """All that is wrong."""
        return [*self.shape, *(sentence.problem for sentence in self.refused)]


def look(key: str, text: MessageText, language: str) -> Looked:
    """Check a text that is being written, with made-up values in it."""
    too_long = [
        Text("%(part)s may have %(most)s letters at most.", part=name, most=most)
        for name, typed, most in (
            (Text("The subject"), text.subject, LONGEST_SUBJECT),
            (Text("The text"), text.text, LONGEST_TEXT),
        )
        if len(typed) > most
    ]
    if too_long:
        return Looked(too_long)
    values = PLAIN[language_for(language)]
    return Looked(_shape_problems(key, text, language), _said(key, text, values, language))


def check_text(key: str, text: MessageText, language: str) -> None:
    """Raise `WrongInput` with all problems of a text; to be called before it is saved."""
    _refuse(look(key, text, language).problems)


def check_filled(key: str, text: MessageText, values: Mapping[str, str], language: str) -> None:
    """Raise `WrongInput` when a text may not be sent with these values in it."""
    refused = _said(key, text, values, language)
    _refuse(Looked(_shape_problems(key, text, language), refused).problems)


def refuse_words(subject: str, text: str, language: str) -> None:
    """Raise `WrongInput` where a seller's own words may never be sent."""
    shape = [] if text.strip() else [Text("Write the message first.")]
    refused = _own_problems(subject, text, language, Severity.REFUSE)
    _refuse([*shape, *refused])


def to_confirm(subject: str, text: str, language: str, key: str = "") -> list[Text]:
    """What hurts or gives away in a seller's own words: each with a better sentence. It may be sent
    once the seller, who has read this, says so. `key`: the text that was changed, if any."""
    return _own_problems(subject, text, language, Severity.CONFIRM, approved(key) if key else ())


def _own_problems(
    subject: str, text: str, language: str, severity: Severity, approved: Collection[str] = ()
) -> list[Text]:
    return [
        Text("“%(fragment)s”: %(advice)s", fragment=finding.fragment, advice=finding.advice)
        for part in (_ANSWERS.sub("", subject), text)
        for finding in check(part, TextKind.MESSAGE, language, approved=approved)
        if finding.severity is severity
    ]


def safe_values(key: str, values: Mapping[str, str], language: str) -> dict[str, str]:
    """The values with a neutral name for a product or a buyer whose own name would be refused.

    Raises `WrongInput` for a shop whose name is a request: there is no neutral name for it.
    """
    neutral: Mapping[str, str] = shipped(language)["fallbacks"]
    safe = dict(values)
    for name in ("product", "buyer"):
        if name in safe and not _may_stand(safe[name], kind_of(key)):
            safe[name] = neutral[name]
    if not _may_stand(safe.get("shop", ""), kind_of(key)):
        raise WrongInput(
            "The shop's name reads like a request to the buyer. Change it in the shop's settings."
        )
    return safe


def _may_stand(name: str, kind: TextKind) -> bool:
    return is_plain_name(name) or not check(name, kind, "en")


def _refuse(problems: list[Text]) -> None:
    if problems:
        listed = " ".join(str(problem) for problem in problems)
        raise WrongInput(
            "This text cannot be used. %(problems)s", problems=listed, fields={"text": problems}
        )


def _shape_problems(key: str, text: MessageText, language: str) -> list[Text]:
    problems: list[Text] = []
    if not text.subject.strip() or not text.text.strip():
        problems.append(Text("Subject and text must not be empty."))
    if "\n" in text.subject.strip() or "\r" in text.subject:
        problems.append(Text("The subject must be one line."))
    both = f"{text.subject}\n{text.text}"
    offered = placeholders(key)
    for name in sorted(set(BRACES.findall(both)) - offered):
        names = ", ".join(f"{{{other}}}" for other in sorted(offered))
        problems.append(
            Text(
                "The placeholder {%(name)s} is not known here; use one of %(offered)s.",
                name=name,
                offered=names,
            )
        )
    if INVITATION in BRACES.findall(text.subject):
        problems.append(
            Text("The placeholder {invitation} belongs in the text, not in the subject.")
        )
    if re.search(r"[{}]", BRACES.sub("", both)):
        problems.append(Text("A curly bracket has no partner."))
    missing = required(key) - set(BRACES.findall(text.text))
    if INVITATION in missing and _names_review(key, text.text):
        missing -= {INVITATION}
    problems.extend(
        Text("The placeholder {%(name)s} is missing in the text.", name=name)
        for name in sorted(missing)
    )
    if INVITATION in offered and text.tone not in naming_sentences(key, language):
        tones = ", ".join(naming_sentences(key, language))
        problems.append(Text("There is no such tone; choose one of %(tones)s.", tones=tones))
    return problems


def _names_review(key: str, text: str) -> bool:
    """True for an earlier text that has a shipped sentence written out."""
    bare = BRACES.sub("", text)
    keys = [
        content_policy.sentence_key(bare[start:end]) for start, end in content_policy.spans(bare)
    ]
    return any(
        sentence in approved(key) and content_policy.names_review(sentence) for sentence in keys
    )


def _said(key: str, text: MessageText, values: Mapping[str, str], language: str) -> list[Refused]:
    """What the wording check finds in the seller's own sentences, filled in."""
    refused: list[Refused] = []
    for name, part in (("subject", text.subject), ("text", text.text)):
        for start, end in content_policy.spans(part):
            sentence = part[start:end]
            if content_policy.sentence_key(BRACES.sub("", sentence)) in approved(key):
                continue
            filled = BRACES.sub(lambda place: values.get(place[1], ""), sentence)
            refused += [
                Refused(
                    name,
                    _places(part, start, end, finding.words),
                    Text(
                        "“%(fragment)s”: %(advice)s",
                        fragment=finding.fragment,
                        advice=finding.advice,
                    ),
                )
                for finding in check(filled, kind_of(key), language)
            ]
    return refused


def _places(part: str, start: int, end: int, words: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Where these words, which may be disguised, stand in a sentence of a part."""
    meant = {plain for word in words for plain in words_of(word)}
    places = tuple(
        (start + token.start(), start + token.end())
        for token in re.finditer(r"\S+", part[start:end])
        if meant & {*words_of(token[0])}
    )
    return places or ((start, end),)
