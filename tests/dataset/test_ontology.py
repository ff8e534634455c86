"""The ontology: complete, labelled, free of blank nodes, consistent, drawn and explained."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import owlrl  # type: ignore[import-untyped]
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.plugins.sparql import prepareQuery

from tests.support.tables import for_each

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = URIRef("https://w3id.org/urbact-graph/ontology")
URB = Namespace(ONTOLOGY + "#")
SCHEMA = Namespace("https://schema.org/")
# The node class under which owlrl reports contradictions.
ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")


def names(text: str) -> list[str]:
    return text.split()


NETWORK_CLASSES = names("""ActionPlanningNetwork TransferNetwork InnovationTransferNetwork
    ImplementationNetwork ThematicNetwork PilotTransferNetwork PilotDeliveryNetwork
    UiaTransferPilot OtherNetwork""")
PLAN_CLASSES = names("""IntegratedActionPlan LocalActionPlan TransferPlan InvestmentPlan
    OperationalImplementationFramework OtherPlan""")
MAIN_CLASSES = names("""Network Partnership City Plan Recommendation Call Programme Person Document
    LocalGroup AnnouncedPlan OfficialTotal Similarity""")
INDIVIDUALS = {
    "Role": ["LeadPartner", "ProjectPartner"],
    "PartnerKind": [
        *("CityKind", "AgencyKind", "MetropolitanAreaKind"),
        *("RegionKind", "DistrictKind", "OtherKind"),
    ],
    "NetworkStatus": ["Open", "Closed"],
    "Addressee": [
        *("CitiesAddressee", "RegionsAddressee", "NationalAddressee"),
        *("EuropeanUnionAddressee", "ManagingAuthoritiesAddressee"),
    ],
    "Basis": ["Printed", "Assigned"],
    "Evidence": ["PlanDescribed", "PlanStatedForNetwork"],
    "Measure": ["NetworksMeasure", "PartnersMeasure", "CountriesMeasure", "PlansMeasure"],
}
OBJECT_PROPERTIES = names("""programme call statedCall status theme declaredTheme leadExpert
    planKind hasPartnership partnerCity leadCity countryOfPartner hasPlan hasAnnouncedPlan
    hasRecommendation network city partnerKind role country nuts3 nuts3In2021 unlocodeLocation
    seat inNetwork sharesNetworkWith addressee document networkType hasNetwork hasCall
    leadExpertOf basis evidence totalOf measure similarTo similarityOf similarityTo measuredOn
    measuredClass measuredProperty""")
DATATYPE_PROPERTIES = names("""start startYear end endYear themeText declaredPartnerCount objective
    targetGroup intendedPlan intendedPlanCount kohesio reviewed issuedYear partnerName localName
    population lau lauYear unlocode functionalUrbanArea urbanAuditCity wikidata geonames nutsLevel
    statement opens opensYear closes closesYear approved approvedYear networksApproved
    partnersApproved budget budgetInEuro erdf erdfInEuro total score rank heldCount
    expectedCount""")
ANNOTATION_PROPERTIES = ["remedy"]
DERIVED = names("""hasPartnership partnerCity leadCity countryOfPartner hasPlan hasAnnouncedPlan
    hasRecommendation inNetwork sharesNetworkWith hasNetwork hasCall leadExpertOf startYear
    endYear issuedYear opensYear closesYear approvedYear wikidata geonames similarTo
    similarityOf similarityTo score rank measuredOn measuredClass measuredProperty heldCount
    expectedCount""")
CONTRACT = (
    [(name, OWL.Class) for name in [*MAIN_CLASSES, *NETWORK_CLASSES, *PLAN_CLASSES, *INDIVIDUALS]]
    + [(name, URB[kind]) for kind, members in INDIVIDUALS.items() for name in members]
    + [(name, OWL.ObjectProperty) for name in OBJECT_PROPERTIES]
    + [(name, OWL.DatatypeProperty) for name in DATATYPE_PROPERTIES]
    + [(name, OWL.AnnotationProperty) for name in ANNOTATION_PROPERTIES]
)
SAMPLE = names("""networks/greenplace networks/femact-cities cities/pl themes programmes
    calls""")


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ROOT / "ontology" / "urbact.ttl")


@pytest.fixture(scope="module")
def defined(ontology: Graph) -> set[str]:
    found = ontology.subjects(RDFS.isDefinedBy, ONTOLOGY)
    return {str(term).removeprefix(URB) for term in found}


@for_each(("name", "kind"), CONTRACT)
def test_each_term_of_the_contract_is_there(ontology: Graph, name: str, kind: URIRef) -> None:
    assert (URB[name], RDF.type, kind) in ontology


def test_the_ontology_defines_the_contract_and_nothing_else(defined: set[str]) -> None:
    assert defined == {name for name, _ in CONTRACT}


def test_every_subject_is_the_ontology_or_a_term_it_defines(
    ontology: Graph, defined: set[str]
) -> None:
    assert set(ontology.subjects()) == {ONTOLOGY, *(URB[name] for name in defined)}


def test_every_object_in_the_namespace_is_defined(ontology: Graph, defined: set[str]) -> None:
    used = {str(item) for item in ontology.objects() if str(item).startswith(URB)} - {str(URB)}
    assert {item.removeprefix(URB) for item in used} <= defined


def test_no_node_is_blank(ontology: Graph) -> None:
    assert not [node for triple in ontology for node in triple if isinstance(node, BNode)]


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_every_term_has_one_label_of_its_own(
    ontology: Graph, defined: set[str], language: str
) -> None:
    labels: Counter[str] = Counter()
    for name in defined:
        found = [
            str(label)
            for label in ontology.objects(URB[name], RDFS.label)
            if isinstance(label, Literal) and label.language == language
        ]
        assert len(found) == 1, name
        labels[found[0].casefold()] += 1
    assert not [label for label, count in labels.items() if count > 1]


def test_every_term_is_explained_in_english(ontology: Graph, defined: set[str]) -> None:
    for name in defined:
        comments = list(ontology.objects(URB[name], RDFS.comment))
        assert len(comments) == 1, name
        assert isinstance(comments[0], Literal), name
        assert comments[0].language == "en", name
        assert comments[0].endswith("."), name


@for_each("name", DERIVED)
def test_a_derived_property_says_so(ontology: Graph, name: str) -> None:
    assert "Derived at build" in str(ontology.value(URB[name], RDFS.comment))


def test_subclasses_hang_under_their_main_class(ontology: Graph) -> None:
    for parent, children in (("Network", NETWORK_CLASSES), ("Plan", PLAN_CLASSES)):
        found = set(ontology.subjects(RDFS.subClassOf, URB[parent]))
        assert found == {URB[name] for name in children}


def test_narrower_properties_hang_under_broader_ones(ontology: Graph) -> None:
    for narrow, broad in (
        ("declaredTheme", URB.theme),
        ("leadCity", URB.partnerCity),
        ("statedCall", URB.call),
        ("localName", SKOS.altLabel),
    ):
        assert (URB[narrow], RDFS.subPropertyOf, broad) in ontology


def test_main_classes_are_disjoint_except_plans_and_documents(ontology: Graph) -> None:
    stated = {frozenset(pair) for pair in ontology.subject_objects(OWL.disjointWith)}
    pairs = {
        frozenset({URB[one], URB[two]}) for one in MAIN_CLASSES for two in MAIN_CLASSES if one < two
    }
    assert pairs - stated == {frozenset({URB.Plan, URB.Document})}


def test_a_property_has_one_domain_or_names_several_classes(ontology: Graph) -> None:
    for name in [*OBJECT_PROPERTIES, *DATATYPE_PROPERTIES]:
        domains = list(ontology.objects(URB[name], RDFS.domain))
        named = list(ontology.objects(URB[name], SCHEMA.domainIncludes))
        assert (len(domains), len(named) > 1) in {(1, False), (0, True)}, name


# What the other folders use ------------------------------------------------------------------


def terms_of_graph(path: Path) -> set[str]:
    graph = Graph().parse(path)
    nodes = {node for triple in graph for node in triple if isinstance(node, URIRef)}
    return {str(node).removeprefix(URB) for node in nodes if node.startswith(URB)} - {""}


def terms_of_query(path: Path) -> set[str]:
    # Comments and strings may speak of a term in passing; they are held to it all the same.
    return set(re.findall(r"\burb:(\w+)", path.read_text(encoding="utf-8")))


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.*"))


def files_with_terms() -> list[Path]:
    found = [path for name in ("ontology/rules", "queries", "shapes") for path in files(name)]
    return [path for path in found if path.suffix in {".rq", ".ttl"}]


@for_each("path", files_with_terms())
def test_rules_queries_and_shapes_use_defined_terms_alone(path: Path, defined: set[str]) -> None:
    used = terms_of_query(path) | (terms_of_graph(path) if path.suffix == ".ttl" else set())
    assert used <= defined


def test_data_use_defined_terms_alone(defined: set[str]) -> None:
    # The data are written one fact a line with the prefix urb:, so that a scan of the text,
    # with the quoted strings taken out, finds every term a hundred times sooner than parsing.
    strings = re.compile(r'"(?:[^"\\\n]|\\.)*"')
    for path in sorted((ROOT / "data").rglob("*.ttl")):
        text = strings.sub("", path.read_text(encoding="utf-8"))
        used = set(re.findall(r"(?<![\w/])urb:(\w+)", text))
        used |= set(re.findall(re.escape(URB) + r"(\w+)", text))
        assert used <= defined, path


def test_the_scan_of_queries_finds_a_term_that_is_not_defined(
    tmp_path: Path, defined: set[str]
) -> None:
    query = tmp_path / "wrong.rq"
    query.write_text("SELECT * { ?network urb:noSuchTerm ?value }", encoding="utf-8")
    assert terms_of_query(query) - defined == {"noSuchTerm"}


# Consistency ---------------------------------------------------------------------------------


def contradictions(graph: Graph) -> list[str]:
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return [
        str(text)
        for node in graph.subjects(RDF.type, ERROR)
        for text in graph.objects(node)
        if isinstance(text, Literal)
    ]


@pytest.fixture(scope="module")
def closure(ontology: Graph) -> tuple[Graph, list[str]]:
    graph = Graph()
    graph += ontology
    for name in SAMPLE:
        graph.parse(ROOT / "data" / f"{name}.ttl")
    # What says where a fact was read and how it is worded plays no part in the reasoning.
    for triple in list(graph):
        if triple[1] in {RDFS.label, RDFS.comment, RDFS.isDefinedBy} or (
            isinstance(triple[2], Literal) and not str(triple[1]).startswith(URB)
        ):
            graph.remove(triple)
    return graph, contradictions(graph)


@pytest.mark.slow
def test_ontology_and_data_contradict_nowhere(closure: tuple[Graph, list[str]]) -> None:
    assert not closure[1]


@pytest.mark.slow
def test_reasoning_gives_no_entity_two_main_classes(closure: tuple[Graph, list[str]]) -> None:
    graph = closure[0]
    kinds: Counter[Any] = Counter()
    for name in MAIN_CLASSES:
        kinds.update(set(graph.subjects(RDF.type, URB[name])))
    assert not [entity for entity, count in kinds.items() if count > 1]


@pytest.mark.slow
def test_reasoning_uses_the_hierarchy_and_the_inverses() -> None:
    graph = Graph().parse(ROOT / "ontology" / "urbact.ttl")
    network, city, other = (URIRef(f"https://example.org/{name}") for name in "nco")
    graph.add((network, URB.leadCity, city))
    graph.add((city, URB.sharesNetworkWith, other))
    assert not contradictions(graph)
    assert (city, URB.inNetwork, network) in graph
    assert (other, URB.sharesNetworkWith, city) in graph
    assert (network, RDF.type, URB.Network) in graph
    # A type of network that names its kind of plan is still no network itself.
    assert set(graph.subjects(RDF.type, URB.Network)) == {network}


@pytest.mark.slow
def test_a_planted_contradiction_is_found() -> None:
    graph = Graph().parse(ROOT / "ontology" / "urbact.ttl")
    network = URIRef("https://example.org/n")
    graph.add((network, RDF.type, URB.City))
    graph.add((network, URB.declaredPartnerCount, Literal(7)))
    assert contradictions(graph)


# The picture and the explanation --------------------------------------------------------------


@pytest.fixture(scope="module")
def picture() -> list[str]:
    root = ET.parse(ROOT / "docs" / "model.svg").getroot()  # noqa: S314 - our own file
    return ["".join(item.itertext()) for item in root.iter("{http://www.w3.org/2000/svg}text")]


def drawing() -> Any:
    spec = importlib.util.spec_from_file_location("draw_model", ROOT / "docs" / "draw_model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_shows_every_main_class(picture: list[str]) -> None:
    assert set(MAIN_CLASSES) <= {text.strip() for text in picture}


def test_every_name_in_the_picture_is_defined(picture: list[str], defined: set[str]) -> None:
    words = {word for text in picture for word in re.split(r"[\s,]+", text) if word}
    plain = {word for word in words if ":" not in word}
    assert plain - drawing().PLAIN_WORDS - {"⇠"} <= defined


def test_the_picture_shows_all_plain_properties_and_subclasses(picture: list[str]) -> None:
    words = {word for text in picture for word in re.split(r"[\s,]+", text) if word}
    assert {*DATATYPE_PROPERTIES, *NETWORK_CLASSES, *PLAN_CLASSES} <= words
    assert set(DERIVED) <= words


def test_the_picture_says_what_the_drawing_of_this_ontology_says(picture: list[str]) -> None:
    module = drawing()
    source = module.dot_source(module.Model(module.ONTOLOGY.read_text(encoding="utf-8")))
    texts = (text.replace("&#160;", " ").strip() for text in re.findall(r">([^<>\n]+)<", source))
    assert Counter(text for text in texts if text) == Counter(text.strip() for text in picture)


def test_the_picture_of_the_guide_is_the_same_with_links(defined: set[str]) -> None:
    module = drawing()
    model = module.Model(module.ONTOLOGY.read_text(encoding="utf-8"))
    drawn = module.PICTURE.read_text(encoding="utf-8")
    linked = module.LINKED.read_text(encoding="utf-8")
    assert module.linked(drawn, model) == linked, "run python docs/draw_model.py"
    names = set(re.findall(r'<a href="{root}ontology\.html#(\w+)" tabindex="-1">\1</a>', linked))
    assert {*MAIN_CLASSES, *DATATYPE_PROPERTIES, *DERIVED} <= names <= defined
    # What is no term of ours, such as skos:broader, is no link.
    assert not re.search(r":<a |</a>:", linked)


def test_drawing_a_name_that_is_not_defined_is_an_error() -> None:
    module = drawing()
    model = module.Model(module.ONTOLOGY.read_text(encoding="utf-8"))
    with pytest.raises(KeyError, match="noSuchTerm"):
        model.term("noSuchTerm")


@pytest.fixture(scope="module")
def explanation() -> str:
    return (ROOT / "docs" / "model.md").read_text(encoding="utf-8")


def test_the_explanation_names_every_term_and_no_other(explanation: str, defined: set[str]) -> None:
    assert set(re.findall(r"\burb:(\w+)", explanation)) == defined


def test_the_explanation_names_every_rule_and_no_other(explanation: str) -> None:
    rules = {path.name for path in (ROOT / "ontology" / "rules").glob("*.rq")}
    assert set(re.findall(r"`(\d\d-[\w-]+\.rq)`", explanation)) == rules


def test_the_alignments_are_explained(ontology: Graph, explanation: str) -> None:
    prefixes = {str(space): prefix for prefix, space in ontology.namespaces()}
    for link in (RDFS.subClassOf, RDFS.subPropertyOf):
        for target in ontology.objects(None, link):
            space, local = re.split(r"(?<=[#/])(?=\w+$)", str(target))
            assert f"`{prefixes[space]}:{local}`" in explanation


def test_the_example_queries_are_sparql(explanation: str) -> None:
    queries = re.findall(r"```sparql\n(.*?)```", explanation, flags=re.DOTALL)
    assert len(queries) >= 2
    for query in queries:
        prepareQuery(query)
