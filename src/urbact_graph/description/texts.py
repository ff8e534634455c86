"""What the description says in words, in the languages of the ontology."""

TITLE = {
    "en": "urbact-graph: the networks, cities, plans and recommendations of URBACT as linked data",
    "fr": "urbact-graph : les réseaux, villes, plans et recommandations d'URBACT en données liées",
    "de": "urbact-graph: die Netzwerke, Städte, Pläne und Empfehlungen von URBACT als verknüpfte "
    "Daten",
}
DESCRIPTION = {
    "en": "The networks, partner cities, plans, recommendations and calls of URBACT I to IV, the "
    "programme of the European Union for sustainable cities, with the themes they work on. Every "
    "fact names the public page that it was read from. The project is not run by the URBACT "
    "programme.",
    "fr": "Les réseaux, villes partenaires, plans, recommandations et appels d'URBACT I à IV, le "
    "programme de l'Union européenne pour des villes durables, avec leurs thèmes. Chaque fait "
    "nomme la page publique où il a été lu. Le projet n'est pas mené par le programme URBACT.",
    "de": "Die Netzwerke, Partnerstädte, Pläne, Empfehlungen und Aufrufe von URBACT I bis IV, dem "
    "Programm der Europäischen Union für nachhaltige Städte, mit ihren Themen. Jede Angabe nennt "
    "die öffentliche Seite, auf der sie gelesen wurde. Das Projekt gehört nicht zum Programm "
    "URBACT.",
}
CATALOGUE_TITLE = {
    "en": "The urbact-graph catalogue",
    "fr": "Le catalogue d'urbact-graph",
    "de": "Der Katalog von urbact-graph",
}
CATALOGUE_DESCRIPTION = {
    "en": "What urbact-graph publishes: one dataset, the files it is given out as, and the SPARQL "
    "service that answers questions on it.",
    "fr": "Ce que publie urbact-graph : un jeu de données, les fichiers qui le contiennent et le "
    "service SPARQL qui répond aux questions posées.",
    "de": "Was urbact-graph veröffentlicht: einen Datensatz, die Dateien, die ihn enthalten, und "
    "den SPARQL-Dienst, der Fragen dazu beantwortet.",
}
SERVICE_TITLE = {"en": "SPARQL endpoint", "fr": "Point d'accès SPARQL", "de": "SPARQL-Endpunkt"}
SERVICE_DESCRIPTION = {
    "en": "Answers SPARQL 1.1 queries on the whole graph. A plain GET gives its own description.",
    "fr": "Répond aux requêtes SPARQL 1.1 sur le graphe entier. Un simple GET donne sa propre "
    "description.",
    "de": "Beantwortet SPARQL-1.1-Abfragen an den ganzen Graphen. Ein bloßes GET gibt seine eigene "
    "Beschreibung.",
}
# The name of the programme stands once: readers that ignore languages would show it three times.
KEYWORDS = {
    "en": ("URBACT", "sustainable cities", "urban policy", "city networks", "linked data"),
    "fr": ("villes durables", "politique urbaine", "réseaux de villes", "données liées"),
    "de": ("nachhaltige Städte", "Stadtpolitik", "Städtenetzwerke", "verknüpfte Daten"),
}
PROVENANCE = {
    "en": "Read from the public pages that each entity names as its source, above all those of the "
    "URBACT programme; summarised in own words, checked by SHACL, and completed by rules. "
    "Coordinates, populations and names of places are those of GeoNames.",
}
# The names that publishers of derived data have to give, by LICENSE-DATA.
ATTRIBUTIONS = {
    "en": "Name urbact-graph, GeoNames (CC BY 4.0) for coordinates, populations, names and "
    "identifiers of places, Eurostat (CC BY 4.0) for names of NUTS regions and for codes of Local "
    "Administrative Units, functional urban areas and cities, EuroGeographics for the "
    "administrative boundaries by which NUTS codes were found, and the UNECE for codes of "
    "UN/LOCODE. Identifiers of Wikidata are CC0.",
}
# The pages that most of the facts come from; each entity names its own.
SOURCES = ("https://urbact.eu/", "https://www.geonames.org/")
PUBLISHER = "urbact-graph"
