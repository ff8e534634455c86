"""The dumps over HTTP: files by version, links to the latest, and the page of them."""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from tests.support.dumping import VERSION, write_release
from tests.support.stubs import StubEngine
from tests.web.serving import ADDRESS, problem
from urbact_graph.description.distributions import DISTRIBUTIONS
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.response import IMMUTABLE, REVALIDATED

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from urbact_graph.description.distributions import DumpFile
    from urbact_graph.release.release import Release

OLD = "2026-01-02-aaaaaaaaaaaa"
FACTS = """\
<{base}city/pl/wroclaw> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{base}ontology#City> .
<{base}city/pl/wroclaw> <http://www.w3.org/2000/01/rdf-schema#label> "Wrocław"@en .
"""


@dataclass(frozen=True)
class Published:
    """A build folder with two releases, and a client of the newer one."""

    release: Release
    files: dict[str, DumpFile]
    client: FlaskClient


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, base: str) -> Published:
    folder = tmp_path_factory.mktemp("build")
    dataset = folder / "facts.nt"
    dataset.write_text(FACTS.replace("{base}", base), encoding="utf-8")
    write_release(dataset, folder, base, version=OLD)
    # What is left of a release that was never finished.
    unfinished = folder / "releases" / "2026-11-24-bbbbbbbbbbbb" / "dumps"
    unfinished.mkdir(parents=True)
    (unfinished / "half.ttl").write_text("half")
    modified = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    release = write_release(dataset, folder, base, modified=modified)
    app = create_app(Settings.load(public_url=ADDRESS), StubEngine(), release)
    files = {file.key: file for file in release.files}
    return Published(release, files, app.test_client())


@pytest.fixture(scope="module")
def client(published: Published) -> FlaskClient:
    return published.client


@pytest.fixture(scope="module")
def files(published: Published) -> dict[str, DumpFile]:
    return published.files


def test_every_file_is_given_as_it_is(client: FlaskClient, files: dict[str, DumpFile]) -> None:
    for file in files.values():
        response = client.get(f"/dumps/{file.name}")
        assert response.status_code == 200, file.name
        assert len(response.data) == file.bytes
        assert hashlib.sha256(response.data).hexdigest() == file.sha256
        assert response.headers["ETag"] == f'"{file.sha256}"'
        is_replaced = file.key == "checksums"
        assert response.headers["Cache-Control"] == (REVALIDATED if is_replaced else IMMUTABLE)
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
def test_each_file_has_its_media_type(
    client: FlaskClient, files: dict[str, DumpFile], key: str, content_type: str
) -> None:
    response = client.get(f"/dumps/{files[key].name}")
    assert response.headers["Content-Type"] == content_type
    assert "Content-Encoding" not in response.headers


def test_a_client_that_prefers_gzip_gets_the_compressed_file(
    client: FlaskClient, files: dict[str, DumpFile]
) -> None:
    path = f"/dumps/{files['turtle'].name}"
    plain, sent = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert sent.headers["Content-Encoding"] == "gzip"
    assert sent.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert sent.headers["ETag"] == f'"{files["turtle-gz"].sha256}"'
    assert gzip.decompress(sent.data) == plain.data
    assert plain.vary.as_set() == sent.vary.as_set() == {"accept-encoding"}


def test_links_lead_from_a_file_to_licence_dataset_and_description(
    client: FlaskClient, files: dict[str, DumpFile]
) -> None:
    for key, file in files.items():
        links = client.get(f"/dumps/{file.name}").headers["Link"]
        assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in links
        assert f'<{ADDRESS}/dataset>; rel="collection"' in links
        described = f'<{ADDRESS}/dumps/{files["csv-metadata"].name}>; rel="describedby"'
        is_table = key.startswith("csv-") and key != "csv-metadata"
        assert (f'{described}; type="application/csvm+json"' in links) == is_table
    # That of an older release leads to its own description.
    links = client.get(f"/dumps/urbact-graph-{OLD}-cities.csv").headers["Link"]
    assert f"/dumps/urbact-graph-{OLD}-csv-metadata.json>" in links


