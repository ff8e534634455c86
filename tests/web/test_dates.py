"""Last-Modified: content that changed never has a date that a client already knows."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from werkzeug.http import http_date

from tests.support.stubs import STARTED, StubEngine
from tests.web.serving import BASE, serving_file
from urbact_graph.engine.local import LocalEngine, Source
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from urbact_graph.release.release import Release
    from urbact_graph.web.application import Application
    from urbact_graph.web.snapshot import Snapshot

QUERY = "/sparql?" + urlencode({"query": "SELECT DISTINCT ?o { ?s ?p ?o }"})
ENTITY = "/thing/a.ttl"
# Whatever says something of this instance, or is made by the program, and not of the data alone.
PAGES = (
    "/network/greenplace.html",
    "/catalog.ttl",
    "/void.nt",
    "/shapes.ttl",
    "/validation.html",
    "/ldes",
    "/ldes.trig",
    "/dumps/",
    "/sitemap.xml",
    "/robots.txt",
    "/limits",
    "/context.jsonld",
)


def write_thing(file: Path, value: str) -> Path:
    file.write_text(f'<{BASE}thing/a> <http://www.w3.org/2000/01/rdf-schema#label> "{value}" .\n')
    return file


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    with serving_file(write_thing(tmp_path / "facts.nt", "one"), base_iri=BASE) as app:
        yield app


def reload(app: Application, file: Path) -> None:
    assert isinstance(app.engine, LocalEngine)
    assert app.engine.reload(Source(file))
    app.served.replace(None)


def since(client: FlaskClient, path: str, date: str) -> TestResponse:
    return client.get(path, headers={"If-Modified-Since": date})


@pytest.mark.parametrize("path", [QUERY, "/network/greenplace.ttl", "/theme.jsonld"])
def test_data_are_as_old_as_the_dataset(
    demo_snapshot: Snapshot, demo_client: FlaskClient, path: str
) -> None:
    assert demo_client.get(path).last_modified == demo_snapshot.modified


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_as_old_as_the_process(
    demo_snapshot: Snapshot, demo_client: FlaskClient, path: str
) -> None:
    modified = demo_client.get(path).last_modified
    assert modified == demo_snapshot.page_modified
    assert modified <= datetime.now(UTC)


@pytest.mark.parametrize("path", ["/limits", "/robots.txt", "/sparql"])
def test_what_another_process_says_is_newer(path: str) -> None:
    settings = Settings.load()
    moved = settings.model_copy(update={"public_url": "https://data.example/graph"})
    date = create_app(settings, StubEngine()).test_client().get(path).headers["Last-Modified"]
    later = StubEngine(started=STARTED + 3_600)
    second = since(create_app(moved, later).test_client(), path, date)
    assert second.status_code == 200
    assert second.last_modified == datetime.fromtimestamp(STARTED + 3_600, UTC)


def test_pages_of_another_release_are_newer_though_the_dataset_is_the_same(
    demo_release: Release, tmp_path: Path
) -> None:
    (tmp_path / "validation.nt").write_text("")
    (tmp_path / "shapes.nt").write_bytes(demo_release.shapes.read_bytes())
    app = create_app(Settings.load(), StubEngine(), demo_release)
    client = app.test_client()
    dates = {path: client.get(path).headers["Last-Modified"] for path in ("/validation.ttl", QUERY)}
    app.served.replace(replace(demo_release, folder=tmp_path))
    report = since(client, "/validation.ttl", dates["/validation.ttl"])
    assert (report.status_code, report.data.strip()) == (200, b"")
    # The data are as old as they were.
    assert since(client, QUERY, dates[QUERY]).status_code == 304


@pytest.mark.process
@pytest.mark.embedded_only("has it load another file")
def test_an_older_file_in_the_place_of_a_dataset_is_newer(app: Application, tmp_path: Path) -> None:
    client = app.test_client()
    paths = (QUERY, ENTITY, "/thing/a.html", "/sitemap.xml")
    dates = {path: client.get(path).last_modified for path in paths}
    for path, date in dates.items():
        assert date
        assert since(client, path, http_date(date)).status_code == 304
    file = write_thing(tmp_path / "facts.nt", "two")
    os.utime(file, (0, 0))
    reload(app, file)
    for path, date in dates.items():
        assert date
        second = since(client, path, http_date(date))
        assert second.status_code == 200
        assert second.last_modified
        assert second.last_modified > date


@pytest.mark.process
def test_an_older_file_at_the_start_is_as_new_as_its_place(tmp_path: Path) -> None:
    file = write_thing(tmp_path / "other.nt", "two")
    os.utime(file, (0, 0))
    placed = datetime.fromtimestamp(int(file.stat().st_ctime), UTC)
    with serving_file(file, base_iri=BASE) as app:
        for path in (QUERY, ENTITY):
            response = since(app.test_client(), path, http_date(placed - timedelta(days=1)))
            assert (response.status_code, response.last_modified) == (200, placed)


@pytest.mark.process
@pytest.mark.embedded_only("has it load another file")
def test_content_that_comes_back_at_once_is_newer_again(app: Application, tmp_path: Path) -> None:
    client = app.test_client()
    dates = [client.get(ENTITY).headers["Last-Modified"]]
    for value in ("two", "one"):
        reload(app, write_thing(tmp_path / "facts.nt", value))
        assert since(client, ENTITY, dates[-1]).status_code == 200
        dates.append(client.get(ENTITY).headers["Last-Modified"])
    assert len(set(dates)) == len(dates)
