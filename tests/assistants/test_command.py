"""``urbact-graph mcp``, spoken to over standard streams and over HTTP."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from mcp import Client, StdioServerParameters

from tests.assistants.calling import call, called, conversation, read
from tests.support.commands import run
from tests.support.servers import Server
from tests.support.waiting import DEADLINE
from urbact_graph.client.graph import Graph
from urbact_graph.client.limited import LimitedGraph
from urbact_graph.engine.system import can_fork_workers
from urbact_graph.problems import QUERY_TIMEOUT, RESULT_TOO_LARGE, ProblemError
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def parameters(*arguments: str) -> StdioServerParameters:
    command = ["-m", "urbact_graph", "mcp", *arguments]
    return StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))


@pytest.mark.slow
@pytest.mark.process
def test_over_standard_streams(graph: Graph, demo_sources: GraphSources) -> None:
    async def talk(client: Client) -> None:
        assert client.server_info
        assert client.server_info.name == "urbact-graph"
        found = await called(client, "search", text="Breslau", limit=1)
        assert found.content["rows"][0]["label"] == "Wroclaw"
        assert found.content["graph"]["version"] == graph.version
        mistake = await called(client, "run", name="networks-of-cty")
        assert "did you mean networks-of-city" in mistake.text
        assert "urb:City" in (await read(client, "urbact-graph://model"))[1]
        # What runs too long is stopped, and the next question answered.
        stopped = await called(client, "sparql", query=ENDLESS)
        assert stopped.content["problem"] == "query-timeout"
        assert "after 1 s" in stopped.text
        assert (await called(client, "sparql", query="ASK {}")).content["answer"] is True

    options = ("--sources", str(demo_sources.root), "--query-timeout-seconds", "1")
    conversation(parameters(*options), talk)


@pytest.mark.slow
@pytest.mark.process
def test_from_an_instance(demo_server: Server, graph: Graph) -> None:
    async def talk(client: Client) -> None:
        given = {"network": "GreenPlace"}
        found = await called(client, "run", name="partners-of-network", parameters=given)
        assert found.content["sources"]
        assert found.content["graph"]["version"] == graph.version
        mistake = await called(client, "sparql", query="SELECT * { ?s ?p }")
        assert mistake.content["problem"] == "syntax-error"

    conversation(parameters("--url", demo_server.url), talk)


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "urbact_graph", "mcp", "--http", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            said = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/mcp", said)
            assert found, said + process.stderr.read()
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE) in (0, 130)


@pytest.mark.process
def test_over_http(demo_server: Server, graph: Graph) -> None:
    with serving("--url", demo_server.url) as address:
        for _ in range(2):
            found = call(address, "search", text="Breslau", limit=1)
            assert found.content["rows"][0]["label"] == "Wroclaw"
            assert found.content["graph"]["version"] == graph.version
        port = re.findall(r"\d+", address)[-1]
        taken = run("mcp", "--http", "--port", port, "--url", demo_server.url, code=2)
        assert f"127.0.0.1:{port} cannot be listened on" in taken.stderr


@pytest.mark.process
@pytest.mark.skipif(not can_fork_workers(), reason="no worker processes on this system")
def test_a_limited_graph_keeps_to_limits(demo_sources: GraphSources, graph: Graph) -> None:
    settings = Settings.load(
        sources=demo_sources.root, query_timeout_seconds=0.5, max_result_bytes=2_000
    )
    with LimitedGraph(settings) as limited:
        with pytest.raises(ProblemError) as raised:
            limited.sparql(ENDLESS, frame="records")
        assert raised.value.problem is QUERY_TIMEOUT
        with pytest.raises(ProblemError) as raised:
            limited.sparql("SELECT * { ?s ?p ?o }", frame="records")
        assert raised.value.problem is RESULT_TOO_LARGE
        query = "SELECT ?n { ?n a urb:Network } ORDER BY ?n LIMIT 3"
        assert limited.sparql(query, frame="records") == graph.sparql(query, frame="records")
        # Tables are made without the workers.
        assert limited.table("themes", frame="records") == graph.table("themes", frame="records")


def test_where_no_worker_can_be_forked_this_process_evaluates(
    demo_sources: GraphSources, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urbact_graph.client.limited.can_fork_workers", lambda: False)
    settings = Settings.load(sources=demo_sources.root, max_result_bytes=2_000)
    with LimitedGraph(settings) as limited:
        query = "SELECT ?n { ?n a urb:Network } ORDER BY ?n LIMIT 3"
        assert limited.sparql(query, frame="records") == graph.sparql(query, frame="records")
        with pytest.raises(ProblemError) as raised:
            limited.sparql("SELECT * { ?s ?p ?o }", frame="records")
        assert raised.value.problem is RESULT_TOO_LARGE


def test_without_the_sdk_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    said = run("mcp", code=2).stderr
    assert "needs mcp, which is not installed; run pip install 'urbact-graph[mcp]'" in said


@pytest.mark.process
def test_its_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from urbact_graph.cli import main\n"
        "try: main(['mcp', '--help'])\n"
        "finally: print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE, check=True
    )
    assert "--http" in done.stdout
    for name in ("mcp", "anyio", "uvicorn", "rdflib", "flask", "pyoxigraph"):
        assert f"'{name}'" not in done.stderr
