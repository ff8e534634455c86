"""Mint the IRIs of the graph's entities, by the rules in docs/model.md."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from slugify import slugify

if TYPE_CHECKING:
    # The web mints slugs, too, and needs none of the tables.
    from urbact_graph.facts.tables import (
        Call,
        OfficialTotal,
        Partnership,
        Plan,
        Recommendation,
        Term,
    )

# Where a plan or a recommendation belongs to no single network.
NO_NETWORK = "no-network"
PROGRAMME_WIDE = "urbact"
NO_CITY = "no-city"

_LONGEST_SLUG = 80


def slug(text: str) -> str:
    """Make the slug of ``text``: lower-case ASCII words, hyphens between, 80 characters at most."""
    return slugify(text.replace("'", "-"), max_length=_LONGEST_SLUG, word_boundary=True)


def digest(*parts: str | None) -> str:
    """Make the short hash of ``parts``: the first 8 hexadecimal digits of their SHA-256."""
    return hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:8]


class Minter:
    """Mints IRIs below ``base``; rows that depend on each other are minted together."""

    def __init__(self, base: str) -> None:
        self.base = base

    def iri(self, *path: str) -> str:
        """Join ``path`` below the base."""
        return self.base + "/".join(path)

    def programme(self, name: str) -> str:
        """Mint a programme from its name."""
        return self.iri("programme", slug(name))

    def person(self, name: str) -> str:
        """Mint a person from the slug of the name."""
        return self.iri("person", slug(name))

    def document(self, title: str) -> str:
        """Mint a document from the hash of its title."""
        return self.iri("document", digest(title))

    def term(self, row: Term) -> str:
        """Mint a term of the glossary."""
        return self.iri("glossary", slug(row.term))

    def recommendation(self, row: Recommendation) -> str:
        """Mint a recommendation from its network and the hash of its statement."""
        return self.iri("recommendation", row.network or PROGRAMME_WIDE, digest(row.statement))

    def call(self, row: Call) -> str:
        """Mint a call from its id."""
        return self.iri("call", row.id)

    def total(self, row: OfficialTotal) -> str:
        """Mint an official total from what it counts, and of which call or programme."""
        return self.iri("total", row.scope, row.measure)

    def partnerships(self, rows: list[Partnership]) -> list[str]:
        """Mint one IRI a row, in the order of the rows.

        The slug is the city's, or the printed name's where there is no city. Where a network has
        several partnerships of one slug, that of the lead, else of the city itself, else the first
        has it alone; the others append the slug of their printed name.
        """
        same_slug: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            place = row.city.split("/")[1] if row.city else slug(row.partner)
            same_slug[row.network, place].append(index)
        minted: dict[int, str] = {}
        for (network, place), indexes in same_slug.items():
            indexes.sort(key=lambda i: (rows[i].role != "lead", rows[i].kind != "city", i))
            minted[indexes[0]] = self.iri("partnership", network, place)
            for index in indexes[1:]:
                name = f"{place}-{slug(rows[index].partner)}"
                minted[index] = self.iri("partnership", network, name)
        return [minted[index] for index in range(len(rows))]

    def plans(self, rows: list[Plan]) -> list[str]:
        """Mint one IRI a row: network, place and kind of plan.

        The first plan of its kind, place and network has the bare IRI; further ones end in the
        short hash of their title, or of their sources where they have none.
        """
        seen: Counter[str] = Counter()
        minted: list[str] = []
        for row in rows:
            place = row.city or (f"{row.country.lower()}/{NO_CITY}" if row.country else NO_CITY)
            kind = "other-plan" if row.type == "other" else row.type
            path = f"plan/{row.network or NO_NETWORK}/{place}/{kind}"
            seen[path] += 1
            if seen[path] > 1:
                path += f"-{digest(row.title) if row.title else digest(*row.source)}"
            minted.append(self.iri(path))
        return minted
