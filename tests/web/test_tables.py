"""The tables of the release over HTTP: the same rows in every format, and in parts."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from tests.support.evaluating import InProcessEngine
from tests.web.serving import ADDRESS, BROWSER, problem, text_of
from urbact_graph.description.distributions import TABLES, table_file_name
from urbact_graph.release.layouts import LAYOUTS
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from pyoxigraph import Store

    from urbact_graph.release.release import Release

PARQUET = "application/vnd.apache.parquet"


def served(store: Store, release: Release | None) -> FlaskClient:
    known = Settings.load(public_url=ADDRESS)
    return create_app(known, InProcessEngine(store, known), release).test_client()


@pytest.fixture(scope="module")
def client(demo_store: Store, demo_release: Release) -> FlaskClient:
    return served(demo_store, demo_release)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", TABLES)
def test_csv_is_the_file_of_the_release(
    client: FlaskClient, demo_release: Release, name: str
) -> None:
    response = client.get(f"/tables/{name}")
    file = demo_release.dumps / table_file_name(name, demo_release.version)
    assert response.data == file.read_bytes()
    assert response.content_type == "text/csv; charset=utf-8; header=present"
    assert response.headers["X-Total-Count"] == str(len(rows_of(response.text)))
    assert response.accept_ranges == "bytes"


@pytest.mark.parametrize("name", TABLES)
def test_json_and_parquet_have_the_rows_of_csv(client: FlaskClient, name: str) -> None:
    texts = rows_of(client.get(f"/tables/{name}?format=csv").text)
    body = client.get(f"/tables/{name}?format=json").get_json()
    response = client.get(f"/tables/{name}", headers={"Accept": PARQUET})
    assert response.content_type == PARQUET
    frame = parquet.read_table(io.BytesIO(response.data))
    assert body["total"] == len(texts) == frame.num_rows
    columns = {one["name"]: one for one in body["columns"]}
    assert [*columns] == frame.column_names == [one.name for one in LAYOUTS[name].columns]
    for row, cells, typed in zip(texts, body["rows"], frame.to_pylist(), strict=True):
        for column, text in row.items():
            assert _text(cells[column], columns[column]) == _joined(text, cells[column])
            assert _plain(typed[column]) == _plain(cells[column])


def _text(cell: Any, column: dict[str, Any]) -> str:
    if column["many"]:
        assert isinstance(cell, list)
        return "\0".join(str(one) for one in cell)
    return "" if cell is None else str(cell)


def _joined(text: str, cell: Any) -> str:
    """Return ``text``, a cell of CSV, with its values divided in one way."""
    if isinstance(cell, list) and len(cell) > 1:
        for separator in "|¦‖␞":
            if len(text.split(separator)) == len(cell):
                return text.replace(separator, "\0")
    # JSON writes 12.0 for 12.00.
    return str(float(text)) if isinstance(cell, float) else text


def _plain(cell: Any) -> Any:
    if isinstance(cell, list):
        return [_plain(one) for one in cell]
    if hasattr(cell, "isoformat"):
        return cell.isoformat().replace("+00:00", "Z")
    return cell


def test_values_have_their_types(client: FlaskClient) -> None:
    cities = client.get("/tables/cities?format=json").get_json()["rows"]
    naples = next(one for one in cities if one["label"] == "Naples")
    assert isinstance(naples["population"], int)
    assert isinstance(naples["lat"], float)
    assert isinstance(naples["network"], list)
    schema = parquet.read_schema(io.BytesIO(client.get("/tables/cities?format=parquet").data))
    types = {field.name: str(field.type) for field in schema}
    assert types["population"] == "int64"
    assert types["lat"] == "double"
    assert types["modified"].startswith("timestamp")
    assert types["network"].startswith("list<")
    assert schema.field("population").metadata[b"title"] == b"Population"


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_parts_are_those_of_the_whole(client: FlaskClient, form: str) -> None:
    def rows(address: str) -> list[Any]:
        response = client.get(address)
        assert response.status_code == 200
        if form == "csv":
            return list(rows_of(response.text))
        if form == "json":
            return list(response.get_json()["rows"])
        return list(parquet.read_table(io.BytesIO(response.data)).to_pylist())

    whole = rows(f"/tables/cities?format={form}")
    found = [
        row
        for offset in range(0, len(whole), 3)
        for row in rows(f"/tables/cities?format={form}&limit=3&offset={offset}")
    ]
    assert found == whole
    assert rows(f"/tables/cities?format={form}&offset=2") == whole[2:]
    response = client.get(f"/tables/cities?format={form}&limit=3")
    assert response.headers["X-Total-Count"] == str(len(whole))
    assert (
        f'<{ADDRESS}/tables/cities?format={form}&limit=3&offset=3>; rel="next"'
        in (response.headers["Link"])
    )


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "text/csv; charset=utf-8; header=present"),
        ("application/json", "application/json"),
        (BROWSER["Accept"], "text/html; charset=utf-8"),
        (PARQUET, PARQUET),
    ],
)
def test_accept_chooses(client: FlaskClient, accept: str, content_type: str) -> None:
    response = client.get("/tables/calls", headers={"Accept": accept})
    assert response.content_type == content_type
    assert "accept" in response.vary.as_set()


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("/tables/nothing", 404, "not-found"),
        ("/tables/cities?limit=0", 400, "invalid-parameter"),
        ("/tables/cities?x=1", 400, "invalid-parameter"),
        ("/tables/cities?limit=1&limit=2", 400, "invalid-parameter"),
        ("/tables/cities?format=xls", 400, "malformed-request"),
        ("/tables?limit=1", 400, "invalid-parameter"),
    ],
)
def test_mistakes_are_named(client: FlaskClient, path: str, status: int, name: str) -> None:
    response = client.get(path)
    assert (response.status_code, problem(response)) == (status, name)


def test_an_unknown_table_is_answered_with_the_most_similar(client: FlaskClient) -> None:
    assert client.get("/tables/city").get_json()["nearest"] == ["cities"]
    assert client.get("/tables/xqzk").get_json()["nearest"] == []


def test_nothing_acceptable_is_said(client: FlaskClient) -> None:
    response = client.get("/tables/cities", headers={"Accept": "image/png"})
    assert (response.status_code, problem(response)) == (406, "not-acceptable")


def test_parquet_without_its_package_is_said(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    response = client.get("/tables/cities?format=parquet")
    assert (response.status_code, problem(response)) == (406, "not-acceptable")
    assert "pip install 'urbact-graph[parquet]'" in response.get_json()["detail"]
    assert client.get("/tables/cities?format=json").status_code == 200


def test_the_client_keeps_what_it_has(client: FlaskClient) -> None:
    for form in ("csv", "json"):
        first = client.get(f"/tables/cities?format={form}")
        again = client.get(
            f"/tables/cities?format={form}", headers={"If-None-Match": first.headers["ETag"]}
        )
        assert again.status_code == 304
    part = client.get("/tables/cities?format=csv", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.data) == (206, b"iri")


def test_the_page_explains_every_column(client: FlaskClient) -> None:
    for name in TABLES:
        page = text_of(client.get(f"/tables/{name}", headers=BROWSER).text)
        for column in LAYOUTS[name].columns:
            assert column.name in page
            assert column.title in page
    listed = client.get("/tables", headers=BROWSER).text
    for name in TABLES:
        assert f'href="/tables/{name}"' in listed
    body = client.get("/tables?format=json").get_json()
    assert [one["name"] for one in body["tables"]] == [*TABLES]


def test_without_a_release_there_are_no_tables(demo_store: Store) -> None:
    client = served(demo_store, None)
    for path in ("/tables", "/tables/cities"):
        response = client.get(path)
        assert (response.status_code, problem(response)) == (404, "not-found")
    assert 'href="/tables"' not in client.get("/", headers=BROWSER).text


def test_a_release_that_was_removed_is_said(
    demo_store: Store, demo_release: Release, tmp_path: Path
) -> None:
    folder = tmp_path / "releases" / "copy"
    shutil.copytree(demo_release.folder, folder)
    client = served(demo_store, replace(demo_release, folder=folder))
    assert client.get("/tables/cities").status_code == 200
    shutil.rmtree(folder)
    for form in ("csv", "json"):
        response = client.get(f"/tables/cities?format={form}")
        assert (response.status_code, problem(response)) == (404, "not-found")


def test_json_is_complete(client: FlaskClient) -> None:
    body = json.loads(client.get("/tables/themes?format=json&limit=2").data)
    assert set(body) == {"table", "version", "total", "columns", "rows"}
    assert len(body["rows"]) == 2 < body["total"]
