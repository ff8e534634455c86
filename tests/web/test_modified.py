"""Dates of the answers: what has become another is never older than what a client has of it."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from werkzeug.http import http_date

from urbact_graph.engine.local import Engine
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

from tests.support.dumping import write_edition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from urbact_graph.dataset.building import Build
    from urbact_graph.release.release import Release

BASE = "https://own.example/"
QUERY = "/sparql?" + urlencode({"query": "SELECT DISTINCT ?o { ?s ?p ?o }"})
ENTITY = "/thing/a.ttl"
LONG_AGO = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
# As late as a date can be, and later still in Greenwich.
BEYOND = "Fri, 31 Dec 9999 23:59:59 -2359"
SHAPE = f"<{BASE}shapes#{{}}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <x:Shape> .\n"


def write_facts(file: Path, value: str) -> Path:
    file.write_text(f'<{BASE}thing/a> <http://www.w3.org/2000/01/rdf-schema#label> "{value}" .\n')
    return file


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Serve a small dataset with its edition."""
    file = write_facts(tmp_path / "facts.nt", "one")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    write_edition(file, tmp_path, digest, BASE)
    for name in ("shapes.nt", "validation.nt"):
        (tmp_path / "editions" / digest[:16] / name).write_text(SHAPE.format("one"))
    settings = Settings.load(max_running_queries=1, base_iri=BASE, build_folder=tmp_path)
    with Engine(settings, file) as engine:
        yield engine


@pytest.fixture
def folder(engine: Engine, tmp_path: Path) -> Path:
    """Return the folder of the edition."""
    return tmp_path / "editions" / engine.version


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return create_app(engine.settings, engine).test_client()


def since(client: FlaskClient, path: str, date: str) -> TestResponse:
    return client.get(path, headers={"If-Modified-Since": date})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/shapes.ttl", "shapes.nt"),
        ("/shapes.html", "shapes.nt"),
        ("/validation.ttl", "validation.nt"),
        ("/validation.html", "validation.nt"),
    ],
)
def test_other_shapes_are_newer_though_the_dataset_is_the_same(
    engine: Engine, folder: Path, path: str, name: str
) -> None:
    app = create_app(engine.settings, engine)
    # Both have been served for long.
    app.started, engine.pool.modified = LONG_AGO, LONG_AGO.timestamp()
    client = app.test_client()
    (folder / name).write_text(SHAPE.format("two"))
    changed = datetime.fromtimestamp(int((folder / name).stat().st_ctime), UTC)
    response = since(client, path, http_date(changed - timedelta(seconds=1)))
    assert (response.status_code, response.last_modified) == (200, changed)
    assert since(client, path, http_date(changed)).status_code == 304
    # Everything else is as old as it was.
    assert since(client, ENTITY, http_date(LONG_AGO)).status_code == 304


@pytest.mark.parametrize("path", ["/catalog.ttl", "/void.html", "/ldes.trig", "/dumps/"])
def test_what_names_another_address_is_newer(built: Build, edition: Release, path: str) -> None:
    build_folder = edition.folder.parents[1]
    settings = Settings.load(max_running_queries=1, build_folder=build_folder)
    moved = settings.model_copy(update={"public_url": "https://data.example/graph"})
    with Engine(settings, built.dataset) as engine:
        app, other = create_app(settings, engine), create_app(moved, engine)
        other.started = app.started + timedelta(hours=1)
        first = app.test_client().get(path)
        assert first.status_code == 200
        date = first.headers["Last-Modified"]
        assert since(app.test_client(), path, date).status_code == 304
        second = since(other.test_client(), path, date)
        assert second.status_code == 200
        assert second.last_modified == other.started.replace(microsecond=0)


@pytest.mark.parametrize("path", [QUERY, ENTITY, "/thing/a.html", "/sitemap.xml"])
def test_an_older_file_in_the_place_of_a_dataset_is_newer(
    engine: Engine, client: FlaskClient, tmp_path: Path, path: str
) -> None:
    first = client.get(path)
    date = first.headers["Last-Modified"]
    assert since(client, path, date).status_code == 304
    file = write_facts(tmp_path / "facts.nt", "two")
    os.utime(file, (0, 0))
    assert engine.reload(file)
    second = since(client, path, date)
    assert second.status_code == 200
    assert second.last_modified
    assert first.last_modified
    assert second.last_modified > first.last_modified


def test_an_older_file_that_is_there_at_the_start_is_as_new_as_its_coming(
    engine: Engine, tmp_path: Path
) -> None:
    file = write_facts(tmp_path / "other.nt", "two")
    os.utime(file, (0, 0))
    came = datetime.fromtimestamp(int(file.stat().st_ctime), UTC)
    with Engine(engine.settings, file) as other:
        client = create_app(other.settings, other).test_client()
        for path in (QUERY, ENTITY):
            response = since(client, path, http_date(LONG_AGO))
            assert (response.status_code, response.last_modified) == (200, came)


def test_what_comes_back_at_once_is_newer_again(
    engine: Engine, client: FlaskClient, tmp_path: Path
) -> None:
    dates = [client.get(ENTITY).headers["Last-Modified"]]
    for value in ("two", "one", "two"):
        assert engine.reload(write_facts(tmp_path / "facts.nt", value))
        assert since(client, ENTITY, dates[-1]).status_code == 200
        dates.append(client.get(ENTITY).headers["Last-Modified"])
    assert len(set(dates)) == len(dates)


@pytest.mark.parametrize("path", [QUERY, ENTITY, "/dumps/SHA256SUMS", "/shapes.ttl", "/limits"])
@pytest.mark.parametrize("date", [BEYOND, "Mon, 01 Jan 0001 00:00:00 +2359", "yesterday"])
def test_a_date_that_cannot_be_counts_as_none(client: FlaskClient, path: str, date: str) -> None:
    plain = client.get(path)
    response = since(client, path, date)
    assert (response.status_code, response.data) == (200, plain.data)


@pytest.mark.parametrize("path", ["/shapes.ttl", "/validation.html", "/validation", "/shapes"])
def test_what_was_taken_away_while_it_is_served_is_not_found(
    client: FlaskClient, folder: Path, path: str
) -> None:
    assert client.get(path).status_code == 200
    for name in ("shapes.nt", "validation.nt"):
        (folder / name).unlink()
    response = client.get(path)
    assert response.status_code == 404
    assert response.get_json()["detail"].endswith("are no longer there; reload the server.")
