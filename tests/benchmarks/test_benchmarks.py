"""The benchmarks ask the same questions, grow a graph of the same shape, and count rightly."""

from __future__ import annotations

import shutil
import socket
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks import growth, growth_report
from benchmarks.__main__ import main
from benchmarks.comparison import Cold, Comparison, Measured, Plan, compare
from benchmarks.load import Response, Run, ceiling, percentile, run
from benchmarks.peers import PEERS, Peer, UrbactGraph
from benchmarks.processes import StartError
from benchmarks.report import Report
from benchmarks.scaling import Scaler
from benchmarks.tables import put, ratio
from benchmarks.workload import TURTLE, Target, bound, content, questions, request
from click.testing import CliRunner
from pyoxigraph import Literal, NamedNode, QueryTriples, RdfFormat, Store, parse

from tests.queries.answers.engines import on_pyoxigraph
from tests.queries.test_queries import BASE, OTHERS, QUERIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple

    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources

ROOT = Path(__file__).parents[2]
QUESTIONS = {question.name: question for question in questions(ROOT / "queries")}
URB = f"{BASE}ontology#"
COPIED = ("Call", "City", "Document", "Network", "Partnership", "Person", "Plan", "Recommendation")


# The questions as text


@pytest.mark.parametrize(
    ("name", "given"),
    [(name, given) for name in QUERIES for given in [{}, *OTHERS.get(name, [])]],
)
def test_a_query_with_its_terms_in_its_text_answers_the_same(
    name: str, given: dict[str, str], store: Store
) -> None:
    query = QUERIES[name]
    terms = query.bind(given, BASE)
    text = bound(query.text, terms)
    columns = type(query)(
        name,
        "",
        "",
        tuple(p for p in query.parameters if p.name not in terms),
        query.columns,
        "",
        text,
    )
    assert on_pyoxigraph(columns, store, {}) == on_pyoxigraph(query, store, terms)


def test_a_term_is_written_where_it_can_stand() -> None:
    text = (
        "# title: T\nSELECT ?x (COUNT(?y) AS ?n) $z\nWHERE { ?x ?y $z . # $z\n"
        'FILTER(?y != "$z") { SELECT ?x $z { ?x ?y $z } GROUP BY ?x $z ORDER BY $z STR($z) }}\n'
        "GROUP BY ?x $z HAVING(COUNT(?y) > $z) ORDER BY ?x $z"
    )
    assert bound(text, {"z": NamedNode("urn:z")}) == (
        "SELECT ?x (COUNT(?y) AS ?n) \nWHERE { ?x ?y <urn:z> . # $z\n"
        'FILTER(?y != "$z") { SELECT ?x  { ?x ?y <urn:z> } GROUP BY ?x  ORDER BY  STR(<urn:z>) }}\n'
        "GROUP BY ?x  HAVING(COUNT(?y) > <urn:z>) ORDER BY ?x \n"
    )


def test_point_questions_are_about_single_entities() -> None:
    assert {name for name, question in QUESTIONS.items() if question.is_point} == {
        "have-cities-met",
        "network-neighbourhood",
        "networks-of-city",
        "partners-of-network",
        "peers-of-city",
        "plans-of-city",
    }


@pytest.mark.parametrize("form", [None, {"default-graph-uri": "urn:g"}])
def test_no_request_is_sent_twice_when_cold(form: dict[str, str] | None) -> None:
    asked = request(QUESTIONS["find"], Target("127.0.0.1", 80, "/sparql", form))
    sent = {asked.encode(number) for number in (None, 1, 2, 30)}
    assert len(sent) == 4
    for message in sent:
        head, body = message.split(b"\r\n\r\n", 1)
        assert b"Content-Length: %d" % len(body) in head


def test_answers_are_compared_by_their_values() -> None:
    question = QUESTIONS["reach-by-size"]
    template = '{"results": {"bindings": [{"size": {"value": "%s"}, "cities": {"value": "%s"}}]}}'
    same = {template % ("1 under 20,000", number) for number in ("5", "5.0")}
    assert len({str(content(question, body.encode())) for body in same}) == 1
    other = content(question, (template % ("1 under 20,000", "6")).encode())
    assert other != content(question, same.pop().encode())
    graph = next(question for question in QUESTIONS.values() if question.accept == TURTLE)
    assert content(graph, b"<urn:a> <urn:b> 1, 2, 1 .").rows == 2


# The load


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50), (99, 99), (100, 100), (0, 1), (0.5, 1), (99.5, 100)]
)
def test_a_percentile_is_a_time_that_was_measured(percent: float, expected: float) -> None:
    assert percentile(map(float, range(100, 0, -1)), percent) == expected


