"""What is stated of the things of one kind: the result of one query, by thing and property."""

from collections.abc import Iterator
from typing import Self

from pyoxigraph import Literal, NamedNode

from urbact_graph.rdf.graph import english_first
from urbact_graph.rdf.namespaces import expanded, namespaces
from urbact_graph.rdf.terms import Term
from urbact_graph.web.snapshot import Snapshot

_QUERY = """
SELECT ?thing ?number ?value
WHERE {{
  {{ SELECT DISTINCT ?thing WHERE {{ {pattern} }} }}
  {properties}
}}
"""
_FIRST_LETTERS_OF_A_DATE = 4


class Statements:
    """The values of some properties of the things of one kind; ``subjects`` are their IRIs, sorted.

    Properties are named by their prefixed names, as they were asked for. Values stand in the order
    of their texts, except where a method says otherwise.
    """

    def __init__(self, values: dict[str, dict[str, list[Term]]], base: str) -> None:
        self._values = values
        self._base = base
        self.subjects = sorted(values)

    @classmethod
    def of(cls, snapshot: Snapshot, pattern: str, properties: tuple[str, ...]) -> Self:
        """Query ``properties`` of every ``?thing`` that fits ``pattern``, with prefixed names.

        Raises:
            ProblemError: as the engine raises it.
        """
        prefixes = namespaces(snapshot.base)
        # In each row of the result, a number is a fraction of an IRI. With VALUES in the place of
        # UNION, Virtuoso takes twenty times as long.
        names = {str(number): name for number, name in enumerate(properties)}
        parts = (
            f"{{ ?thing <{expanded(name, prefixes)}> ?value BIND('{number}' AS ?number) }}"
            for number, name in names.items()
        )
        query = _QUERY.format(properties=" UNION ".join(parts), pattern=pattern)
        declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items())
        values: dict[str, dict[str, list[Term]]] = {}
        for thing, number, value in snapshot.rows(declared + query):
            if isinstance(thing, NamedNode) and number is not None and value is not None:
                about = values.setdefault(thing.value, {})
                about.setdefault(names[number.value], []).append(value)
        return cls(values, snapshot.base)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield the IRI and the path of each thing, sorted by IRI."""
        return ((iri, self.path(iri)) for iri in self.subjects)

    def path(self, iri: str) -> str:
        """Return the path of ``iri`` below the base."""
        return iri.removeprefix(self._base)

    def literals(self, thing: str, name: str) -> list[Literal]:
        """Return the literals of a property, English ones first."""
        values = self._values.get(thing, {}).get(name, ())
        return english_first(value for value in values if isinstance(value, Literal))

    def texts(self, thing: str, name: str) -> tuple[str, ...]:
        """Return the texts of a property, English ones first, each once."""
        return tuple(dict.fromkeys(literal.value for literal in self.literals(thing, name)))

    def text(self, thing: str, name: str) -> str:
        """Return the first text of a property, empty if there is none."""
        found = self.literals(thing, name)
        return found[0].value if found else ""

    def iris(self, thing: str, name: str) -> list[str]:
        """Return the IRIs among the values of a property, sorted."""
        values = self._values.get(thing, {}).get(name, ())
        return sorted(value.value for value in values if isinstance(value, NamedNode))

    def paths(self, thing: str, name: str) -> tuple[str, ...]:
        """Return the paths of the IRIs among the values of a property, sorted."""
        return tuple(map(self.path, self.iris(thing, name)))

    def iri(self, thing: str, name: str) -> str:
        """Return the first IRI of a property, empty if there is none."""
        return next(iter(self.iris(thing, name)), "")

    def one_path(self, thing: str, name: str) -> str:
        """Return the path of the first IRI of a property, empty if there is none."""
        return self.path(self.iri(thing, name))

    def local(self, thing: str, name: str) -> str:
        """Return the local name of the first IRI of a property in the vocabulary, or nothing."""
        return self.iri(thing, name).rpartition("#")[2]

    def number(self, thing: str, name: str) -> int | None:
        """Return a property's whole number, None if it has none."""
        text = self.text(thing, name)
        return int(text) if text else None

    def decimal(self, thing: str, name: str) -> float | None:
        """Return a property's number, None if it has none."""
        text = self.text(thing, name)
        return float(text) if text else None

    def year(self, thing: str, name: str) -> int:
        """Return the year of a date, 0 if there is none."""
        return int(self.text(thing, name)[:_FIRST_LETTERS_OF_A_DATE] or 0)
