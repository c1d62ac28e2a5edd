"""Playbooks of every shape, for properties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from integrations.money import least_step
from integrations.remedies import KINDS, RemedyKind, Worth
from service.domain.complaints.causes import CAUSES
from service.domain.remedies.offers import MOST_DAYS, OfferTerms, WithoutPick
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When
from service.domain.remedies.playbook_data import tidy_note
from service.domain.remedies.thanks import RuleThanks

CURRENCIES = ("IDR", "EUR", "JPY", "KWD")
LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20
)
NAMES = LINES.map(str.strip).filter(bool)


def _amount(currency: str) -> st.SearchStrategy[int]:
    step = least_step(currency)
    return st.integers(1, 10**9).map(lambda number: number * step)


@st.composite
def _amounts(draw: Callable[..., Any], currencies: tuple[str, ...]) -> dict[str, int]:
    chosen = draw(st.sets(st.sampled_from(currencies))) if currencies else set()
    return {code: draw(_amount(code)) for code in sorted(chosen)}


@st.composite
def remedies(draw: Callable[..., Any], currencies: tuple[str, ...]) -> RemedyRule:
    """A remedy that says a bound in each of the currencies."""
    kind: RemedyKind = draw(st.sampled_from([*KINDS.values()]))
    days = draw(st.integers(1, 3650)) if kind.expires else None
    if kind.worth is not Worth.CHOSEN:
        return RemedyRule(kind, expires_days=days)
    way = draw(st.sampled_from(("percent", "fixed", "whole_line")))
    if way == "fixed":
        fixed = {currencies[0]: draw(_amount(currencies[0])), **draw(_amounts(currencies))}
        return RemedyRule(kind, fixed=fixed, expires_days=days)
    cap = draw(_amounts(currencies))
    return RemedyRule(
        kind,
        percent=draw(st.integers(1, 100)) if way == "percent" else None,
        whole_line=way == "whole_line",
        cap=cap,
        uncapped=tuple(sorted(set(currencies) - set(cap))),
        expires_days=days,
    )


@st.composite
def rules(draw: Callable[..., Any], currencies: tuple[str, ...] = CURRENCIES) -> Rule:
    """A rule with any conditions."""
    low = draw(st.integers(1, 5))
    fewest = draw(st.integers(0, 50))
    when = When(
        min_stars=low,
        max_stars=draw(st.integers(low, 5)),
        words=tuple(draw(st.lists(NAMES, max_size=3, unique=True))),
        causes=tuple(cause for cause in CAUSES if draw(st.booleans())),
        products=tuple(draw(st.lists(NAMES, max_size=2, unique=True))),
        order_at_least=draw(_amounts(currencies)),
        order_at_most=draw(_amounts(currencies)),
        earlier_cases_min=fewest,
        earlier_cases_max=draw(st.none() | st.integers(fewest, 100)),
        countries=tuple(
            draw(st.lists(st.sampled_from(("ID", "SG", "DE")), max_size=2, unique=True))
        ),
        grave=draw(st.none() | st.booleans()),
    )
    given = tuple(draw(st.lists(remedies(currencies), min_size=1, max_size=3)))
    offer = None
    if len(given) > 1 and draw(st.booleans()):
        offer = OfferTerms(draw(st.integers(1, MOST_DAYS)), draw(st.sampled_from([*WithoutPick])))
    name, translations = draw(_names())
    note = tidy_note(draw(st.lists(LINES, max_size=3).map("\n".join)))
    thanks = draw(st.sampled_from([*RuleThanks]))
    return Rule(name, when, given, offer, translations, note, thanks)


@st.composite
def _names(draw: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    name, translated = draw(NAMES), draw(st.none() | NAMES)
    return name, {} if translated in (None, name) else {"id": translated}


@st.composite
def playbooks(draw: Callable[..., Any]) -> Playbook:
    """A playbook of some rules."""
    chosen = draw(st.lists(rules(), min_size=1, max_size=4, unique_by=lambda rule: rule.name))
    note = tidy_note(draw(st.lists(LINES, max_size=3).map("\n".join)))
    name, translations = draw(_names())
    return Playbook(name, tuple(chosen), draw(_amounts(CURRENCIES)), note, translations)
