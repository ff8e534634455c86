"""People named in the tables: one person a name, however it is spelt."""

import re
from collections import Counter
from collections.abc import Iterable

from urbact_graph.facts.minting import slug

_ASIDE = re.compile(r"\s*\([^)]*\)")
_BETWEEN = re.compile(r"\s+(?:and|&)\s+|,\s*")


def names_in(cell: str) -> list[str]:
    """Return the names in a cell such as ``A B and C D (main experts)``."""
    return [name for name in _BETWEEN.split(_ASIDE.sub("", cell).strip()) if name]


def spellings(cells: Iterable[str]) -> dict[str, list[str]]:
    """Group the names of all ``cells`` by slug, the fullest spelling first.

    Names that differ only in accents or capitals are one person. The best spelling has the most
    accents, then the fewest words in capitals, then the most occurrences.
    """
    counts = Counter(name for cell in cells for name in names_in(cell))
    grouped: dict[str, list[str]] = {}
    for name in counts:
        grouped.setdefault(slug(name), []).append(name)

    def preference(name: str) -> tuple[int, int, int, str]:
        accents = sum(not character.isascii() for character in name)
        capitals = sum(word.isupper() for word in name.split())
        return -accents, capitals, -counts[name], name

    return {key: sorted(names, key=preference) for key, names in grouped.items()}
