"""What playbooks and their rules are called: the shipped names in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sentence import Said, Text, Words

SHIPPED: Mapping[str, Text] = {
    text.id: text
    for text in (
        Text("Careful"),
        Text("Balanced"),
        Text("Generous"),
        Text("Often here before"),
        Text("Wrong item"),
        Text("Missing"),
        Text("Broken"),
        Text("Late"),
        Text("Price or promotion"),
        Text("Not as shown or poor quality"),
        Text("Anything else, very low"),
        Text("Anything else"),
    )
}


def shipped_label(name: str) -> Said:
    """A name for people; one that is not shipped is the seller's own, letter for letter."""
    return SHIPPED.get(name, Words(name))
