"""Pages load everything from here and hold no inline style or script, as their policy demands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.serving import BROWSER, serving_file
from urbact_graph.web.assets import Assets
from urbact_graph.web.response import IMMUTABLE

# The pages are those of a real engine.
pytestmark = pytest.mark.process

TEMPLATES = sorted((Path(__file__).parents[2] / "src/urbact_graph/web/templates").rglob("*.html"))
QUERY = "/sparql?query=SELECT%20(1%20AS%20%3Fx)%20%7B%7D"
PATHS = ["/", "/sparql", "/limits", "/conformance", "/nowhere", QUERY, "/sparql?query=SELEC"]
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:"
    r"|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/(?:ld|sparql-results)\+json\")",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    file = tmp_path_factory.mktemp("served") / "facts.nt"
    file.write_text("<x:s> <x:p> <x:o> .\n")
    with serving_file(file) as app:
        yield app.test_client()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_a_strict_policy_and_keeps_to_it(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=BROWSER)
    assert response.mimetype == "text/html"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not INLINE.findall(response.text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_a_template_has_no_inline_style_or_script(template: Path) -> None:
    assert not INLINE.findall(template.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "wrong", ["<style>", '<p style="x">', '<a onclick="x">', "<script>x</script>"]
)
def test_what_is_inline_is_found(wrong: str) -> None:
    assert INLINE.search(wrong)


def test_every_file_is_kept_for_ever_and_has_its_media_type(client: FlaskClient) -> None:
    assets = Assets.load()
    assert {"site.css", "site.js", "theme.js", "europe.json"} <= assets.names.keys()
    for name, asset in assets.files.items():
        response = client.get(f"/static/{name}")
        assert response.status_code == 200
        assert response.mimetype == asset.media_type
        assert response.headers["Cache-Control"] == IMMUTABLE
        assert response.data == asset.content
    assert client.get("/static/site.css").status_code == 404


def test_a_page_under_a_sub_path_names_its_files_there(client: FlaskClient) -> None:
    page = client.get("/", headers=BROWSER, base_url="http://localhost/below").text
    assert f'href="/below/static/{Assets.load().names["site.css"]}"' in page
