"""Programming periods, their calls for proposals, and the totals that sources print of them."""

from urbact_graph.facts.describer import Describer, term_name
from urbact_graph.facts.minting import Minter, slug
from urbact_graph.facts.tables import Call, OfficialTotal, Tables
from urbact_graph.facts.words import network_types
from urbact_graph.rdf.builder import Subject


class ProgrammeDescriber(Describer):
    """Describes the programmes, the calls and the official totals."""

    def __init__(self, minter: Minter, tables: Tables) -> None:
        super().__init__(minter)
        self.tables = tables

    def programmes(self) -> list[Subject]:
        """Return the programming periods, in order of their start."""
        rows = sorted(self.tables.programmes, key=lambda row: row.start)
        return [
            self.describe(self.mint.programme(row.name), "urb:Programme", row=row) for row in rows
        ]

    def calls(self) -> list[Subject]:
        """Return the calls for proposals, sorted by IRI."""
        return sorted(map(self.call, self.tables.calls), key=lambda entity: entity.iri)

    def call(self, row: Call) -> Subject:
        """Describe a call for proposals."""
        new = self.describe(self.mint.call(row), "urb:Call", row=row)
        new.link("urb:programme", self.mint.programme(row.programme))
        new.term("urb:networkType", *map(term_name, network_types(row.network_type)))
        if "(" in row.network_type:
            note = f"The kinds of network asked for: {row.network_type}."
            new.text("skos:editorialNote", note, language="en")
        return new

    def totals(self) -> list[Subject]:
        """Return the totals that sources print, sorted by IRI."""
        return sorted(map(self.total, self.tables.official_totals), key=lambda entity: entity.iri)

    def total(self, row: OfficialTotal) -> Subject:
        """Describe a total that a source prints for a call or a programme."""
        new = self.describe(self.mint.total(row), "urb:OfficialTotal", row=row)
        programmes = {slug(programme.name) for programme in self.tables.programmes}
        kind = "programme" if row.scope in programmes else "call"
        new.link("urb:totalOf", self.mint.iri(kind, row.scope))
        return new.term("urb:measure", term_name(row.measure, "Measure"))
