"""Changes of a playbook by its rules, numbered from 1 as pages show them; each gives a new playbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from integrations.sentence import Text
from service.domain.errors import NotFound, WrongInput
from service.domain.remedies.playbook import Playbook, Rule

MOST_RULES = 100


def rule_at(playbook: Playbook, number: int) -> Rule:
    """A rule by its number; raises `NotFound`."""
    if not 1 <= number <= len(playbook.rules):
        raise NotFound("There is no such rule.")
    return playbook.rules[number - 1]


def added(playbook: Playbook, rule: Rule) -> Playbook:
    """With a new rule on top, where it is tried first."""
    return _with(playbook, [rule, *playbook.rules])


def changed(playbook: Playbook, number: int, rule: Rule) -> Playbook:
    """With another rule in the place of this one."""
    rule_at(playbook, number)
    rules = list(playbook.rules)
    rules[number - 1] = rule
    return _with(playbook, rules)


def moved(playbook: Playbook, number: int, places: int) -> Playbook:
    """With a rule so many places further down, or up where `places` is negative."""
    rule = rule_at(playbook, number)
    rules = list(playbook.rules)
    del rules[number - 1]
    rules.insert(max(0, number - 1 + places), rule)
    return _with(playbook, rules)


def copied(playbook: Playbook, number: int) -> Playbook:
    """With a copy of a rule below it, under a name of its own."""
    rule = rule_at(playbook, number)
    taken = {other.name for other in playbook.rules}
    mark = next(n for n in range(2, len(taken) + 3) if f"{rule.name} ({n})" not in taken)
    names = {language: f"{name} ({mark})" for language, name in rule.translations.items()}
    copy = replace(rule, name=f"{rule.name} ({mark})", translations=names)
    return _with(playbook, [*playbook.rules[:number], copy, *playbook.rules[number:]])


def removed(playbook: Playbook, number: int) -> Playbook:
    """Without a rule; the last one stays, as a playbook without rules proposes nothing."""
    rule_at(playbook, number)
    if len(playbook.rules) == 1:
        raise WrongInput("A playbook needs a rule. Change this one instead.")
    return _with(playbook, [*playbook.rules[: number - 1], *playbook.rules[number:]])


def _with(playbook: Playbook, rules: Sequence[Rule]) -> Playbook:
    if len(rules) > MOST_RULES:
        raise WrongInput("A playbook may have %(most)s rules at most.", most=MOST_RULES)
    for rule in rules:
        if sum(other.name == rule.name for other in rules) > 1:
            named = Text("Another rule has this name already; give each a name of its own.")
            raise WrongInput(named, fields={"name_en": named})
    return replace(playbook, rules=tuple(rules))


def differences(old: Playbook, new: Playbook) -> list[Text]:
    """What changed from one playbook to another, a sentence for each change."""
    before = {rule.name: rule for rule in old.rules}
    after = {rule.name: rule for rule in new.rules}
    changes = [
        Text("Rule “%(rule)s” is new.", rule=r.label) for n, r in after.items() if n not in before
    ]
    changes += [
        Text("Rule “%(rule)s” was removed.", rule=r.label)
        for n, r in before.items()
        if n not in after
    ]
    changes += [
        Text("Rule “%(rule)s” was changed.", rule=rule.label)
        for name, rule in after.items()
        if name in before and before[name] != rule
    ]
    if [name for name in before if name in after] != [name for name in after if name in before]:
        changes.append(Text("The rules are tried in another order."))
    if replace(old, rules=()) != replace(new, rules=()):
        changes.append(Text("The playbook's name, note or rounding was changed."))
    return changes
