"""The dumps over HTTP: what the application answers, and what the real server sends."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from urbact_graph.description.distributions import DISTRIBUTIONS, DumpFile
from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

from tests.support.dumping import VERSION, write_edition
from tests.support.engines import until
from tests.support.servers import Server, serving
from tests.support.wire import ask, lines_of, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from urbact_graph.release.release import Release
    from urbact_graph.sources import GraphSources

OLD = "2026-01-02-aaaaaaaaaaaa"
FOR_EVER = "public, max-age=31536000, immutable"
REVALIDATED = "public, no-cache"
HOST = "http://127.0.0.1:8000"
FACTS = """\
<{base}city/pl/wroclaw> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{base}ontology#City> .
<{base}city/pl/wroclaw> <http://www.w3.org/2000/01/rdf-schema#label> "Wrocław"@en .
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, base: str) -> Path:
    """Write a small dataset in a build folder."""
    place = tmp_path_factory.mktemp("build")
    (place / "facts.nt").write_text(FACTS.replace("{base}", base), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def files(folder: Path, base: str) -> dict[str, DumpFile]:
    """Write the edition of the dataset, and one that was before it."""
    write_edition(folder / "facts.nt", folder, "0" * 16, base, version=OLD)
    # What is left of one that was never finished.
    (folder / "editions" / ("1" * 16) / "dumps").mkdir(parents=True)
    (folder / "editions" / ("1" * 16) / "dumps" / "half.ttl").write_text("half")
    digest = hashlib.sha256((folder / "facts.nt").read_bytes()).hexdigest()
    modified = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    return write_edition(folder / "facts.nt", folder, digest, base, modified=modified)


@pytest.fixture(scope="module")
def client(folder: Path, files: dict[str, DumpFile]) -> Iterator[FlaskClient]:
    assert files
    settings = Settings.load(max_running_queries=1, build_folder=folder)
    with Engine(settings, folder / "facts.nt") as engine:
        yield create_app(settings, engine).test_client()


def test_every_file_is_given_as_it_is(client: FlaskClient, files: dict[str, DumpFile]) -> None:
    for file in files.values():
        response = client.get(f"/dumps/{file.name}")
        assert response.status_code == 200, file.name
        assert len(response.data) == file.bytes
        assert hashlib.sha256(response.data).hexdigest() == file.sha256
        assert response.headers["ETag"] == f'"{file.sha256}"'
        is_latest = file.key == "checksums"
        assert response.headers["Cache-Control"] == (REVALIDATED if is_latest else FOR_EVER)
        assert response.headers["Accept-Ranges"] == "bytes"
        assert "Last-Modified" in response.headers


@pytest.mark.parametrize(
    ("key", "content_type"),
    [
        ("turtle", "text/turtle; charset=utf-8"),
        ("n-triples", "application/n-triples"),
        ("n-quads", "application/n-quads"),
        ("json-ld", "application/ld+json"),
        ("rdf-xml", "application/rdf+xml"),
        ("csv-cities", "text/csv; charset=utf-8; header=present"),
        ("csv-metadata", "application/csvm+json"),
        ("checksums", "text/plain; charset=utf-8"),
        ("turtle-gz", "application/gzip"),
        ("csv-cities-gz", "application/gzip"),
    ],
)
def test_each_has_its_media_type(
    client: FlaskClient, files: dict[str, DumpFile], key: str, content_type: str
) -> None:
    response = client.get(f"/dumps/{files[key].name}")
    assert response.headers["Content-Type"] == content_type
    assert "Content-Encoding" not in response.headers


def test_who_accepts_gzip_is_sent_the_compressed_file(
    client: FlaskClient, files: dict[str, DumpFile]
) -> None:
    response = client.get(f"/dumps/{files['turtle'].name}", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert response.headers["ETag"] == f'"{files["turtle-gz"].sha256}"'
    plain = client.get(f"/dumps/{files['turtle'].name}")
    assert gzip.decompress(response.data) == plain.data
    assert plain.vary.as_set() == response.vary.as_set() == {"accept-encoding"}


def test_links_lead_to_what_belongs_to_a_file(
    client: FlaskClient, files: dict[str, DumpFile]
) -> None:
    for key, file in files.items():
        links = client.get(f"/dumps/{file.name}").headers["Link"]
        assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in links
        assert f'<{HOST}/dataset>; rel="collection"' in links
        described = f'<{HOST}/dumps/{files["csv-metadata"].name}>; rel="describedby"'
        is_table = key.startswith("csv-") and key != "csv-metadata"
        assert (f'{described}; type="application/csvm+json"' in links) == is_table
    links = client.get(f"/dumps/urbact-graph-{OLD}-cities.csv").headers["Link"]
    assert f"/dumps/urbact-graph-{OLD}-csv-metadata.json>" in links


def test_files_of_an_edition_that_still_stands_are_given(client: FlaskClient) -> None:
    response = client.get(f"/dumps/urbact-graph-{OLD}.nt")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == FOR_EVER
    assert "Wrocław" in response.text


def test_stable_names_lead_to_the_latest(client: FlaskClient, files: dict[str, DumpFile]) -> None:
    names = {form.file_name(): files[form.key].name for form in DISTRIBUTIONS}
    names["urbact-graph-csv-metadata.json"] = files["csv-metadata"].name
    names["SHA256SUMS"] = "SHA256SUMS"
    for stable, versioned in names.items():
        response = client.get(f"/dumps/latest/{stable}")
        assert response.status_code == 302
        assert response.headers["Location"] == f"../{versioned}"
        assert response.headers["Cache-Control"] == REVALIDATED
        assert client.get(urljoin(f"/dumps/latest/{stable}", f"../{versioned}")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/nothing.ttl",
        "/dumps/half.ttl",
        "/dumps/edition.json",
        "/dumps/..%2Fedition.json",
        "/dumps/../edition.json",
        "/dumps/%2e%2e/edition.json",
        "/dumps/%2Fetc%2Fpasswd",
        "/dumps/.",
        "/dumps/..",
        "/dumps/*",
        "/dumps/%00",
        "/dumps/latest/",
        "/dumps/latest/nothing.ttl",
        f"/dumps/latest/urbact-graph-{VERSION}.ttl",
        "/dumps/latest/../facts.nt",
        "/dumps//",
        "/dumps/urbact-graph.ttl",
        "/dumps/" + "a" * 5_000,
    ],
)
def test_other_names_lead_nowhere(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.get_json()["type"].endswith("/problem/not-found")
    assert len(response.get_json()["detail"]) < 500


def test_a_file_that_was_taken_away_is_not_found(
    client: FlaskClient, folder: Path, files: dict[str, DumpFile]
) -> None:
    path = next(folder.glob(f"editions/*/dumps/{files['csv-calls'].name}"))
    content = path.read_bytes()
    latest = "/dumps/latest/urbact-graph-calls.csv"
    assert client.get(latest).headers["Location"] == f"../{path.name}"
    path.unlink()
    try:
        for address in (f"/dumps/{path.name}", latest):
            response = client.get(address)
            assert response.status_code == 404
            assert response.get_json()["detail"].endswith(".")
    finally:
        path.write_bytes(content)


def test_the_page_lists_every_file(client: FlaskClient, files: dict[str, DumpFile]) -> None:
    response = client.get("/dumps/")
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == REVALIDATED
    assert "Last-Modified" in response.headers
    page = response.text
    targets = set(re.findall(r'href="([^"]+)"', page))
    for key, file in files.items():
        assert file.name in targets
        if not key.endswith("-gz") and key not in ("checksums", "csv-metadata"):
            assert file.sha256 in page
            assert f"{file.bytes:,}" in page
    for target in targets:
        if not target.startswith(("/", "http", "data:")):
            assert client.get(f"/dumps/{target}").status_code in (200, 302), target
    assert VERSION in page
    assert "2026-11-20" in page
    again = client.get("/dumps/", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    since = {"If-Modified-Since": response.headers["Last-Modified"]}
    assert client.get("/dumps/", headers=since).status_code == 304


def test_without_its_slash_the_page_is_found_too(client: FlaskClient) -> None:
    response = client.get("/dumps")
    assert response.status_code == 308
    assert response.headers["Location"] == "dumps/"


@pytest.mark.parametrize("path", ["/dumps/", "/dumps/SHA256SUMS", "/dumps/latest/urbact-graph.ttl"])
def test_head_and_options_work(client: FlaskClient, path: str) -> None:
    full, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (full.status_code, b"")
    assert list(head.headers) == list(full.headers)
    assert "GET" in client.options(path).headers["Allow"]
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/dumps/", "/dumps/a.ttl", "/dumps/latest/urbact-graph.ttl"])
def test_where_no_edition_is_served_that_is_told(folder: Path, path: str) -> None:
    settings = Settings.load(max_running_queries=1, dataset=folder / "facts.nt", build_folder=folder)
    with Engine(settings, folder / "facts.nt") as engine:
        response = create_app(settings, engine).test_client().get(path)
    assert response.status_code == 404
    assert response.get_json()["detail"].startswith("No dumps are given out with what is served")


# ---- The real server ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(
    tmp_path_factory: pytest.TempPathFactory, edition: Release
) -> tuple[Path, dict[str, DumpFile]]:
    """Copy what was built, with its edition, as tests may take a file away."""
    place = tmp_path_factory.mktemp("served") / "build"
    shutil.copytree(edition.folder.parents[1], place)
    return place, {file.key: file for file in edition.files}


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    sources: GraphSources,
    real: tuple[Path, dict[str, DumpFile]],
) -> Iterator[Server]:
    options = ("--sources", str(sources.root), "--build-folder", str(real[0]))
    with serving(tmp_path_factory.mktemp("server"), *options) as running:
        yield running


def test_large_files_arrive_whole_in_parts_and_compressed(
    server: Server, real: tuple[Path, dict[str, DumpFile]]
) -> None:
    place, files = real
    content = next(place.glob(f"editions/*/dumps/{files['n-triples'].name}")).read_bytes()
    line = f"GET /dumps/{files['n-triples'].name}".encode()
    with wire(server) as connected:
        whole = connected.ask(line)
        assert (whole.status, whole.body) == (200, content)
        assert whole.headers["content-length"] == str(len(content))
        part = connected.ask(line, b"Range: bytes=5000000-5999999")
        assert (part.status, part.body) == (206, content[5_000_000:6_000_000])
        assert part.headers["content-range"] == f"bytes 5000000-5999999/{len(content)}"
        last = connected.ask(line, b"Range: bytes=-1")
        assert (last.status, last.body) == (206, content[-1:])
        packed = connected.ask(line, b"Accept-Encoding: gzip")
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == content
        tag = whole.headers["etag"].encode()
        known = connected.ask(line, b"If-None-Match: " + tag)
        assert (known.status, known.body) == (304, b"")
        head = connected.ask(line.replace(b"GET", b"HEAD"))
        assert (head.status, head.headers["content-length"]) == (200, str(len(content)))
        missing = connected.ask(line, b"Range: bytes=99999999-")
        assert (missing.status, missing.problem) == (416, "range-not-satisfiable")
        refused = connected.ask(line, b'If-Match: "other"')
        assert (refused.status, refused.problem) == (412, "precondition-failed")
        # Nothing came behind any of them.
        assert connected.ask(b"GET /health").status == 200


def test_the_log_tells_how_much_was_sent(
    server: Server, real: tuple[Path, dict[str, DumpFile]]
) -> None:
    _, files = real
    path, size = f"/dumps/{files['turtle'].name}", files["turtle"].bytes
    ask(server, f"GET {path}".encode(), b"User-Agent: sizes")
    ask(server, f"GET {path}".encode(), b"User-Agent: sizes", b"Range: bytes=0-99")
    ask(server, f"HEAD {path}".encode(), b"User-Agent: sizes")

    def told() -> list[int]:
        return [line["bytes"] for line in lines_of(server) if line["agent"] == "sizes"]

    until(lambda: len(told()) == 3)
    assert told() == [size, 100, 0]


def test_files_take_no_memory_of_the_server(
    server: Server, real: tuple[Path, dict[str, DumpFile]]
) -> None:
    _, files = real
    line = f"GET /dumps/{files['n-quads'].name}".encode()
    ask(server, line)

    def own() -> int:
        status = Path(f"/proc/{server.web()}/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0]) * 1_024

    before = own()
    with ExitStack() as stack:
        for _ in range(8):
            slow = stack.enter_context(wire(server, received_bytes=4_096))
            slow.send(line)
            assert slow.connection.recv(100).startswith(b"HTTP/1.1 200")
        assert own() - before < files["n-quads"].bytes
    assert ask(server, b"GET /health").status == 200


def test_another_prefix_and_host_are_those_of_the_proxy(folder: Path, client: FlaskClient) -> None:
    settings = Settings.load(
        max_running_queries=1, build_folder=folder, public_url="https://data.example/graph"
    )
    with Engine(settings, folder / "facts.nt") as engine:
        other = create_app(settings, engine).test_client()
        response = other.get(f"/dumps/urbact-graph-{VERSION}-cities.csv")
    assert "<https://data.example/graph/dataset>" in response.headers["Link"]
    assert HOST not in response.headers["Link"]
    assert client.get("/dumps/").status_code == 200
