"""A playbook as a value: the seller's rules in order, what each asks for and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.remedies import RemedyKind
from integrations.sentence import Said, Words
from service.domain.remedies.offers import OfferTerms
from service.domain.remedies.shipped_names import shipped_label
from service.domain.remedies.thanks import RULE_THANKS, RuleThanks


@dataclass(frozen=True, slots=True)
class RemedyRule:
    """How a rule works out one remedy: a share of the line, a fixed amount, or the whole line.

    `fixed` and `cap` are minor units per currency; `uncapped` are currencies of which it says that it
    has no upper limit. Kinds whose amount is not chosen take none of them.
    """

    kind: RemedyKind
    percent: int | None = None
    fixed: Mapping[str, int] = field(default_factory=dict)
    whole_line: bool = False
    cap: Mapping[str, int] = field(default_factory=dict)
    uncapped: tuple[str, ...] = ()
    expires_days: int | None = None

    @property
    def depends_on_order(self) -> bool:
        """A dearer order makes it dearer, so it needs an upper limit."""
        return self.percent is not None or self.whole_line


@dataclass(frozen=True, slots=True)
class When:
    """What a rule asks for; an empty condition always holds.

    `causes` and `words` are two ways to know the same complaint: where the cause is known it
    decides, else one of the words must stand in the review.
    """

    min_stars: int = 1
    max_stars: int = 5
    words: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    order_at_least: Mapping[str, int] = field(default_factory=dict)
    order_at_most: Mapping[str, int] = field(default_factory=dict)
    earlier_cases_min: int = 0
    earlier_cases_max: int | None = None
    countries: tuple[str, ...] = ()
    grave: bool | None = None
    """Whether harm is told of, such as an injury or a fire; None: either way."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The remedies for one kind of case, the recommended one first. `offer`: the buyer chooses among
    them.

    `name` tells it from others of its playbook; `translations` say it in other languages. `note` is
    the owner's own, for whoever reads the rules.
    """

    name: str
    when: When
    remedies: tuple[RemedyRule, ...]
    offer: OfferTerms | None = None
    translations: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    thanks: RuleThanks = RuleThanks.BY_PROFILE
    """How its buyers are thanked once their problem is solved."""

    @property
    def thanks_label(self) -> Said:
        """How its buyers are thanked, for people."""
        return RULE_THANKS[self.thanks]

    @property
    def label(self) -> Said:
        """Its name, for people."""
        return _label(self.name, self.translations)


@dataclass(frozen=True, slots=True)
class Playbook:
    """Rules in order; the first that fits and has something to offer decides.

    `rounding`: shares are rounded to this many minor units of a currency. `note`, `translations`: as of
    a rule.
    """

    name: str
    rules: tuple[Rule, ...]
    rounding: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> Said:
        """Its name, for people."""
        return _label(self.name, self.translations)


def _label(name: str, translations: Mapping[str, str]) -> Said:
    return Words(name, tuple(translations.items())) if translations else shipped_label(name)
