"""Networks with what belongs to them: partnerships, plans, recommendations."""

from collections import defaultdict

from urbact_graph.facts.authorities import country_iri, language_iri
from urbact_graph.facts.describer import Describer, state_cells, term_name
from urbact_graph.facts.minting import Minter
from urbact_graph.facts.people import names_in
from urbact_graph.facts.tables import Network, Partnership, Plan, Recommendation, Tables
from urbact_graph.facts.words import addressees
from urbact_graph.rdf.builder import Subject

# The evidence of a plan, by the word of the table; a plan that is only announced is no plan yet.
_EVIDENCE = {"plan": "urb:PlanDescribed", "network": "urb:PlanStatedForNetwork"}
_KOHESIO = "https://kohesio.ec.europa.eu/en/projects/"


class NetworkDescriber(Describer):
    """Describes each network, and what belongs to a network or to none."""

    def __init__(self, minter: Minter, tables: Tables) -> None:
        super().__init__(minter)
        self.tables = tables
        self.listed = {row.network: row for row in tables.listing}
        self.theme_of = {x.text: x.theme for x in tables.recommendation_themes}

    def documents(self) -> dict[str | None, list[Subject]]:
        """Return the entities of each network's document; those without a network under None."""
        contents: dict[str | None, list[Subject]] = defaultdict(list)
        for row in self.tables.networks:
            contents[row.id].append(self.network(row))
        belonging: dict[str | None, list[Subject]] = defaultdict(list)
        iris = self.mint.partnerships(self.tables.partnerships)
        for iri, partnership in zip(iris, self.tables.partnerships, strict=True):
            belonging[partnership.network].append(self.partnership(iri, partnership))
        for iri, plan in zip(self.mint.plans(self.tables.plans), self.tables.plans, strict=True):
            belonging[plan.network].append(self.plan(iri, plan))
        for found in self.tables.recommendations:
            belonging[found.network].append(self.recommendation(found))
        for network, entities in belonging.items():
            contents[network] += sorted(entities, key=lambda entity: entity.iri)
        return contents

    def network(self, row: Network) -> Subject:
        """Describe a network with its themes and what the listing page adds."""
        kind = "uia-transfer-pilot" if row.type == "uia-transfer-pilot" else f"{row.type}-network"
        new = self.describe(self.mint.iri("network", row.id), term_name(kind), row=row)
        new.link("urb:programme", self.mint.programme(row.programme))
        new.term("urb:status", term_name(row.status) if row.status else None)
        if row.call:
            stated = row.call_basis == "stated"
            new.link("urb:statedCall" if stated else "urb:call", self.mint.iri("call", row.call))
        for item in self.tables.network_links:
            if item.network == row.id:
                new.link("rdfs:seeAlso", _KOHESIO + item.value).text("urb:kohesio", item.value)
                new.link("dct:source", *item.source)
        for name in names_in(row.lead_expert or ""):
            new.link("urb:leadExpert", self.mint.person(name))
        if row.lead_expert and "(" in row.lead_expert:
            note = f"The lead expert is printed as '{row.lead_expert}'."
            new.text("skos:editorialNote", note, language="en")
        for theme in self.tables.network_themes:
            if theme.network == row.id:
                predicate = "urb:declaredTheme" if theme.basis == "printed" else "urb:theme"
                new.link(predicate, self.mint.iri("theme", theme.theme))
                if theme.note:
                    note = f"The theme '{theme.theme}': {theme.note}."
                    new.text("skos:editorialNote", note, language="en")
        count = row.declared_partner_count
        if listed := self.listed.get(row.id):
            state_cells(new, listed)
            new.term("urb:planKind", *map(term_name, listed.plan_types))
            count = listed.partner_count if count is None else count
        return new.number("urb:declaredPartnerCount", count)

    def partnership(self, iri: str, row: Partnership) -> Subject:
        """Describe a partnership."""
        new = self.describe(iri, "urb:Partnership", row=row)
        new.link("urb:network", self.mint.iri("network", row.network))
        new.link("urb:city", self.mint.iri("city", row.city) if row.city else None)
        new.link("urb:country", _own_country(row))
        new.term("urb:partnerKind", term_name(row.kind, "Kind"))
        return new.term(
            "urb:role", "urb:LeadPartner" if row.role == "lead" else "urb:ProjectPartner"
        )

    def plan(self, iri: str, row: Plan) -> Subject:
        """Describe a plan, or one that a source only announces."""
        kind = term_name("other-plan" if row.type == "other" else row.type)
        announced = row.evidence == "announced"
        new = self.describe(iri, "urb:AnnouncedPlan" if announced else kind, row=row)
        new.term("urb:planKind", kind if announced else None)
        new.term("urb:evidence", _EVIDENCE.get(row.evidence or ""))
        new.link("urb:network", self.mint.iri("network", row.network) if row.network else None)
        new.link("urb:city", self.mint.iri("city", row.city) if row.city else None)
        new.link("urb:country", _own_country(row))
        new.text("dct:title", row.title, language=row.language)
        return new.link("dct:language", language_iri(row.language) if row.language else None)

    def recommendation(self, row: Recommendation) -> Subject:
        """Describe a recommendation with the themes that its words stand for."""
        new = self.describe(self.mint.recommendation(row), "urb:Recommendation", row=row)
        themes = {theme for text in row.theme if (theme := self.theme_of[text])}
        new.link("urb:theme", *(self.mint.iri("theme", theme) for theme in sorted(themes)))
        new.term("urb:addressee", *(f"urb:{name}" for name in addressees(row.addressee)))
        new.link("urb:network", self.mint.iri("network", row.network) if row.network else None)
        return new.link("urb:document", self.mint.document(row.document))


def _own_country(row: Partnership | Plan) -> str | None:
    # The country of a city is derived by a rule, and not stated twice.
    return country_iri(row.country) if row.country and not row.city else None
