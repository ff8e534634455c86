"""What a store has is compared with what was sent: counts, and a sample triple by triple."""

from pathlib import Path

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions

from tests.publishing.running import THINGS, TRIPLES, Run, load_old, statements, target
from tests.support.graph_store import Answered, Asked, StoreServer, storing
from urbact_graph.publishing.publisher import DifferenceError
from urbact_graph.publishing.upload import NAME


def _spoil(update: str) -> str:
    return f"WITH <GRAPH> {update}"


@pytest.mark.parametrize(
    ("update", "said"),
    [
        (
            'DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o = "value 2 of 7, ä") }',
            "the store has 159 triples where 160 were sent; 1 of the 160 that were compared are "
            'missing, such as <http://x.org/007> <http://x.org/p2> "value 2 of 7, ä"',
        ),
        (
            'INSERT { <http://x.org/007> <http://x.org/p2> "b" } WHERE {}',
            "has 161 triples where 160 were sent; 1 of the 160 that were compared were not sent",
        ),
        (
            'DELETE { ?s ?p ?o } INSERT { ?s ?p "b" } WHERE { ?s ?p ?o FILTER(?o = "value 2 of 7, '
            'ä") }',
            "1 of the 160 that were compared are missing, such as <http://x.org/007> "
            '<http://x.org/p2> "value 2 of 7, ä"; 1 of',
        ),
    ],
)
@pytest.mark.parametrize("how", ["switch", "in place", "by the graph"])
def test_a_store_that_changes_triples_is_found_out(
    server: StoreServer, dataset: Path, run: Run, update: str, said: str, how: str
) -> None:
    if how == "by the graph":
        server.paths = ("/elsewhere", "/query", "/update")
    graph = "http://x.org/g"
    load_old(server, graph)
    spoilt: list[str] = []

    def rule(asked: Asked) -> Answered | None:
        is_asked = asked.what == "query" and b"COUNT" in asked.body
        if (is_asked or asked.what == "GET /elsewhere") and not spoilt:
            (place,) = [g for g in server.graphs() if len(server.graph(g)) == TRIPLES]
            spoilt.append(place)
            server.data.update(_spoil(update).replace("GRAPH", place))
        return None

    server.rule = rule
    with pytest.raises(DifferenceError) as caught:
        run.publish(dataset, target(server, graph=graph, in_place=how == "in place", sample=THINGS))
    message = str(caught.value)
    assert said in message
    assert message.startswith("In the graph ")
    assert message.endswith(".")
    if how == "switch":
        assert "nothing was switched" in message
        assert len(server.graph(graph)) == 1
        assert server.graphs() == {graph}
    assert not (run.folder / NAME).exists()


def test_values_in_another_form_are_no_difference(
    server: StoreServer, tmp_path: Path, run: Run
) -> None:
    file = tmp_path / "dataset.ttl"
    file.write_text(
        '<x:a> <x:p> 1.50 , "a"@en-GB , "POINT(1.2 -3.92907)"^^<x:wkt> , "plain" , "01"^^'
        "<http://www.w3.org/2001/XMLSchema#integer> ."
    )
    forms = {
        "1.50": "1.5",
        '"a"@en-GB': '"a"@en-gb',
        '"POINT(1.2 -3.92907)"^^<x:wkt>': '"POINT (1.2 -3.9290699958801)"^^<x:other>',
        '"01"^^<http://www.w3.org/2001/XMLSchema#integer>': "1",
    }

    def after(asked: Asked) -> None:
        if asked.what.startswith("PUT"):
            server.data.update("DELETE WHERE { ?s ?p ?o }")
            values = " , ".join(['"plain"', *forms.values()])
            server.data.update(f"INSERT DATA {{ <x:a> <x:p> {values} }}")

    server.after = after
    published = run.publish(file, target(server, in_place=True))
    assert published.check.compared == 5
    assert len(published.check.reformed) == 3
    assert all("plain" not in sent for sent, _ in published.check.reformed)


def test_an_endpoint_of_another_store_does_not_decide(dataset: Path, run: Run) -> None:
    with storing(StoreServer()) as server, storing(StoreServer()) as other:
        load_old(other, "http://x.org/g")

        def rule(asked: Asked) -> Answered | None:
            return other._answer(asked, "POST") if asked.what in ("query", "update") else None

        server.rule = rule
        to = target(server, graph="http://x.org/g")
        with pytest.raises(DifferenceError, match="nothing was switched"):
            run.publish(dataset, to)
        assert len(other.graph("http://x.org/g")) == 1
        to = target(server, graph="http://x.org/g", in_place=True)
        assert "got back" in run.publish(dataset, to).check.how


def test_a_default_graph_of_all_graphs_is_counted_by_itself(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    load_old(server, "http://x.org/other")

    def rule(asked: Asked) -> Answered | None:
        if asked.what == "query" and b"GRAPH" not in asked.body:
            found = server.data.query(
                "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
            )
            if b"COUNT" in asked.body:
                assert isinstance(found, QuerySolutions)
                body = found.serialize(format=QueryResultsFormat.JSON)
                return 200, {"Content-Type": "application/sparql-results+json"}, body or b""
        return None

    server.rule = rule
    published = run.publish(dataset, target(server))
    assert published.check.triples == TRIPLES
    assert server.graph() == statements(dataset)
