"""The web over the real server: files as they arrive, the stream, and the counts of requests."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pyoxigraph import RdfFormat, parse

from tests.support.replicas import Replica
from tests.support.servers import new_agent, serving
from tests.support.wire import ask, wire

if TYPE_CHECKING:
    from tests.support.servers import Server
    from urbact_graph.release.release import Release
    from urbact_graph.sources import GraphSources


def path_of(release: Release, key: str) -> str:
    """Return the address of the dump ``key``."""
    (file,) = (file for file in release.files if file.key == key)
    return f"/dumps/{file.name}"


def test_a_dump_arrives_whole_in_parts_and_compressed(
    demo_server: Server, demo_release: Release
) -> None:
    path = path_of(demo_release, "n-triples")
    content = (demo_release.dumps / path.removeprefix("/dumps/")).read_bytes()
    line, size = f"GET {path}".encode(), len(content)
    with wire(demo_server) as connected:
        whole = connected.ask(line)
        assert (whole.status, whole.body) == (200, content)
        assert whole.headers["content-length"] == str(size)
        assert "x-sendfile" not in whole.headers
        part = connected.ask(line, b"Range: bytes=50000-59999")
        assert (part.status, part.body) == (206, content[50_000:60_000])
        assert part.headers["content-range"] == f"bytes 50000-59999/{size}"
        last = connected.ask(line, b"Range: bytes=-1")
        assert (last.status, last.body) == (206, content[-1:])
        compressed = connected.ask(line, b"Accept-Encoding: gzip")
        assert compressed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(compressed.body) == content
        tag = whole.headers["etag"].encode()
        known = connected.ask(line, b"If-None-Match: " + tag)
        assert (known.status, known.body) == (304, b"")
        head = connected.ask(line.replace(b"GET", b"HEAD"))
        assert (head.status, head.headers["content-length"]) == (200, str(size))
        missing = connected.ask(line, b"Range: bytes=99999999-")
        assert (missing.status, missing.problem) == (416, "range-not-satisfiable")
        changed = connected.ask(line, b'If-Match: "other"')
        assert (changed.status, changed.problem) == (412, "precondition-failed")
        # No byte came after any of them.
        assert connected.ask(b"GET /health").status == 200


def test_the_log_has_the_bytes_that_were_sent_of_a_dump(
    demo_server: Server, demo_release: Release
) -> None:
    path = path_of(demo_release, "turtle")
    size = (demo_release.dumps / path.removeprefix("/dumps/")).stat().st_size
    agent = new_agent()
    for line, more in (("GET", ()), ("GET", (b"Range: bytes=0-99",)), ("HEAD", ())):
        ask(demo_server, f"{line} {path}".encode(), b"User-Agent: " + agent.encode(), *more)
    assert [line["bytes"] for line in demo_server.logged(agent, 3)] == [size, 100, 0]


@pytest.mark.process
@pytest.mark.slow
def test_downloads_take_no_memory_of_the_server(
    sources: GraphSources, release: Release, tmp_path: Path
) -> None:
    """Downloads that clients do not read are larger than what the web process grows by."""
    path = path_of(release, "n-quads")
    size = (release.dumps / path.removeprefix("/dumps/")).stat().st_size
    options = ("--sources", str(sources.root), "--build-folder", str(release.build_folder))
    with serving(tmp_path, *options) as server, ExitStack() as downloads:
        ask(server, f"GET {path}".encode())
        before = own_memory_bytes(server)
        for _ in range(8):
            slow = downloads.enter_context(wire(server, received_bytes=4_096))
            slow.send(f"GET {path}".encode())
            assert slow.connection.recv(100).startswith(b"HTTP/1.1 200")
        assert own_memory_bytes(server) - before < size
        assert ask(server, b"GET /health").status == 200


def own_memory_bytes(server: Server) -> int:
    """Return the memory of the web process that is not of files."""
    status = Path(f"/proc/{server.web()}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1_024


def test_a_replica_of_the_stream_is_exactly_what_is_served(demo_server: Server) -> None:
    replica = Replica(f"{demo_server.url}/ldes")
    replica.sync()
    every = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    reply = demo_server.query(every, Accept="application/n-triples")
    assert replica.triples == {
        quad.triple for quad in parse(reply.body, format=RdfFormat.N_TRIPLES)
    }
    replica.sync()
    assert [(fetched.status, fetched.size) for fetched in replica.fetched] == [(304, 0)]


Requests = Counter[tuple[str, ...]]


def counts_of(server: Server) -> Requests:
    """Return how many requests were counted, by method, route and status."""
    text = ask(server, b"GET /metrics").body.decode()
    return Counter(
        {
            tuple(sample.labels[name] for name in ("method", "route", "status")): int(sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "urbact_graph_requests_total"
        }
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b"GET /sparql?query=ASK%7B%7D"] * 3, {("GET", "/sparql", "200"): 3}),
        ([b"HEAD /sparql?query=ASK%7B%7D"], {("HEAD", "/sparql", "200"): 1}),
        ([b"GET /sparql?query=NONSENSE"], {("GET", "/sparql", "400"): 1}),
        ([b"OPTIONS /sparql"], {("OPTIONS", "/sparql", "200"): 1}),
        ([b"GET /limits", b"GET /"], {("GET", "/limits", "200"): 1, ("GET", "/", "200"): 1}),
        (
            [b"GET /theme", b"GET /theme.ttl"],
            {("GET", "/<path:path>", "303"): 1, ("GET", "/<path:path>", "200"): 1},
        ),
        # Paths and methods that there are not are counted together.
        ([f"GET /page{i}".encode() for i in range(9)], {("GET", "none", "404"): 9}),
        (
            [b"GET /static/absent", b"GET /%7Bpath%7D%22%0A"],
            {("GET", "/static/<name>", "404"): 1, ("GET", "none", "404"): 1},
        ),
        ([b"DELETE /sparql", b"BREW /x", b"brew /x"], {("other", "none", "405"): 3}),
    ],
)
def test_requests_are_counted_by_method_route_and_status(
    demo_server: Server, lines: list[bytes], expected: dict[tuple[str, ...], int]
) -> None:
    before = counts_of(demo_server)
    for line in lines:
        ask(demo_server, line)
    # The page before is counted too.
    expected = {**expected, ("GET", "/metrics", "200"): 1}
    assert dict(counts_of(demo_server) - before) == expected


def test_problems_of_the_server_have_the_body_of_all_problems(demo_server: Server) -> None:
    reply = ask(demo_server, b"GET /sparql?query=SELECT")
    assert reply.headers["content-type"] == "application/problem+json"
    assert json.loads(reply.body)["line"] == 1
