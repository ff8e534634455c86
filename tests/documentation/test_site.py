"""The site has every document, its links lead somewhere, and it loads nothing from elsewhere."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from docs.site.building import SiteError, make
from docs.site.staging import NAVIGATION

from tests.conftest import ROOT
from tests.documentation.pages import read
from tests.web.test_page_policy import INLINE

pytestmark = pytest.mark.process

# To the server that the site is served by.
SERVER = "../"


@pytest.mark.slow
def test_every_document_has_a_page_and_a_place_in_the_navigation(site: Path) -> None:
    documents = {file.stem for file in (ROOT / "docs").glob("*.md")}
    assert {"changelog", "contributing"} | documents <= {file.stem for file in site.glob("*.html")}
    navigation = read(site / "index.html").links
    for name in documents - {"index"}:
        assert f"{name}.html" in navigation, name
    listed = [name for _, names in NAVIGATION for name in names]
    assert len(listed) == len(set(listed))


@pytest.mark.slow
def test_every_link_leads_to_a_place_that_is_there(site: Path) -> None:
    known = {page: read(page) for page in site.rglob("*.html")}
    wrong = []
    for page, found in known.items():
        for link in (*found.links, *found.loaded):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link == SERVER:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            place = unquote(parts.fragment)
            has_place = not place or target not in known or place in known[target].places
            if not target.is_file() or not has_place:
                wrong.append((page.name, link))
    assert wrong == []


@pytest.mark.slow
def test_pages_keep_to_the_policy_and_load_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not INLINE.findall(page.read_text(encoding="utf-8")), page.name
        for loaded in read(page).loaded:
            parts = urlsplit(loaded)
            assert not parts.netloc, (page.name, loaded)
            assert parts.scheme in ("", "data"), (page.name, loaded)
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "url(http" not in text.replace('"', "").replace("'", "")
        assert "url(//" not in text.replace('"', "").replace("'", "")


@pytest.mark.slow
def test_the_reference_has_every_method_with_its_example(site: Path) -> None:
    text = (site / "api.html").read_text(encoding="utf-8")
    for name in ("open", "connect", "Graph.sparql", "Graph.stored_query", "Graph.reconcile"):
        assert f'id="urbact_graph.client.{name}"' in text
    assert 'id="urbact_graph.errors.QueryError"' in text
    assert 'id="urbact_graph.problems.ProblemError"' in text
    assert text.count("doctest") > 8


@pytest.mark.slow
def test_it_is_built_again_only_after_a_change(site: Path) -> None:
    assert make(site, ROOT) is False


# A working copy as small as one may be.
@pytest.fixture
def small(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "docs" / "site",
        tmp_path / "docs" / "site",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        (tmp_path / name).write_text("# A document\n", "utf-8")
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    (tmp_path / "docs" / "index.md").write_text("# Title\n\n[one](one.md)\n", "utf-8")
    (tmp_path / "docs" / "one.md").write_text("# One\n\n## Two\n\n[two](#two)\n", "utf-8")
    return tmp_path


@pytest.mark.slow
def test_notebooks_are_pages_that_keep_to_the_policy(small: Path) -> None:
    folder = small / "docs" / "notebooks"
    folder.mkdir()
    (folder / "study.html").write_text(
        '<html><head><title>A study</title><script src="https://cdn.example/x.js"></script>'
        "<style>p { color: red }</style></head><body>"
        '<main><p style="margin: 0"><a href="study.ipynb#one">Text</a>'
        "<script>let one = 1;</script></p></main></body></html>",
        "utf-8",
    )
    site = small / "site"
    assert make(site, small)
    assert "notebooks/study.html" in read(site / "notebooks.html").links
    assert "A study" in (site / "notebooks.html").read_text("utf-8")
    text = (site / "notebooks" / "study.html").read_text("utf-8")
    assert not INLINE.findall(text)
    assert "cdn.example" not in text
    assert read(site / "notebooks" / "study.html").links == [
        "../notebooks.html",
        "study.html#one",
    ]
    for loaded in read(site / "notebooks" / "study.html").loaded:
        assert (site / "notebooks" / loaded).is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# One\n\n[x](nowhere.md)\n", "The link to nowhere.md in docs/ leads nowhere"),
        ("# One\n\n[x](index.md#nowhere)\n", "docs/one.md"),
        ("# One\n\n![x](nowhere.svg)\n", "docs/one.md"),
    ],
)
def test_a_mistake_in_a_document_is_named(text: str, said: str, small: Path) -> None:
    (small / "docs" / "one.md").write_text(text, "utf-8")
    with pytest.raises(SiteError) as raised:
        make(small / "site", small)
    assert said in str(raised.value)
    assert not (small / "site").exists()


def test_without_the_tools_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs.site.building.find_spec", lambda _: None)
    with pytest.raises(SiteError, match=r"install 'urbact-graph\[docs\]'"):
        make(tmp_path / "site", ROOT)
