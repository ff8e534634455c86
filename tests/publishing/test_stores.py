"""The demo in real stores: Oxigraph's server, and Virtuoso with Digest authentication."""

import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from benchmarks.peers import OxigraphInMemory, Peer, Virtuoso, oxigraph_program
from benchmarks.processes import Processes, free_port, listens

from tests.publishing.running import Run
from tests.support.waiting import DEADLINE
from urbact_graph.publishing.addresses import endpoints_of
from urbact_graph.publishing.publisher import Published
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.publishing.target import Target

pytestmark = [pytest.mark.slow, pytest.mark.process]

GRAPH = "https://w3id.org/urbact-graph/"
DBA = {"publish_user": "dba", "publish_password": "dba"}
# Virtuoso fills a new database first, which takes long on a machine that is at work.
_START_SECONDS = 300
_VIRTUOSO = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 10
"""


def require(peer: type[Peer]) -> None:
    """Skip where a store is not installed."""
    if reason := peer.missing():
        pytest.skip(reason)


@contextmanager
def running(command: list[str], folder: Path, *ports: int) -> Iterator[str]:
    """Run a store that listens on ``ports`` while the block lasts; give its address."""
    folder.mkdir()
    processes = Processes(command, folder)
    try:
        processes.wait(lambda: all(listens(port) for port in ports), _START_SECONDS)
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        processes.stop()


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run Oxigraph's server; return the address of its graph store."""
    require(OxigraphInMemory)
    folder, port = tmp_path_factory.mktemp("oxigraph") / "run", free_port()
    command = [oxigraph_program() or "", "serve", "--bind", f"127.0.0.1:{port}"]
    with running(command, folder, port) as address:
        yield f"{address}/store"


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run Virtuoso; return the address of its graph store, which asks for a digest."""
    require(Virtuoso)
    folder = tmp_path_factory.mktemp("virtuoso")
    port, sql = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(_VIRTUOSO.format(port=port, sql=sql))
    command = ["virtuoso-t", "+foreground", "+configfile", str(settings)]
    with running(command, folder / "run", port, sql) as address:
        yield f"{address}/sparql-graph-crud-auth"


def count(store: str, graph: str | None) -> int:
    """Count the triples of a graph, as a reader does who knows nothing of the store's owner."""
    query = (endpoints_of(store)[0] or "").replace("-auth", "")
    pattern = "?s ?p ?o" if graph is None else f"GRAPH <{graph}> {{ ?s ?p ?o }}"
    asked = urllib.parse.urlencode({"query": f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"})
    request = urllib.request.Request(f"{query}?{asked}", headers={"Accept": "text/csv"})
    with urllib.request.urlopen(request, timeout=DEADLINE) as found:
        return int(found.read().split()[-1])


def publish(run: Run, dataset: Path, store: str, **options: object) -> Published:
    """Publish in pieces of 300 kB."""
    given = {"address": store, "piece_bytes": 300_000, "sample": 30, **options}
    target = Target(**given)  # type: ignore[arg-type]
    return run.publish(dataset, target, DBA if "crud" in store else None, seconds=DEADLINE)


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("graph", [None, GRAPH])
def test_oxigraph(
    oxigraph: str, demo_dataset: Path, run: Run, graph: str | None, in_place: bool
) -> None:
    total = len(demo_dataset.read_bytes().splitlines())
    for _ in range(2):
        published = publish(run, demo_dataset, oxigraph, graph=graph, in_place=in_place)
        assert published.is_whole != in_place
        assert published.pieces > 3
        assert published.check.triples == total == count(oxigraph, graph)
        assert published.check.reformed == []


def test_oxigraph_by_the_address_of_the_graph(oxigraph: str, demo_dataset: Path, run: Run) -> None:
    graph = f"{oxigraph}/urbact"
    query, update = endpoints_of(oxigraph)
    for options in ({"query": query, "update": update}, {}):
        published = publish(run, demo_dataset, graph, direct=True, **options)
        assert published.is_whole == bool(options)
        assert published.check.triples == count(oxigraph, graph)


def test_named_graphs_of_a_dataset_in_oxigraph(oxigraph: str, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "dataset.trig"
    file.write_text('<x:one> { <x:a> <x:p> 1 } <x:two> { <x:a> <x:p> "b"@en , 2.50 }')
    published = publish(run, file, oxigraph)
    assert (len(published.places), published.check.triples, published.is_whole) == (
        2,
        3,
        True,
    )
    assert (count(oxigraph, "x:one"), count(oxigraph, "x:two")) == (1, 2)


def test_oxigraph_refuses_in_its_own_words(oxigraph: str, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "dataset.nt"
    file.write_text("<x:a> <x:p> <x:b> .\n")
    with pytest.raises(StoreError, match="refuses the triples with 4"):
        publish(run, file, oxigraph.replace("/store", "/query"), in_place=True)


def test_virtuoso(virtuoso: str, demo_dataset: Path, run: Run) -> None:
    total = len(demo_dataset.read_bytes().splitlines())
    for in_place in (False, True):
        published = publish(run, demo_dataset, virtuoso, graph=GRAPH, in_place=in_place)
        assert published.is_whole != in_place
        assert published.check.triples == total == count(virtuoso, GRAPH)
        assert "SPARQL" in published.check.how
        # It keeps geometries by numbers of 32 bits, with a datatype of its own.
        assert all("Geometry" in found for _, found in published.check.reformed)


def test_virtuoso_refuses_in_its_own_words(virtuoso: str, demo_dataset: Path, run: Run) -> None:
    with pytest.raises(StoreError, match=r"have default graph”; .*--graph IRI"):
        publish(run, demo_dataset, virtuoso, in_place=True)
    target = Target(virtuoso, graph=GRAPH)
    with pytest.raises(StoreError, match=r"does not take the credentials: correct .*_USER"):
        run.publish(demo_dataset, target, {**DBA, "publish_password": "wrong"})
    with pytest.raises(StoreError, match=r"asks for Digest authentication: set .*_USER"):
        run.publish(demo_dataset, target)
    target = Target(virtuoso.replace("-auth", ""), graph=GRAPH, in_place=True)
    with pytest.raises(StoreError, match=r"403 Forbidden: “.*Permission denied"):
        run.publish(demo_dataset, target)
