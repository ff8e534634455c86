"""JSON-LD documents read like plain JSON, and are read back as exactly the same triples."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Triple

from tests.support.jsonld_processors import readings, written
from tests.web.serving import BASE
from urbact_graph.errors import FormatError
from urbact_graph.web.documents.entity_description import description
from urbact_graph.web.documents.index import Index
from urbact_graph.web.documents.jsonld import to_jsonld
from urbact_graph.web.documents.jsonld_terms import Terms
from urbact_graph.web.snapshot import Snapshot

# rdflib's reader of JSON-LD calls what rdflib itself advises against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.plugins")

URB = f"{BASE}ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
OWL = "http://www.w3.org/2002/07/owl#"
SUBJECT = NamedNode(f"{BASE}thing")
# One in so many entities of the demo.
SAMPLED = 3

Documents = dict[NamedNode, list[Triple]]


@pytest.fixture(scope="module")
def terms(demo_snapshot: Snapshot) -> Terms:
    return demo_snapshot.derive(Terms.of)


@pytest.fixture(scope="module")
def sample(demo_snapshot: Snapshot) -> Documents:
    entities = Index.of(demo_snapshot).all()
    picked = {entity.iri for entity in entities[::SAMPLED]}
    picked |= {entity.iri for entity in entities if entity.path in ("ontology", "theme", "dataset")}
    return {iri: description(demo_snapshot, iri) for iri in sorted(picked, key=str)}


def document_of(snapshot: Snapshot, terms: Terms, path: str) -> dict[str, Any]:
    iri = NamedNode(f"{snapshot.base}{path}")
    content = to_jsonld(description(snapshot, iri), iri, snapshot.base, terms)
    found: dict[str, Any] = json.loads(content)
    return found


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a document, the outermost first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def test_each_processor_reads_what_was_written(sample: Documents, base: str, terms: Terms) -> None:
    assert len(sample) > 20
    for iri, triples in sample.items():
        document = to_jsonld(triples, iri, base, terms)
        for processor, found in readings(document).items():
            assert found == written(triples), (iri, processor)


def test_each_processor_reads_it_without_the_terms_of_the_graph(
    sample: Documents, base: str
) -> None:
    for iri, triples in list(sample.items())[::4]:
        for processor, found in readings(to_jsonld(triples, iri, base)).items():
            assert found == written(triples), (iri, processor)


def test_a_network_reads_like_plain_json(demo_snapshot: Snapshot, terms: Terms) -> None:
    network = document_of(demo_snapshot, terms, "network/greenplace")
    assert list(network)[:3] == ["@context", "id", "type"]
    assert network["id"] == f"{demo_snapshot.base}network/greenplace"
    assert network["type"][:2] == ["ActionPlanningNetwork", "Network"]
    assert network["prefLabel"] == {"en": "GreenPlace"}
    assert network["title"].keys() == {"none"}
    assert network["start"] == "2023-06-01"
    assert network["declaredPartnerCount"] == 10
    themes = {theme["id"]: theme["label"] for theme in network["theme"]}
    assert themes[f"{demo_snapshot.base}theme/biodiversity"] == {
        "en": "Biodiversity and green space"
    }
    assert all(isinstance(source, str) for source in network["source"])
    assert f"{demo_snapshot.base}city/pl/wroclaw" in {city["id"] for city in network["partnerCity"]}


def test_a_city_holds_its_geometry_and_country(demo_snapshot: Snapshot, terms: Terms) -> None:
    city = document_of(demo_snapshot, terms, "city/pl/wroclaw")
    assert city["country"]["notation"] == "PL"
    assert city["hasGeometry"]["asWKT"] == "POINT(17.03006 51.10286)"
    # As text, since a number would come back as a double.
    assert city["lat"] == "51.10286"
    assert city["population"] == 672545
    assert city["altLabel"]["none"] == ["Wrocław"]
    assert city["altLabel"]["cs"] == ["Vratislav"]


def test_links_to_a_theme_stand_under_a_reverse_name(demo_snapshot: Snapshot, terms: Terms) -> None:
    theme = document_of(demo_snapshot, terms, "theme/biodiversity")
    networks = [one["id"] for one in theme["isThemeOf"]]
    assert f"{demo_snapshot.base}network/greenplace" in networks
    assert theme["@context"]["isThemeOf"] == {"@reverse": "urb:theme", "@container": "@set"}
    assert "included" not in theme


def test_each_resource_is_described_once(sample: Documents, terms: Terms) -> None:
    for iri, triples in sample.items():
        document = json.loads(to_jsonld(triples, iri, terms.base, terms))
        document.pop("@context")
        found = [node["id"] for node in nodes(document) if "id" in node and len(node) > 1]
        assert len(found) == len(set(found)), iri


def test_a_name_has_one_shape_in_all_documents(sample: Documents, terms: Terms) -> None:
    shapes: dict[str, set[str]] = {}
    for iri, triples in sample.items():
        document = json.loads(to_jsonld(triples, iri, terms.base, terms))
        document.pop("@context")
        for node in nodes(document):
            if "id" in node:
                for name, value in node.items():
                    shapes.setdefault(name, set()).add(type(value).__name__)
    dated = {"start", "end", "opens", "closes", "approved", "issued"}
    several = {name: kinds for name, kinds in shapes.items() if len(kinds) > 1}
    # A date that is not known to the day says so in an object.
    assert all(several.pop(name) == {"str", "dict"} for name in dated & several.keys())
    assert not several
    assert shapes["theme"] == {"list"}
    assert shapes["network"] == {"dict"}


def test_the_context_has_the_terms_that_are_used_as_in_the_published_one(
    sample: Documents, terms: Terms
) -> None:
    published = terms.context
    for iri, triples in sample.items():
        document = json.loads(to_jsonld(triples, iri, terms.base, terms))
        context = document.pop("@context")
        assert context.items() <= published.items(), iri
        used = {name for node in nodes(document) for name in node}
        used |= {name for node in nodes(document) for name in node.get("type", ())}
        # What terms are defined by, and not what they are called.
        defined = [text for definition in context.values() for text in texts(definition)]
        prefixes = {text.partition(":")[0] for text in defined}
        datatypes = {
            str(node["type"]).partition(":")[0] for node in nodes(document) if "type" in node
        }
        known = used | prefixes | datatypes | {name.partition(":")[0] for name in used}
        assert context.keys() - {"@version", "id", "type"} <= known, iri


def test_the_order_of_the_triples_does_not_matter(sample: Documents, terms: Terms) -> None:
    for iri, triples in list(sample.items())[::10]:
        mixed = triples * 2
        random.Random(7).shuffle(mixed)
        assert to_jsonld(mixed, iri, terms.base, terms) == to_jsonld(
            triples, iri, terms.base, terms
        )


def texts(definition: object) -> list[str]:
    """Return the texts in what a context says of a term."""
    values = definition.values() if isinstance(definition, dict) else (definition,)
    return [value for value in values if isinstance(value, str)]


DEFINITIONS = [
    (NamedNode(f"{URB}{name}"), NamedNode(f"{OWL}{kind}"), NamedNode(range_) if range_ else None)
    for name, kind, range_ in (
        ("Thing", "Class", ""),
        ("theme", "ObjectProperty", f"{URB}Thing"),
        ("network", "ObjectProperty", ""),
        ("hasPlan", "ObjectProperty", ""),
        ("population", "DatatypeProperty", f"{XSD}integer"),
        ("start", "DatatypeProperty", f"{XSD}date"),
        ("start", "DatatypeProperty", f"{XSD}gYear"),
        ("statement", "DatatypeProperty", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"),
        ("anything", "AnnotationProperty", ""),
        # Names that are taken.
        ("label", "DatatypeProperty", f"{XSD}string"),
        ("id", "DatatypeProperty", f"{XSD}string"),
        ("geo", "DatatypeProperty", f"{XSD}string"),
    )
]
ONCE = {f"{URB}{name}" for name in ("network", "population", "start")}
TERMS = Terms.defined(BASE, DEFINITIONS, ONCE)


def read_back(*stated: Triple) -> dict[str, Any]:
    """Return the document of ``stated`` after each processor has read the same in it."""
    document = to_jsonld(stated, SUBJECT, BASE, TERMS)
    for processor, found in readings(document).items():
        assert found == written(list(stated)), (processor, document.decode())
    content: dict[str, Any] = json.loads(document)
    return content


def statements(name: str, *values: NamedNode | Literal) -> list[Triple]:
    iri = name if ":" in name else f"{URB}{name}"
    return [Triple(SUBJECT, NamedNode(iri), value) for value in values]


OTHER = NamedNode(f"{BASE}other")


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(f"{XSD}{datatype}"))


def value_object(text: str, datatype: str) -> dict[str, str]:
    return {"type": f"xsd:{datatype}", "value": text}


@pytest.mark.parametrize(
    ("name", "literal", "value"),
    [
        ("population", typed("17", "integer"), 17),
        ("anything", typed("-17", "integer"), -17),
        ("anything", typed("0", "integer"), 0),
        ("anything", typed("true", "boolean"), True),
        ("anything", Literal('a "text"\nof two lines </script>'), None),
        ("anything", Literal(""), ""),
        ("start", typed("2021-05-31", "date"), "2021-05-31"),
        ("start", typed("2021", "gYear"), value_object("2021", "gYear")),
        ("start", Literal("2021"), {"value": "2021"}),
        ("start", Literal("bientôt", language="fr"), {"lang": "fr", "value": "bientôt"}),
        # Literals that JSON would write in another way keep their form.
        ("population", typed("017", "integer"), value_object("017", "integer")),
        ("population", typed("+1", "integer"), value_object("+1", "integer")),
        (
            "population",
            typed("9007199254740993", "integer"),
            value_object("9007199254740993", "integer"),
        ),
        ("anything", typed("1", "boolean"), value_object("1", "boolean")),
        ("anything", typed("51.10286", "decimal"), value_object("51.10286", "decimal")),
        ("anything", typed("51.10", "decimal"), value_object("51.10", "decimal")),
        ("anything", typed("1.5E0", "double"), value_object("1.5E0", "double")),
        (
            "anything",
            Literal("x", datatype=OTHER),
            {"type": OTHER.value, "value": "x"},
        ),
    ],
)
def test_literals_keep_their_form(name: str, literal: Literal, value: object) -> None:
    found = read_back(*statements(name, literal))[name]
    one = found[0] if name == "anything" else found
    assert one == (literal.value if value is None else value)
    assert type(one) is type(literal.value if value is None else value)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        # A second value where there can be one only.
        ("population", [Literal(1), Literal(2)]),
        ("network", [OTHER, NamedNode(f"{BASE}third")]),
        (LABEL, [Literal("one", language="en"), Literal("two", language="en")]),
        # A value of another kind.
        ("theme", [OTHER, Literal("as text")]),
        ("population", [OTHER]),
        ("statement", [OTHER]),
        ("statement", [Literal(5)]),
        ("statement", [Literal("x", language="none")]),
        ("http://purl.org/dc/terms/source", [Literal("a page")]),
        # Names that other terms have, and properties without a term.
        ("label", [Literal("x")]),
        ("id", [Literal("x")]),
        ("geo", [Literal("x")]),
        ("unknown", [Literal(1), Literal("x"), OTHER]),
        ("https://other.example/p", [Literal("x", language="pt-BR"), OTHER]),
        ("http://www.w3.org/ns/shacl#path", [OTHER]),
    ],
)
def test_values_that_do_not_fit_a_name_stand_under_the_property_itself(
    name: str, values: list[NamedNode | Literal]
) -> None:
    document = read_back(
        *statements(name, *values), Triple(OTHER, NamedNode(LABEL), Literal("other", language="en"))
    )
    key = next(key for key in document if ":" in key)
    assert len(document[key]) == len(values)


def test_types_are_names_or_iris_those_of_the_graph_first() -> None:
    classes = ["https://a.example/A", f"{OWL}Thing", f"{OWL}Class", f"{URB}Thing"]
    document = read_back(*statements(RDF_TYPE, *map(NamedNode, classes)))
    assert document["type"] == ["Thing", "Class", "owl:Thing", "https://a.example/A"]


def test_several_reverse_links_from_one_resource() -> None:
    document = read_back(
        Triple(OTHER, NamedNode(f"{URB}theme"), SUBJECT),
        Triple(OTHER, NamedNode(f"{URB}network"), SUBJECT),
        Triple(OTHER, NamedNode(f"{URB}hasPlan"), SUBJECT),
        Triple(OTHER, NamedNode(f"{URB}unknown"), SUBJECT),
        Triple(OTHER, NamedNode(f"{URB}population"), Literal(3)),
        Triple(SUBJECT, NamedNode(f"{URB}population"), Literal(4)),
    )
    (network,) = document["isNetworkOf"]
    assert network["population"] == 3
    assert document["isPlanOf"] == document["isThemeOf"] == [{"id": OTHER.value}]
    assert network["urb:unknown"] == [{"id": SUBJECT.value}]


def test_links_in_both_directions_and_to_itself() -> None:
    document = read_back(
        *statements("network", SUBJECT),
        *statements("theme", OTHER),
        Triple(OTHER, NamedNode(f"{URB}theme"), SUBJECT),
    )
    assert document["network"] == {"id": SUBJECT.value}
    assert document["theme"] == [{"id": OTHER.value, "theme": [{"id": SUBJECT.value}]}]


def test_a_resource_without_a_place_in_the_subject_is_included() -> None:
    document = read_back(Triple(OTHER, NamedNode(LABEL), Literal("alone", language="en")))
    assert document["id"] == SUBJECT.value
    assert document["included"] == [{"id": OTHER.value, "label": {"en": "alone"}}]


def test_a_chain_does_not_nest_without_end() -> None:
    links = [NamedNode(f"{BASE}link/{number:04}") for number in range(2_000)]
    network = NamedNode(f"{URB}network")
    chain = [Triple(one, network, two) for one, two in zip([SUBJECT, *links], links, strict=False)]
    document = json.loads(to_jsonld(chain, SUBJECT, BASE, TERMS))
    assert document["network"]["network"]["network"]["network"].keys() == {"id"}
    assert len(document["included"]) > 100


@pytest.mark.parametrize(
    "triple",
    [
        Triple(SUBJECT, NamedNode(f"{URB}network"), NamedNode("urb:network")),
        Triple(NamedNode("skos:x"), NamedNode("http://www.w3.org/2004/02/skos/core#p"), SUBJECT),
        Triple(SUBJECT, NamedNode(f"{URB}theme"), NamedNode("theme:food")),
        Triple(SUBJECT, NamedNode(f"{URB}anything"), Literal("x", datatype=NamedNode("urb:kind"))),
        Triple(SUBJECT, NamedNode("urb:p"), Literal(1)),
    ],
)
def test_iris_whose_scheme_could_be_taken_for_a_prefix(triple: Triple) -> None:
    for processor, found in readings(to_jsonld([triple], SUBJECT, BASE, TERMS)).items():
        assert found == written([triple]), processor


def test_blank_nodes_of_another_dataset_keep_their_names() -> None:
    node = BlankNode("node")
    triples = [
        Triple(SUBJECT, NamedNode(f"{URB}theme"), node),
        Triple(node, NamedNode(LABEL), Literal("x")),
    ]
    document = json.loads(to_jsonld(triples, SUBJECT, BASE, TERMS))
    assert document["theme"] == [{"id": "_:node", "label": {"none": "x"}}]


def test_types_that_are_no_resources_are_kept() -> None:
    typed = Triple(SUBJECT, NamedNode(RDF_TYPE), Literal("x"))
    for found in readings(to_jsonld([typed], SUBJECT, BASE, TERMS)).values():
        assert found == written([typed])


def test_a_text_with_a_direction_is_refused_as_readers_would_drop_it() -> None:
    directed = Literal("x", language="ar", direction=BaseDirection.RTL)
    with pytest.raises(FormatError, match="direction"):
        to_jsonld(statements("anything", directed), SUBJECT, BASE, TERMS)


def test_a_document_without_triples_has_its_subject() -> None:
    document = json.loads(to_jsonld([], SUBJECT, BASE, TERMS))
    assert document.pop("@context") == {"@version": 1.1, "id": "@id", "type": "@type"}
    assert document == {"id": SUBJECT.value}
