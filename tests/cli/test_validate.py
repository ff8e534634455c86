"""``urbact-graph validate``."""

import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.support.commands import run, spoil
from tests.support.marking import sampled


def test_its_exit_code_says_if_there_are_violations(root: Path) -> None:
    result = run("validate", "--sources", str(root))
    assert "violation" in result.output
    report = root / "build" / "validation.ttl"
    assert list(parse(path=str(report), format=RdfFormat.TURTLE))
    spoil(root)
    result = run("validate", "--sources", str(root), code=1)
    assert "network/greenplace" in result.output
    assert "data/networks/greenplace.ttl" in result.output
    assert "apply the remedies in the fact tables" in result.stderr
    assert b"Violation" in report.read_bytes()
    (root / "shapes" / "network.ttl").write_text("broken")
    assert "shapes/network.ttl" in run("validate", "--sources", str(root), code=2).stderr


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("data", None, "holds no data/"),
        ("ontology/rules", None, "holds no ontology/rules/"),
        ("shapes", None, "hold no rule"),
        ("shapes/more.ttl", "@prefix sh: <http://www.w3.org/ns/shacl#> . <x:s> sh:x 1 .", "sh:x"),
        ("data/more.ttl", "<x:a> <x:b> [] .", "data/more.ttl, line 1: "),
    ],
)
def test_what_cannot_be_checked_is_no_success(
    root: Path, name: str, content: str | None, words: str
) -> None:
    if content is None:
        shutil.rmtree(root / name)
    else:
        (root / name).write_text(content)
    result = run("validate", "--sources", str(root), code=2)
    assert words in result.stderr
    assert "onform" not in result.stdout


@pytest.mark.slow
def test_the_validators_write_the_same_report(root: Path) -> None:
    pytest.importorskip("shacl", reason="the extra fast has no wheel for this platform")
    spoil(root)
    reports = []
    for name in ("fast", "pyshacl", "auto"):
        run("validate", "--sources", str(root), "--validator", name, code=1)
        reports.append((root / "build" / "validation.ttl").read_bytes())
    assert len(set(reports)) == 1


def test_another_validator_is_an_error(root: Path) -> None:
    words = run("validate", "--sources", str(root), "--validator", "jena", code=2).stderr
    assert all(name in words for name in ("auto", "fast", "pyshacl"))


@pytest.mark.parametrize("command", sampled(["build", "validate"], 2))
def test_files_that_were_not_read_are_named(root: Path, command: str) -> None:
    (root / "data" / "more.nt").write_text("<x:a> <x:b> 1 .")
    (root / "data" / "later.ttl").write_text("# To be done.")
    (root / "shapes" / "more").mkdir()
    (root / "shapes" / "more" / "plan.ttl").touch()
    lines = run(command, "--sources", str(root)).stderr.splitlines()
    notes = [line.partition(" ")[2] for line in lines if line.startswith("Note: ")]
    assert [note.split()[0] for note in notes] == [
        "data/more.nt",
        "shapes/more/plan.ttl",
        "data/later.ttl",
    ]


@pytest.mark.usefixtures("at_demo")
def test_the_table_in_a_document_is_renewed(tmp_path: Path) -> None:
    document = tmp_path / "notes.md"
    document.write_text("# Notes\n<!-- begin: warnings -->\nold\n<!-- end -->\nrest\n")
    run("validate", "--markdown", str(document))
    text = document.read_text("utf-8")
    assert text.startswith("# Notes\n<!-- begin: warnings -->\n")
    assert text.endswith("<!-- end -->\nrest\n")
    assert "old" not in text


@pytest.mark.usefixtures("at_demo")
@pytest.mark.parametrize(
    ("content", "words"),
    sampled([(b"# Notes\n", "lacks the lines"), (b"\xff", "is not UTF-8")], 2),
)
def test_another_document_is_left_alone(tmp_path: Path, content: bytes, words: str) -> None:
    document = tmp_path / "notes.md"
    document.write_bytes(content)
    result = run("validate", "--markdown", str(document), code=2)
    assert words in result.stderr
    assert document.read_bytes() == content
