"""Whether a complaint says a word or its opposite: forms of words, and what denies them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from service.domain.complaints.lexicon import lexicon
from service.domain.complaints.words import Word, stems, words

_ENDS_CLAUSE = frozenset(".,;!?\n():")


def mentions(text: str, sought: Collection[str]) -> bool:
    """True when one of the words or phrases is said and not denied in its clause.

    Forms count: "rusak" is said by RUSAAAK, rusak2, rusaknya, dirusakin and kerusakan, "tidak
    nyala" by "gk nyala". "Tidak ada yang rusak", "semoga tidak cepat rusak" and "wasnt broken"
    deny; "gak cuma rusak" and "tidak, rusak" do not.
    """
    spoken = words(text)
    phrases = [phrase for phrase in map(_phrase, sought) if phrase]
    spans = sorted(
        (start, end)
        for phrase in phrases
        for start in range(len(spoken))
        if (end := _end(spoken, start, phrase))
    )
    denied: set[tuple[int, int]] = set()
    for start, end in spans:
        if _denied(spoken, start) or _joined(spoken, start, denied) or _denied_after(spoken, end):
            denied.add((start, end))
        else:
            return True
    return False


@lru_cache(4_096)
def _phrase(text: str) -> tuple[str, ...]:
    return tuple(word.spelling for word in words(text) if not word.is_mark)


def _end(spoken: Sequence[Word], start: int, phrase: Sequence[str]) -> int:
    """Where a phrase that begins here ends; 0 where none does."""
    place = start
    skipped = lexicon().denial["particles"] | {"\n"}
    for number, word in enumerate(phrase):
        while number and place < len(spoken) and spoken[place].spelling in skipped - {word}:
            place += 1
        if place >= len(spoken) or not _is_form(spoken[place].spelling, word):
            return 0
        place += 1
    return place


def _is_form(spelling: str, word: str) -> bool:
    return word in stems(spelling) or spelling == word.removesuffix("nya")


def _denied(spoken: Sequence[Word], start: int) -> bool:
    """Whether the clause denies what begins here: the nearest denial reaches over little words."""
    clause = _clause_before(spoken, start)
    for place in range(len(clause) - 1, -1, -1):
        if clause[place] in lexicon().denial["denies"]:
            between = clause[place + 1 :]
            twice = place > 0 and clause[place - 1] in lexicon().denial["denies"]
            return not lexicon().denial["only"].intersection(between[:2]) and not twice
        if clause[place] not in lexicon().denial["reaches_over"] and not _is_described(
            clause, place
        ):
            return False
    return False


def _clause_before(spoken: Sequence[Word], start: int) -> list[str]:
    clause: list[str] = []
    for word in reversed(spoken[:start]):
        if word.is_mark and word.spelling in _ENDS_CLAUSE:
            break
        if not word.is_mark:
            clause.append(word.spelling)
    return clause[::-1]


def _is_described(clause: Sequence[str], place: int) -> bool:
    """True for the thing in "tidak ada gelas yang pecah": it exists, and `yang` follows."""
    before, after = clause[max(0, place - 2) : place], clause[place + 1 : place + 3]
    exists = bool(lexicon().denial["exists"].intersection(before)) or bool(
        {"no", "not"}.intersection(before)
    )
    return exists and bool(
        lexicon().denial["that"].intersection(after) or (after and after[0] in ("was", "were"))
    )


def _joined(spoken: Sequence[Word], start: int, denied: Collection[tuple[int, int]]) -> bool:
    """True for the second of "tidak rusak atau pecah", also of "tidak penyok/pecah"."""
    place = start - 1
    while place >= 0 and (
        spoken[place].spelling in lexicon().denial["joins"] or spoken[place].spelling in "/&"
    ):
        place -= 1
    return place < start - 1 and any(end == place + 1 for _, end in denied)


def _denied_after(spoken: Sequence[Word], end: int) -> bool:
    """True for "pecah sih enggak": the denial comes last, behind a particle."""
    following = [word.spelling for word in spoken[end : end + 3]]
    if (
        len(following) < 2
        or following[0] not in lexicon().denial["later_denial"]
        or following[1] not in lexicon().denial["denies"]
    ):
        return False
    return len(following) == 2 or not following[2].isalnum() or following[2] in ("tapi", "cuma")
