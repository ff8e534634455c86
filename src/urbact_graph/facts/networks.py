"""Networks with what belongs to them: partnerships, plans, recommendations."""

import re
from collections import defaultdict

from rdflib import URIRef

from urbact_graph.facts.authorities import country_iri, language_iri
from urbact_graph.facts.minting import Minter
from urbact_graph.facts.people import names_in
from urbact_graph.facts.statements import Describer
from urbact_graph.facts.tables import (
    ListedNetwork,
    Network,
    Partnership,
    Plan,
    Recommendation,
    Tables,
)
from urbact_graph.facts.turtle import Entity

_ADDRESSEES = {
    "cities": "CitiesAddressee",
    "regions": "RegionsAddressee",
    "national": "NationalAddressee",
    "EU": "EuropeanUnionAddressee",
    "managing": "ManagingAuthoritiesAddressee",
}


class NetworkDescriber(Describer):
    """Describes each network, and sorts by network what else has one."""

    def __init__(self, minter: Minter, tables: Tables) -> None:
        super().__init__(minter)
        self.tables = tables
        self.listed = {located.row.network: located.row for located in tables.listing}
        self.theme_of = {x.row.text: x.row.theme for x in tables.recommendation_themes}

    def documents(self) -> dict[str | None, list[Entity]]:
        """Return the entities of each network's document; those without a network under None."""
        contents: dict[str | None, list[Entity]] = defaultdict(list)
        for located in self.tables.networks:
            contents[located.row.id].append(self.network(located.row))
        belonging: dict[str | None, list[Entity]] = defaultdict(list)
        seats = self.mint.partnerships(self.tables.partnerships)
        for iri, seat in zip(seats, self.tables.partnerships, strict=True):
            belonging[seat.row.network].append(self.partnership(iri, seat.row))
        for iri, plan in zip(self.mint.plans(self.tables.plans), self.tables.plans, strict=True):
            belonging[plan.row.network].append(self.plan(iri, plan.row))
        for advice in self.tables.recommendations:
            belonging[advice.row.network].append(self.recommendation(advice.row))
        for network, entities in belonging.items():
            contents[network] += sorted(entities, key=lambda entity: entity.iri)
        return contents

    def network(self, row: Network) -> Entity:
        """Describe a network with its themes and what the listing page adds."""
        new = self.describe(self.mint.iri("network", row.id))
        kind = "uia-transfer-pilot" if row.type == "uia-transfer-pilot" else f"{row.type}-network"
        new.link("a", self.vocabulary.term(kind))
        new.link("urb:programme", self.mint.programme(row.programme))
        new.text("skos:prefLabel", row.name, language="en").text("dct:title", row.title)
        new.text("dct:abstract", row.summary, language="en")
        new.date("urb:start", row.start).date("urb:end", row.end)
        new.link("urb:status", self.vocabulary.term(row.status) if row.status else None)
        new.text("urb:themeText", *(row.themes or []))
        for name in names_in(row.lead_expert or ""):
            new.link("urb:leadExpert", self.mint.person(name))
        if row.lead_expert and "(" in row.lead_expert:
            note = f"The lead expert is printed as '{row.lead_expert}'."
            new.text("skos:editorialNote", note, language="en")
        new.link("foaf:page", URIRef(row.page) if row.page else None).sources(row.source)
        new.text("skos:editorialNote", row.note, language="en")
        for theme in self.tables.network_themes:
            if theme.row.network == row.id:
                predicate = "urb:declaredTheme" if theme.row.basis == "printed" else "urb:theme"
                new.link(predicate, self.mint.iri("theme", theme.row.theme))
                if theme.row.note:
                    note = f"The theme '{theme.row.theme}': {theme.row.note}."
                    new.text("skos:editorialNote", note, language="en")
        listed = self.listed.get(row.id)
        new.number("urb:declaredPartnerCount", _partner_count(row, listed))
        if listed:
            new.text("urb:objective", *listed.objectives, language="en")
            new.text("urb:targetGroup", *listed.target_groups, language="en")
            new.link("urb:planKind", *(self.vocabulary.term(t) for t in listed.plan_types))
            new.text("urb:intendedPlan", *listed.plans, language="en")
            new.number("urb:intendedPlanCount", listed.plan_count).sources(listed.source)
        return new.entity()

    def partnership(self, iri: URIRef, row: Partnership) -> Entity:
        """Describe a partner's seat."""
        new = self.describe(iri).link("a", self.vocabulary("urb:Partnership"))
        new.link("urb:network", self.mint.iri("network", row.network))
        new.link("urb:city", self.mint.iri("city", row.city) if row.city else None)
        new.link("urb:country", _own_country(row))
        new.text("urb:partnerName", row.partner).text("skos:altLabel", *row.also_printed_as)
        new.link("urb:partnerKind", self.vocabulary.term(row.kind, "Kind"))
        role = "urb:LeadPartner" if row.role == "lead" else "urb:ProjectPartner"
        new.link("urb:role", self.vocabulary(role)).sources(row.source)
        return new.text("skos:editorialNote", row.note, language="en").entity()

    def plan(self, iri: URIRef, row: Plan) -> Entity:
        """Describe a plan."""
        kind = "other-plan" if row.type == "other" else row.type
        new = self.describe(iri).link("a", self.vocabulary.term(kind))
        new.link("urb:network", self.mint.iri("network", row.network) if row.network else None)
        new.link("urb:city", self.mint.iri("city", row.city) if row.city else None)
        new.link("urb:country", _own_country(row))
        new.text("dct:title", row.title, language=row.language)
        new.text("dct:abstract", row.summary, language="en").date("dct:issued", row.date)
        new.link("dct:language", language_iri(row.language) if row.language else None)
        new.link("foaf:page", URIRef(row.url) if row.url else None)
        return new.sources(row.source).entity()

    def recommendation(self, row: Recommendation) -> Entity:
        """Describe a recommendation with the themes that its words stand for."""
        new = self.describe(self.mint.recommendation(row))
        new.link("a", self.vocabulary("urb:Recommendation"))
        new.text("urb:statement", row.statement, language="en").text("urb:themeText", *row.theme)
        themes = {theme for text in row.theme if (theme := self.theme_of[text])}
        new.link("urb:theme", *(self.mint.iri("theme", theme) for theme in sorted(themes)))
        new.link("urb:addressee", *(self.vocabulary(f"urb:{a}") for a in addressees(row.addressee)))
        new.link("urb:network", self.mint.iri("network", row.network) if row.network else None)
        return (
            new.link("urb:document", self.mint.document(row.document)).sources(row.source).entity()
        )


def addressees(text: str) -> list[str]:
    """Return the ontology's names of those addressed in ``cities, regions and EU authorities``.

    Raises:
        KeyError: a word that names no known addressee.
    """
    words = (part.strip().split(" ")[0] for part in re.split(r",| and ", text))
    return [_ADDRESSEES[word] for word in words if word]


def _partner_count(row: Network, listed: ListedNetwork | None) -> int | None:
    if row.declared_partner_count is None and listed:
        return listed.partner_count
    return row.declared_partner_count


def _own_country(row: Partnership | Plan) -> URIRef | None:
    # With a city, the country follows from it by a rule and is not stated twice.
    return country_iri(row.country) if row.country and not row.city else None
