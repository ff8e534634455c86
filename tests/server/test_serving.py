"""The server as a user starts it: real processes, a real port, standard clients."""

import asyncio
import os
import socket
import subprocess
import sys
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

from tests.support.engine_servers import CHOSEN
from tests.support.servers import Server, variables, write_generation
from tests.support.waiting import DEADLINE
from urbact_graph.dataset.building import Build
from urbact_graph.errors import DatasetError, UrbactGraphError
from urbact_graph.release.release import Release
from urbact_graph.server import supervisor as module
from urbact_graph.server.supervised import HeldDataset
from urbact_graph.server.supervisor import Supervisor, _listening, serve
from urbact_graph.settings import Settings

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


# ---- The demo ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_standard_client_reads_every_format(
    demo_server: Server, demo_build: Build, method: str
) -> None:
    client = SPARQLWrapper(f"{demo_server.url}/sparql")
    client.setMethod(method)
    client.setQuery(COUNT)
    client.setReturnFormat(JSON)
    answer = client.queryAndConvert()
    assert isinstance(answer, dict)
    assert answer["results"]["bindings"][0]["n"]["value"] == str(demo_build.triples)
    client.setReturnFormat(XML)
    document = client.queryAndConvert()
    assert isinstance(document, Document)
    assert str(demo_build.triples) in document.toxml()
    client.setReturnFormat(TSV)
    assert client.queryAndConvert() == f"?n\n{demo_build.triples}\n".encode()
    client.setReturnFormat(CSV)
    assert client.queryAndConvert() == f"n\r\n{demo_build.triples}\r\n".encode()


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD, XML])
def test_a_standard_client_reads_a_graph(demo_server: Server, form: str) -> None:
    client = SPARQLWrapper(f"{demo_server.url}/sparql")
    client.setMethod(POST)
    client.setQuery("CONSTRUCT WHERE { <https://w3id.org/urbact-graph/network/greenplace> ?p ?o }")
    client.setReturnFormat(form)
    answer = client.query()
    assert b"greenplace" in answer.response.read().lower()
    answer.response.close()


def test_statuses_over_the_wire(demo_server: Server) -> None:
    assert demo_server.fetch("/health").status == 200
    assert demo_server.fetch("/sparql?query=SELECT").status == 400
    assert demo_server.fetch("/nowhere").status == 404


def test_the_address_is_the_one_listened_on(demo_server: Server) -> None:
    description = demo_server.fetch("/sparql").body.decode()
    assert f"<{demo_server.url}/sparql>" in description


def test_the_first_line_says_what_is_served_and_where(
    demo_server: Server, demo_build: Build
) -> None:
    lines = [line for line in demo_server.log.read_text().splitlines() if "Serving" in line]
    count = f"{demo_build.triples:,}"
    what = "the engine" if CHOSEN.name else "urbact-graph.nt"
    assert lines == [f"Serving {count} statements of {what} at {demo_server.url}/"]


def test_no_process_with_threads_forks(demo_server: Server) -> None:
    for pid in demo_server.engine_processes():
        assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1


def test_a_host_may_be_given_by_its_name() -> None:
    with _listening(Settings(host="localhost", port=0)) as (listener, port):
        host, bound, *_ = listener.getsockname()
        assert (host in ("127.0.0.1", "::1"), bound) == (True, port)
        with socket.create_connection(("localhost", port), timeout=DEADLINE):
            pass


# ---- What cannot be served ---------------------------------------------------------------------


def refused(*options: str, **settings: object) -> str:
    """Return what a server prints that ends at its start."""
    ended = subprocess.run(
        [sys.executable, "-m", "urbact_graph", "serve", *options],
        env={**os.environ, **variables(**settings)},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "small.ttl"
    file.write_text("<x:a> <x:b> <x:c> .\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        printed = refused("--port", port, "--dataset", str(file))
    assert f"The server cannot listen on 127.0.0.1, port {port}" in printed
    assert "--port" in printed


def test_a_host_that_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def prepare() -> Path:
        raise NotImplementedError

    monkeypatch.setattr(socket, "getaddrinfo", find)
    expected = r"cannot listen on nowhere, port 0 \(Name or .* known\); .*--host or --port"
    with pytest.raises(UrbactGraphError, match=expected):
        serve(Settings(host="nowhere", port=0), Path("/nowhere"), prepare)


@pytest.mark.slow
def test_a_broken_dataset(tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("<x:a> <x:b> ")
    printed = refused("--port", "0", "--dataset", str(file))
    assert "broken.ttl cannot be loaded: line 1: " in printed


# ---- What is held while it is served -----------------------------------------------------------


def test_a_held_file_keeps_its_content(tmp_path: Path) -> None:
    file = tmp_path / "data.nt"
    write_generation(file, 1)
    held = HeldDataset(file)
    before = file.read_bytes()
    write_generation(file, 2)
    file.unlink()
    message = held.message
    assert (message.file, message.release) == (str(file), "")
    assert Path(message.content).read_bytes() == before
    held.touch()
    held.close()
    assert not Path(message.content).exists()


def test_a_held_release_names_its_folder(demo_release: Release) -> None:
    held = HeldDataset(demo_release.folder)
    assert held.message.release == str(demo_release.folder)
    assert held.file == demo_release.graph
    held.close()


@pytest.mark.parametrize(("name", "reason"), [("absent.nt", "No such file"), (".", "directory")])
def test_a_dataset_that_cannot_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(DatasetError, match=rf"cannot be loaded: .*{reason}"):
        HeldDataset(tmp_path / name)


def test_a_release_is_touched_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Touched:
        count = 0
        enough = asyncio.Event()

        def touch(self) -> None:
            self.count += 1
            if self.count == 3:
                self.enough.set()

    async def run() -> None:
        async def prepare() -> Path:
            raise NotImplementedError

        with socket.socket() as listener:
            supervisor = Supervisor(Settings(), listener, prepare)
        supervisor._dataset = touched = Touched()  # type: ignore[assignment]
        touching = asyncio.create_task(supervisor._keep_in_use())
        await asyncio.wait_for(touched.enough.wait(), DEADLINE)
        touching.cancel()

    monkeypatch.setattr(module, "_TOUCH_SECONDS", 0.001)
    asyncio.run(run())
