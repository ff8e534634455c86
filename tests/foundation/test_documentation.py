"""What the documentation says is what the code does."""

import re
from pathlib import Path

import pytest
from pyoxigraph import Store

from tests.support.readme_answers import count_of, with_answers
from tests.support.stubs import StubEngine
from urbact_graph.cli.main import COMMANDS
from urbact_graph.problems import PROBLEMS
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources
from urbact_graph.web.app import create_app

DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    *sorted(f"docs/{file.name}" for file in (Path(__file__).parents[2] / "docs").glob("*.md")),
)


@pytest.fixture
def root(sources: GraphSources) -> Path:
    """Return the repository's root."""
    return sources.root


def rows(document: Path, heading: str) -> list[list[str]]:
    """Return the cells of the table below ``heading``."""
    section = document.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_limit_is_listed_with_its_default(root: Path) -> None:
    defaults = Settings()
    listed = rows(root / "docs" / "http.md", "Limits")
    assert [row[0] for row in listed] == [limit.name for limit in defaults.limits]
    for row, limit in zip(listed, defaults.limits, strict=True):
        value = f"{limit.value:g}" if isinstance(limit.value, float) else str(limit.value)
        default = {"max_running_queries": "one per core", "None": "none"}
        shown = default.get(limit.name) or default.get(value, value)
        assert row == [limit.name, shown, limit.unit, limit.meaning]


def test_every_setting_that_limits_is_among_them() -> None:
    others = {
        *("base_iri", "sources", "build_folder", "dataset", "host", "port", "public_url"),
        *("validator", "trusted_proxies", "access_log", "log_queries", "allow_unknown_graphs"),
        *("publish_user", "publish_password", "publish_token", "publish_authentication"),
        *("engine", "engine_authorization", "foreign"),
    }
    assert set(Settings.model_fields) == others | {limit.name for limit in Settings().limits}


def test_every_format_is_listed(root: Path) -> None:
    forms = {"results": "SELECT, ASK", "graph": "CONSTRUCT, DESCRIBE"}
    expected = [[form.name, form.media_type, forms[form.kind]] for form in FORMATS]
    assert rows(root / "docs" / "http.md", "Formats") == expected


def test_every_address_is_listed(root: Path) -> None:
    app = create_app(Settings(), StubEngine())
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    cells = [row[0] for row in rows(root / "docs" / "http.md", "Addresses")]
    listed = {_begin(address) for cell in cells for address in re.findall(r"`(/[^`]*)`", cell)}
    # Entities are listed by example; Flask's own folder is empty.
    served = {_begin(rule) for rule in rules} - {"/static"} | {"/network", "/city"}
    assert listed == served


def _begin(address: str) -> str:
    """Return the first part of an address, without its formats and numbers."""
    return re.split(r"(?<=.)/|[-.]?<|(?<=/ldes)\.", address)[0].replace("/sitemap.xml", "/sitemap")


def test_every_problem_is_listed(root: Path) -> None:
    expected = [[r.name, str(r.status), r.title] for r in PROBLEMS.values()]
    assert rows(root / "docs" / "http.md", "Errors") == expected


def test_the_readme_names_every_command_and_no_other(root: Path) -> None:
    text = (root / "README.md").read_text()
    named = set(re.findall(r"(?:`|&& )urbact-graph ([a-z]+)", text))
    assert named == set(COMMANDS)


def test_ci_runs_the_readmes_test_command(root: Path) -> None:
    command = "pip install '.[test]' && pytest"
    assert command in (root / "README.md").read_text()
    assert command in (root / ".ci" / "run").read_text()
    assert "pip install . && urbact-graph serve" in (root / "README.md").read_text()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_somewhere(root: Path, name: str) -> None:
    text = (root / name).read_text()
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    links += re.findall(r'src="(?!https?://)([^"]+)"', text)
    for link in links:
        assert (root / name).parent.joinpath(link).exists(), link


def test_the_readmes_answers_are_the_graphs(root: Path, store: Store) -> None:
    text = (root / "README.md").read_text()
    assert text.count("```sparql") == 5
    assert with_answers(text, store) == text, "run python -m tests.support.readme_answers"


def test_the_answers_in_the_document_on_changes_are_the_graphs(root: Path, store: Store) -> None:
    text = (root / "docs" / "data-changes.md").read_text()
    assert text.count("```sparql\n") > text.count("```sparql before\n") > 0
    assert with_answers(text, store) == text, "run python -m tests.support.readme_answers"


def test_the_document_on_changes_counts_what_there_is(root: Path, store: Store) -> None:
    listed = rows(root / "docs" / "data-changes.md", "What there is")
    assert listed
    for _, name, first, gone, new, second in listed:
        assert second == str(count_of(store, name))
        assert int(first) - int(gone) + int(new) == int(second), name
