"""``urbact-graph diff``, as a user types it."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import run as run_command
from tests.support.working_copies import BASE, HEAD, WorkingCopy, copy, day, needs_git
from urbact_graph.description.distributions import DISTRIBUTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from urbact_graph.dataset.building import Build

__all__ = ["copy"]

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
BEFORE = f"""<city/x> {LABEL} "Town"@en ; :size 1 ; :of <city/y> . <city/y> {LABEL} "Gone" .
<city/x#geometry> <http://www.opengis.net/ont/geosparql#asWKT> "POINT(1 2)" ."""
AFTER = f"""<city/x> {LABEL} "Town"@en ; :size 2 ; <ontology#nuts3> <city/z> .
<city/x#geometry> <http://www.opengis.net/ont/geosparql#asWKT> "POINT(1 3)" .
<city/z> a <ontology#City> ; :note "two\\nlines, \\u001B[31m \\"q\\""@en ; :since "2020"^^:year ."""
TEXT = """Town  city/x
- https://example.org/of city/y
- https://example.org/size 1
+ https://example.org/size 2
+ urb:nuts3 city/z
- #geometry geo:asWKT "POINT(1 2)"
+ #geometry geo:asWKT "POINT(1 3)"

Gone  city/y  (gone)
- rdfs:label "Gone"

city/z  (new)
+ rdf:type urb:City
+ https://example.org/note "two\\nlines, \\u001B[31m \\"q\\""@en
+ https://example.org/since "2020"^^https://example.org/year

class     added  changed  removed
urb:City      1        0        0
no class      0        1        1

6 facts added, 4 removed, in 3 entities: 1 new, 1 gone, 1 changed.
"""
# Of two revisions: two facts of an entity. And of what describes the dataset its version, named
# twice, three counts, and the dates of the dataset, the catalogue, the answers, the stream and each
# file.
NUMBER = 2 + 2 + 3 + 4 + len(DISTRIBUTIONS)
SUMMARY = f"{NUMBER} facts added, {NUMBER} removed,"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Write two small graphs, and return the names of their files."""
    for name, text in (("a.ttl", BEFORE), ("b.ttl", AFTER)):
        (tmp_path / name).write_text(HEAD + text)
    return str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl")


def run(*arguments: str, code: int) -> Result:
    return run_command("diff", *arguments, code=code)


def test_facts_are_printed_by_entity(files: tuple[str, str]) -> None:
    assert run(*files, code=1).stdout == TEXT


def test_the_reverse_has_the_other_signs(files: tuple[str, str]) -> None:
    before, after = files
    text = run(after, before, code=1).stdout
    assert "4 facts added, 6 removed, in 3 entities: 1 new, 1 gone, 1 changed." in text
    assert "- urb:nuts3 city/z" in text


def test_equal_graphs_have_no_difference(files: tuple[str, str]) -> None:
    text = run(files[0], files[0], code=0).stdout
    assert text == "No difference: both have the same 5 facts.\n"


def test_n_triples_have_signs(files: tuple[str, str]) -> None:
    lines = run(*files, "--format", "nt", code=1).stdout.splitlines()
    assert len(lines) == 10
    assert f'- <{BASE}city/y> {LABEL} "Gone" .' in lines
    assert all(re.fullmatch(r"[+-] <\S+> <\S+> .+ \.", line) for line in lines)
    assert run(files[0], files[0], "--format", "nt", code=0).stdout == ""


def test_json_has_them_by_entity(files: tuple[str, str]) -> None:
    printed = json.loads(run(*files, "-f", "json", code=1).stdout)
    counts = {name: printed[name] for name in ("added", "removed", "new", "gone", "changed")}
    assert counts == {"added": 6, "removed": 4, "new": 1, "gone": 1, "changed": 1}
    town, gone, _ = printed["entities"]
    assert printed["classes"] == [
        {"class": "", "added": 0, "changed": 1, "removed": 1},
        {"class": f"{BASE}ontology#City", "added": 1, "changed": 0, "removed": 0},
    ]
    assert (town["entity"], town["label"], town["kind"]) == (f"{BASE}city/x", "Town", "changed")
    size = "https://example.org/size"
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert {
        "subject": f"{BASE}city/x",
        "property": size,
        "value": {"type": "literal", "value": "2", "datatype": integer},
    } in town["added"]
    assert gone["removed"][0]["value"]["value"] == "Gone"
    same = json.loads(run(files[0], files[0], "-f", "json", code=0).stdout)
    assert (same["added"], same["entities"]) == (0, [])


def test_what_was_computed_is_only_counted(tmp_path: Path) -> None:
    for name, score in (("a.ttl", 1), ("b.ttl", 2)):
        stated = "".join(f"<similarity/network/{n}/x> :score {score} ." for n in "ab")
        (tmp_path / name).write_text(f"{HEAD} {stated} <quality/x> :size {score} .")
    text = run(str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl"), code=1).stdout
    assert text.startswith(
        "quality/…  (0 new, 0 gone, 1 changed)\n"
        "1 fact added, 1 removed; --format nt prints them.\n\n"
        "similarity/…  (0 new, 0 gone, 2 changed)\n"
        "2 facts added, 2 removed; --format nt prints them.\n\n"
    )


def test_a_terminal_gets_colours(files: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    text = run(*files, code=1).stdout
    assert "\x1b[32m+ urb:nuts3 city/z" in text
    assert "\x1b[31m- rdfs:label" in text
    # The data cannot control the terminal.
    assert "\x1b[31m \\" not in text


def test_long_facts_are_not_wrapped(
    files: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert run(*files, code=1).stdout == TEXT


def test_another_base_heads_its_entities_by_their_paths(tmp_path: Path) -> None:
    for name, size in (("a.nt", 1), ("b.nt", 2)):
        (tmp_path / name).write_text(f'<https://e.org/x> <https://e.org/ontology#size> "{size}" .')
    names = str(tmp_path / "a.nt"), str(tmp_path / "b.nt")
    text = run(*names, "--base-iri", "https://e.org/", code=1).stdout
    assert text.startswith('x\n- urb:size "1"\n+ urb:size "2"\n')


def test_blank_nodes_are_the_same_where_their_statements_are(tmp_path: Path) -> None:
    for name, text in (
        ("a.ttl", "<a:b> <a:c> [ <a:d> 1 ]"),
        ("b.ttl", "<a:b> <a:c> _:x . _:x <a:d> 1"),
    ):
        (tmp_path / name).write_text(f"{text} .")
    assert "No difference" in run(str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl"), code=0).stdout
    (tmp_path / "b.ttl").write_text("<a:b> <a:c> [ <a:d> 2 ] .")
    text = run(str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl"), code=1).stdout
    assert re.search(r"^_:b\w+  \(gone\)\n- a:d 1$", text, re.MULTILINE)


# Builds, working copies and revisions --------------------------------------------------------


def test_a_build_is_the_same_as_its_dump(demo_build: Build, tmp_path: Path) -> None:
    dump = shutil.copy(demo_build.dataset, tmp_path / "urbact-graph-2026-01-01-0123456789ab.nt")
    text = run(str(demo_build.dataset.parent), str(dump), code=0).stdout
    assert text == f"No difference: both have the same {demo_build.triples:,} facts.\n"


@pytest.fixture
def two_days(copy: WorkingCopy, monkeypatch: pytest.MonkeyPatch) -> WorkingCopy:
    """Stand in a working copy of two commits."""
    copy.commit(1, a='<a> :name "A" .', b='<b> :name "B" .')
    copy.commit(2, a='<a> :name "Aa" .')
    copy.git("tag", "second")
    monkeypatch.chdir(copy.root)
    return copy


@needs_git
def test_a_revision_is_compared_with_the_working_copy(two_days: WorkingCopy) -> None:
    text = run("HEAD~1", ".", code=1).stdout
    # The same history gives the same dates, so that nothing else differs. The description of the
    # dataset changes with everything: its dates, its version, and how many values differ.
    assert text.startswith(
        "a\n"
        '- dct:modified "2024-03-02T12:00:00Z"^^xsd:dateTime\n'
        '+ dct:modified "2024-03-03T12:00:00Z"^^xsd:dateTime\n'
        '- https://example.org/name "A"\n'
        '+ https://example.org/name "Aa"\n\n'
    )
    assert [block.split("\n")[0].split("  ")[-1] for block in text.split("\n\n")[:-2]] == [
        *("a", "catalog", "dataset")
    ]
    assert text.endswith(f"\n\n{SUMMARY} in 3 entities: 0 new, 0 gone, 3 changed.\n")
    assert "No difference" in run("second", str(two_days.root), code=0).stdout
    two_days.write("data/c.ttl", '<c> :name "C" .', day(9))
    assert "c  (new)\n+ dct:modified" in run("second", ".", code=1).stdout
    assert not (two_days.root / "build").exists()


@pytest.mark.slow
@needs_git
def test_two_revisions_are_compared(two_days: WorkingCopy) -> None:
    text = run("main~1", "main", code=1).stdout
    assert text == run("HEAD~1", ".", code=1).stdout
    assert SUMMARY in text
    assert "No difference" in run("main", "second", code=0).stdout
    sources = ("--sources", str(two_days.root))
    assert SUMMARY in run("main", "main~1", *sources, code=1).stdout


# Errors --------------------------------------------------------------------------------------


@needs_git
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere.nt", "nowhere.nt is no file or folder, and no commit, branch or tag"),
        ("x" * 300, "is no file or folder, and no commit, branch or tag"),
        ("--output=x", "No such option"),
        ("data", "data holds neither urbact-graph.nt nor ontology/urbact.ttl; name a file"),
        ("notes.md", "notes.md is no RDF file by its name"),
        ("wrong.ttl", "wrong.ttl, line 1: "),
    ],
)
def test_what_cannot_be_compared_is_reported(two_days: WorkingCopy, name: str, words: str) -> None:
    (two_days.root / "notes.md").touch()
    (two_days.root / "wrong.ttl").write_text("<a> .")
    for arguments in ((name, "."), (".", name)):
        result = run(*arguments, code=2)
        assert words in result.stderr
        assert result.stdout == ""


@needs_git
def test_a_revision_that_cannot_be_built_is_reported(two_days: WorkingCopy) -> None:
    two_days.commit(3, a="<a> :name ")
    two_days.commit(4, a='<a> :name "A" .')
    assert "data/a.ttl, line 1, column" in run("HEAD~1", ".", code=2).stderr


def test_without_a_history_there_are_no_revisions(
    two_days: WorkingCopy, files: tuple[str, str]
) -> None:
    (two_days.root / ".git").rename(two_days.root / "git")
    result = run("HEAD~1", files[0], code=2)
    assert "HEAD~1 is no file or folder, and" in result.stderr
    assert "has no whole history in git" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_one_argument_is_not_enough() -> None:
    assert "Missing argument 'B'" in run("a.nt", code=2).stderr
