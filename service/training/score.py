"""How well causes are read: accuracy, macro-F1, coverage, confusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.complaints.causes import CAUSES

SUREST = 0.85
_LEVELS = tuple(step / 20 for step in range(20))


@dataclass(frozen=True, slots=True)
class Guess:
    """One complaint: its cause by people, the cause read, and how sure that reading was."""

    right: str
    read: str
    confidence: float


def measured(guesses: Sequence[Guess]) -> dict[str, Any]:
    """The figures of `flask causes evaluate`; shares are 0 to 1, None where nothing is to share."""
    surest = sorted(guesses, key=lambda guess: -guess.confidence)
    surest = surest[: round(len(surest) * SUREST)]
    pairs = Counter((guess.right, guess.read) for guess in guesses)
    return {
        "texts": len(guesses),
        "accuracy": _accuracy(guesses),
        "macro_f1": _macro_f1(pairs),
        "surest_share": SUREST,
        "accuracy_of_surest": _accuracy(surest),
        "coverage": [_at(level, guesses) for level in _LEVELS],
        "by_cause": {cause: _by_cause(pairs, cause) for cause in CAUSES},
        "confusion": {
            right: {read: pairs[right, read] for read in CAUSES if pairs[right, read]}
            for right in CAUSES
        },
    }


def _at(level: float, guesses: Sequence[Guess]) -> dict[str, float | None]:
    """What is left when only readings of at least this confidence count."""
    kept = [guess for guess in guesses if guess.confidence >= level]
    share = round(len(kept) / len(guesses), 4) if guesses else None
    return {"confidence": level, "coverage": share, "accuracy": _accuracy(kept)}


def _accuracy(guesses: Sequence[Guess]) -> float | None:
    if not guesses:
        return None
    return round(sum(guess.right == guess.read for guess in guesses) / len(guesses), 4)


def _by_cause(pairs: Counter[tuple[str, str]], cause: str) -> dict[str, float | int | None]:
    hits = pairs[cause, cause]
    stated = sum(number for (right, _), number in pairs.items() if right == cause)
    read = sum(number for (_, guess), number in pairs.items() if guess == cause)
    return {
        "texts": stated,
        "precision": round(hits / read, 4) if read else None,
        "recall": round(hits / stated, 4) if stated else None,
        "f1": round(2 * hits / (stated + read), 4) if stated + read else None,
    }


def _macro_f1(pairs: Counter[tuple[str, str]]) -> float | None:
    """The mean over all causes that stand in the file or were read in it, each counting alike."""
    each = [_by_cause(pairs, cause)["f1"] for cause in CAUSES]
    measured = [f1 for f1 in each if f1 is not None]
    return round(sum(measured) / len(measured), 4) if measured else None
