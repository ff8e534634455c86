"""What is stated of an entity beyond the atlas: its sources, notes and identifiers, by property."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from urbact_graph.rdf.namespaces import expanded
from urbact_graph.web.pages.entity_page import EntityPage, Value, Vocabulary


@dataclass(frozen=True)
class Source:
    """What something was read from; ``text`` is its address as people read it.

    ``is_here`` says that it is a thing of this graph, such as the thesaurus, named by its label.
    """

    address: str
    text: str
    is_here: bool = False

    @classmethod
    def of(cls, value: Value) -> Self:
        """Shorten the address of ``value`` for the page."""
        if value.is_here:
            return cls(value.address, value.text, is_here=True)
        address = value.address
        parts = urlsplit(address)
        query = f"?{unquote(parts.query)}" if parts.query else ""
        text = f"{parts.netloc.removeprefix('www.')}{unquote(parts.path).rstrip('/')}{query}"
        return cls(address, text or address)


@dataclass(frozen=True)
class Stated:
    """The values of the rows of an entity's page, by prefixed names of properties."""

    rows: Mapping[str, tuple[Value, ...]]
    prefixes: Mapping[str, str]

    @classmethod
    def of(cls, page: EntityPage, vocabulary: Vocabulary) -> Self:
        """Read the rows of ``page``."""
        return cls({row.iri: row.values for row in page.rows}, vocabulary.prefixes)

    def values(self, name: str) -> tuple[Value, ...]:
        """Return the values of the property ``name``, such as ``urb:objective``."""
        return self.rows.get(expanded(name, self.prefixes), ())

    def text(self, name: str) -> str:
        """Return the text of the first value of the property ``name``, empty if it has none."""
        return next((value.text for value in self.values(name)), "")

    def address(self, name: str, part: str = "") -> str:
        """Return the first address among the values of ``name`` that contains ``part``."""
        return next((v.address for v in self.values(name) if v.address and part in v.address), "")

    @property
    def sources(self) -> tuple[Source, ...]:
        """The pages that it was read from."""
        return tuple(Source.of(v) for v in self.values("dct:source") if v.address)

    @property
    def notes(self) -> tuple[Value, ...]:
        """What its sources disagree on, and other remarks."""
        return self.values("skos:editorialNote")
