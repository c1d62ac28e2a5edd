"""The sentences of a text."""

from __future__ import annotations

import re

_SHORT = re.compile(
    r"(?:^|[\s(])(?:jl|jln|no|nomor|rp|st|mr|mrs|ms|dr|prof|bpk|ibu|bu|pak|kec|kel|kab|ds|tgl|tel|telp|hp|wa|rt|rw|a\.n|an|yth|ca|approx|incl|e\.g|i\.e|vs|etc|dll|dsb)\.$",
    re.IGNORECASE,
)
"""Short forms whose full stop ends no sentence."""


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break ends one, the full stop of a short form does not."""
    parts: list[str] = []
    for row in re.split(r"\n+", text):
        open_part = ""
        for part in re.split(r"(?<=[.!?…])(?=\s+\S)", row):
            open_part += part
            if not _SHORT.search(part[-12:]):
                parts.append(open_part.strip())
                open_part = ""
        parts.append(open_part.strip())
    return [part for part in parts if part]
