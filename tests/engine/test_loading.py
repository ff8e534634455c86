"""The files that a store is loaded from: as other programs write them, and as they are broken."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse, serialize

from urbact_graph.engine.loading import LoadError, load_store
from urbact_graph.engine.messages import Load
from urbact_graph.errors import DatasetError
from urbact_graph.rdf.formats import FORMATS, format_of_file
from urbact_graph.release.release import Release

MARK = b"\xef\xbb\xbf"
FACT = b"<http://e/a> <http://e/b> <http://e/c> .\n"
EXTENSIONS = [form.extension for form in FORMATS if form.kind == "graph"]


def load(file: Path) -> Load:
    media_type = format_of_file(file).media_type
    return Load(str(file), str(file), media_type, {}, 1000, 10, 100_000_000)


def loaded(file: Path, content: bytes) -> Store:
    file.write_bytes(content)
    return load_store(load(file))


def written(extension: str) -> bytes:
    (quad,) = parse(FACT, format=RdfFormat.N_TRIPLES)
    form = format_of_file(Path(f"facts.{extension}"))
    content = serialize([quad.triple], format=RdfFormat.from_media_type(form.media_type))
    assert content
    return content


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("is_marked", [False, True])
@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_file_of_each_format_is_loaded(
    tmp_path: Path, extension: str, *, is_marked: bool, is_compressed: bool
) -> None:
    content = MARK * is_marked + written(extension)
    if is_compressed:
        content = gzip.compress(content, mtime=0)
    name = f"facts.{extension}{'.gz' * is_compressed}"
    assert [str(quad.triple) for quad in loaded(tmp_path / name, content)] == [
        "<http://e/a> <http://e/b> <http://e/c>"
    ]


def test_relative_iris_are_relative_to_the_file(tmp_path: Path) -> None:
    for mark in (b"", MARK):
        (quad,) = loaded(tmp_path / "facts.ttl", mark + b"<a> <http://e/b> 1 .")
        assert quad.subject.value == (tmp_path / "a").as_uri()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.nt", FACT + b"<http://e/a> .\n", r"line 2: "),
        ("a.nt", MARK + FACT + b"<http://e/a> .\n", r"line 2: "),
        ("a.nt.gz", gzip.compress(FACT + b"<http://e/a> .\n", mtime=0), r"line 2: "),
        ("a.nt", b"@prefix e: <http://e/> .\ne:a e:b e:c .\n", r"it is Turtle, not N-Triples; "),
        ("a.ttl", gzip.compress(FACT, mtime=0), r"it is compressed \(gzip\); decompress it$"),
        ("a.ttl", "<http://e/a> a 1 .".encode("utf-16"), r"it is UTF-16; save it as UTF-8$"),
        ("a.ttl", b"<!DOCTYPE html>\n<html>", r"it is an HTML page, not Turtle; download"),
        ("a.nq", b"version https://git-lfs.github.com/spec/v1\n", r"it is a pointer of Git LFS"),
        ("a.ttl.gz", FACT, r"Not a gzipped file"),
        ("a.ttl.gz", gzip.compress(FACT, mtime=0)[:-9], r"end-of-stream|ended before"),
        ("a.rdf", b"", r"line 1: it is not well-formed XML \(no element found\)$"),
        ("a.rdf", written("rdf")[:-20], r"line \d+: it is not well-formed XML"),
        ("a.rdf", written("rdf").replace(b"rdf:about", b"x:about"), r"line \d+: "),
        (
            "a.jsonld",
            b'{\n "@context": "https://schema.org/", "name": "A"}',
            r"line 2: the context <https://schema\.org/> is not fetched; put it into the file$",
        ),
    ],
)
def test_a_file_that_cannot_be_loaded_is_described(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(LoadError, match=reason):
        loaded(tmp_path / name, content)


def test_every_dump_can_be_served_again(demo_release: Release, demo_dataset: Path) -> None:
    facts = {quad.triple for quad in parse(path=str(demo_dataset))}
    extensions = set()
    for file in demo_release.dumps.iterdir():
        # The description of the tables is JSON-LD with a context of the W3C.
        if "csv" in file.name:
            continue
        with suppress(DatasetError):
            assert {quad.triple for quad in load_store(load(file))} == facts
            extensions.add("".join(file.suffixes[-2:]) if file.suffix == ".gz" else file.suffix)
    assert extensions >= {".nt", ".ttl", ".nq", ".jsonld", ".rdf", ".nt.gz", ".rdf.gz"}
