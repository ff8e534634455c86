"""What every part of the import describes entities with."""

import re

from urbact_graph.facts.minting import Minter
from urbact_graph.rdf.builder import Subject
from urbact_graph.rdf.namespaces import namespaces


class Describer:
    """Makes the statements about entities from the cells of their rows."""

    def __init__(self, minter: Minter) -> None:
        self.mint = minter
        self._prefixes = namespaces(minter.base)

    def describe(self, iri: str, *classes: str) -> Subject:
        """Begin the description of the entity ``iri``, which is of ``classes``."""
        return Subject(iri, self._prefixes, set()).type(*classes)


def term_name(word: str, suffix: str = "") -> str:
    """Return the vocabulary's name for a table's ``word``: ``city``, ``Kind`` is urb:CityKind."""
    words = re.split(r"[^A-Za-z0-9]+", word)
    return "urb:" + "".join(part[:1].upper() + part[1:] for part in words) + suffix
