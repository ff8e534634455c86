"""Tables that are kept beside their build are those of this build."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Store

from urbact_graph.release.kept_tables import keep_tables, kept_table
from urbact_graph.release.layouts import LAYOUTS
from urbact_graph.release.tables import Table, make_tables

TABLE = Table(LAYOUTS["calls"], b"iri,theme\r\na,b|c\r\n\xc3\xa9,\r\n", 2, {"theme": "|", "x": "¦"})
SHA256, OTHER = "a" * 64, "b" * 64


def never() -> Table:
    raise AssertionError("made again")


def found(
    folder: Path, make: Callable[[], Table] = never, *, sha256: str = SHA256, base: str = "x:"
) -> Table:
    return kept_table(folder, sha256, base, "calls", make)


def test_a_table_is_made_once_for_a_build(tmp_path: Path) -> None:
    assert found(tmp_path, lambda: TABLE) == TABLE
    assert found(tmp_path) == TABLE


@pytest.mark.parametrize(("sha256", "base"), [(OTHER, "x:"), (SHA256, "y:")])
def test_another_graph_has_tables_of_its_own(tmp_path: Path, sha256: str, base: str) -> None:
    found(tmp_path, lambda: TABLE)
    with pytest.raises(AssertionError, match="made again"):
        found(tmp_path, sha256=sha256, base=base)
    other = Table(TABLE.layout, b"iri\r\n", 0, {})
    assert found(tmp_path, lambda: other, sha256=sha256, base=base) == other
    assert found(tmp_path, sha256=sha256, base=base) == other
    assert [file.name for file in tmp_path.iterdir()] == ["calls.table"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]\n", b"\xff\n", b"cut", b"changed"])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes) -> None:
    found(tmp_path, lambda: TABLE)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(
        {b"cut": whole[:-1], b"changed": whole.replace(b"b|c", b"b|d")}.get(damage, damage)
    )
    assert found(tmp_path, lambda: TABLE) == TABLE
    assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_keeps_none(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()
    for _ in range(2):
        assert found(place, lambda: TABLE) == TABLE


def test_all_tables_are_kept(demo_store: Store, base: str, tmp_path: Path) -> None:
    made = make_tables(demo_store, base)
    assert keep_tables(tmp_path, SHA256, demo_store, base) == made
    assert {file.stem for file in tmp_path.iterdir()} == {*LAYOUTS}
    assert keep_tables(tmp_path, SHA256, Store(), base) == made