def test_of_few_times_the_99th_percentile_is_the_longest() -> None:
    done = Run([3.0, 1.0, 2.0], seconds=2.0)
    assert (done.median, done.p99, done.rate) == (2.0, 3.0, 1.5)
    assert str(Run().median) == "nan"


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("received", "body"),
    [
        (HEAD + b"Content-Length: 5\r\n\r\nhello", b"hello"),
        (HEAD + b"content-length:0\r\n\r\n", b""),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
            b"hello!",
        ),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n7\r\n0\r\n\r\n0\r\r\n0\r\n\r\n",
            b"0\r\n\r\n0\r",
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
)
def test_a_response_is_read_however_it_arrives(received: bytes, body: bytes) -> None:
    for size in range(1, len(received) + 1):
        response = Response(keep=True)
        for start in range(0, len(received), size):
            assert not response.done
            response.feed(received[start : start + size])
        assert response.done
        assert response.body == body


def test_a_response_that_breaks_off_is_not_whole() -> None:
    response = Response()
    response.feed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel")
    response.end()
    assert not response.done


def test_the_clients_can_send_far_more_than_any_server_answers() -> None:
    done = ceiling(8, 0.2)
    assert not done.errors
    assert not done.timeouts
    assert done.rate > 1_000


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    """Listen, and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in taken:
            connection.close()


def test_a_server_that_does_not_answer_is_given_up(silent: tuple[str, int]) -> None:
    done = run(silent, iter(lambda: b"x", b""), clients=3, seconds=5, timeout=0.2)
    assert (done.timeouts, done.times) == (3, [])
    assert done.seconds < 2


# The larger graph


@pytest.fixture(scope="module")
def real(built: Build) -> list[Triple]:
    return [quad.triple for quad in parse(path=str(built.dataset), format=RdfFormat.N_TRIPLES)]


@pytest.fixture(scope="module")
def scaler(built: Build) -> Scaler:
    return Scaler(built.dataset)


@pytest.fixture(scope="module")
def tripled(scaler: Scaler) -> Store:
    loaded = Store()
    loaded.bulk_load("".join(scaler.blocks(3, seed=1)).encode(), format=RdfFormat.N_TRIPLES)
    return loaded


def test_one_times_the_graph_is_the_graph(scaler: Scaler, built: Build) -> None:
    lines = "".join(scaler.blocks(1, seed=1)).splitlines(keepends=True)
    assert sorted(lines) == built.dataset.read_text().splitlines(keepends=True)


def test_equal_seeds_give_equal_graphs(scaler: Scaler, built: Build) -> None:
    one = "".join(scaler.blocks(2, seed=1))
    assert one == "".join(Scaler(built.dataset).blocks(2, seed=1))
    assert one != "".join(scaler.blocks(2, seed=2))


def test_every_class_of_what_is_copied_grows_alike(real: list[Triple], tripled: Store) -> None:
    def sizes(triples: list[Triple]) -> Counter[str]:
        return Counter(str(t.object) for t in triples if t.predicate.value.endswith("#type"))

    before, after = sizes(real), sizes([quad.triple for quad in tripled])
    for kind in COPIED:
        iri = f"<{URB}{kind}>"
        assert after[iri] == 3 * before[iri], kind
    assert len(tripled) == pytest.approx(3 * len(real), rel=0.05)


def test_no_link_of_the_larger_graph_leads_nowhere(real: list[Triple], tripled: Store) -> None:
    def nowhere(triples: list[Triple]) -> set[str]:
        subjects = {triple.subject for triple in triples}
        objects = {t.object for t in triples if isinstance(t.object, NamedNode)}
        return {iri.value for iri in objects - subjects if iri.value.startswith(BASE)}

    assert nowhere([quad.triple for quad in tripled]) == nowhere(real)


def test_every_literal_but_a_name_is_a_real_one(real: list[Triple], tripled: Store) -> None:
    def literals(triples: list[Triple], *, names: bool) -> set[tuple[str, str | None]]:
        plain = f"{'http://www.w3.org/2001/XMLSchema#'}string"
        found = (t.object for t in triples if isinstance(t.object, Literal))
        return {
            (o.datatype.value, o.language) if names else (str(o), None)
            for o in found
            if (o.language is not None or o.datatype.value == plain) == names
        }

    larger = [quad.triple for quad in tripled]
    assert literals(larger, names=False) == literals(real, names=False)
    assert literals(larger, names=True) == literals(real, names=True)


def test_what_rules_derive_about_cities_holds_in_the_larger_graph(
    tripled: Store, sources: GraphSources
) -> None:
    rules = [path for path in sources.rules() if path.stem in ("21-partner-cities", "33-peers")]
    assert len(rules) == 2
    for rule in rules:
        derived = tripled.query(rule.read_text())
        assert isinstance(derived, QueryTriples)
        wanted = set(derived)
        properties = {triple.predicate for triple in wanted}
        for predicate in properties:
            stated = {q.triple for q in tripled.quads_for_pattern(None, predicate, None)}
            assert stated == {triple for triple in wanted if triple.predicate == predicate}


def test_a_share_of_the_cities_are_those_of_another_copy(tripled: Store) -> None:
    pairs = [
        (_copy(q.subject), _copy(q.object))
        for q in tripled.quads_for_pattern(None, NamedNode(f"{URB}partnerCity"), None)
    ]
    assert {copy for pair in pairs for copy in pair} == {"", "1", "2"}
    assert 0.07 < sum(one != other for one, other in pairs) / len(pairs) < 0.13


def _copy(term: object) -> str:
    return str(term).rstrip(">").partition("-copy")[2]


# The command


def test_this_server_is_measured_by_itself(built: Build, tmp_path: Path) -> None:
    plan = Plan(seconds=0.001, mix_seconds=0.01, rounds=1, requests=1)
    told: list[str] = []
    found = compare([UrbactGraph], built.dataset, ROOT / "queries", tmp_path, plan, told.append)
    (server,) = found.servers
    assert [cold.fault for cold in server.cold.values()] == [""] * len(QUESTIONS)
    assert all(cold.crowd.times and cold.alone.times for cold in server.cold.values())
    assert not server.warm.errors
    assert len(server.warm.times) >= len(QUESTIONS)
    assert server.memory > 10_000_000
    assert found.triples == built.triples
    assert any("cold 43 of 43" in line for line in told)
    assert Report(found).summary().markdown().count("1.00 ×") == 7


def test_the_growth_is_measured(
    built: Build, sources: GraphSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "KINDS", (growth.PatientUrbactGraph,))
    extent = growth.Extent((2,), seconds=0.01, shacl_seconds=0)
    found = growth.grow(built.dataset, sources, tmp_path, extent, lambda _: None)
    (step,) = found.steps
    assert (step.scale, step.fault, len(step.points)) == (2, "", 6)
    assert step.triples == pytest.approx(2 * built.triples, rel=0.05)
    assert step.memory >= step.largest > step.triples * 50
    assert 0 < step.point_ratio <= step.worst_point_ratio
    written = growth_report.markdown(found, {})
    assert written.count("| urbact-graph |") == 1
    assert "not run" in written
    assert growth_report.claims(found) == []


@pytest.mark.parametrize("kind", PEERS[1:], ids=lambda kind: kind.name)
def test_a_server_that_is_not_installed_is_told(
    kind: type[Peer], built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    plan = Plan(seconds=0.001, mix_seconds=0.01, rounds=1, requests=1)
    with pytest.raises(StartError, match=rf"^{kind.title}: .+ is not installed; .+\.$"):
        compare([kind], built.dataset, ROOT / "queries", tmp_path, plan, lambda _: None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["peers", "--peers", "urbact-graph,fuseki"], "there is no fuseki; there are urbact-graph"),
        (["growth", "--scales", "1,x"], "write whole numbers from 1"),
        (["growth", "--scales", "0"], "write whole numbers from 1"),
    ],
)
def test_a_wrong_option_is_told(options: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


# The report


def _server(name: str, seconds: float, fault: str = "") -> Measured:
    times = [seconds] * 100
    cold = {
        "a": Cold("", Run(times, seconds=1), Run(times, seconds=1)),
        "b": Cold(fault, Run(times, seconds=1), Run(times, seconds=1)),
    }
    return Measured(name, name, "1", 1.0, 1_000_000, cold, Run(times, seconds=seconds))


def test_ratios_leave_out_what_a_server_answers_wrongly() -> None:
    servers = [
        _server("urbact-graph", 0.02),
        _server("oxigraph-memory", 0.01),
        _server("virtuoso", 0.03, "wrong values"),
    ]
    report = Report(Comparison(servers, [], ["a", "b"], 10, Run()))
    assert [report.summed(server, lambda cold: cold.crowd.median) for server in servers] == (
        pytest.approx([2, 1, 3])
    )
    assert report.common(servers[2]) == ["a"]
    held = {claim.sentence: (claim.seen, claim.holds) for claim in report.claims()}
    assert list(held.values()) == [
        ("0 of 2 queries", False),
        ("0 of 2 queries", False),
        ("0.67 × of it", True),
        ("0.50 ×", False),
    ]
    medians = report.details()[0].markdown()
    assert "| b | 10 ms | 2.00 × | 3.00 × wrong values |" in medians


@pytest.mark.parametrize(
    ("value", "shown"), [(0.123, "0.12 ×"), (9.99, "9.99 ×"), (12.3, "12 ×"), (4321, "4,321 ×")]
)
def test_a_ratio_has_the_digits_that_matter(value: float, shown: str) -> None:
    assert ratio(value, 1) == shown


def test_a_document_keeps_what_stands_around_the_results(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Title\n\nWords.\n")
    put(document, "servers", "one")
    put(document, "growth", "two")
    first = document.read_text()
    assert first.startswith("# Title\n\nWords.\n\n<!-- servers")
    put(document, "servers", r"three \1")
    assert document.read_text() == first.replace("one", r"three \1")
