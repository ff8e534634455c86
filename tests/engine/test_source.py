"""Sources: the version and the time of a file, and what is read in its place."""

import hashlib
import os
from pathlib import Path

import pytest

from tests.support.engines import write_facts
from urbact_graph.engine.source import Source
from urbact_graph.errors import DatasetError, EngineError


def test_a_known_version_is_not_computed(tmp_path: Path) -> None:
    source = Source(tmp_path / "absent.nt", "2026-01-01-abc")
    assert source.with_version() is source


def test_the_version_of_a_file_is_that_of_its_content(tmp_path: Path) -> None:
    one, two = write_facts(tmp_path / "one.nt"), write_facts(tmp_path / "two.nt")
    digest = hashlib.sha256(one.read_bytes()).hexdigest()
    assert Source(one).with_version() == Source(one, digest[:16])
    assert Source(two).with_version().version == digest[:16]
    write_facts(two, "other")
    assert Source(two).with_version().version != digest[:16]


def test_the_content_may_be_read_from_elsewhere(tmp_path: Path) -> None:
    file, content = tmp_path / "absent.ttl", write_facts(tmp_path / "content")
    source = Source(file, content=content)
    assert source.path == content
    assert source.media_type == "text/turtle"
    assert (
        source.with_version().version
        == Source(content.rename(tmp_path / "a.nt")).with_version().version
    )


def test_a_file_is_as_new_as_its_place_in_the_file_system(tmp_path: Path) -> None:
    file = write_facts(tmp_path / "facts.nt")
    os.utime(file, (0, 0))
    assert Source(file).modified() == file.stat().st_ctime > 0


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    source = Source(tmp_path / "absent.nt")
    for read in (source.with_version, source.modified):
        with pytest.raises(EngineError, match=r"absent\.nt cannot be loaded: No such file"):
            read()


def test_a_file_of_an_unknown_kind_is_named(tmp_path: Path) -> None:
    source = Source(write_facts(tmp_path / "facts.docx"))
    with pytest.raises(DatasetError, match=r"facts\.docx"):
        source.with_version()
