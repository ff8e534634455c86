"""The server as a user starts it: real processes, a real port, a standard client."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from xml.dom.minidom import Document

import pytest
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    N3,
    POST,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)

from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources

from tests.support.servers import Server, serving, until_gone

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, built: Build, sources: GraphSources
) -> Iterator[Server]:
    """Serve the real graph, from a folder that is no working copy."""
    folder = tmp_path_factory.mktemp("serving")
    options = ("--sources", str(sources.root), "--build-folder", str(built.dataset.parent))
    with serving(folder, *options, cwd=folder) as server:
        yield server


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_standard_client_gets_every_format(server: Server, built: Build, method: str) -> None:
    client = SPARQLWrapper(f"{server.url}/sparql")
    client.setMethod(method)
    client.setQuery(COUNT)
    client.setReturnFormat(JSON)
    answer = client.queryAndConvert()
    assert isinstance(answer, dict)
    assert answer["results"]["bindings"][0]["n"]["value"] == str(built.triples)
    client.setReturnFormat(XML)
    document = client.queryAndConvert()
    assert isinstance(document, Document)
    assert str(built.triples) in document.toxml()
    client.setReturnFormat(TSV)
    assert client.queryAndConvert() == f"?n\n{built.triples}\n".encode()
    client.setReturnFormat(CSV)
    assert client.queryAndConvert() == f"n\r\n{built.triples}\r\n".encode()


def test_a_standard_client_gets_a_graph(server: Server) -> None:
    client = SPARQLWrapper(f"{server.url}/sparql")
    client.setMethod(POST)
    client.setQuery("CONSTRUCT WHERE { <https://w3id.org/urbact-graph/network/cope> ?p ?o }")
    for form in (TURTLE, N3, RDFXML, JSONLD, XML):
        client.setReturnFormat(form)
        answer = client.query()
        assert b"COPE" in answer.response.read(), form
        answer.response.close()


def test_health_and_errors_over_the_wire(server: Server) -> None:
    assert fetch(f"{server.url}/health")[0] == 200
    assert fetch(f"{server.url}/sparql?query=SELECT")[0] == 400
    assert fetch(f"{server.url}/nowhere")[0] == 404


def test_a_chunked_body_is_read_and_capped(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")

    def post(body: bytes) -> bytes:
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                b"Content-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
                + f"{len(body):x}\r\n".encode()
                + body
                + b"\r\n0\r\n\r\n"
            )
            chunks = []
            while chunk := connection.recv(65536):
                chunks.append(chunk)
            return b"".join(chunks)

    assert b"true" in post(b"ASK {}")
    assert b" 413 " in post(b"#" * 300_000).splitlines()[0]


def test_the_address_is_the_one_listened_on(server: Server) -> None:
    _, description = fetch(f"{server.url}/sparql")
    assert f"<{server.url}/sparql>".encode() in description


def test_nothing_forks_from_a_process_with_threads(server: Server) -> None:
    for pid in (server.parent(), *server.workers()):
        assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1


def test_stopping_leaves_no_process(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with serving(tmp_path, "--dataset", str(file)) as server:
        pids = server.processes()
        assert len(pids) > 3
        everything = "CONSTRUCT%20WHERE%7B%3Fs%3Fp%3Fo%7D"
        assert b"<x:c>" in fetch(f"{server.url}/sparql?query={everything}")[1]
    until_gone(*pids)


def test_killing_the_main_process_leaves_no_process(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with serving(tmp_path, "--dataset", str(file)) as server:
        pids = server.processes()
        server.process.kill()
        server.process.wait()
        until_gone(*pids)


def test_a_new_web_process_serves_what_the_old_one_did(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with serving(tmp_path, "--dataset", str(file)) as server:
        file.unlink()
        file.write_text("this is no RDF any more")
        web = server.web()
        os.kill(web, signal.SIGKILL)
        until_gone(web)
        ask = f"{server.url}/sparql?query=ASK%7B%3Cx:a%3E%20%3Fp%20%3Fo%7D"
        deadline = time.monotonic() + 30
        while True:
            try:
                assert b"true" in fetch(ask)[1]
                break
            except OSError:
                assert time.monotonic() < deadline, "no web process came back"
                time.sleep(0.05)


def test_a_host_name_will_do(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with serving(tmp_path, "--dataset", str(file), "--host", "localhost") as server:
        assert server.url.startswith("http://localhost:")
        assert fetch(f"{server.url}/health")[0] == 200


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "urbact_graph", "serve", "--port", port]
        ended = subprocess.run(
            [*command, "--dataset", str(file)], capture_output=True, text=True, check=False
        )
    assert ended.returncode == 2
    assert f"port {port}, cannot be listened on" in ended.stderr
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("content", ["<x:a> <x:b> ", "this is no RDF"])
def test_a_broken_dataset_is_told_in_a_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text(content)
    command = [sys.executable, "-m", "urbact_graph", "serve", "--port", "0"]
    ended = subprocess.run(
        [*command, "--dataset", str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 2
    assert "broken.ttl cannot be loaded: Parser error at line 1" in ended.stderr
    assert "Traceback" not in ended.stderr
