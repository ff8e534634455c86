"""``urbact-graph validate``."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from tests.support.commands import run, spoil


def test_its_exit_code_says_if_there_are_violations(root: Path) -> None:
    result = run("validate", "--sources", str(root))
    assert "violation" in result.output
    report = root / "build" / "validation.ttl"
    assert list(parse(path=str(report), format=RdfFormat.TURTLE))
    spoil(root)
    result = run("validate", "--sources", str(root), code=1)
    assert "network/greenplace" in result.output
    assert "data/networks/greenplace.ttl" in result.output
    assert b"Violation" in report.read_bytes()
    (root / "shapes" / "network.ttl").write_text("broken")
    assert "shapes/network.ttl" in run("validate", "--sources", str(root), code=2).stderr


def test_the_table_in_a_document_is_renewed(root: Path, tmp_path: Path) -> None:
    document = tmp_path / "notes.md"
    document.write_text("# Notes\n<!-- begin: warnings -->\nold\n<!-- end -->\nrest\n")
    run("validate", "--sources", str(root), "--markdown", str(document))
    text = document.read_text("utf-8")
    assert text.startswith("# Notes\n<!-- begin: warnings -->\n")
    assert text.endswith("<!-- end -->\nrest\n")
    assert "old" not in text


@pytest.mark.parametrize(
    ("content", "words"), [(b"# Notes\n", "lacks the lines"), (b"\xff", "is not UTF-8")]
)
def test_another_document_is_left_alone(
    root: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    document = tmp_path / "notes.md"
    document.write_bytes(content)
    result = run("validate", "--sources", str(root), "--markdown", str(document), code=2)
    assert words in result.stderr
    assert document.read_bytes() == content