def test_files_of_an_older_release_are_given_while_it_is_kept(client: FlaskClient) -> None:
    response = client.get(f"/dumps/urbact-graph-{OLD}.nt")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == IMMUTABLE
    assert "Wrocław" in response.text


def test_names_without_a_version_lead_to_the_latest(
    client: FlaskClient, files: dict[str, DumpFile]
) -> None:
    names = {form.file_name(): files[form.key].name for form in DISTRIBUTIONS}
    names["urbact-graph-csv-metadata.json"] = files["csv-metadata"].name
    for stable, versioned in names.items():
        response = client.get(f"/dumps/latest/{stable}")
        assert response.status_code == 302
        assert response.headers["Location"] == f"../../dumps/{versioned}"
        assert response.headers["Cache-Control"] == REVALIDATED
        assert client.get(f"/dumps/{versioned}").status_code == 200


@pytest.mark.process
@pytest.mark.parametrize("folder", ["/dumps/latest/", "/dumps/"])
def test_sha256sum_verifies_files_by_the_names_that_they_are_saved_under(
    client: FlaskClient, files: dict[str, DumpFile], tmp_path: Path, folder: str
) -> None:
    if folder == "/dumps/":
        names = [files[form.key].name for form in DISTRIBUTIONS] + [files["csv-metadata"].name]
    else:
        names = [form.file_name() for form in DISTRIBUTIONS] + ["urbact-graph-csv-metadata.json"]
    for name in (*names, "SHA256SUMS"):
        response = client.get(folder + name)
        if response.status_code == 302:
            response = client.get(urljoin(folder + name, response.headers["Location"]))
        assert response.status_code == 200
        (tmp_path / name).write_bytes(response.data)
    command = ["sha256sum", "--strict", "--check", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == sorted(f"{name}: OK" for name in names)


def test_the_checksums_of_the_latest_names_are_fresh_and_have_a_tag(client: FlaskClient) -> None:
    response = client.get("/dumps/latest/SHA256SUMS")
    assert (response.status_code, response.mimetype) == (200, "text/plain")
    assert response.headers["Cache-Control"] == REVALIDATED
    tag = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/dumps/latest/SHA256SUMS", headers=tag).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/nothing.ttl",
        "/dumps/half.ttl",
        "/dumps/release.json",
        "/dumps/..%2Frelease.json",
        "/dumps/../release.json",
        "/dumps/%2e%2e/release.json",
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
    assert (response.status_code, problem(response)) == (404, "not-found")
    assert len(response.get_json()["detail"]) < 500


def test_a_file_that_was_removed_is_not_found(published: Published) -> None:
    path = published.release.dumps / published.files["csv-calls"].name
    latest, content = "/dumps/latest/urbact-graph-calls.csv", path.read_bytes()
    assert published.client.get(latest).headers["Location"] == f"../../dumps/{path.name}"
    path.unlink()
    try:
        for address in (f"/dumps/{path.name}", latest):
            response = published.client.get(address)
            assert (response.status_code, problem(response)) == (404, "not-found")
    finally:
        path.write_bytes(content)


def test_the_page_lists_every_file(client: FlaskClient, files: dict[str, DumpFile]) -> None:
    response = client.get("/dumps/")
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == REVALIDATED
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


def test_the_page_without_its_slash_leads_to_it(client: FlaskClient) -> None:
    response = client.get("/dumps")
    assert (response.status_code, response.headers["Location"]) == (308, "dumps/")


@pytest.mark.parametrize("path", ["/dumps/", "/dumps/a.ttl", "/dumps/latest/urbact-graph.ttl"])
def test_another_dataset_has_no_dumps(path: str) -> None:
    response = create_app(Settings.load(), StubEngine()).test_client().get(path)
    assert (response.status_code, problem(response)) == (404, "not-found")
    assert "a dataset without dumps" in response.get_json()["detail"]
