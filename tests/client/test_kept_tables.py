"""Tables that are kept beside their build are those of this build."""

from pathlib import Path

import pytest

from urbact_graph.client.kept_tables import FOLDER, kept_table
from urbact_graph.release.layouts import LAYOUTS
from urbact_graph.release.tables import Table

TABLE = Table(LAYOUTS["calls"], b"iri,theme\r\na,b|c\r\n", 1, {"theme": "|", "x": "¦"})
EXPECTED = (TABLE.content, TABLE.separators)


def never() -> Table:
    raise AssertionError("made again")


def test_a_table_is_made_once_for_a_build(tmp_path: Path) -> None:
    assert kept_table(tmp_path, "a" * 64, "calls", lambda: TABLE) == EXPECTED
    assert kept_table(tmp_path, "a" * 64, "calls", never) == EXPECTED


def test_tables_of_other_builds_are_removed(tmp_path: Path) -> None:
    for inputs, name in (("a" * 64, "calls"), ("a" * 64, "plans"), ("b" * 64, "calls")):
        kept_table(tmp_path, inputs, name, lambda: TABLE)
    found = sorted(file.name for file in (tmp_path / FOLDER).iterdir())
    assert found == [f"calls-{'b' * 16}.csv", f"plans-{'a' * 16}.csv"]
    with pytest.raises(AssertionError, match="made again"):
        kept_table(tmp_path, "a" * 64, "calls", never)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]\n", b"\xff\n"])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes) -> None:
    kept_table(tmp_path, "a" * 64, "calls", lambda: TABLE)
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(damage)
    assert kept_table(tmp_path, "a" * 64, "calls", lambda: TABLE) == EXPECTED
    assert kept_table(tmp_path, "a" * 64, "calls", never) == EXPECTED


def test_a_folder_that_cannot_be_written_keeps_none(tmp_path: Path) -> None:
    (tmp_path / FOLDER).touch()
    for _ in range(2):
        assert kept_table(tmp_path, "a" * 64, "calls", lambda: TABLE) == EXPECTED
