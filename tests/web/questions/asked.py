"""Questions as people write them, each with the stored query and the values that it means.

Those of this module were written before the phrases of the queries, by the same author: some
phrases have the words of a question, and what is measured on them says less than the others do.
"""

from pathlib import Path

Asked = tuple[str, str, dict[str, str]]

_INDEPENDENT = Path(__file__).with_name("independent.txt")


def independent(part: str) -> tuple[Asked, ...]:
    """Return the questions of others in one ``part`` of the file: known, later or fresh."""
    text = _INDEPENDENT.read_text(encoding="utf-8")
    lines = text.partition(f"## {part}:")[2].partition("\n## ")[0].splitlines()[1:]
    return tuple(_asked(line) for line in lines if line)


def _asked(line: str) -> Asked:
    sentence, name, values = (part.strip() for part in line.split(" |"))
    return sentence, name, dict(value.split("=", 1) for value in values.split())


QUESTIONS: tuple[Asked, ...] = (
    # Of a city and its networks.
    ("which networks was Gdańsk in?", "networks-of-city", {"city": "city/pl/gdansk"}),
    ("what did Lisbon do in URBACT", "networks-of-city", {"city": "city/pt/lisbon"}),
    ("Has Breslau led a network?", "networks-of-city", {"city": "city/pl/wroclaw"}),
    ("projects with Kopenhagen", "networks-of-city", {"city": "city/dk/copenhagen"}),
    ("In welche Netzwerke: networks of München", "networks-of-city", {"city": "city/de/munich"}),
    (
        "list all projects that Cluj-Napoca joined",
        "networks-of-city",
        {"city": "city/ro/cluj-napoca"},
    ),
    (
        "which cities did Gdańsk work with on food",
        "peers-of-city",
        {"city": "city/pl/gdansk", "theme": "theme/food"},
    ),
    ("who has Porto worked with?", "peers-of-city", {"city": "city/pt/porto"}),
    ("partner cities of Ghent", "peers-of-city", {"city": "city/be/ghent"}),
    (
        "Which French cities has Krakau cooperated with?",
        "peers-of-city",
        {"city": "city/pl/krakow", "country": "FRA"},
    ),
    (
        "cities that shared a network with Athens",
        "peers-of-city",
        {"city": "city/gr/athens"},
    ),
    (
        "did Nantes and Tallinn ever meet?",
        "have-cities-met",
        {"city": "city/fr/nantes", "peer": "city/ee/tallinn"},
    ),
    (
        "have Naples and Barcelona been in the same project",
        "have-cities-met",
        {"city": "city/it/naples", "peer": "city/es/barcelona"},
    ),
    (
        "Did Riga ever work together with Lublin?",
        "have-cities-met",
        {"city": "city/lv/riga", "peer": "city/pl/lublin"},
    ),
    ("what plans has Lissabon written", "plans-of-city", {"city": "city/pt/lisbon"}),
    ("action plan of Bologna", "plans-of-city", {"city": "city/it/bologna"}),
    ("show me the plans Limerick wrote", "plans-of-city", {"city": "city/ie/limerick"}),
    (
        "what advice came out of the networks of Neapel",
        "recommendations-of-city",
        {"city": "city/it/naples"},
    ),
    (
        "recommendations from projects in which Tallinn took part",
        "recommendations-of-city",
        {"city": "city/ee/tallinn"},
    ),
    ("how is Wrocław called in other languages", "city-names", {"city": "city/pl/wroclaw"}),
    ("names for Vienna", "city-names", {"city": "city/at/vienna"}),
    (
        "which cities are within 50 km of Brussels",
        "cities-near-city",
        {"city": "city/be/brussels", "kilometres": "50"},
    ),
    ("cities near Graz", "cities-near-city", {"city": "city/at/graz"}),
    (
        "URBACT towns less than 80 kilometres from Lyon",
        "cities-near-city",
        {"city": "city/fr/lyon", "kilometres": "80"},
    ),
    # Of a network.
    ("who was in GreenPlace?", "partners-of-network", {"network": "network/greenplace"}),
    ("partners of BioCanteens", "partners-of-network", {"network": "network/biocanteens"}),
    (
        "which cities took part in Resilient Europe",
        "partners-of-network",
        {"network": "network/resilient-europe"},
    ),
    ("who leads C4TALENT", "partners-of-network", {"network": "network/c4talent"}),
    (
        "Italian partners in Tourism Friendly Cities",
        "partners-of-network",
        {"network": "network/tourism-friendly-cities", "country": "ITA"},
    ),
    (
        "plans written in the network Cities4CSR",
        "plans-of-network",
        {"network": "network/cities4csr"},
    ),
    (
        "what action plans came out of Healthy Cities?",
        "plans-of-network",
        {"network": "network/healthy-cities"},
    ),
    ("networks like RiConnect", "similar-networks", {"network": "network/riconnect"}),
    (
        "which projects are similar to UrbSecurity",
        "similar-networks",
        {"network": "network/urbsecurity"},
    ),
    (
        "everything about the network Gen-Y City",
        "network-neighbourhood",
        {"network": "network/gen-y-city"},
    ),
    # Of a theme.
    ("networks about housing", "networks-on-theme", {"theme": "theme/housing"}),
    (
        "which URBACT III networks worked on mobility?",
        "networks-on-theme",
        {"theme": "theme/mobility", "programme": "programme/urbact-iii"},
    ),
    ("projects dealing with poverty", "networks-on-theme", {"theme": "theme/poverty"}),
    (
        "which Portuguese cities worked on food",
        "cities-on-theme",
        {"theme": "theme/food", "country": "PRT"},
    ),
    (
        "cities working on the circular economy in Spain",
        "cities-on-theme",
        {"theme": "theme/circular-economy", "country": "ESP"},
    ),
    (
        "cities that worked on migrants between 2007 and 2013",
        "cities-on-theme",
        {"theme": "theme/migrants", "firstYear": "2007", "lastYear": "2013"},
    ),
    (
        "Polish cities on youth since 2015",
        "cities-on-theme",
        {"theme": "theme/youth", "country": "POL", "firstYear": "2015"},
    ),
    (
        "which towns dealt with ageing before 2010?",
        "cities-on-theme",
        {"theme": "theme/ageing", "lastYear": "2010"},
    ),
    ("which countries worked on tourism", "countries-on-theme", {"theme": "theme/tourism"}),
    (
        "how many cities of each country worked on gender equality",
        "countries-on-theme",
        {"theme": "theme/gender-equality"},
    ),
    ("plans on mobility", "plans-on-theme", {"theme": "theme/mobility"}),
    (
        "integrated action plans about food in Italy",
        "plans-on-theme",
        {
            "theme": "theme/food",
            "kind": "ontology#IntegratedActionPlan",
            "country": "ITA",
        },
    ),
    (
        "Greek plans on climate adaptation",
        "plans-on-theme",
        {"theme": "theme/climate-adaptation", "country": "GRC"},
    ),
    ("what is recommended on housing?", "recommendations-on-theme", {"theme": "theme/housing"}),
    (
        "advice on waste for cities",
        "recommendations-on-theme",
        {"theme": "theme/waste", "addressee": "ontology#CitiesAddressee"},
    ),
    (
        "what should managing authorities do about public procurement",
        "recommendations-on-theme",
        {
            "theme": "theme/public-procurement",
            "addressee": "ontology#ManagingAuthoritiesAddressee",
        },
    ),
    (
        "when did networks start to work on climate action",
        "years-of-theme",
        {"theme": "theme/climate-action"},
    ),
    ("number of networks on health per year", "years-of-theme", {"theme": "theme/health"}),
    ("list of themes and topics", "theme-tree", {}),
    ("which themes are there?", "theme-tree", {}),
    (
        "themes by number of networks in URBACT II",
        "themes-by-programme",
        {"programme": "programme/urbact-ii"},
    ),
    ("how did the themes change over the programmes", "themes-by-programme", {}),
    ("how do the themes map to EuroVoc and the SDGs", "theme-matches", {}),
    # Of programmes, calls and years.
    ("networks of URBACT I", "networks", {"programme": "programme/urbact-i"}),
    (
        "transfer networks in URBACT III",
        "networks",
        {"programme": "programme/urbact-iii", "kind": "ontology#TransferNetwork"},
    ),
    (
        "which networks ran between 2009 and 2012",
        "networks",
        {"firstYear": "2009", "lastYear": "2012"},
    ),
    ("which networks were active in 2012?", "networks-in-year", {"year": "2012"}),
    ("projects running in 2018", "networks-in-year", {"year": "2018"}),
    ("how many networks were there each year", "activity-by-year", {}),
    ("number of active cities over time", "activity-by-year", {}),
    ("budget of URBACT", "programme-budgets", {}),
    ("how much money did each programme have?", "programme-budgets", {}),
    ("what calls are open", "calls", {}),
    ("calls of URBACT IV", "calls", {"programme": "programme/urbact-iv"}),
    ("is there an open call on 2026-06-15?", "calls", {"day": "2026-06-15"}),
    (
        "how many networks did each call approve",
        "results-of-calls",
        {},
    ),
    (
        "which networks came from the Call for Implementation Networks",
        "networks-of-call",
        {"call": "call/urbact-iii-implementation-networks-2016"},
    ),
    (
        "cities that joined for the first time in URBACT IV",
        "newcomers",
        {"programme": "programme/urbact-iv"},
    ),
    (
        "new German cities in URBACT III",
        "newcomers",
        {"programme": "programme/urbact-iii", "country": "DEU"},
    ),
    ("how many first-time cities per programme", "newcomers-by-programme", {}),
    # Of countries, regions and sizes.
    ("how many cities from each country", "reach-by-country", {}),
    (
        "which countries have the most partners in URBACT II",
        "reach-by-country",
        {"programme": "programme/urbact-ii"},
    ),
    ("share of countries in percent", "share-by-country", {}),
    ("which countries cooperate most with each other?", "country-pairs", {}),
    (
        "Spanish regions by number of cities",
        "reach-by-region",
        {"country": "ESP"},
    ),
    ("how many small and large cities took part", "reach-by-size", {}),
    ("do big towns lead more often than small ones", "reach-by-size", {}),
    # Of cities.
    ("all cities in Slovenia with coordinates and population", "city-table", {"country": "SVN"}),
    ("list of Romanian cities", "city-table", {"country": "ROU"}),
    ("which cities came back most often", "returning-cities", {}),
    (
        "Hungarian cities that took part again and again",
        "returning-cities",
        {"country": "HUN"},
    ),
    ("which cities led at least 3 networks", "cities-that-lead", {"atLeast": "3"}),
    (
        "cities in Ireland that have been lead partner more than once",
        "cities-that-lead",
        {"country": "IRL"},
    ),
    (
        "best connected cities of URBACT III",
        "best-connected-cities",
        {"programme": "programme/urbact-iii"},
    ),
    ("pairs of cities that met most often", "city-pairs", {}),
    ("which city is Varsovie", "city-by-name", {"name": "Varsovie"}),
    ("city with the code PL PLWRO", "city-by-code", {"code": "PL PLWRO"}),
    ("Wikidata and GeoNames ids of Dutch cities", "city-codes", {"country": "NLD"}),
    # Of plans.
    ("how many plans of each kind are there", "plans-by-kind", {}),
    (
        "plans by kind and theme for URBACT III",
        "plans-by-kind-and-theme",
        {"programme": "programme/urbact-iii"},
    ),
    ("which plans were announced but never published", "announced-plans", {}),
    (
        "announced Bulgarian plans of URBACT IV",
        "announced-plans",
        {"country": "BGR", "programme": "programme/urbact-iv"},
    ),
    ("how do we know of the plans?", "plans-by-evidence", {}),
    # Of people.
    ("who are the lead experts", "lead-experts", {}),
    ("experts with more than 4 networks", "lead-experts", {"atLeast": "5"}),
    (
        "which networks did Béla Kézy accompany",
        "networks-of-experts",
        {"person": "person/bela-kezy"},
    ),
    (
        "Claus Köllinger's projects in URBACT III",
        "networks-of-experts",
        {"person": "person/claus-kollinger", "programme": "programme/urbact-iii"},
    ),
    # Of advice and the data.
    ("on which themes is there most advice", "recommendations-by-theme", {}),
    ("number of recommendations per theme", "recommendations-by-theme", {}),
    ("how complete is the data", "coverage", {}),
    ("what is missing in the networks", "missing-in-networks", {}),
    ("Which Croatian cities have no coordinates?", "missing-in-cities", {"country": "HRV"}),
    ("which plans have no title", "missing-in-plans", {}),
    (
        "where do the sources disagree about networks",
        "disagreements",
        {"class": "ontology#Network"},
    ),
    ("how many entities are in the graph by class", "entities-by-class", {}),
    ("from which websites was the data read", "sources-by-site", {}),
    ("what share has been reviewed by a second reader", "reviewed-by-programme", {}),
    ("partners that could not be placed in a city", "partners-without-city", {}),
    (
        "networks where the printed number of partners is wrong",
        "partner-counts-that-differ",
        {},
    ),
    ("which properties are used most", "statements-by-property", {}),
    ("which networks have the same cities", "network-pairs", {}),
    ("find something with bicycle in its name", "find", {"text": "bicycle"}),
)
