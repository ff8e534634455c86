"""Themes, the concepts they link to, the glossary; people and documents."""

from collections import defaultdict

from urbact_graph.facts.describer import Describer, term_name
from urbact_graph.facts.minting import Minter
from urbact_graph.facts.people import spellings
from urbact_graph.facts.tables import Tables, Theme
from urbact_graph.rdf.builder import Subject


class ConceptDescriber(Describer):
    """Describes what is neither a network, nor part of one, nor a place."""

    def __init__(self, minter: Minter, tables: Tables) -> None:
        super().__init__(minter)
        self.tables = tables

    def themes(self) -> list[Subject]:
        """Return the theme scheme and its concepts, topics first."""
        scheme = self._scheme(self.mint.iri("theme"), "Themes of URBACT")
        rows = sorted(self.tables.themes, key=lambda x: (x.level != "topic", x.id))
        return [scheme, *map(self.theme, rows)]

    def _scheme(self, iri: str, name: str) -> Subject:
        """Describe a scheme: it has a label as a thing of SKOS, a title as DCAT-AP asks for it."""
        scheme = self.describe(iri, "skos:ConceptScheme")
        for predicate in ("skos:prefLabel", "dct:title"):
            scheme.text(predicate, name, language="en")
        return scheme

    def theme(self, row: Theme) -> Subject:
        """Describe a topic or theme."""
        scheme = self.mint.iri("theme")
        new = self.describe(self.mint.iri("theme", row.id), "skos:Concept", row=row)
        new.link("skos:inScheme", scheme)
        if row.level == "topic":
            new.link("skos:topConceptOf", scheme)
        new.link("skos:broader", self.mint.iri("theme", row.broader) if row.broader else None)
        new.term("urb:basis", term_name(row.basis) if row.basis else None)
        for link in row.links:
            new.link(f"skos:{link.relation}", link.target)
        if row.origin:
            note = f"Added to the programme's own themes by {row.origin}."
            # The source of a theme that was added here is the scheme itself.
            new.text("skos:editorialNote", note, language="en").link("dct:source", scheme)
        return new

    def linked_concepts(self) -> list[Subject]:
        """Return the concepts of other schemes that themes link to, with their labels."""
        labels: dict[str, set[str]] = defaultdict(set)
        pages: dict[str, set[str]] = defaultdict(set)
        asides: dict[str, set[str]] = defaultdict(set)
        for row in self.tables.themes:
            for link in row.links:
                labels[link.target].add(link.target_label)
                for source in link.source:
                    page, _, aside = source.partition(" ")
                    pages[link.target].add(page)
                    asides[link.target] |= {aside.strip("()")} - {""}
        described = []
        for target in sorted(labels):
            new = self.describe(target, "skos:Concept")
            preferred, *others = sorted(labels[target])
            new.text("skos:prefLabel", preferred, language="en")
            new.text("skos:altLabel", *others, language="en")
            for aside in sorted(asides[target]):
                new.text("skos:editorialNote", f"The label was read in: {aside}.", language="en")
            described.append(new.link("dct:source", *pages[target]))
        return described

    def glossary(self) -> list[Subject]:
        """Return the glossary's scheme and its terms, sorted by IRI."""
        scheme = self.mint.iri("glossary")
        head = self._scheme(scheme, "Glossary of URBACT")
        terms = []
        for term in self.tables.glossary:
            new = self.describe(self.mint.term(term), "skos:Concept", row=term)
            terms.append(new.link("skos:inScheme", scheme))
        return [head, *sorted(terms, key=lambda entity: entity.iri)]

    def people(self) -> list[Subject]:
        """Return the people whom the tables name, sorted by IRI."""
        cells = [x.lead_expert for x in self.tables.networks if x.lead_expert]
        described = []
        for name, *others in spellings(cells).values():
            new = self.describe(self.mint.person(name), "urb:Person")
            described.append(new.text("foaf:name", name).text("skos:altLabel", *others))
        return sorted(described, key=lambda entity: entity.iri)

    def documents(self) -> list[Subject]:
        """Return the documents that recommendations were read from, sorted by IRI."""
        pages: dict[str, set[str]] = defaultdict(set)
        for row in self.tables.recommendations:
            pages[row.document] |= set(row.source)
        described = []
        for title, addresses in pages.items():
            new = self.describe(self.mint.document(title), "urb:Document")
            described.append(new.text("dct:title", title).link("dct:source", *addresses))
        return sorted(described, key=lambda entity: entity.iri)
