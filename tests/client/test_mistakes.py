"""What a graph cannot answer is one sentence, the same without a server and from one."""

from typing import Any

import pytest

from urbact_graph import client
from urbact_graph.client.graph import Graph
from urbact_graph.dataset.building import Build
from urbact_graph.errors import EngineError, QueryError, UrbactGraphError
from urbact_graph.sources import GraphSources

pandas = pytest.importorskip("pandas")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda g: g.run("networks-of-cty"), "did you mean networks-of-city"),
        (lambda g: g.run("networks-of-city", town="x"), "has no parameter town"),
        (lambda g: g.run("networks-of-city", city="Atlantis"), "Atlantis"),
        (lambda g: g.table("towns"), "There is no table 'towns'; choose one of networks"),
        (lambda g: g.search("x", kind="town"), "The kind 'town' is unknown; the kinds are city"),
        (lambda g: g.search("x" * 201), "200"),
        (lambda g: g.describe("city/xx/atlantis"), "no statement of"),
        (lambda g: g.describe("urn:nothing"), "no statement of"),
        (lambda g: g.describe("not an iri"), "no valid IRI"),
        (lambda g: g.networks(frame="excel"), "There is no frame 'excel'"),
        (lambda g: g.networks(as_geo=True), "needs one column of WKT"),
        (lambda g: g.sparql("ASK {}", x=object()), "cannot be bound"),
        (lambda g: g.sparql(None), "A query must be a text"),
        (lambda g: g.sparql(b"ASK {}"), "A query must be a text"),
        (lambda g: g.sparql("ASK {}", frame="excel"), "There is no frame 'excel'"),
        (lambda g: g.sparql("ASK {}", frame=["polars"]), "There is no frame"),
        (lambda g: g.sparql("ASK {}", as_geo=True), "ask with SELECT"),
        (lambda g: g.sparql("DESCRIBE <urn:x>", as_geo=True), "ask with SELECT"),
        (lambda g: g.cities(as_geo=True, frame="polars"), "leave out as_geo, or 'polars'"),
        (lambda g: g.sparql("SELECT ('x' AS ?lat) (1 AS ?long) {}", as_geo=True), "of numbers"),
        (lambda g: g.sparql("SELECT ('x'^^geo:wktLiteral AS ?at) {}", as_geo=True), "no WKT"),
        (lambda g: g.table([]), "The name of a table must be a text"),
        (lambda g: g.run(None), "The name of a stored query must be a text"),
        (lambda g: g.stored_query(3), "The name of a stored query must be a text"),
        (lambda g: g.run("networks-of-city", city=["Riga"]), "is none of these"),
        (lambda g: g.run("networks-of-city", city=b"Riga"), "is none of these"),
        (lambda g: g.run("networks-of-city", city=float("nan")), "has a missing value"),
        (lambda g: g.run("networks-of-city", city=pandas.NA), "has a missing value"),
        (lambda g: g.run("networks-of-city", city=pandas.NaT), "has a missing value"),
        (lambda g: g.run("networks-of-city", city="\ud800"), "lone surrogate"),
        (lambda g: g.search(None), "What is searched for must be a text"),
        (lambda g: g.search("\ud800"), "lone surrogate"),
        (lambda g: g.search("x", kind=3), "The kind must be a text"),
        (lambda g: g.search("x", limit=-1), "The limit must be a whole number from 1 on"),
        (lambda g: g.search("x", limit="3"), "The limit must be a whole number"),
        (lambda g: g.search("x", limit=2.5), "The limit must be a whole number"),
        (lambda g: g.describe(None), "An IRI must be a text"),
        (lambda g: g.iri(""), "no valid IRI"),
        (lambda g: g.reconcile("Riga"), r"write \[name\] for a single one"),
        (lambda g: g.reconcile(None), "a list or a column of names"),
        (lambda g: g.reconcile({"Riga": 1}), "a list or a column of names"),
        (lambda g: g.reconcile(pandas.DataFrame({"name": ["Riga"]})), "which DataFrame is not"),
        (lambda g: g.reconcile(["\ud800"]), "lone surrogate"),
        (lambda g: g.reconcile(["Riga"], kind="town"), "the types are city"),
    ],
)
def test_what_there_is_not_is_refused_in_a_sentence(graph: Graph, call: Any, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        call(graph)


def test_a_closed_graph_does_not_answer_with_nothing(
    demo_build: Build, demo_sources: GraphSources
) -> None:
    assert demo_build
    with client.open(sources=demo_sources.root) as graph:
        assert graph.sparql("ASK {}") is True
    graph.close()
    with pytest.raises(EngineError, match="This graph is closed; open it again"):
        graph.sparql("ASK {}")
    with pytest.raises(EngineError, match="This graph is closed; open it again"):
        graph.search("Riga")


def test_a_setting_that_there_is_not_is_named() -> None:
    with pytest.raises(UrbactGraphError, match="no setting 'source'; did you mean sources"):
        client.open(source="x")
