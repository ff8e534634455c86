"""Cells that name several things in words: addressees, kinds of network."""

import re

_ADDRESSEES = {
    "cities": "CitiesAddressee",
    "regions": "RegionsAddressee",
    "national": "NationalAddressee",
    "EU": "EuropeanUnionAddressee",
    "managing": "ManagingAuthoritiesAddressee",
}
_TYPE_WORDS = re.compile(r"\s*\(\d+\)|\s+and\s+")
_TYPE_NAMES = {"working groups": "other-network", "uia-transfer-pilot": "uia-transfer-pilot"}


def addressees(text: str | None) -> list[str]:
    """Return the ontology's names of those addressed in ``cities, regions and EU authorities``.

    Where no source names an addressee there is none.

    Raises:
        KeyError: a word names no known addressee.
    """
    words = (part.strip().split(" ")[0] for part in re.split(r",| and ", text or ""))
    return [_ADDRESSEES[word] for word in words if word]


def network_types(text: str) -> list[str]:
    """Return the words for the classes of network that a call asks for.

    A cell may name several, with counts: ``thematic (24) and working groups (7)``.
    """
    parts = [part for part in _TYPE_WORDS.split(text) if part]
    return [_TYPE_NAMES.get(part, f"{part}-network") for part in parts]
