"""Mistakes in the sources are reported with their place, and the old dataset stays."""

import gzip
import re
from pathlib import Path

import pytest

from tests.dataset.small_sources import contents, marks
from urbact_graph.dataset.building import build
from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.sources import GraphSources

START = b"<https://e.org/a> <https://e.org/b> "
FACT = START + b"1 .\n"
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
FIRST_RULE = "ontology/rules/10-known.rq"
MISTAKES = [
    ("data/a.ttl", b":a :b :c .", r"data/a\.ttl, line 1, column 1: .*prefix"),
    ("data/a.ttl", START + b'\n  "c" x', r"data/a\.ttl, line 2, column \d+: "),
    ("data/a.ttl", START + b"<rel> .", r"data/a\.ttl, line 1, column \d+: an IRI is relative"),
    ("data/a.ttl", START + b"'\xff' .", r"line 1, column .*UTF-8"),
    ("ontology/urbact.ttl", b"\n\n.", r"ontology/urbact\.ttl, line 3, column 1: "),
    (
        "data/a.ttl",
        START + b"[] .",
        r"data/a\.ttl, line 1: .*<https://e\.org/b> has a blank node; give",
    ),
    ("data/a.ttl", b"_:x <https://e.org/b> 1 .", r"data/a\.ttl, line 1: .* has a blank node"),
    # What RDF 1.2 adds, and what some format of the documents cannot hold.
    ("data/a.ttl", START + b"<<( <x:a> <x:b> <x:c> )>> .", r"line 1: .* a triple term"),
    ("data/a.ttl", b"\n<< <x:a> <x:b> 1 ~ <x:r> >> <x:p> 1 .", r"line 2: .* a triple term"),
    ("data/a.ttl", b"\n" + START + b"1\n {| <x:p> 2 |} .", r"line 3: .* has a blank node"),
    ("data/a.ttl", START + b"1 ~ <x:r> .", r"a\.ttl, line 1: .* a triple term"),
    ("data/a.ttl", START + b"'a',\n 'x'@ar--rtl .", r"line 2: .* text with a direction"),
    ("data/a.ttl", b'@version "1.2" .\n' + FACT, r"line 1, column 1: @version announces"),
    ("data/a.ttl", FACT + b" Version '1.1'\n", r"line 2, column 2: Version announces"),
    ("data/a.ttl", START + rb"'\u0007' .", r"line 1: A text of .* U\+0007, which XML cannot"),
    ("data/a.ttl", START + b"'\xef\xbf\xbe' .", r"line 1: .* U\+FFFE, which XML cannot"),
    (
        "data/a.ttl",
        b"<x:a>\n <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> 1 .",
        r"line 2: RDF/XML takes .*#li> for syntax",
    ),
    ("data/a.ttl", b"<x:a> <https://e.org/123> 1 .", r"line 1: .*123>, which ends in no XML name"),
    # What Turtle does not have.
    ("data/a.ttl", b"<x:g> { " + FACT + b"}", r"a\.ttl, line 1, column \d+: a named graph"),
    ("data/a.ttl", b"GRAPH <x:g> { " + FACT + b"}", r"line 1, column \d+: a named graph"),
    ("data/a.ttl", b"'text' <x:b> 1 .", r"a\.ttl, line 1, column \d+: "),
    ("data/a.ttl", b"<x:a> _:b 1 .", r"a\.ttl, line 1, column \d+: "),
    ("data/a.ttl", b"@base <here> .", r"line 1, column \d+: an IRI is relative"),
    # What is no Turtle at all.
    (
        "data/a.ttl",
        gzip.compress(FACT, mtime=0),
        r"a\.ttl: it is compressed \(gzip\); decompress it\.",
    ),
    ("data/a.ttl", FACT.decode().encode("utf-16"), r"a\.ttl: it is UTF-16; save it as UTF-8\."),
    ("data/a.ttl", b"<!DOCTYPE html>", r"a\.ttl: it is an HTML page, not Turtle; download"),
    ("data/a.ttl", LFS_POINTER, r"a\.ttl: it is a pointer of Git LFS"),
    ("ontology/urbact.ttl", b"<?xml version='1.0'?>\n<RDF/>", r"urbact\.ttl: it is RDF/XML"),
    # What has nothing in it.
    ("data/a.ttl", b"# Nothing.", r"The files in data/ state nothing"),
    ("ontology/urbact.ttl", b"", r"The files in ontology/ state nothing"),
    (FIRST_RULE, b"CONSTRUCT { ?s ?p 'x'@en--ltr } WHERE { ?s ?p ?o }", r"10-known\.rq: .*direc"),
    (
        FIRST_RULE,
        b"CONSTRUCT { ?s ?p <<( ?s ?p ?o )>> } WHERE { ?s ?p ?o }",
        r"10-known\.rq: .* has a triple term",
    ),
    (
        FIRST_RULE,
        b"CONSTRUCT {\n ?s ?p  WHERE",
        r"rules/10-known\.rq: Syntax error at line 2, column 9, ",
    ),
    (
        FIRST_RULE,
        b"CONSTRUCT { ?s ex:p 1 } WHERE {}",
        r"10-known\.rq: Syntax error at line 1, column 16, near .ex:p.",
    ),
    (
        FIRST_RULE,
        b"CONSTRUCT { ?s ?p 1 }\nWHERE { ?s ?p ?o FILTER(REGEX(?o, '(')) }",
        r"10-known\.rq, line 2, column 35: the regular expression",
    ),
    (FIRST_RULE, b"SELECT * {}", r"10-known\.rq is no rule; a rule is a CONSTRUCT query"),
    (FIRST_RULE, b"ASK {}", r"10-known\.rq is no rule; a rule is a CONSTRUCT query"),
    (FIRST_RULE, b"CONSTRUCT { [] ?p 1 } WHERE { ?s ?p ?o }", r"10-known\.rq: .*has a blank node"),
    (FIRST_RULE, b"# \xff", r"10-known\.rq is not UTF-8; save it as UTF-8"),
]


@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize(("name", "content", "message"), MISTAKES)
def test_a_mistake_is_reported_and_the_old_dataset_stays(
    small: GraphSources, folder: Path, name: str, content: bytes, message: str
) -> None:
    before = contents(folder), marks(folder)
    (small.root / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        build(small, folder)
    assert re.search(message, str(caught.value))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert (contents(folder), marks(folder)) == before


@pytest.mark.parametrize(
    "content",
    [
        FACT,
        b"\xef\xbb\xbf" + FACT,
        b"\xef\xbb\xbf@prefix : <x:> . :a :b :c .",
        # A word of the directive as a tag, a name and a text.
        START + b"'x'@version .",
        b"@prefix version: <x:> . version:a version:b 'version \\'1.2\\'' .",
    ],
)
def test_a_file_that_may_be_so_is_read(small: GraphSources, folder: Path, content: bytes) -> None:
    (small.data / "a.ttl").write_bytes(content)
    assert build(small, folder).stated == 2


def test_a_source_that_cannot_be_read_is_reported(small: GraphSources, folder: Path) -> None:
    (small.data / "odd.ttl").mkdir()
    with pytest.raises(SourceError, match=r"data/odd\.ttl cannot be read: Is a directory"):
        build(small, folder)
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_reported(small: GraphSources, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match=r"file cannot be written .*--build-folder"):
        build(small, tmp_path / "file")
