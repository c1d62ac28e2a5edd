"""Complaints that no automatic limit may answer: health, injury, law, discrimination."""

from __future__ import annotations

from service.domain.remedies.playbook import mentions

WORDS = (
    "allergy",
    "allergic",
    "allergic reaction",
    "injured",
    "injury",
    "bleeding",
    "burned",
    "burnt",
    "hospital",
    "emergency room",
    "doctor",
    "poisoned",
    "food poisoning",
    "vomited",
    "fire",
    "caught fire",
    "exploded",
    "explosion",
    "electric shock",
    "lawyer",
    "solicitor",
    "sue",
    "lawsuit",
    "court",
    "police",
    "fraud",
    "discrimination",
    "racist",
    "alergi",
    "terluka",
    "luka",
    "luka bakar",
    "cedera",
    "berdarah",
    "iritasi",
    "gatal-gatal",
    "rumah sakit",
    "dokter",
    "keracunan",
    "muntah",
    "kebakaran",
    "terbakar",
    "meledak",
    "kesetrum",
    "pengacara",
    "polisi",
    "tuntut",
    "menuntut",
    "pengadilan",
    "penipuan",
    "penipu",
    "diskriminasi",
    "rasis",
)
"""English and Indonesian; a word that is denied just before it does not count."""


def is_grave(text: str) -> bool:
    """True when a person has to read this before anything happens."""
    return mentions(text, WORDS)
