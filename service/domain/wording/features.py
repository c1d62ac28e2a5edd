"""What a model sees of a sentence: its words, their base forms, ideas and letters, in order."""

from __future__ import annotations

from collections.abc import Sequence

from service.domain.wording.forms import base, ideas

_NEAR = 4


def features_of(words: Sequence[str], mark: str = "") -> list[str]:
    """Features of a sentence's words, as `words_of` gives them; `mark` is joined in as one more."""
    bases = ["<number>" if word.isdigit() and len(word) > 1 else base(word) for word in words]
    meant = [sorted(ideas().get(word, ())) for word in bases]
    seen = [f"w {word}" for word in bases]
    seen += [
        f"2 {first} {second}" for first, second in zip(["<", *bases], [*bases, ">"], strict=True)
    ]
    seen += [f"3 {a} {b} {c}" for a, b, c in zip(bases, bases[1:], bases[2:], strict=False)]
    for at, names in enumerate(meant):
        seen += [f"i {name}" for name in names]
        for apart, later in enumerate(meant[at + 1 : at + 1 + _NEAR]):
            seen += [
                f"{'n' if apart == 0 else 'f'} {first} {second}"
                for first in names
                for second in later
            ]
            seen += [f"g {bases[at]} {second}" for second in later]
            seen += [f"h {first} {bases[at + 1 + apart]}" for first in names]
    every = sorted({name for names in meant for name in names})
    seen += [f"p {first} {second}" for n, first in enumerate(every) for second in every[n + 1 :]]
    for word in words:
        edged = f"^{word}$"
        seen += [
            f"c {edged[at : at + size]}"
            for size in (3, 4, 5)
            for at in range(len(edged) - size + 1)
        ]
    if mark:
        seen += [f"k {mark}", *(f"k {mark} {name}" for name in every)]
    return seen
