"""What every part of the import describes entities with: their rows, and the vocabulary."""

import re
from typing import Any

from urbact_graph.facts.cells import Row, Stated
from urbact_graph.facts.minting import Minter
from urbact_graph.rdf.builder import Subject
from urbact_graph.rdf.namespaces import namespaces


class Describer:
    """Makes the statements about entities from the cells of their rows."""

    def __init__(self, minter: Minter) -> None:
        self.mint = minter
        self._prefixes = namespaces(minter.base)

    def describe(self, iri: str, *classes: str, row: Row | None = None) -> Subject:
        """Begin the description of the entity ``iri``, which is of ``classes``.

        The cells of ``row`` whose columns name a property are stated.
        """
        new = Subject(iri, self._prefixes, set()).type(*classes)
        if row is not None:
            state_cells(new, row)
        return new


def state_cells(subject: Subject, row: Row) -> None:
    """State the cells of ``row`` whose columns name a property (``Stated``) of ``subject``."""
    for name, column in type(row).model_fields.items():
        cell = getattr(row, name)
        for stated in column.metadata:
            if isinstance(stated, Stated):
                for value in cell if isinstance(cell, list) else [cell]:
                    _state(subject, stated, value)


def _state(subject: Subject, stated: Stated, value: Any) -> None:
    match stated.form:
        case "text":
            subject.text(stated.predicate, value, language=stated.language)
        case "link":
            subject.link(stated.predicate, value)
        case "number":
            subject.number(stated.predicate, value)
        case "date":
            subject.date(stated.predicate, value)


def term_name(word: str, suffix: str = "") -> str:
    """Return the vocabulary's name for a table's ``word``: ``city``, ``Kind`` is urb:CityKind."""
    words = re.split(r"[^A-Za-z0-9]+", word)
    return "urb:" + "".join(part[:1].upper() + part[1:] for part in words) + suffix
