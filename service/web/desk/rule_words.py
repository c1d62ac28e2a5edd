"""Rules of a playbook in words: when they hold and what they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from babel import Locale
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from integrations.remedies import Worth
from service.domain.remedies.playbook import RemedyRule, Rule, When
from service.domain.remedies.proposing import NoProposal
from service.operations.remedies.dry_run import Proposed
from service.web.formatting import money
from service.web.i18n import label
from service.web.words import word

MOST_NAMED = 5


def conditions(when: When) -> list[str]:
    """What a rule asks for, a phrase each; empty where it always holds."""
    return list(_conditions(when))


def _conditions(when: When) -> Iterator[str]:
    if when.causes:
        yield _("about: %(causes)s", causes=", ".join(word(cause) for cause in when.causes))
    if when.grave is not None:
        yield _("grave complaint") if when.grave else _("no grave complaint")
    if when.words and when.causes:
        yield _("or, where that is not clear, by its words (%(count)s)", count=len(when.words))
    elif when.words:
        yield _("says: %(words)s", words=_few(when.words))
    if when.min_stars == when.max_stars:
        yield ngettext("%(num)s star", "%(num)s stars", when.min_stars)
    elif when.min_stars > 1 or when.max_stars < 5:
        yield _("%(low)s to %(high)s stars", low=when.min_stars, high=when.max_stars)
    if when.order_at_least:
        yield _("order of at least %(amounts)s", amounts=_amounts(when.order_at_least))
    if when.order_at_most:
        yield _("order of at most %(amounts)s", amounts=_amounts(when.order_at_most))
    if when.products:
        yield _("product is one of %(products)s", products=_few(when.products))
    if when.earlier_cases_min:
        yield ngettext(
            "buyer had at least %(num)s case before",
            "buyer had at least %(num)s cases before",
            when.earlier_cases_min,
        )
    if when.earlier_cases_max is not None:
        yield ngettext(
            "buyer had at most %(num)s case before",
            "buyer had at most %(num)s cases before",
            when.earlier_cases_max,
        )
    if when.countries:
        names = (get_locale() or Locale("en")).territories
        yield _("buyer in %(countries)s", countries=_few([names.get(c, c) for c in when.countries]))


def gives(rule: Rule, currencies: tuple[str, ...]) -> list[str]:
    """What a rule gives, a phrase for each remedy, with upper limits in these currencies."""
    return [_gives(remedy, currencies) for remedy in rule.remedies]


def _gives(remedy: RemedyRule, currencies: tuple[str, ...]) -> str:
    parts = [label(remedy.kind.label)]
    if remedy.kind.worth is Worth.CHOSEN:
        parts[0] += f" {_worth(remedy, currencies)}"
        parts += _limits(remedy, currencies)
    if remedy.expires_days:
        parts.append(ngettext("good for %(num)s day", "good for %(num)s days", remedy.expires_days))
    return ", ".join(parts)


def _worth(remedy: RemedyRule, currencies: tuple[str, ...]) -> str:
    if remedy.whole_line:
        return str(_("of all that was paid for the item"))
    if remedy.percent is not None:
        return f"{remedy.percent}%"
    fixed = {code: minor for code, minor in remedy.fixed.items() if code in currencies}
    return _amounts(fixed or remedy.fixed)


def _limits(remedy: RemedyRule, currencies: tuple[str, ...]) -> Iterator[str]:
    if not remedy.depends_on_order:
        return
    capped = {code: minor for code, minor in remedy.cap.items() if code in currencies}
    if capped:
        yield _("at most %(amounts)s", amounts=_amounts(capped))
    uncapped = [code for code in remedy.uncapped if code in currencies]
    if uncapped:
        yield _("no upper limit in %(currencies)s", currencies=", ".join(uncapped))
    unsaid = [code for code in currencies if code not in {*capped, *uncapped}]
    if unsaid:
        yield _("no upper limit stated in %(currencies)s", currencies=", ".join(unsaid))


def _amounts(amounts: Mapping[str, int]) -> str:
    return " / ".join(money(minor, currency) for currency, minor in amounts.items())


def _few(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMED
    named = ", ".join(names[:MOST_NAMED])
    return named if more <= 0 else _("%(named)s and %(count)s more", named=named, count=more)


def answer_words(answer: Proposed) -> str:
    """What is proposed for a case, in short."""
    if isinstance(answer, NoProposal):
        return label(answer.reason)
    remedies = [label(option.remedy.described) for option in answer.options]
    return " · ".join(remedies) if answer.offer else remedies[0]
